// poly/ against definitions by brute force.
#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "nescio/field/extension.h"
#include "nescio/field/kernels.h"
#include "nescio/poly/eq.h"
#include "nescio/poly/mle.h"
#include "nescio/poly/univariate.h"

namespace nescio {
namespace {

template <class E>
class Poly : public ::testing::Test {
 protected:
  E element() {
    E e;
    for (unsigned d = 0; d < E::D; ++d) e[d] = F(rng_());
    return e;
  }
  std::vector<E> point(std::size_t k) {
    std::vector<E> z(k);
    for (E& x : z) x = element();
    return z;
  }
  static std::vector<E> bits(std::size_t k, std::uint64_t i) {
    std::vector<E> b(k);
    for (std::size_t j = 0; j < k; ++j) b[j] = E(F(i >> j & 1));
    return b;
  }
  std::mt19937_64 rng_{7};
};
using Degrees = ::testing::Types<Ext2, Ext3>;
TYPED_TEST_SUITE(Poly, Degrees);

TYPED_TEST(Poly, EqIsTheIndicatorOnTheCube) {
  using E = TypeParam;
  for (std::size_t k = 0; k <= 4; ++k)
    for (std::uint64_t i = 0; i < 1u << k; ++i)
      for (std::uint64_t j = 0; j < 1u << k; ++j)
        EXPECT_TRUE(eq<E>(this->bits(k, i), this->bits(k, j)) == (i == j ? E::one() : E::zero()));
}

TYPED_TEST(Poly, EqTableIndexAndDefinitionAgree) {
  using E = TypeParam;
  for (std::size_t k = 0; k <= 7; ++k) {
    const auto z = this->point(k);
    const auto t = eq_table<E>(z);
    ExtVector<E> fast(t.size());
    eq_table(z, E::one(), fast);
    E total = E::zero();
    for (std::size_t i = 0; i < t.size(); ++i) {
      EXPECT_TRUE(t[i] == eq_index<E>(z, i));
      EXPECT_TRUE(t[i] == eq<E>(z, this->bits(k, i)));
      EXPECT_TRUE(t[i] == fast.get(i));
      total += t[i];
    }
    EXPECT_TRUE(total == E::one());
  }
}

TYPED_TEST(Poly, PrefixSums) {
  using E = TypeParam;
  for (std::size_t k = 0; k <= 5; ++k) {
    const auto z = this->point(k), r = this->point(k);
    E lt = E::zero(), trunc = E::zero();
    for (std::uint64_t n = 0; n <= (1u << k) + 3; ++n) {
      EXPECT_TRUE(lt_sum<E>(z, n) == lt) << k << " " << n;
      EXPECT_TRUE(eq_trunc<E>(z, r, n) == trunc) << k << " " << n;
      if (n < 1u << k) {
        lt += eq_index<E>(z, n);
        trunc += eq_index<E>(z, n) * eq_index<E>(r, n);
      }
    }
    EXPECT_TRUE(lt_sum<E>(z, ~0ULL) == E::one());
    EXPECT_TRUE(eq_trunc<E>(z, r, std::uint64_t{1} << 63) == eq<E>(z, r));
  }
}

TYPED_TEST(Poly, PrefixSumsOfManyVariables) {
  using E = TypeParam;
  const auto z = this->point(64), r = this->point(64);
  const std::uint64_t n = 0x8000000000000001ULL;  // {0..2^63-1} and 2^63
  const std::vector<E> z63(z.begin(), z.end() - 1), r63(r.begin(), r.end() - 1);
  EXPECT_TRUE(lt_sum<E>(z, n) == E::one() - z[63] + eq_index<E>(z, n - 1));
  EXPECT_TRUE(eq_trunc<E>(z, r, n) == (E::one() - z[63]) * (E::one() - r[63]) * eq<E>(z63, r63) +
                                          eq_index<E>(z, n - 1) * eq_index<E>(r, n - 1));
}

TYPED_TEST(Poly, EqRangeIsASliceOfTheTable) {
  using E = TypeParam;
  const auto z = this->point(4);
  const auto t = eq_table<E>(z);
  for (std::uint64_t begin = 0; begin <= 16; ++begin)
    for (std::uint64_t end = begin; end <= 16; ++end)
      EXPECT_TRUE(eq_range<E>(z, begin, end) == std::vector<E>(t.begin() + static_cast<std::ptrdiff_t>(begin),
                                                               t.begin() + static_cast<std::ptrdiff_t>(end)));
}

TYPED_TEST(Poly, EqShiftSumsTheOverlap) {
  using E = TypeParam;
  for (const auto& [kz, kr] : {std::pair{3u, 3u}, std::pair{4u, 2u}, std::pair{2u, 4u}, std::pair{0u, 2u}}) {
    const auto z = this->point(kz), r = this->point(kr);
    for (std::int64_t shift = -20; shift <= 20; ++shift) {
      E want = E::zero();
      for (std::uint64_t n = 0; n <= 1u << kr; ++n) {
        EXPECT_TRUE(eq_shift<E>(z, r, shift, n) == want) << kz << " " << kr << " " << shift << " " << n;
        const std::int64_t target = static_cast<std::int64_t>(n) + shift;
        if (n < 1u << kr && target >= 0 && target < std::int64_t{1} << kz)
          want += eq_index<E>(r, n) * eq_index<E>(z, static_cast<std::uint64_t>(target));
      }
    }
  }
}

// The truncated weights eq(z,i) [i<n], extended multilinearly, at r.
TYPED_TEST(Poly, EqTruncIsAnMle) {
  using E = TypeParam;
  const auto z = this->point(4), r = this->point(4);
  for (std::size_t n = 0; n <= 16; ++n) {
    auto t = eq_table<E>(z);
    t.resize(n);
    EXPECT_TRUE((mle_eval<E, E>(t, r)) == eq_trunc<E>(z, r, n));
  }
}

TYPED_TEST(Poly, MleEval) {
  using E = TypeParam;
  for (std::size_t k = 0; k <= 5; ++k)
    for (std::size_t n = 0; n <= std::size_t{1} << k; ++n) {
      const auto z = this->point(k), t = this->point(n);
      std::vector<F> b(n);
      for (F& x : b) x = F(this->rng_());
      E want = E::zero(), want_base = E::zero();
      for (std::size_t i = 0; i < n; ++i) {
        want += eq_index<E>(z, i) * t[i];
        want_base += eq_index<E>(z, i) * b[i];
      }
      EXPECT_TRUE((mle_eval<E, E>(t, z)) == want) << k << " " << n;
      EXPECT_TRUE((mle_eval<E, F>(b, z)) == want_base) << k << " " << n;
    }
}

TYPED_TEST(Poly, Univariate) {
  using E = TypeParam;
  const auto c = this->point(6);
  const E x = this->element();
  E want = E::zero();
  for (std::size_t i = 0; i < c.size(); ++i) want += c[i] * x.pow(i);
  EXPECT_TRUE((horner<E, E>(c, x)) == want);
  EXPECT_TRUE((horner<E, E>(std::span<const E>(), x)) == E::zero());
  EXPECT_TRUE(quadratic(c[0], c[1], c[2], x) == c[0] + c[1] * x + c[2] * x.pow(2));
  EXPECT_TRUE(cubic(c[0], c[1], c[2], c[3], x) == c[0] + c[1] * x + c[2] * x.pow(2) + c[3] * x.pow(3));
  const std::vector<F> b = {F(3), F(~0ULL), F(5)};
  EXPECT_TRUE((horner<E, F>(b, x)) == E(b[0]) + x * b[1] + x * x * b[2]);
}

TYPED_TEST(Poly, PowMleExtendsThePowers) {
  using E = TypeParam;
  for (std::size_t k = 0; k <= 6; ++k) {
    const E z = this->element();
    const auto s = this->point(k);
    std::vector<E> powers(std::size_t{1} << k);
    for (std::size_t i = 0; i < powers.size(); ++i) powers[i] = z.pow(i);
    EXPECT_TRUE(pow_mle(z, s) == (mle_eval<E, E>(powers, s)));
  }
}

}  // namespace
}  // namespace nescio
