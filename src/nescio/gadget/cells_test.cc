// The loops of gadget/cells.h on every instruction set, against integers of 128 bits and the field's own conversions.
#include "nescio/gadget/cells.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "nescio/field/goldilocks.h"
#include "nescio/field/isa.h"

namespace nescio {
namespace {

using Integers = std::vector<std::int64_t>;
constexpr std::int64_t kTop = (std::int64_t{1} << 62) - 1;

class Cells : public ::testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (!isa_available(GetParam())) GTEST_SKIP() << "not on this machine";
    set_isa(GetParam());
  }
  void TearDown() override { set_isa(before_); }

  // Integers of at most `bits` bits, the extremes among them.
  Integers some(std::size_t n, unsigned bits) {
    const std::int64_t m = bits == 62 ? kTop : (std::int64_t{1} << bits) - 1;
    std::uniform_int_distribution<std::int64_t> any(-m, m);
    Integers x(n);
    for (std::int64_t& c : x) c = any(rng_);
    const std::int64_t extremes[] = {m, -m, 0, -1, 1};
    for (std::size_t i = 0; i < n && i < 5; ++i) x[n - 1 - i] = extremes[i];
    return x;
  }

  Isa before_ = active_isa();
  std::mt19937_64 rng_{1};
};

TEST_P(Cells, agree_with_wide_integers_at_every_length) {
  const cells::Kernels& k = cells::kernels();
  for (std::size_t n = 0; n <= 40; ++n) {
    const Integers x = some(n, 40), y = some(n, 20);
    for (const std::int64_t coef : {1, -1, 7, -65536}) {
      Integers set(n), sum = x;
      k.set_multiple(coef, x.data(), -3, set.data(), n);
      k.add_multiple(coef, y.data(), sum.data(), n);
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_EQ(set[i], -3 + static_cast<__int128>(coef) * x[i]);
        EXPECT_EQ(sum[i], x[i] + static_cast<__int128>(coef) * y[i]);
      }
    }
    Integers out(n);
    k.product(x.data(), y.data(), out.data(), n);
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(out[i], static_cast<__int128>(x[i]) * y[i]);
    for (const std::int64_t base : {std::int64_t{0}, std::int64_t{1} << 15, -(std::int64_t{1} << 61)})
      for (const unsigned shift : {0U, 1U, 16U, 61U})
        for (const std::int64_t mask : {std::int64_t{-1}, std::int64_t{255}, std::int64_t{1}}) {
          Integers in_place = x;
          k.digit(in_place.data(), base, shift, mask, in_place.data(), n);
          for (std::size_t i = 0; i < n; ++i) {
            const __int128 whole = static_cast<__int128>(x[i]) + base, unit = static_cast<__int128>(1) << shift;
            const __int128 floor = whole >= 0 ? whole / unit : -((-whole + unit - 1) / unit);
            EXPECT_EQ(in_place[i], mask < 0 ? floor : ((floor % (mask + 1)) + mask + 1) % (mask + 1));
          }
        }
  }
}

TEST_P(Cells, words_of_the_field_are_canonical_and_come_back) {
  const cells::Kernels& k = cells::kernels();
  const Integers x = some(37, 62);
  std::vector<cells::Word> words(x.size());
  Integers back(x.size());
  k.to_field(x.data(), words.data(), x.size());
  k.from_field(words.data(), back.data(), x.size());
  EXPECT_EQ(back, x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_LT(words[i], F::kModulus);
    EXPECT_EQ(F(words[i]), F::from_signed(x[i]));
  }
}

TEST_P(Cells, one_cell_outside_is_seen_wherever_it_is) {
  const cells::Kernels& k = cells::kernels();
  for (const auto& [lo, hi] : {std::pair{std::int64_t{-4}, std::int64_t{9}},
                               std::pair{std::int64_t{0}, std::int64_t{0}}, std::pair{-kTop, kTop}})
    for (std::size_t n = 1; n <= 33; ++n)
      for (std::size_t i = 0; i < n; ++i) {
        Integers x(n, lo);
        x[i] = hi;
        EXPECT_TRUE(k.within(x.data(), lo, hi, n));
        for (const std::int64_t bad : {lo - 1, hi + 1, INT64_MIN, INT64_MAX}) {
          x[i] = bad;
          EXPECT_FALSE(k.within(x.data(), lo, hi, n)) << n << " " << i << " " << bad;
        }
      }
}

TEST_P(Cells, one_value_that_is_not_the_function_s_is_seen_wherever_it_is) {
  const cells::Kernels& k = cells::kernels();
  const Integers values = {5, -1, 8, 0};
  for (std::size_t n = 1; n <= 33; ++n) {
    Integers x(n), y(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = static_cast<std::int64_t>(i % 4) - 2;
      y[i] = values[i % 4];
    }
    EXPECT_TRUE(k.at_index(x.data(), -2, values.data(), y.data(), n));
    for (std::size_t i = 0; i < n; ++i) {
      y[i] ^= std::int64_t{1} << (i % 64);
      EXPECT_FALSE(k.at_index(x.data(), -2, values.data(), y.data(), n));
      y[i] ^= std::int64_t{1} << (i % 64);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryIsa, Cells, ::testing::ValuesIn(kAllIsas),
                         [](const auto& isa) { return std::string(isa_name(isa.param)); });

}  // namespace
}  // namespace nescio
