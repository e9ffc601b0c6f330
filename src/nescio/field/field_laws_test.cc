// Laws of F and its extensions, on all edge representations.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "nescio/field/extension.h"
#include "nescio/field/goldilocks.h"

namespace nescio {
namespace {

constexpr std::uint64_t kP = F::kModulus;
constexpr std::uint64_t kEdges[] = {0,      1,      2,  7,      0xFFFFFFFF, 0x100000000, kP / 2, kP / 2 + 1,
                                    kP - 2, kP - 1, kP, kP + 1, kP + 2,     ~0ULL - 1,   ~0ULL,  0x8000000000000000ULL};

std::vector<F> samples(const F*) {
  std::vector<F> v;
  for (const std::uint64_t w : kEdges) v.emplace_back(w);
  std::mt19937_64 rng(1);
  for (int i = 0; i < 8; ++i) v.emplace_back(rng());
  return v;
}
template <unsigned D>
std::vector<Extension<D>> samples(const Extension<D>*) {
  std::vector<Extension<D>> v;
  std::mt19937_64 rng(2);
  const auto edges = samples(static_cast<const F*>(nullptr));
  for (int i = 0; i < 40; ++i) {
    Extension<D> e;
    for (unsigned d = 0; d < D; ++d) e[d] = i < 30 ? edges[rng() % edges.size()] : F(rng());
    v.push_back(e);
  }
  for (const F x : edges) v.emplace_back(x);
  return v;
}

template <class T>
class FieldLaws : public ::testing::Test {};
using Fields = ::testing::Types<F, Ext2, Ext3>;
TYPED_TEST_SUITE(FieldLaws, Fields);

TYPED_TEST(FieldLaws, RingLaws) {
  const auto s = samples(static_cast<const TypeParam*>(nullptr));
  const TypeParam zero(F(0)), one(F(1));
  for (std::size_t i = 0; i < s.size(); ++i)
    for (std::size_t j = 0; j < s.size(); ++j) {
      const TypeParam a = s[i], b = s[j], c = s[(i * 7 + j * 3) % s.size()];
      ASSERT_TRUE(a + b == b + a);
      ASSERT_TRUE(a * b == b * a);
      ASSERT_TRUE((a + b) + c == a + (b + c));
      ASSERT_TRUE((a * b) * c == a * (b * c));
      ASSERT_TRUE(a * (b + c) == a * b + a * c);
      ASSERT_TRUE(a - b == a + (-b));
      ASSERT_TRUE((a - b) + b == a);
      ASSERT_TRUE(a + zero == a && a * one == a && a * zero == zero && a - a == zero);
    }
}

TYPED_TEST(FieldLaws, InverseOfEveryNonZero) {
  const TypeParam zero(F(0)), one(F(1));
  int inverted = 0;
  for (const TypeParam a : samples(static_cast<const TypeParam*>(nullptr))) {
    if (a == zero) continue;
    ASSERT_TRUE(a.inverse() * a == one);
    ++inverted;
  }
  EXPECT_GT(inverted, 10);
}

TYPED_TEST(FieldLaws, PowIsRepeatedMultiplication) {
  for (const TypeParam a : samples(static_cast<const TypeParam*>(nullptr))) {
    TypeParam r(F(1));
    for (std::uint64_t e = 0; e < 20; ++e, r = r * a) ASSERT_TRUE(a.pow(e) == r);
  }
}

// Against plain 128-bit integers.
TEST(Goldilocks, AgreesWithIntegersModP) {
  using U = unsigned __int128;
  const auto s = samples(static_cast<const F*>(nullptr));
  for (const F a : s)
    for (const F b : s) {
      const U x = a.word(), y = b.word();
      ASSERT_EQ((a + b).canonical(), static_cast<std::uint64_t>((x + y) % kP));
      ASSERT_EQ((a - b).canonical(), static_cast<std::uint64_t>((x % kP + kP - y % kP) % kP));
      ASSERT_EQ((a * b).canonical(), static_cast<std::uint64_t>(x * y % kP));
      ASSERT_EQ(F::reduce(x << 64 | y).canonical(), static_cast<std::uint64_t>((x << 64 | y) % kP));
    }
}

TEST(Goldilocks, SignedIntegersRoundTrip) {
  for (const std::int64_t x :
       {0L, 1L, -1L, 255L, -128L, (1L << 62), -(1L << 62), 9223372034707292160L, -9223372034707292160L})
    EXPECT_EQ(F::from_signed(x).to_signed(), x);
  EXPECT_EQ(F(kP).to_signed(), 0);
  EXPECT_EQ(F(kP - 1).to_signed(), -1);
}

TEST(Goldilocks, RootsOfUnityHaveTheirOrder) {
  EXPECT_TRUE(F::root_of_unity(0) == F(1));
  for (unsigned k = 1; k <= F::kTwoAdicity; ++k) {
    const F w = F::root_of_unity(k);
    EXPECT_TRUE(w * w == F::root_of_unity(k - 1));
    EXPECT_TRUE(w.pow(std::uint64_t{1} << (k - 1)) == F(kP - 1));
  }
}

// 7 is a generator: no p-1 / q power is 1, q over the primes of p - 1 = 2^32 3 5 17 257 65537.
TEST(Goldilocks, SevenGenerates) {
  for (const std::uint64_t q : {2ULL, 3ULL, 5ULL, 17ULL, 257ULL, 65537ULL})
    EXPECT_FALSE(F(7).pow((kP - 1) / q) == F(1));
}

// A polynomial of degree 2 or 3 is irreducible over F iff it has no root in F. If X^2 - 7 had one, 7 would be a square,
// so 7^((p-1)/2) = 1. In general, in F[X]/f the Frobenius map x -> x^p fixes X^j iff f splits; if f is irreducible, its
// order is D: X^(p^D) = X, X^p != X.
template <class E>
void expect_frobenius_of_order_d() {
  const E x = E::basis(1);
  E y = x;
  for (unsigned i = 1; i <= E::D; ++i) {
    y = y.pow(kP);
    EXPECT_EQ(y == x, i == E::D) << i;
  }
  // x -> x^p is additive and fixes F.
  const auto s = samples(static_cast<const E*>(nullptr));
  for (std::size_t i = 0; i + 1 < s.size(); i += 5)
    EXPECT_TRUE((s[i] + s[i + 1]).pow(kP) == s[i].pow(kP) + s[i + 1].pow(kP));
  EXPECT_TRUE(E(F(12345)).pow(kP) == E(F(12345)));
}
TEST(Extension, IsAField) {
  expect_frobenius_of_order_d<Ext2>();
  expect_frobenius_of_order_d<Ext3>();
  EXPECT_TRUE(F(7).pow((kP - 1) / 2) == F(kP - 1));
}

TEST(Extension, DefiningPolynomials) {
  const Ext2 x = Ext2::basis(1);
  EXPECT_TRUE(x * x == Ext2(F(7)));
  const Ext3 y = Ext3::basis(1);
  EXPECT_TRUE(y * y * y == y + Ext3::one());
  EXPECT_TRUE(y * y == Ext3::basis(2));
}

TEST(Extension, BaseOperandsAreEmbedded) {
  std::mt19937_64 rng(3);
  for (int i = 0; i < 50; ++i) {
    const Ext3 a(std::array<F, 3>{F(rng()), F(rng()), F(rng())});
    const F b(rng());
    EXPECT_TRUE(a * b == a * Ext3(b));
    EXPECT_TRUE(a + b == a + Ext3(b));
    EXPECT_TRUE(a - b == a - Ext3(b));
  }
}

}  // namespace
}  // namespace nescio
