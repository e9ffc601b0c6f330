// Laws of F and its extensions on random elements, made of words that are edges as often as not; failures shrink.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "nescio/base/endian.h"
#include "nescio/field/extension.h"
#include "nescio/field/goldilocks.h"

namespace rc {

using nescio::F;

template <>
struct Arbitrary<F> {
  static Gen<F> arbitrary() {
    constexpr std::uint64_t p = F::kModulus;
    const auto edges = gen::element<std::uint64_t>(0, 1, 2, 0xFFFFFFFF, 0x100000000, 0x8000000000000000, p / 2, p - 1,
                                                   p, p + 1, ~std::uint64_t{0});
    return gen::map(gen::oneOf(edges, gen::arbitrary<std::uint64_t>()), [](std::uint64_t word) { return F(word); });
  }
};
template <unsigned D>
struct Arbitrary<nescio::Extension<D>> {
  static Gen<nescio::Extension<D>> arbitrary() {
    return gen::map(gen::container<std::vector<F>>(D, gen::arbitrary<F>()), [](const std::vector<F>& c) {
      nescio::Extension<D> e;
      for (unsigned d = 0; d < D; ++d) e[d] = c[d];
      return e;
    });
  }
};

}  // namespace rc

namespace nescio {

void showValue(F x, std::ostream& os) {
  os << x.canonical();
}
template <unsigned D>
void showValue(const Extension<D>& x, std::ostream& os) {
  for (unsigned d = 0; d < D; ++d) os << (d == 0 ? "(" : ", ") << x[d].canonical();
  os << ")";
}

namespace {

template <class T>
struct Properties : ::testing::Test {};
using Fields = ::testing::Types<F, Ext2, Ext3>;
TYPED_TEST_SUITE(Properties, Fields);

TYPED_TEST(Properties, Ring) {
  using T = TypeParam;
  EXPECT_TRUE(rc::check("ring", [](const T& a, const T& b, const T& c) {
    RC_ASSERT(a + b == b + a);
    RC_ASSERT(a * b == b * a);
    RC_ASSERT((a + b) + c == a + (b + c));
    RC_ASSERT((a * b) * c == a * (b * c));
    RC_ASSERT(a * (b + c) == a * b + a * c);
    RC_ASSERT((a - b) + b == a);
    RC_ASSERT(a - b == -(b - a));
    T sum = a, difference = a, product = a;
    RC_ASSERT((sum += b) == a + b);
    RC_ASSERT((difference -= b) == a - b);
    RC_ASSERT((product *= b) == a * b);
  }));
}

TYPED_TEST(Properties, Inverse) {
  using T = TypeParam;
  EXPECT_TRUE(rc::check("inverse", [](const T& a, const T& b) {
    RC_PRE(!(a == T(F())) && !(b == T(F())));
    RC_ASSERT(a.inverse() * a == T(F(1)));
    RC_ASSERT(a.inverse().inverse() == a);
    RC_ASSERT((a * b).inverse() == a.inverse() * b.inverse());
    RC_ASSERT(!(a * b == T(F())));
  }));
}

TYPED_TEST(Properties, Powers) {
  using T = TypeParam;
  EXPECT_TRUE(rc::check("powers", [](const T& a, const T& b, std::uint32_t m, std::uint32_t n) {
    RC_ASSERT(a.pow(m) * a.pow(n) == a.pow(std::uint64_t{m} + n));
    RC_ASSERT(a.pow(m).pow(n) == a.pow(std::uint64_t{m} * n));
    RC_ASSERT((a * b).pow(n) == a.pow(n) * b.pow(n));
    // Frobenius: additive, the identity on F.
    RC_ASSERT((a + b).pow(F::kModulus) == a.pow(F::kModulus) + b.pow(F::kModulus));
  }));
}

RC_GTEST_PROP(Goldilocks, words_and_integers, (std::uint64_t word, std::int64_t integer)) {
  RC_ASSERT(F(word).canonical() == word % F::kModulus);
  const auto limit = static_cast<std::int64_t>(F::kModulus / 2);
  RC_PRE(-limit < integer && integer < limit);
  RC_ASSERT(F::from_signed(integer).to_signed() == integer);
  RC_ASSERT(F::from_signed(-integer) == -F::from_signed(integer));
}

}  // namespace
}  // namespace nescio
