// field/packed_ext-inl.h -- extension elements over the packed type: D registers, one per coefficient. Included by
// per-ISA translation units only, after their packed type.
#pragma once
#include "nescio/field/packed.h"

namespace nescio::NESCIO_ISA {

// How many lanes of a register are in use: all, or the first `n` at the end of a slice.
struct Whole {};
struct Part {
  std::size_t n;
};
NESCIO_INLINE Packed load(const Word* p, Whole) {
  return Packed::load(p);
}
NESCIO_INLINE Packed load(const Word* p, Part t) {
  return Packed::load_partial(p, t.n);
}
NESCIO_INLINE void store(Word* p, Packed v, Whole) {
  v.store(p);
}
NESCIO_INLINE void store(Word* p, Packed v, Part t) {
  v.store_partial(p, t.n);
}

struct Pair {
  Packed lo, hi;
};
// Words p[2i] and p[2i+1].
NESCIO_INLINE Pair load_pairs(const Word* p, Whole) {
  Pair r;
  Packed::deinterleave(Packed::load(p), Packed::load(p + Packed::kLanes), r.lo, r.hi);
  return r;
}
NESCIO_INLINE Pair load_pairs(const Word* p, Part t) {
  constexpr std::size_t kLanes = Packed::kLanes;
  const std::size_t words = 2 * t.n;
  const Packed a = words < kLanes ? Packed::load_partial(p, words) : Packed::load(p);
  const Packed b = words > kLanes ? Packed::load_partial(p + kLanes, words - kLanes) : Packed::broadcast(0);
  Pair r;
  Packed::deinterleave(a, b, r.lo, r.hi);
  return r;
}

// body(i, tag) for every register of [begin, end).
template <class Body>
NESCIO_INLINE void for_each_register(std::size_t begin, std::size_t end, Body body) {
  constexpr std::size_t kLanes = Packed::kLanes;
  std::size_t i = begin;
  for (; i + kLanes <= end; i += kLanes) body(i, Whole{});
  if (i < end) body(i, Part{end - i});
}
// body(begin, end) for every block of at most `registers` registers of [0, n).
template <class Body>
NESCIO_INLINE void for_each_block(std::size_t n, std::size_t registers, Body body) {
  const std::size_t step = registers * Packed::kLanes;
  for (std::size_t begin = 0; begin < n; begin += step) body(begin, n - begin < step ? n : begin + step);
}

template <unsigned D>
struct PackedExt {
  static constexpr unsigned kDegree = D;
  Packed c[D];

  NESCIO_INLINE friend PackedExt operator+(PackedExt a, PackedExt b) {
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) a.c[d] = a.c[d] + b.c[d];
    return a;
  }
  NESCIO_INLINE friend PackedExt operator-(PackedExt a, PackedExt b) {
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) a.c[d] = a.c[d] - b.c[d];
    return a;
  }
  // One element: the sum of all lanes.
  NESCIO_INLINE void sum(Word* result) const {
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) result[d] = c[d].sum();
  }
};
template <unsigned D>
NESCIO_INLINE PackedExt<D> zero() {
  PackedExt<D> r;
  NESCIO_UNROLL
  for (unsigned d = 0; d < D; ++d) r.c[d] = Packed::broadcast(0);
  return r;
}
template <unsigned D, class Tag>
NESCIO_INLINE PackedExt<D> load(const PlanesIn<D>& p, std::size_t i, Tag t) {
  PackedExt<D> r;
  NESCIO_UNROLL
  for (unsigned d = 0; d < D; ++d) r.c[d] = load(p.p[d] + i, t);
  return r;
}
template <unsigned D, class Tag>
NESCIO_INLINE void store(const PlanesOut<D>& p, std::size_t i, const PackedExt<D>& v, Tag t) {
  NESCIO_UNROLL
  for (unsigned d = 0; d < D; ++d) store(p.p[d] + i, v.c[d], t);
}
template <unsigned D>
struct ExtPair {
  PackedExt<D> lo, hi;
  NESCIO_INLINE PackedExt<D> diff() const { return hi - lo; }
};
// Elements 2i.. and 2i+1..
template <unsigned D, class Tag>
NESCIO_INLINE ExtPair<D> load_pairs(const PlanesIn<D>& p, std::size_t i, Tag t) {
  ExtPair<D> r;
  NESCIO_UNROLL
  for (unsigned d = 0; d < D; ++d) {
    const Pair w = load_pairs(p.p[d] + 2 * i, t);
    r.lo.c[d] = w.lo;
    r.hi.c[d] = w.hi;
  }
  return r;
}

// Elements 4i, 4i+1, 4i+2 and 4i+3: the children 0, 1 of entries a and b.
template <class X>
struct Quad {
  X a0, a1, b0, b1;
};
NESCIO_INLINE Quad<Packed> quads(const Pair& first, const Pair& second) {
  Quad<Packed> q;
  Packed::deinterleave(first.lo, second.lo, q.a0, q.b0);
  Packed::deinterleave(first.hi, second.hi, q.a1, q.b1);
  return q;
}
NESCIO_INLINE Quad<Packed> load_quads(const Word* p, std::size_t i, Whole t) {
  return quads(load_pairs(p + 4 * i, t), load_pairs(p + 4 * i + 2 * Packed::kLanes, t));
}
NESCIO_INLINE Quad<Packed> load_quads(const Word* p, std::size_t i, Part t) {
  constexpr std::size_t kLanes = Packed::kLanes;
  const std::size_t pairs = 2 * t.n;
  p += 4 * i;
  const Pair first = pairs < kLanes ? load_pairs(p, Part{pairs}) : load_pairs(p, Whole{});
  const Pair none = {Packed::broadcast(0), Packed::broadcast(0)};
  return quads(first, pairs > kLanes ? load_pairs(p + 2 * kLanes, Part{pairs - kLanes}) : none);
}
template <unsigned D, class Tag>
NESCIO_INLINE Quad<PackedExt<D>> load_quads(const PlanesIn<D>& p, std::size_t i, Tag t) {
  Quad<PackedExt<D>> r;
  NESCIO_UNROLL
  for (unsigned d = 0; d < D; ++d) {
    const Quad<Packed> q = load_quads(p.p[d], i, t);
    r.a0.c[d] = q.a0;
    r.a1.c[d] = q.a1;
    r.b0.c[d] = q.b0;
    r.b1.c[d] = q.b1;
  }
  return r;
}

// A sum of a few products, before reduction by the defining polynomial: 2D-1 coefficients.
template <unsigned D>
struct ExtProducts {
  Acc c[2 * D - 1];

  NESCIO_INLINE void mac(const PackedExt<D>& a, const PackedExt<D>& b) {
    NESCIO_UNROLL
    for (unsigned i = 0; i < D; ++i) {
      NESCIO_UNROLL
      for (unsigned j = 0; j < D; ++j) c[i + j].mac(a.c[i], b.c[j]);
    }
  }
  NESCIO_INLINE void mac(const PackedExt<D>& a, Packed b) {
    NESCIO_UNROLL
    for (unsigned i = 0; i < D; ++i) c[i].mac(a.c[i], b);
  }
  NESCIO_INLINE PackedExt<D> reduce() const {
    PackedExt<D> r;
    if constexpr (D == 2) {  // X^2 = 7
      Acc c0 = c[2].times7();
      c0 += c[0];
      r.c[0] = c0.reduce();
      r.c[1] = c[1].reduce();
    } else {  // X^3 = X + 1, X^4 = X^2 + X
      Acc c0 = c[0], c1 = c[1], c2 = c[2];
      c0 += c[3];
      c1 += c[3];
      c1 += c[4];
      c2 += c[4];
      r.c[0] = c0.reduce();
      r.c[1] = c1.reduce();
      r.c[2] = c2.reduce();
    }
    return r;
  }
};
// A sum of up to kMaxTerms products, by Karatsuba: sums of a_i b_i and of (a_i + a_j)(b_i + b_j). That takes fewer
// multiplications but a longer reduction than ExtProducts.
template <unsigned D>
struct ExtSum {
  static constexpr std::size_t kMaxTerms = Acc::kMaxTerms;
  Acc square[D], cross[D * (D - 1) / 2];

  NESCIO_INLINE void mac(const PackedExt<D>& a, const PackedExt<D>& b) {
    unsigned k = 0;
    NESCIO_UNROLL
    for (unsigned i = 0; i < D; ++i) {
      square[i].mac(a.c[i], b.c[i]);
      NESCIO_UNROLL
      for (unsigned j = i + 1; j < D; ++j) cross[k++].mac(Operand::sum(a.c[i], a.c[j]), Operand::sum(b.c[i], b.c[j]));
    }
  }
  NESCIO_INLINE PackedExt<D> reduce() const {
    PackedExt<D> r;
    const Packed s0 = square[0].reduce(), s1 = square[1].reduce();
    const Packed x01 = cross[0].reduce() - s0 - s1;
    if constexpr (D == 2) {
      r.c[0] = s0 + Acc::from(s1).times7().reduce();
      r.c[1] = x01;
    } else {
      const Packed s2 = square[2].reduce();
      const Packed x02 = cross[1].reduce() - s0 - s2, x12 = cross[2].reduce() - s1 - s2;
      r.c[0] = s0 + x12;
      r.c[1] = x01 + x12 + s2;
      r.c[2] = x02 + s1 + s2;
    }
    return r;
  }
};
// A sum of up to kMaxTerms products with base elements; D = 1 for base by base.
template <unsigned D>
struct MixedSum {
  static constexpr std::size_t kMaxTerms = Acc::kMaxTerms;
  Acc c[D];

  NESCIO_INLINE void mac(const PackedExt<D>& a, Packed b) {
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) c[d].mac(a.c[d], b);
  }
  NESCIO_INLINE PackedExt<D> reduce() const {
    PackedExt<D> r;
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) r.c[d] = c[d].reduce();
    return r;
  }
};
template <unsigned D>
NESCIO_INLINE PackedExt<D> operator*(const PackedExt<D>& a, const PackedExt<D>& b) {
  ExtProducts<D> s;
  s.mac(a, b);
  return s.reduce();
}
template <unsigned D>
NESCIO_INLINE PackedExt<D> operator*(const PackedExt<D>& a, Packed b) {
  PackedExt<D> r;
  NESCIO_UNROLL
  for (unsigned d = 0; d < D; ++d) r.c[d] = a.c[d] * b;
  return r;
}
// a b + c d, reduced once.
NESCIO_INLINE Packed sum_of_products(Packed a, Packed b, Packed c, Packed d) {
  Acc s;
  s.mac(a, b);
  s.mac(c, d);
  return s.reduce();
}
template <unsigned D, class X>
NESCIO_INLINE PackedExt<D> product2(const PackedExt<D>& a, const PackedExt<D>& b, const PackedExt<D>& c, const X& d) {
  ExtProducts<D> s;
  s.mac(a, b);
  s.mac(c, d);
  return s.reduce();
}

// result[k] = the sum over i < n of what body(i, tag, sums) puts into sums[k], at most `kTerms` terms a register.
// Streams are independent sets of sums, to hide the latency of few accumulators.
template <class Sum, unsigned kSums, unsigned kTerms, unsigned kStreams, class Body>
NESCIO_INLINE void sum_registers(std::size_t n, Word* result, Body body) {
  constexpr std::size_t kLanes = Packed::kLanes;
  decltype(Sum().reduce()) total[kSums];
  NESCIO_UNROLL
  for (auto& t : total) t = {};
  for_each_block(n, Sum::kMaxTerms / kTerms, [&](std::size_t begin, std::size_t end) NESCIO_INLINE_BODY {
    Sum sums[kStreams][kSums];
    if constexpr (kStreams > 1) {
      for (; end - begin >= kStreams * kLanes; begin += kStreams * kLanes) {
        NESCIO_UNROLL
        for (unsigned s = 0; s < kStreams; ++s) body(begin + s * kLanes, Whole{}, sums[s]);
      }
    }
    for_each_register(begin, end, [&](std::size_t i, auto t) NESCIO_INLINE_BODY { body(i, t, sums[0]); });
    NESCIO_UNROLL
    for (unsigned s = 0; s < kStreams; ++s) {
      NESCIO_UNROLL
      for (unsigned k = 0; k < kSums; ++k) total[k] = total[k] + sums[s][k].reduce();
    }
  });
  NESCIO_UNROLL
  for (unsigned k = 0; k < kSums; ++k) total[k].sum(result + k * total[k].kDegree);
}

// A constant of E as the matrix of multiplication by it: no folding is needed.
template <unsigned D>
struct Constant {
  Operand m[D][D];

  NESCIO_INLINE explicit Constant(const Word* words) {
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) {
      NESCIO_UNROLL
      for (unsigned e = 0; e < D; ++e) m[d][e] = Packed::broadcast(words[d * D + e]);
    }
  }
  NESCIO_INLINE PackedExt<D> times(const PackedExt<D>& x) const { return add_times(zero<D>(), x); }
  // y + (*this) x
  NESCIO_INLINE PackedExt<D> add_times(const PackedExt<D>& y, const PackedExt<D>& x) const {
    PackedExt<D> r;
    NESCIO_UNROLL
    for (unsigned d = 0; d < D; ++d) {
      Acc s = Acc::from(y.c[d]);
      NESCIO_UNROLL
      for (unsigned e = 0; e < D; ++e) s.mac(m[d][e], x.c[e]);
      r.c[d] = s.reduce();
    }
    return r;
  }
};

}  // namespace nescio::NESCIO_ISA
