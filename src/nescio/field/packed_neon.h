// field/packed_neon.h -- two lanes in NEON of 64-bit ARM. Concept: packed_scalar.h; add1, sub1 and from_limbs:
// packed_avx512.h.
//
// NEON multiplies 32-bit halves of a narrower register, so factors are taken apart rather than masked.
#pragma once
#include <arm_neon.h>

#include "nescio/field/packed.h"

namespace nescio::NESCIO_ISA {

struct Packed {
  static constexpr std::size_t kLanes = 2;
  uint64x2_t v;

  NESCIO_INLINE static Packed load(const Word* p) { return {vld1q_u64(p)}; }
  // n is 0 or 1.
  NESCIO_INLINE static Packed load_partial(const Word* p, std::size_t n) {
    return {n == 0 ? vdupq_n_u64(0) : vcombine_u64(vld1_u64(p), vdup_n_u64(0))};
  }
  NESCIO_INLINE static Packed broadcast(Word w) { return {vdupq_n_u64(w)}; }
  NESCIO_INLINE void store(Word* p) const { vst1q_u64(p, v); }
  NESCIO_INLINE void store_partial(Word* p, std::size_t n) const {
    if (n != 0) vst1q_lane_u64(p, v, 0);
  }

  NESCIO_INLINE Packed canonical() const {  // v >= p: subtract p, that is add 2^32 - 1
    return {vaddq_u64(v, epsilon_if(vcgeq_u64(v, vdupq_n_u64(0xFFFFFFFF00000001ULL))))};
  }
  NESCIO_INLINE static Packed add1(Packed a, Packed b) {
    const uint64x2_t s = vaddq_u64(a.v, b.v);
    return {vaddq_u64(s, epsilon_if(vcltq_u64(s, a.v)))};
  }
  NESCIO_INLINE static Packed sub1(Packed a, Packed b) {
    return {vsubq_u64(vsubq_u64(a.v, b.v), epsilon_if(vcltq_u64(a.v, b.v)))};
  }
  NESCIO_INLINE friend Packed operator+(Packed a, Packed b) { return add1(a, b.canonical()); }
  NESCIO_INLINE friend Packed operator-(Packed a, Packed b) { return sub1(a, b.canonical()); }
  NESCIO_INLINE friend Packed operator*(Packed a, Packed b) {
    const uint32x2_t al = vmovn_u64(a.v), ah = vshrn_n_u64(a.v, 32), bl = vmovn_u64(b.v), bh = vshrn_n_u64(b.v, 32);
    const uint64x2_t ll = vmull_u32(al, bl), t = vaddq_u64(vmull_u32(ah, bl), vshrq_n_u64(ll, 32));
    const uint64x2_t u = vmlal_u32(vandq_u64(t, epsilon()), al, bh);
    const uint64x2_t hi = vaddq_u64(vmlal_u32(vshrq_n_u64(t, 32), ah, bh), vshrq_n_u64(u, 32));
    return from_limbs(vsliq_n_u64(ll, u, 32), hi, vshrq_n_u64(hi, 32));
  }

  // lo + 2^64 (mid mod 2^32) + 2^96 top, top < 2^32.
  NESCIO_INLINE static Packed from_limbs(uint64x2_t lo, uint64x2_t mid, uint64x2_t top) {
    return add1(sub1({lo}, {top}), times_epsilon(mid));
  }
  template <unsigned S>
  NESCIO_INLINE Packed mul_2exp() const {
    static_assert(0 < S && S < 96);
    if constexpr (S <= 32) {
      return add1({vshlq_n_u64(v, S)}, times_epsilon(vshrq_n_u64(v, 64 - S)));
    } else if constexpr (S < 64) {
      return from_limbs(vshlq_n_u64(v, S), vshrq_n_u64(v, 64 - S), vshrq_n_u64(v, 96 - S));
    } else if constexpr (S == 64) {
      return sub1(times_epsilon(v), {vshrq_n_u64(v, 32)});
    } else {
      return sub1(times_epsilon(vshlq_n_u64(v, S - 64)), {vshrq_n_u64(v, 96 - S)});
    }
  }

  NESCIO_INLINE Word sum() const {
    const Packed s = *this + Packed{vextq_u64(v, v, 1)};
    return vgetq_lane_u64(s.v, 0);
  }
  NESCIO_INLINE static void deinterleave(Packed a, Packed b, Packed& even, Packed& odd) {
    even.v = vuzp1q_u64(a.v, b.v);
    odd.v = vuzp2q_u64(a.v, b.v);
  }

  NESCIO_INLINE static uint64x2_t epsilon() { return vdupq_n_u64(0xFFFFFFFF); }

 private:
  NESCIO_INLINE static uint64x2_t epsilon_if(uint64x2_t mask) { return vshrq_n_u64(mask, 32); }
  // (x mod 2^32) (2^32 - 1)
  NESCIO_INLINE static Packed times_epsilon(uint64x2_t x) {
    return {vsubq_u64(vshlq_n_u64(x, 32), vandq_u64(x, epsilon()))};
  }
};

struct Operand {
  uint32x2_t lo, hi;
  Operand() = default;
  NESCIO_INLINE Operand(Packed x)
      : lo(vmovn_u64(x.v)), hi(vshrn_n_u64(x.v, 32)) {}  // NOLINT(google-explicit-constructor)
  NESCIO_INLINE static Operand sum(Packed a, Packed b) { return a + b; }
};

// sum_k c[k] 2^(32 k). A product adds less than 3 * 2^32 to each.
struct Acc {
  static constexpr std::size_t kMaxTerms = std::size_t{1} << 24;
  uint64x2_t c[4] = {vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0)};

  NESCIO_INLINE static Acc from(Packed x) {
    Acc a;
    a.c[0] = low(x.v);
    a.c[1] = vshrq_n_u64(x.v, 32);
    return a;
  }
  NESCIO_INLINE void mac(const Operand& a, const Operand& b) {
    const uint64x2_t ll = vmull_u32(a.lo, b.lo), lh = vmull_u32(a.lo, b.hi);
    const uint64x2_t hl = vmull_u32(a.hi, b.lo), hh = vmull_u32(a.hi, b.hi);
    c[0] = vaddq_u64(c[0], low(ll));
    c[1] = vaddq_u64(vsraq_n_u64(c[1], ll, 32), vaddq_u64(low(lh), low(hl)));
    c[2] = vaddq_u64(vsraq_n_u64(vsraq_n_u64(c[2], lh, 32), hl, 32), low(hh));
    c[3] = vsraq_n_u64(c[3], hh, 32);
  }
  NESCIO_INLINE Acc& operator+=(const Acc& o) {
    NESCIO_UNROLL
    for (int k = 0; k < 4; ++k) c[k] = vaddq_u64(c[k], o.c[k]);
    return *this;
  }
  NESCIO_INLINE Acc times7() const {
    Acc r;
    NESCIO_UNROLL
    for (int k = 0; k < 4; ++k) r.c[k] = vsubq_u64(vshlq_n_u64(c[k], 3), c[k]);
    return r;
  }
  NESCIO_INLINE static Acc lane_sums(const Acc* rows) {
    Acc r;
    NESCIO_UNROLL
    for (int k = 0; k < 4; ++k) r.c[k] = vpaddq_u64(rows[0].c[k], rows[1].c[k]);
    return r;
  }
  NESCIO_INLINE Packed reduce() const {
    const uint64x2_t c1 = vsraq_n_u64(c[1], c[0], 32);
    const uint64x2_t c2 = vsraq_n_u64(c[2], c1, 32);
    const uint64x2_t c3 = vsraq_n_u64(c[3], c2, 32);
    return Packed::from_limbs(vsliq_n_u64(c[0], c1, 32), c2, c3);
  }

 private:
  NESCIO_INLINE static uint64x2_t low(uint64x2_t x) { return vandq_u64(x, Packed::epsilon()); }
};

}  // namespace nescio::NESCIO_ISA
