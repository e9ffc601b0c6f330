// Every slice kernel on every instruction set of this CPU against the scalar classes.
#include "nescio/field/kernels.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <vector>

#include "nescio/field/isa.h"

namespace nescio {
namespace {

constexpr std::uint64_t kP = F::kModulus;
constexpr std::uint64_t kEdges[] = {
    0,      1,  2,      0xFFFFFFFF, 0x100000000, (1ULL << 52) - 1,     1ULL << 52, kP - 2,
    kP - 1, kP, kP + 1, ~0ULL - 1,  ~0ULL,       0xFFFFFFFEFFFFFFFFULL};

// kMax fills accumulators as fast as possible.
enum class Fill { kRandom, kEdge, kMax };

class Source {
 public:
  explicit Source(Fill fill) : fill_(fill) {}
  F word() {
    if (fill_ == Fill::kMax) return F(~0ULL);
    const std::uint64_t r = rng_();
    return fill_ == Fill::kEdge && r % 4 != 0 ? F(kEdges[rng_() % std::size(kEdges)]) : F(r);
  }
  template <class E>
  E element() {
    E e;
    for (unsigned d = 0; d < E::D; ++d) e[d] = word();
    return e;
  }
  SecretVector<F> base(std::size_t n) {
    SecretVector<F> v(n);
    for (F& x : v) x = word();
    return v;
  }
  template <class E>
  ExtVector<E> ext(std::size_t n) {
    ExtVector<E> v(n);
    for (std::size_t i = 0; i < n; ++i) v.set(i, element<E>());
    return v;
  }

 private:
  Fill fill_;
  std::mt19937_64 rng_{42};
};

std::vector<std::size_t> sizes() {
  std::vector<std::size_t> s;
  for (std::size_t n = 0; n <= 4 * 8 + 3; ++n) s.push_back(n);
  for (const std::size_t n : {64, 255, 1000, 2049}) s.push_back(n);
  return s;
}

// Calls body(source, n) with every available instruction set active.
void on_every_isa(const std::function<void(Source&, std::size_t)>& body) {
  const Isa before = active_isa();
  for (const Isa isa : kAllIsas) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    for (const Fill fill : {Fill::kRandom, Fill::kEdge, Fill::kMax})
      for (const std::size_t n : sizes()) {
        Source source(fill);
        SCOPED_TRACE(std::string(isa_name(isa)) + " n=" + std::to_string(n));
        body(source, n);
        if (::testing::Test::HasFailure()) return;
      }
  }
  set_isa(before);
}

void expect_base(BaseView got, const std::function<F(std::size_t)>& want) {
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i].canonical(), want(i).canonical()) << "i=" << i;
}
template <class E>
void expect_ext(const ExtVector<E>& got, const std::function<E(std::size_t)>& want) {
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_TRUE(got.get(i) == want(i)) << "i=" << i;
}
template <class E>
E sum(std::size_t n, const std::function<E(std::size_t)>& term) {
  E s = E::zero();
  for (std::size_t i = 0; i < n; ++i) s += term(i);
  return s;
}

TEST(Kernels, BaseSlices) {
  on_every_isa([](Source& src, std::size_t n) {
    const auto a = src.base(n), b = src.base(n), c = src.base(n);
    const F k = src.word();
    SecretVector<F> out(n);
    add(a, b, out);
    expect_base(out, [&](std::size_t i) { return a[i] + b[i]; });
    sub(a, b, out);
    expect_base(out, [&](std::size_t i) { return a[i] - b[i]; });
    mul(a, b, out);
    expect_base(out, [&](std::size_t i) { return a[i] * b[i]; });
    scale(k, a, out);
    expect_base(out, [&](std::size_t i) { return k * a[i]; });
    out = c;
    mul_add(a, b, out);
    expect_base(out, [&](std::size_t i) { return c[i] + a[i] * b[i]; });
    out = a;
    canonicalise(out);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(out[i].word(), a[i].canonical());
    F d(0);
    for (std::size_t i = 0; i < n; ++i) d += a[i] * b[i];
    ASSERT_TRUE(dot(a, b) == d);
  });
}

TEST(Kernels, NothingIsWrittenPastTheEnd) {
  on_every_isa([](Source& src, std::size_t n) {
    const auto a = src.base(n);
    SecretVector<F> out(n + 16, F(0x1234));
    add(a, a, BaseSpan(out).first(n));
    for (std::size_t i = n; i < out.size(); ++i) ASSERT_EQ(out[i].word(), 0x1234u);
    auto t = src.ext<Ext3>(2 * n);
    auto folded = src.ext<Ext3>(n + 16);
    for (std::size_t i = n; i < n + 16; ++i) folded.set(i, Ext3(F(0x1234)));
    fold(t, src.element<Ext3>(), folded.subspan(0, n));
    for (std::size_t i = n; i < n + 16; ++i) ASSERT_EQ(folded.get(i)[0].word(), 0x1234u);
  });
}

template <class E>
class ExtKernels : public ::testing::Test {};
using Degrees = ::testing::Types<Ext2, Ext3>;
TYPED_TEST_SUITE(ExtKernels, Degrees);

TYPED_TEST(ExtKernels, Elementwise) {
  using E = TypeParam;
  on_every_isa([](Source& src, std::size_t n) {
    const auto a = src.ext<E>(n), b = src.ext<E>(n), acc = src.ext<E>(n);
    const auto x = src.base(n);
    const E c = src.element<E>();
    ExtVector<E> out(n);
    add<E>(a, b, out);
    expect_ext<E>(out, [&](std::size_t i) { return a.get(i) + b.get(i); });
    sub<E>(a, b, out);
    expect_ext<E>(out, [&](std::size_t i) { return a.get(i) - b.get(i); });
    mul<E>(a, b, out);
    expect_ext<E>(out, [&](std::size_t i) { return a.get(i) * b.get(i); });
    mul<E>(a, x, out);
    expect_ext<E>(out, [&](std::size_t i) { return a.get(i) * x[i]; });
    scale(c, x, out);
    expect_ext<E>(out, [&](std::size_t i) { return c * x[i]; });
    scale(c, a, out);
    expect_ext<E>(out, [&](std::size_t i) { return c * a.get(i); });
    out = acc.clone();
    axpy(c, x, out);
    expect_ext<E>(out, [&](std::size_t i) { return acc.get(i) + c * x[i]; });
    out = acc.clone();
    axpy(c, a, out);
    expect_ext<E>(out, [&](std::size_t i) { return acc.get(i) + c * a.get(i); });
    out = a.clone();
    mul<E>(out, b, out);
    expect_ext<E>(out, [&](std::size_t i) { return a.get(i) * b.get(i); });
  });
}

TYPED_TEST(ExtKernels, Dots) {
  using E = TypeParam;
  on_every_isa([](Source& src, std::size_t n) {
    const auto a = src.ext<E>(n), b = src.ext<E>(n);
    const auto x = src.base(n);
    ASSERT_TRUE(dot<E>(a, x) == sum<E>(n, [&](std::size_t i) { return a.get(i) * x[i]; }));
    ASSERT_TRUE(dot<E>(a, b) == sum<E>(n, [&](std::size_t i) { return a.get(i) * b.get(i); }));
  });
}

// Long enough to fill an accumulator many times.
TYPED_TEST(ExtKernels, LongSumsDoNotOverflow) {
  using E = TypeParam;
  const Isa before = active_isa();
  for (const Isa isa : kAllIsas) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    SCOPED_TRACE(isa_name(isa));
    for (const Fill fill : {Fill::kMax, Fill::kEdge}) {
      Source src(fill);
      const std::size_t n = 30011;
      const auto a = src.ext<E>(n), b = src.ext<E>(n), w = src.ext<E>(n / 2);
      const auto x = src.base(n), y = src.base(n);
      F xy(0);
      for (std::size_t i = 0; i < n; ++i) xy += x[i] * y[i];
      EXPECT_TRUE(dot(x, y) == xy);
      EXPECT_TRUE(dot<E>(a, x) == sum<E>(n, [&](std::size_t i) { return a.get(i) * x[i]; }));
      EXPECT_TRUE(dot<E>(a, b) == sum<E>(n, [&](std::size_t i) { return a.get(i) * b.get(i); }));
      ExtVector<E> out(1);
      combine_rows<E>(x, n, a, out);
      EXPECT_TRUE(out.get(0) == dot<E>(a, x));
      const std::size_t half = n / 2;
      const ExtView<E> a2 = a.subspan(0, 2 * half), b2 = b.subspan(0, 2 * half);
      const BaseView x2 = BaseView(x).first(2 * half), y2 = BaseView(y).first(2 * half);
      EXPECT_TRUE(product_round<E>(a2, b2).c0 ==
                  sum<E>(half, [&](std::size_t i) { return a.get(2 * i) * b.get(2 * i); }));
      EXPECT_TRUE(product_round<E>(x2, b2).c0 == sum<E>(half, [&](std::size_t i) { return b.get(2 * i) * x[2 * i]; }));
      EXPECT_TRUE(product_round<E>(x2, y2).c0 == sum<E>(half, [&](std::size_t i) { return E(x[2 * i] * y[2 * i]); }));
      EXPECT_TRUE(product_round3<E>(a2, a2, b2).c0 ==
                  sum<E>(half, [&](std::size_t i) { return a.get(2 * i) * a.get(2 * i) * b.get(2 * i); }));
      EXPECT_TRUE(product_round3<E>(a2, x2, y2).c0 ==
                  sum<E>(half, [&](std::size_t i) { return a.get(2 * i) * x[2 * i] * y[2 * i]; }));
      EXPECT_TRUE(weighted_round<E>(w, a2, b2)[0] ==
                  sum<E>(half, [&](std::size_t i) { return w.get(i) * a.get(2 * i) * b.get(2 * i); }));
      EXPECT_TRUE(weighted_round3<E>(w, a2, b2, a2)[0] ==
                  sum<E>(half, [&](std::size_t i) { return w.get(i) * a.get(2 * i) * b.get(2 * i) * a.get(2 * i); }));
      EXPECT_TRUE(weighted_round3<E>(w, x2, y2, x2)[0] ==
                  sum<E>(half, [&](std::size_t i) { return w.get(i) * x[2 * i] * y[2 * i] * x[2 * i]; }));
      EXPECT_TRUE(gkr_round<E>(w, a2, b2, b2, a2).c0 ==
                  sum<E>(half, [&](std::size_t i) { return w.get(i) * a.get(2 * i) * b.get(2 * i) * F(2); }));
    }
  }
  set_isa(before);
}

TYPED_TEST(ExtKernels, CombineRows) {
  using E = TypeParam;
  on_every_isa([](Source& src, std::size_t n) {
    if (n > 300) return;
    for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{21}}) {
      const std::size_t stride = n + 3;
      const auto m = src.base(rows * stride);
      const auto weights = src.ext<E>(n);
      auto out = src.ext<E>(rows);
      combine_rows<E>(m, stride, weights, out);
      expect_ext<E>(out, [&](std::size_t r) {
        return sum<E>(n, [&](std::size_t j) { return weights.get(j) * m[r * stride + j]; });
      });
    }
  });
}

TYPED_TEST(ExtKernels, Folds) {
  using E = TypeParam;
  on_every_isa([](Source& src, std::size_t n) {
    auto t = src.ext<E>(2 * n);
    const auto before = t.clone();
    const auto x = src.base(2 * n);
    const E r = src.element<E>();
    const auto want = [&](std::size_t i) {
      return before.get(2 * i) + r * (before.get(2 * i + 1) - before.get(2 * i));
    };
    ExtVector<E> out(n);
    fold(t, r, out);
    expect_ext<E>(out, want);
    fold(t, r, t.subspan(0, n));
    t.resize(n);
    expect_ext<E>(t, want);
    fold(x, r, out);
    expect_ext<E>(out, [&](std::size_t i) { return r * (x[2 * i + 1] - x[2 * i]) + x[2 * i]; });
  });
}

TYPED_TEST(ExtKernels, AddPairs) {
  using E = TypeParam;
  on_every_isa([](Source& src, std::size_t n) {
    auto t = src.ext<E>(2 * n);
    const auto before = t.clone();
    add_pairs<E>(t, t.subspan(0, n));
    t.resize(n);
    expect_ext<E>(t, [&](std::size_t i) { return before.get(2 * i) + before.get(2 * i + 1); });
  });
}

// The first pass over a layer, from its nodes, against the tables made one by one.
TYPED_TEST(ExtKernels, FirstRoundOfALayer) {
  using E = TypeParam;
  on_every_isa([](Source& src, std::size_t n) {
    const auto p = src.ext<E>(4 * n), q = src.ext<E>(4 * n), w = src.ext<E>(n);
    const auto base = src.base(4 * n);
    const E lambda = src.element<E>(), r = src.element<E>();
    const auto check = [&](const auto& numerators, const auto& at) {
      ExtVector<E> t[4];  // u, q1, p1, q0
      for (auto& x : t) x.resize(2 * n);
      for (std::size_t i = 0; i < 2 * n; ++i) {
        t[0].set(i, at(2 * i) + lambda * q.get(2 * i));
        t[1].set(i, q.get(2 * i + 1));
        t[2].set(i, at(2 * i + 1));
        t[3].set(i, q.get(2 * i));
      }
      const auto want = gkr_round<E>(w, t[0], t[1], t[2], t[3]);
      const auto got = gkr_first_round<E>(w, numerators, q, lambda);
      ASSERT_TRUE(got.c0 == want.c0);
      ASSERT_TRUE(got.c2 == want.c2);
      ExtVector<E> folded[4];
      for (auto& x : folded) x.resize(n);
      gkr_first_fold<E>(numerators, q, lambda, r, {folded[0], folded[1], folded[2], folded[3]});
      for (int k = 0; k < 4; ++k) {
        ExtVector<E> expected(n);
        fold<E>(t[k], r, expected);
        expect_ext<E>(folded[k], [&](std::size_t i) { return expected.get(i); });
      }
    };
    check(p, [&](std::size_t i) { return p.get(i); });
    check(base, [&](std::size_t i) { return E(base[i]); });
    ExtVector<E> p_out(2 * n), q_out(2 * n);
    combine_fractions<E>(base, q, p_out, q_out);
    expect_ext<E>(p_out,
                  [&](std::size_t i) { return q.get(2 * i + 1) * base[2 * i] + q.get(2 * i) * base[2 * i + 1]; });
    expect_ext<E>(q_out, [&](std::size_t i) { return q.get(2 * i) * q.get(2 * i + 1); });
  });
}

TYPED_TEST(ExtKernels, EqTable) {
  using E = TypeParam;
  on_every_isa([](Source& src, std::size_t n) {
    if (n > 12) return;
    std::vector<E> z(n);
    for (E& x : z) x = src.element<E>();
    const E s = src.element<E>();
    ExtVector<E> out(std::size_t{1} << n);
    eq_table(z, s, out);
    expect_ext<E>(out, [&](std::size_t i) {
      E e = s;
      for (std::size_t j = 0; j < n; ++j) e *= (i >> j & 1) != 0 ? z[j] : E::one() - z[j];
      return e;
    });
  });
}

// The sums are those of the polynomial sum_i w(X) a(X) b(X), interpolated from its values at 0, 1, -1 and 2.
TYPED_TEST(ExtKernels, RoundPolynomials) {
  using E = TypeParam;
  const F half = F(2).inverse(), sixth = F(6).inverse();
  on_every_isa([&](Source& src, std::size_t n) {
    const auto a = src.ext<E>(2 * n), b = src.ext<E>(2 * n), c = src.ext<E>(2 * n), e = src.ext<E>(2 * n);
    const auto w = src.ext<E>(n);
    const auto x = src.base(2 * n), y = src.base(2 * n);
    using Poly = std::function<E(std::size_t, F)>;
    const auto line = [](const ExtVector<E>& v) -> Poly {
      return [&v](std::size_t i, F at) { return v.get(2 * i) + (v.get(2 * i + 1) - v.get(2 * i)) * at; };
    };
    const auto base_line = [](const SecretVector<F>& v) -> Poly {
      return [&v](std::size_t i, F at) { return E(v[2 * i] + (v[2 * i + 1] - v[2 * i]) * at); };
    };
    const auto check = [&](const E& c0, const E& c2, const E& c3, const Poly& p) {
      const auto at = [&](std::int64_t k) { return sum<E>(n, [&](std::size_t i) { return p(i, F::from_signed(k)); }); };
      const E v0 = at(0), v1 = at(1), vm = at(-1), v2 = at(2);
      const E even = (v1 + vm) * half - v0;                          // c2
      const E odd = (v1 - vm) * half;                                // c1 + c3
      const E cubic = (v2 - v0 - even * F(4) - odd * F(2)) * sixth;  // (8 - 2) c3
      ASSERT_TRUE(c0 == v0);
      ASSERT_TRUE(c2 == even);
      ASSERT_TRUE(c3 == cubic);
    };
    const Poly pa = line(a), pb = line(b), pc = line(c), pe = line(e), px = base_line(x), py = base_line(y);
    const E zero = E::zero();
    const auto r1 = product_round<E>(a, b);
    check(r1.c0, r1.c2, zero, [&](std::size_t i, F at) { return pa(i, at) * pb(i, at); });
    const auto r2 = product_round<E>(x, b);
    check(r2.c0, r2.c2, zero, [&](std::size_t i, F at) { return px(i, at) * pb(i, at); });
    const auto r3 = product_round<E>(x, y);
    check(r3.c0, r3.c2, zero, [&](std::size_t i, F at) { return px(i, at) * py(i, at); });
    const auto r4 = product_round3<E>(c, a, b);
    check(r4.c0, r4.c2, r4.c3, [&](std::size_t i, F at) { return pc(i, at) * pa(i, at) * pb(i, at); });
    const auto r5 = product_round3<E>(c, x, y);
    check(r5.c0, r5.c2, r5.c3, [&](std::size_t i, F at) { return pc(i, at) * px(i, at) * py(i, at); });
    const auto whole = [&](const auto& coefficients, const auto& at_pair) {
      for (const F at : {F(0), F(1), F(2), -F(1), F(7)}) {
        E value = E::zero();
        for (std::size_t k = coefficients.size(); k-- > 0;) value = value * at + coefficients[k];
        EXPECT_TRUE(value == sum<E>(n, [&](std::size_t i) { return at_pair(i, at); }));
      }
    };
    whole(weighted_round<E>(w, a, b), [&](std::size_t i, F at) { return w.get(i) * pa(i, at) * pb(i, at); });
    whole(weighted_round<E>(w, x, y), [&](std::size_t i, F at) { return w.get(i) * px(i, at) * py(i, at); });
    whole(weighted_round3<E>(w, a, b, c),
          [&](std::size_t i, F at) { return w.get(i) * pa(i, at) * pb(i, at) * pc(i, at); });
    whole(weighted_round3<E>(w, x, y, x),
          [&](std::size_t i, F at) { return w.get(i) * px(i, at) * py(i, at) * px(i, at); });
    const auto r7 = gkr_round<E>(w, a, b, c, e);
    check(r7.c0, r7.c2, zero,
          [&](std::size_t i, F at) { return w.get(i) * (pa(i, at) * pb(i, at) + pc(i, at) * pe(i, at)); });
  });
}

TYPED_TEST(ExtKernels, CombineFractions) {
  using E = TypeParam;
  on_every_isa([](Source& src, std::size_t n) {
    auto p = src.ext<E>(2 * n), q = src.ext<E>(2 * n);
    const auto p0 = p.clone(), q0 = q.clone();
    const auto want_p = [&](std::size_t i) {
      return p0.get(2 * i) * q0.get(2 * i + 1) + p0.get(2 * i + 1) * q0.get(2 * i);
    };
    const auto want_q = [&](std::size_t i) { return q0.get(2 * i) * q0.get(2 * i + 1); };
    ExtVector<E> p_out(n), q_out(n);
    combine_fractions<E>(p, q, p_out, q_out);
    expect_ext<E>(p_out, want_p);
    expect_ext<E>(q_out, want_q);
    combine_fractions<E>(p, q, p.subspan(0, n), q.subspan(0, n));
    p.resize(n);
    q.resize(n);
    expect_ext<E>(p, want_p);
    expect_ext<E>(q, want_q);
  });
}

TEST(ExtVector, PlanesAreAlignedAndResizeKeepsContents) {
  ExtVector<Ext3> v(5);
  for (std::size_t i = 0; i < 5; ++i) v.set(i, Ext3(F(i + 1)));
  v.resize(3);
  v.resize(5);
  EXPECT_TRUE(v.get(2) == Ext3(F(3)));
  EXPECT_TRUE(v.get(3) == Ext3::zero());
  v.resize(1000);
  EXPECT_TRUE(v.get(2) == Ext3(F(3)));
  EXPECT_TRUE(v.get(999) == Ext3::zero());
  for (unsigned d = 0; d < 3; ++d) EXPECT_EQ(reinterpret_cast<std::uintptr_t>(v.plane(d)) % 64, 0u);
  ExtVector<Ext3> moved = std::move(v);
  EXPECT_EQ(moved.size(), 1000u);
  EXPECT_EQ(v.size(), 0u);  // NOLINT(bugprone-use-after-move): moved-from is empty
}

TEST(ExtVector, CloneAndUninitialised) {
  ExtVector<Ext2> v = ExtVector<Ext2>::uninitialised(300);
  for (std::size_t i = 0; i < 300; ++i) v.set(i, Ext2(F(i)));
  ExtVector<Ext2> w = v.clone();
  v.set(7, Ext2::zero());
  EXPECT_TRUE(w.get(7) == Ext2(F(7)));
  w.resize(301);
  EXPECT_TRUE(w.get(299) == Ext2(F(299)) && w.get(300) == Ext2::zero());
  EXPECT_TRUE(ExtVector<Ext2>().empty());
}

TEST(ExtVectorDeathTest, SizesAreChecked) {
  ExtVector<Ext2> a(4), b(5);
  EXPECT_DEATH(add<Ext2>(a, b, a), "internal error");
  EXPECT_DEATH((void)a.subspan(3, 2), "internal error");
  EXPECT_DEATH(fold(b, Ext2::one(), a), "internal error");
}

}  // namespace
}  // namespace nescio
