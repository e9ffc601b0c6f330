#include "nescio/base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "nescio/base/bits.h"

namespace nescio {
namespace {

TEST(Secret, WipeClearsEveryByteAndNoOther) {
  std::uint8_t bytes[16];
  std::fill(std::begin(bytes), std::end(bytes), std::uint8_t{0xee});
  wipe(bytes + 1, 14);
  EXPECT_EQ(bytes[0], 0xee);
  EXPECT_EQ(bytes[15], 0xee);
  EXPECT_TRUE(std::all_of(bytes + 1, bytes + 15, [](std::uint8_t b) { return b == 0; }));
}

TEST(Secret, VectorsAreAlignedAndKeepTheirValues) {
  SecretVector<std::uint32_t> v;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    v.push_back(i);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(v.data()) % 64, 0u);
  }
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(v[i], i);
  const SecretVector<std::uint32_t> copy = v;
  EXPECT_EQ(copy, v);
}

TEST(Bits, Logarithms) {
  EXPECT_EQ(log2_ceil(0), 0u);
  EXPECT_EQ(log2_ceil(1), 0u);
  for (unsigned k = 1; k < 64; ++k) {
    const std::uint64_t n = std::uint64_t{1} << k;
    EXPECT_EQ(log2_ceil(n), k);
    EXPECT_EQ(log2_ceil(n - 1), n == 2 ? 0u : k);
    EXPECT_EQ(log2_floor(n), k);
    EXPECT_EQ(log2_floor(n - 1), k - 1);
    EXPECT_TRUE(is_power_of_two(n));
    EXPECT_FALSE(is_power_of_two(n + 1));
  }
  EXPECT_EQ(log2_ceil((std::uint64_t{1} << 63) + 1), 64u);
  EXPECT_FALSE(is_power_of_two(0));
}

}  // namespace
}  // namespace nescio
