// field/kernels-inl.h -- the one text of the slice kernels, over the packed type of the including translation unit.
// Contracts: field/kernels.h.
//
// Ends of slices run the same code on partial registers whose unused lanes are zero, so no sum sees them.
#pragma once
#include "nescio/field/packed_ext-inl.h"

namespace nescio::NESCIO_ISA {

// ---- base slices
struct BaseOps {
  static void add(const Word* a, const Word* b, Word* out, std::size_t n) {
    for_each_register(
        0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY { store(out + i, load(a + i, t) + load(b + i, t), t); });
  }
  static void sub(const Word* a, const Word* b, Word* out, std::size_t n) {
    for_each_register(
        0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY { store(out + i, load(a + i, t) - load(b + i, t), t); });
  }
  static void mul(const Word* a, const Word* b, Word* out, std::size_t n) {
    for_each_register(
        0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY { store(out + i, load(a + i, t) * load(b + i, t), t); });
  }
  static void mul_add(const Word* a, const Word* b, Word* acc, std::size_t n) {
    for_each_register(0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY {
      Acc s = Acc::from(load(acc + i, t));
      s.mac(load(a + i, t), load(b + i, t));
      store(acc + i, s.reduce(), t);
    });
  }
  static void scale(Word c, const Word* x, Word* out, std::size_t n) {
    const Packed pc = Packed::broadcast(c);
    for_each_register(0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY { store(out + i, pc * load(x + i, t), t); });
  }
  static void canonicalise(Word* x, std::size_t n) {
    for_each_register(0, n,
                      [&](std::size_t i, auto t) NESCIO_INLINE_BODY { store(x + i, load(x + i, t).canonical(), t); });
  }
  static Word dot(const Word* a, const Word* b, std::size_t n) {
    Word result = 0;
    sum_registers<MixedSum<1>, 1, 1, 4>(n, &result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      s[0].mac(PackedExt<1>{load(a + i, t)}, load(b + i, t));
    });
    return result;
  }
  static void product_round(const Word* a, const Word* b, std::size_t n, Word* result) {
    sum_registers<MixedSum<1>, 2, 1, 2>(n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      const Pair x = load_pairs(a + 2 * i, t), y = load_pairs(b + 2 * i, t);
      s[0].mac(PackedExt<1>{x.lo}, y.lo);
      s[1].mac(PackedExt<1>{x.hi - x.lo}, y.hi - y.lo);
    });
  }
};

// ---- extension slices
template <unsigned D>
struct ExtOps {
  using In = PlanesIn<D>;
  using Out = PlanesOut<D>;
  using X = PackedExt<D>;

  static void add(In a, In b, Out out, std::size_t n) {
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) BaseOps::add(a.p[d], b.p[d], out.p[d], n);
  }
  static void sub(In a, In b, Out out, std::size_t n) {
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) BaseOps::sub(a.p[d], b.p[d], out.p[d], n);
  }
  static void mul(In a, In b, Out out, std::size_t n) {
    for_each_register(
        0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY { store(out, i, load(a, i, t) * load(b, i, t), t); });
  }
  static void mul_base(In a, const Word* b, Out out, std::size_t n) {
    for_each_register(
        0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY { store(out, i, load(a, i, t) * load(b + i, t), t); });
  }

  static void dot_base(In a, const Word* b, std::size_t n, Word* result) {
    sum_registers<MixedSum<D>, 1, 1, 2>(
        n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY { s[0].mac(load(a, i, t), load(b + i, t)); });
  }
  static void dot(In a, In b, std::size_t n, Word* result) {
    sum_registers<ExtSum<D>, 1, 1, 1>(
        n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY { s[0].mac(load(a, i, t), load(b, i, t)); });
  }
  static void combine_rows(const Word* rows, std::size_t stride, In weights, std::size_t columns, Out out,
                           std::size_t n) {
    constexpr std::size_t kLanes = Packed::kLanes;
    for_each_register(0, n, [&](std::size_t first, auto t) NESCIO_INLINE_BODY {
      const std::size_t count = n - first < kLanes ? n - first : kLanes;
      X total = zero<D>();
      for_each_block(columns, Acc::kMaxTerms / kLanes, [&](std::size_t begin, std::size_t end) NESCIO_INLINE_BODY {
        Acc sums[D][kLanes];
        for (std::size_t r = 0; r < count; ++r) {
          const Word* row = rows + (first + r) * stride;
          MixedSum<D> s;
          for_each_register(begin, end, [&](std::size_t i, auto u) NESCIO_INLINE_BODY {
            s.mac(load(weights, i, u), load(row + i, u));
          });
          NESCIO_UNROLL
          for (unsigned d = 0; d < D; ++d) sums[d][r] = s.c[d];
        }
        NESCIO_UNROLL
        for (unsigned d = 0; d < D; ++d) total.c[d] = total.c[d] + Acc::lane_sums(sums[d]).reduce();
      });
      store(out, first, total, t);
    });
  }

  static void axpy_base(const Word* c, const Word* x, Out acc, std::size_t n) {
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) {
      const Packed pc = Packed::broadcast(c[d]);
      Word* out = acc.p[d];
      for_each_register(0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY {
        Acc s = Acc::from(load(out + i, t));
        s.mac(pc, load(x + i, t));
        store(out + i, s.reduce(), t);
      });
    }
  }
  static void axpy(const Word* m, In x, Out acc, std::size_t n) {
    const Constant<D> c(m);
    for_each_register(0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY {
      store(acc, i, c.add_times(load(in(acc), i, t), load(x, i, t)), t);
    });
  }
  static void scale_base(const Word* c, const Word* x, Out out, std::size_t n) {
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) BaseOps::scale(c[d], x, out.p[d], n);
  }
  static void scale(const Word* m, In x, Out out, std::size_t n) {
    const Constant<D> c(m);
    for_each_register(0, n,
                      [&](std::size_t i, auto t) NESCIO_INLINE_BODY { store(out, i, c.times(load(x, i, t)), t); });
  }

  static void fold_base(const Word* p, const Word* c, Out out, std::size_t n) {
    Packed r[D];
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) r[d] = Packed::broadcast(c[d]);
    for_each_register(0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY {
      const Pair w = load_pairs(p + 2 * i, t);
      const Packed diff = w.hi - w.lo;
      NESCIO_UNROLL
      for (unsigned d = 0; d < D; ++d) {
        Acc s = d == 0 ? Acc::from(w.lo) : Acc();
        s.mac(r[d], diff);
        store(out.p[d] + i, s.reduce(), t);
      }
    });
  }
  static void fold(In p, const Word* m, Out out, std::size_t n) {
    const Constant<D> r(m);
    for_each_register(0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY {
      const ExtPair<D> w = load_pairs(p, i, t);
      store(out, i, r.add_times(w.lo, w.diff()), t);
    });
  }
  static void eq_step(Out lo, Out hi, const Word* m, std::size_t n) {
    const Constant<D> z(m);
    for_each_register(0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY {
      const X x = load(in(lo), i, t), y = z.times(x);
      store(hi, i, y, t);
      store(lo, i, x - y, t);
    });
  }

  static void add_pairs(In p, Out out, std::size_t n) {
    for_each_register(0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY {
      const ExtPair<D> w = load_pairs(p, i, t);
      store(out, i, w.lo + w.hi, t);
    });
  }

  static void product_round(In a, In b, std::size_t n, Word* result) {
    sum_registers<ExtSum<D>, 2, 1, 1>(n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      const ExtPair<D> x = load_pairs(a, i, t), y = load_pairs(b, i, t);
      s[0].mac(x.lo, y.lo);
      s[1].mac(x.diff(), y.diff());
    });
  }
  static void product_round_mixed(const Word* a, In b, std::size_t n, Word* result) {
    sum_registers<MixedSum<D>, 2, 1, 1>(n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      const Pair x = load_pairs(a + 2 * i, t);
      const ExtPair<D> y = load_pairs(b, i, t);
      s[0].mac(y.lo, x.lo);
      s[1].mac(y.diff(), x.hi - x.lo);
    });
  }
  // sum of w(X) a(X) b(X) with p = a0 b0, q = da db, r = a0 db + da b0: c0 = w0 p, c2 = w0 q + dw r, c3 = dw q.
  static void product_round3(In w, In a, In b, std::size_t n, Word* result) {
    sum_registers<ExtSum<D>, 3, 2, 1>(n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      const ExtPair<D> v = load_pairs(w, i, t), x = load_pairs(a, i, t), y = load_pairs(b, i, t);
      const X dv = v.diff(), dx = x.diff(), dy = y.diff(), q = dx * dy;
      s[0].mac(v.lo, x.lo * y.lo);
      s[1].mac(v.lo, q);
      s[1].mac(dv, product2(x.lo, dy, dx, y.lo));
      s[2].mac(dv, q);
    });
  }
  static void product_round3_base(In w, const Word* a, const Word* b, std::size_t n, Word* result) {
    sum_registers<MixedSum<D>, 3, 2, 1>(n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      const Pair x = load_pairs(a + 2 * i, t), y = load_pairs(b + 2 * i, t);
      const Packed dx = x.hi - x.lo, dy = y.hi - y.lo, q = dx * dy;
      const ExtPair<D> v = load_pairs(w, i, t);
      const X dv = v.diff();
      s[0].mac(v.lo, x.lo * y.lo);
      s[1].mac(v.lo, q);
      s[1].mac(dv, sum_of_products(x.lo, dy, dx, y.lo));
      s[2].mac(dv, q);
    });
  }
  static void weighted_round(In w, In a, In b, std::size_t n, Word* result) {
    sum_registers<ExtSum<D>, 3, 1, 1>(n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      const X v = load(w, i, t);
      const ExtPair<D> x = load_pairs(a, i, t), y = load_pairs(b, i, t);
      const X dx = x.diff(), dy = y.diff();
      s[0].mac(v, x.lo * y.lo);
      s[1].mac(v, product2(x.lo, dy, dx, y.lo));
      s[2].mac(v, dx * dy);
    });
  }
  static void weighted_round_base(In w, const Word* a, const Word* b, std::size_t n, Word* result) {
    sum_registers<MixedSum<D>, 3, 1, 1>(n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      const X v = load(w, i, t);
      const Pair x = load_pairs(a + 2 * i, t), y = load_pairs(b + 2 * i, t);
      const Packed dx = x.hi - x.lo, dy = y.hi - y.lo;
      s[0].mac(v, x.lo * y.lo);
      s[1].mac(v, sum_of_products(x.lo, dy, dx, y.lo));
      s[2].mac(v, dx * dy);
    });
  }
  // With a b = p + q X + r X^2 and w c = e + f X.
  static void weighted_round3(In w, In a, In b, In c, std::size_t n, Word* result) {
    sum_registers<ExtSum<D>, 4, 2, 1>(n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      const X v = load(w, i, t);
      const ExtPair<D> z = load_pairs(c, i, t);
      const X e = v * z.lo, f = v * z.diff();
      const ExtPair<D> x = load_pairs(a, i, t), y = load_pairs(b, i, t);
      const X dx = x.diff(), dy = y.diff();
      const X p = x.lo * y.lo;
      s[0].mac(p, e);
      s[1].mac(p, f);
      const X q = product2(x.lo, dy, dx, y.lo);
      s[1].mac(q, e);
      s[2].mac(q, f);
      const X r = dx * dy;
      s[2].mac(r, e);
      s[3].mac(r, f);
    });
  }
  static void weighted_round3_base(In w, const Word* a, const Word* b, const Word* c, std::size_t n, Word* result) {
    sum_registers<MixedSum<D>, 4, 1, 1>(n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      const X v = load(w, i, t);
      const Pair x = load_pairs(a + 2 * i, t), y = load_pairs(b + 2 * i, t), z = load_pairs(c + 2 * i, t);
      const Packed dx = x.hi - x.lo, dy = y.hi - y.lo, dz = z.hi - z.lo;
      const Packed p = x.lo * y.lo, q = sum_of_products(x.lo, dy, dx, y.lo), r = dx * dy;
      s[0].mac(v, p * z.lo);
      s[1].mac(v, sum_of_products(p, dz, q, z.lo));
      s[2].mac(v, sum_of_products(q, dz, r, z.lo));
      s[3].mac(v, r * dz);
    });
  }
  static void gkr_round(In w, In u, In q1, In p1, In q0, std::size_t n, Word* result) {
    sum_registers<ExtSum<D>, 2, 1, 1>(n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      const X v = load(w, i, t);
      const ExtPair<D> a = load_pairs(u, i, t), b = load_pairs(q1, i, t), c = load_pairs(p1, i, t),
                       e = load_pairs(q0, i, t);
      s[0].mac(v, product2(a.lo, b.lo, c.lo, e.lo));
      s[1].mac(v, product2(a.diff(), b.diff(), c.diff(), e.diff()));
    });
  }

  static void gkr_first_round(In w, In p, In q, const Word* m, std::size_t n, Word* result) {
    first_round(w, p, q, m, n, result);
  }
  static void gkr_first_round_base(In w, const Word* p, In q, const Word* m, std::size_t n, Word* result) {
    first_round(w, p, q, m, n, result);
  }
  static void gkr_first_fold(In p, In q, const Word* m, const Word* c, Out u, Out q1, Out p1, Out q0, std::size_t n) {
    first_fold(p, q, m, c, u, q1, p1, q0, n);
  }
  static void gkr_first_fold_base(const Word* p, In q, const Word* m, const Word* c, Out u, Out q1, Out p1, Out q0,
                                  std::size_t n) {
    first_fold(p, q, m, c, u, q1, p1, q0, n);
  }
  static void combine_fractions(In p, In q, Out p_out, Out q_out, std::size_t n) {
    for_each_register(0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY {
      const ExtPair<D> x = load_pairs(p, i, t), y = load_pairs(q, i, t);
      store(p_out, i, product2(x.lo, y.hi, x.hi, y.lo), t);
      store(q_out, i, y.lo * y.hi, t);
    });
  }
  static void combine_fractions_base(const Word* p, In q, Out p_out, Out q_out, std::size_t n) {
    for_each_register(0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY {
      const Pair x = load_pairs(p + 2 * i, t);
      const ExtPair<D> y = load_pairs(q, i, t);
      MixedSum<D> s;
      s.mac(y.hi, x.lo);
      s.mac(y.lo, x.hi);
      store(p_out, i, s.reduce(), t);
      store(q_out, i, y.lo * y.hi, t);
    });
  }

  static constexpr ExtKernels<D> table() {
    return {
        .add = add,
        .sub = sub,
        .mul = mul,
        .mul_base = mul_base,
        .dot_base = dot_base,
        .dot = dot,
        .combine_rows = combine_rows,
        .axpy_base = axpy_base,
        .axpy = axpy,
        .scale_base = scale_base,
        .scale = scale,
        .fold_base = fold_base,
        .fold = fold,
        .eq_step = eq_step,
        .add_pairs = add_pairs,
        .product_round = product_round,
        .product_round_mixed = product_round_mixed,
        .product_round3 = product_round3,
        .product_round3_base = product_round3_base,
        .weighted_round = weighted_round,
        .weighted_round_base = weighted_round_base,
        .weighted_round3 = weighted_round3,
        .weighted_round3_base = weighted_round3_base,
        .gkr_round = gkr_round,
        .gkr_first_round = gkr_first_round,
        .gkr_first_round_base = gkr_first_round_base,
        .gkr_first_fold = gkr_first_fold,
        .gkr_first_fold_base = gkr_first_fold_base,
        .combine_fractions = combine_fractions,
        .combine_fractions_base = combine_fractions_base,
    };
  }

 private:
  // P is In or a base slice.
  template <class P>
  static void first_round(In w, P p, In q, const Word* m, std::size_t n, Word* result) {
    const Constant<D> lambda(m);
    sum_registers<ExtSum<D>, 2, 1, 1>(n, result, [&](std::size_t i, auto t, auto* s) NESCIO_INLINE_BODY {
      const auto x = load_quads(p, i, t);
      const Quad<X> y = load_quads(q, i, t);
      const X v = load(w, i, t);
      const X u = lambda.add_times(extension(x.a0), y.a0), du = lambda.add_times(extension(x.b0), y.b0) - u;
      s[0].mac(v, product2(u, y.a1, y.a0, x.a1));
      s[1].mac(v, product2(du, y.b1 - y.a1, y.b0 - y.a0, x.b1 - x.a1));
    });
  }
  template <class P>
  static void first_fold(P p, In q, const Word* m, const Word* c, Out u, Out q1, Out p1, Out q0, std::size_t n) {
    const Constant<D> lambda(m), r(c);
    for_each_register(0, n, [&](std::size_t i, auto t) NESCIO_INLINE_BODY {
      const Quad<X> y = load_quads(q, i, t);
      const X q0_folded = r.add_times(y.a0, y.b0 - y.a0);
      store(q0, i, q0_folded, t);
      store(q1, i, r.add_times(y.a1, y.b1 - y.a1), t);
      const auto x = load_quads(p, i, t);
      store(p1, i, folded(r, c, x.a1, x.b1), t);
      store(u, i, lambda.add_times(folded(r, c, x.a0, x.b0), q0_folded), t);
    });
  }
  NESCIO_INLINE static X folded(const Constant<D>& r, const Word*, const X& lo, const X& hi) {
    return r.add_times(lo, hi - lo);
  }
  NESCIO_INLINE static X folded(const Constant<D>&, const Word* c, const Packed& lo, const Packed& hi) {
    const Packed diff = hi - lo;
    X out;
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) {
      Acc s = d == 0 ? Acc::from(lo) : Acc();
      s.mac(Packed::broadcast(c[d * D]), diff);  // the element itself is its matrix's first column
      out.c[d] = s.reduce();
    }
    return out;
  }
  NESCIO_INLINE static X extension(const X& x) { return x; }
  NESCIO_INLINE static X extension(const Packed& x) {
    X out = zero<D>();
    out.c[0] = x;
    return out;
  }

  static In in(const Out& o) {
    In r;
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) r.p[d] = o.p[d];
    return r;
  }
  template <class Tag>
  NESCIO_INLINE static X load(const In& p, std::size_t i, Tag t) {
    return NESCIO_ISA::load(p, i, t);
  }
  template <class Tag>
  NESCIO_INLINE static Packed load(const Word* p, Tag t) {
    return NESCIO_ISA::load(p, t);
  }
};

// No code runs to make it.
constinit const Kernels kKernels = {
    .add = BaseOps::add,
    .sub = BaseOps::sub,
    .mul = BaseOps::mul,
    .mul_add = BaseOps::mul_add,
    .scale = BaseOps::scale,
    .canonicalise = BaseOps::canonicalise,
    .dot = BaseOps::dot,
    .product_round = BaseOps::product_round,
    .d2 = ExtOps<2>::table(),
    .d3 = ExtOps<3>::table(),
};

}  // namespace nescio::NESCIO_ISA
