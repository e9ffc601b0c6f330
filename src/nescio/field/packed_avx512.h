// field/packed_avx512.h -- eight lanes in AVX-512 (F, DQ, BW, VL); with IFMA52 where the translation unit has it.
// Concept: packed_scalar.h.
//
// Words are arbitrary. A sum of two words wraps at most once more than the correction 2^64 = 2^32 - 1 allows for,
// unless one of them is at most p; hence add1 and sub1, which need that, and + and -, which see to it first.
#pragma once
#include <immintrin.h>

#include "nescio/field/packed.h"

namespace nescio::NESCIO_ISA {

struct Packed {
  static constexpr std::size_t kLanes = 8;
  __m512i v;

  NESCIO_INLINE static Packed load(const Word* p) { return {_mm512_loadu_si512(p)}; }
  NESCIO_INLINE static Packed load_partial(const Word* p, std::size_t n) {
    return {_mm512_maskz_loadu_epi64(first(n), p)};
  }
  NESCIO_INLINE static Packed broadcast(Word w) { return {_mm512_set1_epi64(static_cast<long long>(w))}; }
  NESCIO_INLINE void store(Word* p) const { _mm512_storeu_si512(p, v); }
  NESCIO_INLINE void store_partial(Word* p, std::size_t n) const { _mm512_mask_storeu_epi64(p, first(n), v); }

  NESCIO_INLINE Packed canonical() const { return {_mm512_min_epu64(v, _mm512_add_epi64(v, epsilon()))}; }
  // One of a, b <= p (add1); b <= p (sub1).
  NESCIO_INLINE static Packed add1(Packed a, Packed b) {
    const __m512i s = _mm512_add_epi64(a.v, b.v);
    return {_mm512_mask_add_epi64(s, _mm512_cmplt_epu64_mask(s, b.v), s, epsilon())};
  }
  NESCIO_INLINE static Packed sub1(Packed a, Packed b) {
    const __m512i s = _mm512_sub_epi64(a.v, b.v);
    return {_mm512_mask_sub_epi64(s, _mm512_cmplt_epu64_mask(a.v, b.v), s, epsilon())};
  }
  NESCIO_INLINE friend Packed operator+(Packed a, Packed b) { return add1(a, b.canonical()); }
  NESCIO_INLINE friend Packed operator-(Packed a, Packed b) { return sub1(a, b.canonical()); }
  NESCIO_INLINE friend Packed operator*(Packed a, Packed b);

  // lo + 2^64 mid + 2^96 top; mid counts modulo 2^32, top <= p.
  NESCIO_INLINE static Packed from_limbs(__m512i lo, __m512i mid, __m512i top) {
    __m512i factor = epsilon();
    __asm__(""
            : "+v"(factor));  // or else the multiplication becomes two shifts and a subtraction, which is slower here
    return add1(sub1({lo}, {top}), {_mm512_mul_epu32(mid, factor)});
  }
  template <unsigned S>
  NESCIO_INLINE Packed mul_2exp() const {
    static_assert(0 < S && S < 96);
    if constexpr (S <= 32) {
      return add1({_mm512_slli_epi64(v, S)}, {_mm512_mul_epu32(_mm512_srli_epi64(v, 64 - S), epsilon())});
    } else if constexpr (S < 64) {
      return from_limbs(_mm512_slli_epi64(v, S), _mm512_srli_epi64(v, 64 - S), _mm512_srli_epi64(v, 96 - S));
    } else {
      return sub1({_mm512_mul_epu32(_mm512_slli_epi64(v, S - 64), epsilon())}, {_mm512_srli_epi64(v, 96 - S)});
    }
  }

  NESCIO_INLINE Word sum() const {
    Packed s = *this + Packed{_mm512_shuffle_i64x2(v, v, 0x4E)};
    s = s + Packed{_mm512_shuffle_i64x2(s.v, s.v, 0xB1)};
    s = s + Packed{_mm512_permutex_epi64(s.v, 0xB1)};
    return static_cast<Word>(_mm_cvtsi128_si64(_mm512_castsi512_si128(s.v)));
  }
  NESCIO_INLINE static void deinterleave(Packed a, Packed b, Packed& even, Packed& odd) {
    even.v = _mm512_permutex2var_epi64(a.v, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), b.v);
    odd.v = _mm512_permutex2var_epi64(a.v, _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15), b.v);
  }

  NESCIO_INLINE static __m512i epsilon() { return _mm512_set1_epi64(0xFFFFFFFFLL); }

 private:
  NESCIO_INLINE static __mmask8 first(std::size_t n) { return static_cast<__mmask8>((1u << n) - 1u); }
};

// Lane i: the sum of the lanes of get(i), as integers.
template <class Get>
NESCIO_INLINE __m512i integer_lane_sums(Get get) {
  __m512i t[4], u[2];
  NESCIO_UNROLL
  for (int i = 0; i < 4; ++i)
    t[i] = _mm512_add_epi64(_mm512_unpacklo_epi64(get(2 * i), get(2 * i + 1)),
                            _mm512_unpackhi_epi64(get(2 * i), get(2 * i + 1)));
  // 128-bit quarters a0+a1, a2+a3, b0+b1, b2+b3
  const auto add_quarters = [](__m512i a, __m512i b) NESCIO_INLINE_BODY {
    return _mm512_add_epi64(_mm512_shuffle_i64x2(a, b, 0x88), _mm512_shuffle_i64x2(a, b, 0xDD));
  };
  NESCIO_UNROLL
  for (int i = 0; i < 2; ++i) u[i] = add_quarters(t[2 * i], t[2 * i + 1]);
  return add_quarters(u[0], u[1]);
}

#ifdef __AVX512IFMA__
struct Operand {
  __m512i lo, hi;  // lo + 2^64 k, k in {0, 1}; hi = that >> 52. A multiplication reads 52 bits of each.
  Operand() = default;
  NESCIO_INLINE Operand(Packed x) : lo(x.v), hi(_mm512_srli_epi64(x.v, 52)) {}  // NOLINT(google-explicit-constructor)
  // The integer a + b: its carry goes into hi, so nothing is reduced.
  NESCIO_INLINE static Operand sum(Packed a, Packed b) {
    Operand s(Packed{_mm512_add_epi64(a.v, b.v)});
    const __mmask8 carry = _mm512_cmplt_epu64_mask(s.lo, a.v);
    s.hi = _mm512_mask_add_epi64(s.hi, carry, s.hi, _mm512_set1_epi64(1LL << 12));
    return s;
  }
};

// x0 + 2^52 x1 + 2^104 x2. A product adds less than 3 * 2^52 to x1, and less to the others.
struct Acc {
  static constexpr std::size_t kMaxTerms = 1360;
  __m512i x0 = _mm512_setzero_si512(), x1 = _mm512_setzero_si512(), x2 = _mm512_setzero_si512();

  NESCIO_INLINE static Acc from(Packed x) {
    Acc a;
    a.x0 = _mm512_and_si512(x.v, low52());
    a.x1 = _mm512_srli_epi64(x.v, 52);
    return a;
  }
  NESCIO_INLINE void mac(const Operand& a, const Operand& b) {
    x0 = _mm512_madd52lo_epu64(x0, a.lo, b.lo);
    x1 = _mm512_madd52hi_epu64(x1, a.lo, b.lo);
    x2 = _mm512_madd52lo_epu64(x2, a.hi, b.hi);
    x1 = _mm512_madd52lo_epu64(x1, a.lo, b.hi);
    x2 = _mm512_madd52hi_epu64(x2, a.lo, b.hi);
    x1 = _mm512_madd52lo_epu64(x1, a.hi, b.lo);
    x2 = _mm512_madd52hi_epu64(x2, a.hi, b.lo);
  }
  NESCIO_INLINE Acc& operator+=(const Acc& o) {
    x0 = _mm512_add_epi64(x0, o.x0);
    x1 = _mm512_add_epi64(x1, o.x1);
    x2 = _mm512_add_epi64(x2, o.x2);
    return *this;
  }
  NESCIO_INLINE Acc times7() const {
    Acc r;
    r.x0 = _mm512_sub_epi64(_mm512_slli_epi64(x0, 3), x0);
    r.x1 = _mm512_sub_epi64(_mm512_slli_epi64(x1, 3), x1);
    r.x2 = _mm512_sub_epi64(_mm512_slli_epi64(x2, 3), x2);
    return r;
  }
  NESCIO_INLINE static Acc lane_sums(const Acc* rows) {
    Acc r;
    r.x0 = integer_lane_sums([&](int i) NESCIO_INLINE_BODY { return rows[i].x0; });
    r.x1 = integer_lane_sums([&](int i) NESCIO_INLINE_BODY { return rows[i].x1; });
    r.x2 = integer_lane_sums([&](int i) NESCIO_INLINE_BODY { return rows[i].x2; });
    return r;
  }
  NESCIO_INLINE Packed reduce() const {
    const __m512i y1 = _mm512_add_epi64(x1, _mm512_srli_epi64(x0, 52));
    // (low52 & x0) | (y1 << 52)
    const __m512i lo = _mm512_ternarylogic_epi64(low52(), x0, _mm512_slli_epi64(y1, 52), 0xEA);
    const __m512i top = _mm512_add_epi64(_mm512_slli_epi64(x2, 8), _mm512_srli_epi64(y1, 44));
    return Packed::from_limbs(lo, _mm512_srli_epi64(y1, 12), top);
  }

 private:
  NESCIO_INLINE static __m512i low52() { return _mm512_set1_epi64((1LL << 52) - 1); }
};

NESCIO_INLINE Packed operator*(Packed a, Packed b) {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i ah = _mm512_srli_epi64(a.v, 52), bh = _mm512_srli_epi64(b.v, 52);
  __m512i x1 = _mm512_madd52hi_epu64(zero, a.v, b.v);
  x1 = _mm512_madd52lo_epu64(x1, a.v, bh);
  x1 = _mm512_madd52lo_epu64(x1, ah, b.v);
  __m512i x2 = _mm512_madd52lo_epu64(zero, ah, bh);
  x2 = _mm512_madd52hi_epu64(x2, a.v, bh);
  x2 = _mm512_madd52hi_epu64(x2, ah, b.v);
  const __m512i top = _mm512_add_epi64(_mm512_slli_epi64(x2, 8), _mm512_srli_epi64(x1, 44));
  return Packed::from_limbs(_mm512_mullo_epi64(a.v, b.v), _mm512_srli_epi64(x1, 12), top);
}
#else
struct Operand {
  __m512i lo, hi;  // hi = lo >> 32
  Operand() = default;
  NESCIO_INLINE Operand(Packed x) : lo(x.v), hi(_mm512_srli_epi64(x.v, 32)) {}  // NOLINT(google-explicit-constructor)
  NESCIO_INLINE static Operand sum(Packed a, Packed b) { return a + b; }
};

// sum_k c[k] 2^(32 k). A product adds less than 3 * 2^32 to each.
struct Acc {
  static constexpr std::size_t kMaxTerms = std::size_t{1} << 24;
  __m512i c[4] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};

  NESCIO_INLINE static Acc from(Packed x) {
    Acc a;
    a.c[0] = low(x.v);
    a.c[1] = _mm512_srli_epi64(x.v, 32);
    return a;
  }
  NESCIO_INLINE void mac(const Operand& a, const Operand& b) {
    const __m512i ll = _mm512_mul_epu32(a.lo, b.lo), lh = _mm512_mul_epu32(a.lo, b.hi);
    const __m512i hl = _mm512_mul_epu32(a.hi, b.lo), hh = _mm512_mul_epu32(a.hi, b.hi);
    add(0, low(ll));
    add(1, _mm512_srli_epi64(ll, 32));
    add(1, low(lh));
    add(1, low(hl));
    add(2, _mm512_srli_epi64(lh, 32));
    add(2, _mm512_srli_epi64(hl, 32));
    add(2, low(hh));
    add(3, _mm512_srli_epi64(hh, 32));
  }
  NESCIO_INLINE Acc& operator+=(const Acc& o) {
    NESCIO_UNROLL
    for (int k = 0; k < 4; ++k) add(k, o.c[k]);
    return *this;
  }
  NESCIO_INLINE Acc times7() const {
    Acc r;
    NESCIO_UNROLL
    for (int k = 0; k < 4; ++k) r.c[k] = _mm512_sub_epi64(_mm512_slli_epi64(c[k], 3), c[k]);
    return r;
  }
  NESCIO_INLINE static Acc lane_sums(const Acc* rows) {
    Acc r;
    NESCIO_UNROLL
    for (int k = 0; k < 4; ++k) r.c[k] = integer_lane_sums([&](int i) NESCIO_INLINE_BODY { return rows[i].c[k]; });
    return r;
  }
  NESCIO_INLINE Packed reduce() const {
    const __m512i c1 = _mm512_add_epi64(c[1], _mm512_srli_epi64(c[0], 32));
    const __m512i c2 = _mm512_add_epi64(c[2], _mm512_srli_epi64(c1, 32));
    const __m512i c3 = _mm512_add_epi64(c[3], _mm512_srli_epi64(c2, 32));
    return Packed::from_limbs(_mm512_or_si512(low(c[0]), _mm512_slli_epi64(c1, 32)), c2, c3);
  }

 private:
  NESCIO_INLINE static __m512i low(__m512i x) { return _mm512_and_si512(x, Packed::epsilon()); }
  NESCIO_INLINE void add(int k, __m512i x) { c[k] = _mm512_add_epi64(c[k], x); }
};

NESCIO_INLINE Packed operator*(Packed a, Packed b) {
  const __m512i ah = _mm512_srli_epi64(a.v, 32), bh = _mm512_srli_epi64(b.v, 32);
  const __m512i ll = _mm512_mul_epu32(a.v, b.v), lh = _mm512_mul_epu32(a.v, bh);
  const __m512i hl = _mm512_mul_epu32(ah, b.v), hh = _mm512_mul_epu32(ah, bh);
  const __m512i t = _mm512_add_epi64(hl, _mm512_srli_epi64(ll, 32));
  const __m512i u = _mm512_add_epi64(lh, _mm512_and_si512(t, Packed::epsilon()));
  const __m512i hi = _mm512_add_epi64(_mm512_add_epi64(hh, _mm512_srli_epi64(t, 32)), _mm512_srli_epi64(u, 32));
  return Packed::from_limbs(_mm512_mullo_epi64(a.v, b.v), hi, _mm512_srli_epi64(hi, 32));
}
#endif

}  // namespace nescio::NESCIO_ISA
