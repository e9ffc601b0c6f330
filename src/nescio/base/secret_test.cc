#include "nescio/base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "nescio/base/bits.h"
#include "nescio/base/kept_memory.h"

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

TEST(Secret, ArraysMoveAndAreAligned) {
  SecretArray<std::uint64_t> a(1000), none;
  EXPECT_EQ(none.size(), 0u);
  EXPECT_EQ(none.begin(), none.end());
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = i;
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.data()) % 64, 0u);
  SecretArray<std::uint64_t> b(std::move(a));
  ASSERT_EQ(b.size(), 1000u);
  for (std::size_t i = 0; i < b.size(); ++i) ASSERT_EQ(b[i], i);
  SecretArray<std::uint64_t> c(3);
  c = std::move(b);
  ASSERT_EQ(c.size(), 1000u);
  EXPECT_EQ(std::accumulate(c.begin(), c.end(), std::uint64_t{0}), 499500u);
}

// A block of memory that is kept, in every build: under AddressSanitizer a SecretArray's is not.
struct KeptWords {
  std::uint64_t* data;
  std::size_t n;
  explicit KeptWords(std::size_t words)
      : data(static_cast<std::uint64_t*>(detail::allocate_kept(words * sizeof *data))), n(words) {}
  KeptWords(KeptWords&& o) noexcept : data(std::exchange(o.data, nullptr)), n(o.n) {}
  KeptWords& operator=(KeptWords&& o) noexcept {
    std::swap(data, o.data);
    std::swap(n, o.n);
    return *this;
  }
  ~KeptWords() {
    if (data != nullptr) detail::free_kept(data, n * sizeof *data);
  }
  std::uint64_t* begin() const { return data; }
  std::uint64_t* end() const { return data + n; }
};

// Blocks of many sizes: no two overlap, what they hold stays, and what is released is zero when it comes back.
TEST(Secret, LargeBlocksAreDisjointAndWiped) {
  constexpr std::size_t kMegabyte = std::size_t{1} << 17;  // of words
  constexpr std::size_t kLeast = detail::kKeptFrom / sizeof(std::uint64_t);
  std::vector<KeptWords> blocks;
  std::uint64_t x = 1;
  for (int round = 0; round < 200; ++round) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    const std::size_t n = (x >> 40) % (9 * kMegabyte) + kLeast;
    if (blocks.size() > 12 || (x >> 33) % 3 == 0) {
      if (blocks.empty()) continue;
      const std::size_t i = (x >> 20) % blocks.size();
      const KeptWords& old = blocks[i];
      for (const std::uint64_t w : old) ASSERT_EQ(w, old.data[0]);
      blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      KeptWords a(n);
      std::uint64_t any = 0;
      for (const std::uint64_t w : a) any |= w;
      ASSERT_EQ(any, 0u) << round;  // fresh from the system, or wiped
      std::fill(a.begin(), a.end(), x | 1);
      blocks.push_back(std::move(a));
    }
  }
  blocks.clear();
  release_kept_memory();
}

// The same through the types that use it: other sizes, and blocks that are not kept.
TEST(Secret, ArraysOfManySizesAreDisjoint) {
  std::vector<SecretArray<std::uint64_t>> arrays;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    arrays.emplace_back(i * i * 97);
    std::fill(arrays.back().begin(), arrays.back().end(), i);
    if (i % 3 == 0) arrays.erase(arrays.begin() + static_cast<std::ptrdiff_t>(i % arrays.size()));
  }
  for (const auto& a : arrays)
    for (const std::uint64_t w : a) ASSERT_EQ(w, a[0]);
  arrays.clear();
  release_kept_memory();
}

TEST(Bits, ReversalIsAnInvolutionThatMovesBits) {
  for (unsigned k = 0; k <= 12; ++k)
    for (std::uint64_t x = 0; x >> k == 0; ++x) EXPECT_EQ(reverse_bits(reverse_bits(x, k), k), x);
  EXPECT_EQ(reverse_bits(0b00110, 5), 0b01100u);
  EXPECT_EQ(reverse_bits(1, 64), std::uint64_t{1} << 63);
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
