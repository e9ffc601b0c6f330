// The fixed-point logarithm against the C library's in extended precision, and the direction of every rounding.
#include "nescio/soundness/log2.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace nescio::soundness {
namespace {

constexpr long double kUlp = 1.0L / 4294967296.0L;

void expect_bracketed(std::uint64_t x) {
  const long double exact = std::log2(static_cast<long double>(x)),
                    slack = exact * 0x1p-60L;  // the library's own error
  const long double down = static_cast<long double>(log2_down(x)) * kUlp,
                    up = static_cast<long double>(log2_up(x)) * kUlp;
  ASSERT_LE(down, exact + slack) << x;
  ASSERT_GE(up, exact - slack) << x;
  ASSERT_LE(exact - down, 1.001L * kUlp) << x;
  ASSERT_LE(up - exact, 2.001L * kUlp) << x;
}

TEST(Log2, BracketsTheTruth) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  for (std::uint64_t x = 1; x < 20000; ++x) expect_bracketed(x);
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) expect_bracketed((random() >> (random() % 64)) | 1);
  for (unsigned k = 1; k < 64; ++k) {
    expect_bracketed((std::uint64_t{1} << k) - 1);
    expect_bracketed((std::uint64_t{1} << k) + 1);
  }
  expect_bracketed(~std::uint64_t{0});
}

TEST(Log2, ExactAtPowersOfTwo) {
  for (unsigned k = 0; k < 64; ++k) {
    EXPECT_EQ(log2_down(std::uint64_t{1} << k), whole_bits(k));
    EXPECT_EQ(log2_up(std::uint64_t{1} << k), whole_bits(k));
  }
}

TEST(Log2, Monotone) {
  for (std::uint64_t x = 1; x < 5000; ++x) {
    EXPECT_LE(log2_down(x), log2_down(x + 1));
    EXPECT_LE(log2_up(x), log2_up(x + 1));
  }
}

TEST(Log2, PinnedBits) {  // for second implementations: not only close, equal
  EXPECT_EQ(log2_down(3), 0x195c01a39);
  EXPECT_EQ(log2_up(3), 0x195c01a3b);
  EXPECT_EQ(log2_down(10), 0x35269e12f);
  EXPECT_EQ(log2_down(0xfffffffffffffffe), 0x3fffffffff);
}

}  // namespace
}  // namespace nescio::soundness
