// field/packed_avx2.h -- four lanes in AVX2. Concept: packed_scalar.h; add1, sub1 and from_limbs: packed_avx512.h.
//
// AVX2 compares signed words only: flipping the top bit of both sides makes the comparison unsigned.
#pragma once
#include <immintrin.h>

#include "nescio/field/packed.h"

namespace nescio::NESCIO_ISA {

struct Packed {
  static constexpr std::size_t kLanes = 4;
  __m256i v;

  NESCIO_INLINE static Packed load(const Word* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
  NESCIO_INLINE static Packed load_partial(const Word* p, std::size_t n) {
    return {_mm256_maskload_epi64(reinterpret_cast<const long long*>(p), first(n))};
  }
  NESCIO_INLINE static Packed broadcast(Word w) { return {_mm256_set1_epi64x(static_cast<long long>(w))}; }
  NESCIO_INLINE void store(Word* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
  NESCIO_INLINE void store_partial(Word* p, std::size_t n) const {
    _mm256_maskstore_epi64(reinterpret_cast<long long*>(p), first(n), v);
  }

  NESCIO_INLINE Packed canonical() const {  // v >= p: subtract p, that is add 2^32 - 1
    const __m256i last = _mm256_set1_epi64x(static_cast<long long>(0xFFFFFFFF00000000ULL ^ kTop));
    return {_mm256_add_epi64(v, epsilon_if(_mm256_cmpgt_epi64(flip(v), last)))};
  }
  NESCIO_INLINE static Packed add1(Packed a, Packed b) {
    const __m256i fa = flip(a.v), s = _mm256_add_epi64(fa, b.v);
    return {flip(_mm256_add_epi64(s, epsilon_if(_mm256_cmpgt_epi64(fa, s))))};
  }
  NESCIO_INLINE static Packed sub1(Packed a, Packed b) {
    const __m256i borrow = _mm256_cmpgt_epi64(flip(b.v), flip(a.v));
    return {_mm256_sub_epi64(_mm256_sub_epi64(a.v, b.v), epsilon_if(borrow))};
  }
  NESCIO_INLINE friend Packed operator+(Packed a, Packed b) { return add1(a, b.canonical()); }
  NESCIO_INLINE friend Packed operator-(Packed a, Packed b) { return sub1(a, b.canonical()); }
  NESCIO_INLINE friend Packed operator*(Packed a, Packed b) {
    const __m256i ah = _mm256_srli_epi64(a.v, 32), bh = _mm256_srli_epi64(b.v, 32);
    const __m256i ll = _mm256_mul_epu32(a.v, b.v), lh = _mm256_mul_epu32(a.v, bh);
    const __m256i hl = _mm256_mul_epu32(ah, b.v), hh = _mm256_mul_epu32(ah, bh);
    const __m256i t = _mm256_add_epi64(hl, _mm256_srli_epi64(ll, 32));
    const __m256i u = _mm256_add_epi64(lh, _mm256_and_si256(t, epsilon()));
    const __m256i hi = _mm256_add_epi64(_mm256_add_epi64(hh, _mm256_srli_epi64(t, 32)), _mm256_srli_epi64(u, 32));
    const __m256i lo = _mm256_blend_epi32(ll, _mm256_slli_epi64(u, 32), 0xAA);
    return from_limbs(lo, hi, _mm256_srli_epi64(hi, 32));
  }

  NESCIO_INLINE static Packed from_limbs(__m256i lo, __m256i mid, __m256i top) {
    __m256i factor = epsilon();
    __asm__("" : "+x"(factor));  // as in packed_avx512.h
    return add1(sub1({lo}, {top}), {_mm256_mul_epu32(mid, factor)});
  }
  template <unsigned S>
  NESCIO_INLINE Packed mul_2exp() const {
    static_assert(0 < S && S < 96);
    if constexpr (S <= 32) {
      return add1({_mm256_slli_epi64(v, S)}, {_mm256_mul_epu32(_mm256_srli_epi64(v, 64 - S), epsilon())});
    } else if constexpr (S < 64) {
      return from_limbs(_mm256_slli_epi64(v, S), _mm256_srli_epi64(v, 64 - S), _mm256_srli_epi64(v, 96 - S));
    } else {
      return sub1({_mm256_mul_epu32(_mm256_slli_epi64(v, S - 64), epsilon())}, {_mm256_srli_epi64(v, 96 - S)});
    }
  }

  NESCIO_INLINE Word sum() const {
    Packed s = *this + Packed{_mm256_permute4x64_epi64(v, 0x4E)};
    s = s + Packed{_mm256_permute4x64_epi64(s.v, 0xB1)};
    return static_cast<Word>(_mm_cvtsi128_si64(_mm256_castsi256_si128(s.v)));
  }
  NESCIO_INLINE static void deinterleave(Packed a, Packed b, Packed& even, Packed& odd) {
    even.v = _mm256_permute4x64_epi64(_mm256_unpacklo_epi64(a.v, b.v), 0xD8);
    odd.v = _mm256_permute4x64_epi64(_mm256_unpackhi_epi64(a.v, b.v), 0xD8);
  }

  NESCIO_INLINE static __m256i epsilon() { return _mm256_set1_epi64x(0xFFFFFFFFLL); }

 private:
  static constexpr Word kTop = Word{1} << 63;
  NESCIO_INLINE static __m256i flip(__m256i x) {
    return _mm256_xor_si256(x, _mm256_set1_epi64x(static_cast<long long>(kTop)));
  }
  NESCIO_INLINE static __m256i epsilon_if(__m256i mask) { return _mm256_srli_epi64(mask, 32); }
  NESCIO_INLINE static __m256i first(std::size_t n) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(static_cast<long long>(n)), _mm256_setr_epi64x(0, 1, 2, 3));
  }
};

struct Operand {
  __m256i lo, hi;  // hi = lo >> 32
  Operand() = default;
  NESCIO_INLINE Operand(Packed x) : lo(x.v), hi(_mm256_srli_epi64(x.v, 32)) {}  // NOLINT(google-explicit-constructor)
  NESCIO_INLINE static Operand sum(Packed a, Packed b) { return a + b; }
};

// sum_k c[k] 2^(32 k). A product adds less than 3 * 2^32 to each.
struct Acc {
  static constexpr std::size_t kMaxTerms = std::size_t{1} << 24;
  __m256i c[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};

  NESCIO_INLINE static Acc from(Packed x) {
    Acc a;
    a.c[0] = low(x.v);
    a.c[1] = _mm256_srli_epi64(x.v, 32);
    return a;
  }
  NESCIO_INLINE void mac(const Operand& a, const Operand& b) {
    const __m256i ll = _mm256_mul_epu32(a.lo, b.lo), lh = _mm256_mul_epu32(a.lo, b.hi);
    const __m256i hl = _mm256_mul_epu32(a.hi, b.lo), hh = _mm256_mul_epu32(a.hi, b.hi);
    add(0, low(ll));
    add(1, _mm256_srli_epi64(ll, 32));
    add(1, low(lh));
    add(1, low(hl));
    add(2, _mm256_srli_epi64(lh, 32));
    add(2, _mm256_srli_epi64(hl, 32));
    add(2, low(hh));
    add(3, _mm256_srli_epi64(hh, 32));
  }
  NESCIO_INLINE Acc& operator+=(const Acc& o) {
    NESCIO_UNROLL
    for (int k = 0; k < 4; ++k) add(k, o.c[k]);
    return *this;
  }
  NESCIO_INLINE Acc times7() const {
    Acc r;
    NESCIO_UNROLL
    for (int k = 0; k < 4; ++k) r.c[k] = _mm256_sub_epi64(_mm256_slli_epi64(c[k], 3), c[k]);
    return r;
  }
  NESCIO_INLINE static Acc lane_sums(const Acc* rows) {
    Acc r;
    NESCIO_UNROLL
    for (int k = 0; k < 4; ++k) {
      const __m256i s = add_pairs(rows[0].c[k], rows[1].c[k]), t = add_pairs(rows[2].c[k], rows[3].c[k]);
      r.c[k] = _mm256_add_epi64(_mm256_permute2x128_si256(s, t, 0x20), _mm256_permute2x128_si256(s, t, 0x31));
    }
    return r;
  }
  NESCIO_INLINE Packed reduce() const {
    const __m256i c1 = _mm256_add_epi64(c[1], _mm256_srli_epi64(c[0], 32));
    const __m256i c2 = _mm256_add_epi64(c[2], _mm256_srli_epi64(c1, 32));
    const __m256i c3 = _mm256_add_epi64(c[3], _mm256_srli_epi64(c2, 32));
    return Packed::from_limbs(_mm256_blend_epi32(c[0], _mm256_slli_epi64(c1, 32), 0xAA), c2, c3);
  }

 private:
  NESCIO_INLINE static __m256i add_pairs(__m256i a, __m256i b) {
    return _mm256_add_epi64(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
  }
  NESCIO_INLINE static __m256i low(__m256i x) { return _mm256_and_si256(x, Packed::epsilon()); }
  NESCIO_INLINE void add(int k, __m256i x) { c[k] = _mm256_add_epi64(c[k], x); }
};

}  // namespace nescio::NESCIO_ISA
