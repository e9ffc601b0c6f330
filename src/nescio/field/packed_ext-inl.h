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
  Packed c[D];

  NESCIO_INLINE friend PackedExt operator+(PackedExt a, PackedExt b) {
    for (unsigned d = 0; d < D; ++d) a.c[d] = a.c[d] + b.c[d];
    return a;
  }
  NESCIO_INLINE friend PackedExt operator-(PackedExt a, PackedExt b) {
    for (unsigned d = 0; d < D; ++d) a.c[d] = a.c[d] - b.c[d];
    return a;
  }
  // One element: the sum of all lanes.
  NESCIO_INLINE void sum(Word* result) const {
    for (unsigned d = 0; d < D; ++d) result[d] = c[d].sum();
  }
};
template <unsigned D>
NESCIO_INLINE PackedExt<D> zero() {
  PackedExt<D> r;
  for (unsigned d = 0; d < D; ++d) r.c[d] = Packed::broadcast(0);
  return r;
}
template <unsigned D, class Tag>
NESCIO_INLINE PackedExt<D> load(const PlanesIn<D>& p, std::size_t i, Tag t) {
  PackedExt<D> r;
  for (unsigned d = 0; d < D; ++d) r.c[d] = load(p.p[d] + i, t);
  return r;
}
template <unsigned D, class Tag>
NESCIO_INLINE void store(const PlanesOut<D>& p, std::size_t i, const PackedExt<D>& v, Tag t) {
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
  for (unsigned d = 0; d < D; ++d) {
    const Pair w = load_pairs(p.p[d] + 2 * i, t);
    r.lo.c[d] = w.lo;
    r.hi.c[d] = w.hi;
  }
  return r;
}

// An unreduced sum of products in E[X] before reduction by the defining polynomial: 2D-1 coefficients.
// Coefficient k gains up to D products per term, so kMaxTerms / (4 D) terms leave room for the folding of reduce().
template <unsigned D>
struct ExtAcc {
  static constexpr std::size_t kMaxTerms = Acc::kMaxTerms / (4 * D);
  Acc c[2 * D - 1];

  NESCIO_INLINE void mac(const PackedExt<D>& a, const PackedExt<D>& b) {
    for (unsigned i = 0; i < D; ++i)
      for (unsigned j = 0; j < D; ++j) c[i + j].mac(a.c[i], b.c[j]);
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
template <unsigned D>
NESCIO_INLINE PackedExt<D> operator*(const PackedExt<D>& a, const PackedExt<D>& b) {
  ExtAcc<D> s;
  s.mac(a, b);
  return s.reduce();
}
template <unsigned D>
NESCIO_INLINE PackedExt<D> operator*(const PackedExt<D>& a, Packed b) {
  PackedExt<D> r;
  for (unsigned d = 0; d < D; ++d) r.c[d] = a.c[d] * b;
  return r;
}
// a b + c d, reduced once.
template <unsigned D>
NESCIO_INLINE PackedExt<D> product2(const PackedExt<D>& a, const PackedExt<D>& b, const PackedExt<D>& c,
                                    const PackedExt<D>& d) {
  ExtAcc<D> s;
  s.mac(a, b);
  s.mac(c, d);
  return s.reduce();
}

// A constant of E as the matrix of multiplication by it: no folding is needed.
template <unsigned D>
struct Constant {
  Packed m[D][D];

  NESCIO_INLINE explicit Constant(const Word* words) {
    for (unsigned d = 0; d < D; ++d)
      for (unsigned e = 0; e < D; ++e) m[d][e] = Packed::broadcast(words[d * D + e]);
  }
  NESCIO_INLINE PackedExt<D> times(const PackedExt<D>& x) const { return add_times(zero<D>(), x); }
  // y + (*this) x
  NESCIO_INLINE PackedExt<D> add_times(const PackedExt<D>& y, const PackedExt<D>& x) const {
    PackedExt<D> r;
    for (unsigned d = 0; d < D; ++d) {
      Acc s = Acc::from(y.c[d]);
      for (unsigned e = 0; e < D; ++e) s.mac(m[d][e], x.c[e]);
      r.c[d] = s.reduce();
    }
    return r;
  }
};

}  // namespace nescio::NESCIO_ISA
