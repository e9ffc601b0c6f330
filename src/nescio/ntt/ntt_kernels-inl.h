// ntt/ntt_kernels-inl.h -- the one text of the transform, over the packed type of the including translation unit.
//
// Decimation in frequency, radix 8, depth first, so that small blocks stay in the nearest cache. Inside a butterfly all
// roots are powers of w_64 = 2^39 (mod p), so they cost shifts; only the twiddles between stages are multiplications.
// 2 has order 192 and 2^96 = -1: a factor -2^s is a subtraction with its sides exchanged.
#pragma once
#include "nescio/ntt/ntt_kernels.h"

namespace nescio::NESCIO_ISA {

constexpr unsigned kRoot64Log = 39;

// a + b, and (a - b) w_64^E in place of b.
template <unsigned E>
NESCIO_INLINE void butterfly(Packed& a, Packed& b) {
  constexpr unsigned kShift = kRoot64Log * E % 192;
  constexpr bool kNegative = kShift >= 96;
  const Packed x = kNegative ? b : a, y = (kNegative ? a : b).canonical();
  a = Packed::add1(x, y);
  b = Packed::sub1(x, y);
  if constexpr (kShift % 96 != 0) b = b.template mul_2exp<kShift % 96>();
}
// 4, 8 or 16 points; result i is frequency rev(i).
NESCIO_INLINE void dft2(Packed* a) {
  butterfly<0>(a[0], a[1]);
}
NESCIO_INLINE void dft4(Packed* a) {
  butterfly<0>(a[0], a[2]);
  butterfly<16>(a[1], a[3]);
  dft2(a);
  dft2(a + 2);
}
NESCIO_INLINE void dft8(Packed* a) {
  butterfly<0>(a[0], a[4]);
  butterfly<8>(a[1], a[5]);
  butterfly<16>(a[2], a[6]);
  butterfly<24>(a[3], a[7]);
  dft4(a);
  dft4(a + 4);
}
NESCIO_INLINE void dft16(Packed* a) {
  butterfly<0>(a[0], a[8]);
  butterfly<4>(a[1], a[9]);
  butterfly<8>(a[2], a[10]);
  butterfly<12>(a[3], a[11]);
  butterfly<16>(a[4], a[12]);
  butterfly<20>(a[5], a[13]);
  butterfly<24>(a[6], a[14]);
  butterfly<28>(a[7], a[15]);
  dft8(a);
  dft8(a + 8);
}

// The last 2^K rows' worth of levels of one block: no twiddles remain.
template <unsigned K, bool kCanonical>
NESCIO_INLINE void last_stage(Word* data, std::size_t stride, std::size_t columns) {
  constexpr unsigned kRows = 1u << K;
  for (std::size_t c = 0; c < columns; c += Packed::kLanes) {
    Packed a[kRows];
    NESCIO_UNROLL
    for (unsigned i = 0; i < kRows; ++i) a[i] = Packed::load(data + i * stride + c);
    if constexpr (K == 1) dft2(a);
    if constexpr (K == 2) dft4(a);
    if constexpr (K == 3) dft8(a);
    if constexpr (K == 4) dft16(a);
    NESCIO_UNROLL
    for (unsigned i = 0; i < kRows; ++i) (kCanonical ? a[i].canonical() : a[i]).store(data + i * stride + c);
  }
}

// data: 2^k rows.
inline void stage8(Word* data, unsigned k, std::size_t stride, std::size_t columns, StageTwiddles stage) {
  const std::size_t count = std::size_t{1} << (k - 3), step = count * stride;
  for (std::size_t j = 0; j < count; ++j) {
    const Word* t = stage + 8 * j;
    Word* p = data + j * stride;
    for (std::size_t c = 0; c < columns; c += Packed::kLanes) {
      Packed a[8];
      NESCIO_UNROLL
      for (unsigned i = 0; i < 8; ++i) a[i] = Packed::load(p + i * step + c);
      dft8(a);
      a[0].store(p + c);
      NESCIO_UNROLL
      for (unsigned i = 1; i < 8; ++i) (a[i] * Packed::broadcast(t[i])).store(p + i * step + c);
    }
  }
}

template <bool kCanonical>
void transform(Word* data, unsigned k, std::size_t stride, std::size_t columns, const StageTwiddles* stages) {
  switch (k) {
    case 0:
      if constexpr (kCanonical)
        for (std::size_t c = 0; c < columns; c += Packed::kLanes) Packed::load(data + c).canonical().store(data + c);
      return;
    case 1:
      return last_stage<1, kCanonical>(data, stride, columns);
    case 2:
      return last_stage<2, kCanonical>(data, stride, columns);
    case 3:
      return last_stage<3, kCanonical>(data, stride, columns);
    case 4:
      return last_stage<4, kCanonical>(data, stride, columns);
    default:
      break;
  }
  stage8(data, k, stride, columns, stages[k]);
  const std::size_t block = stride << (k - 3);
  NESCIO_UNROLL
  for (unsigned i = 0; i < 8; ++i) transform<kCanonical>(data + i * block, k - 3, stride, columns, stages);
}

// Input i of a butterfly times w_64^(i Root).
template <unsigned Root>
struct ShiftFactors {
  NESCIO_INLINE explicit ShiftFactors(const Word*) {}
  NESCIO_INLINE void apply(Packed* a) const {
    times<1>(a);
    times<2>(a);
    times<3>(a);
    times<4>(a);
    times<5>(a);
    times<6>(a);
    times<7>(a);
  }
  template <unsigned I>
  NESCIO_INLINE static void times(Packed* a) {
    constexpr unsigned kShift = kRoot64Log * Root * I % 192;
    if constexpr (kShift % 96 != 0) a[I] = a[I].template mul_2exp<kShift % 96>();
    if constexpr (kShift >= 96) a[I] = Packed::sub1(Packed::broadcast(0), a[I].canonical());
  }
};
// Times any constants.
struct AnyFactors {
  Packed f[8];
  NESCIO_INLINE explicit AnyFactors(const Word* factors) {
    NESCIO_UNROLL
    for (unsigned i = 0; i < 8; ++i) f[i] = Packed::broadcast(factors[i]);
  }
  NESCIO_INLINE void apply(Packed* a) const {
    NESCIO_UNROLL
    for (unsigned i = 1; i < 8; ++i) a[i] = a[i] * f[i];
  }
};

// Row j + i 2^(k-3) is scaled by s^j s^(i 2^(k-3)): the second factor before the butterfly, the first in its twiddles.
template <class Factors>
void coset_stage(const Word* in, Word* out, unsigned k, std::size_t stride, std::size_t columns, std::size_t begin,
                 std::size_t end, StageTwiddles stage, Word s, Word s_begin, const Word* factor_words) {
  const std::size_t step = stride << (k - 3);
  const Factors factors(factor_words);
  const Packed s_packed = Packed::broadcast(s);
  Packed s_j = Packed::broadcast(s_begin);
  for (std::size_t j = begin; j < end; ++j, s_j = s_j * s_packed) {
    alignas(64) Word t[8];
    NESCIO_UNROLL
    for (unsigned i = 0; i < 8; i += Packed::kLanes) (Packed::load(stage + 8 * j + i) * s_j).store(t + i);
    const Word* p = in + j * stride;
    Word* q = out + j * stride;
    for (std::size_t c = 0; c < columns; c += Packed::kLanes) {
      Packed a[8];
      NESCIO_UNROLL
      for (unsigned i = 0; i < 8; ++i) a[i] = Packed::load(p + i * step + c);
      factors.apply(a);
      dft8(a);
      NESCIO_UNROLL
      for (unsigned i = 0; i < 8; ++i) (a[i] * Packed::broadcast(t[i])).store(q + i * step + c);
    }
  }
}

inline void transform_any(Word* data, unsigned k, std::size_t stride, std::size_t columns, const StageTwiddles* stages,
                          bool canonical) {
  (canonical ? transform<true> : transform<false>)(data, k, stride, columns, stages);
}
inline void coset_stage_any(const Word* in, Word* out, unsigned k, std::size_t stride, std::size_t columns,
                            std::size_t begin, std::size_t end, StageTwiddles stage, Word s, Word s_begin,
                            const Word* factors, unsigned root64) {
  // The block 0 of any rate, and the others of rates 1/2 and 1/4.
  auto* f = coset_stage<AnyFactors>;
  if (root64 == 0) f = coset_stage<ShiftFactors<0>>;
  if (root64 == 2) f = coset_stage<ShiftFactors<2>>;
  if (root64 == 4) f = coset_stage<ShiftFactors<4>>;
  if (root64 == 6) f = coset_stage<ShiftFactors<6>>;
  f(in, out, k, stride, columns, begin, end, stage, s, s_begin, factors);
}

// No code runs to make it.
constinit const NttKernels kNttKernels = {.transform = transform_any, .coset_stage = coset_stage_any};

}  // namespace nescio::NESCIO_ISA
