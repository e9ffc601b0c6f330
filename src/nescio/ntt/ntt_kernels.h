// ntt/ntt_kernels.h -- the boundary to the translation units built per instruction set (see field/kernel_table.h).
#pragma once
#include "nescio/field/kernel_table.h"

namespace nescio {

// Twiddles of one radix-8 stage over blocks of 2^k rows: [2^(k-3)][8], entry [j][i] = w^(j rev3(i)), w of order 2^k.
using StageTwiddles = const Word*;

struct NttKernels {
  // DIF transform of 2^k rows in place; columns a multiple of 8. stages[l] for 5 <= l <= k. With `canonical`, the
  // output words are.
  void (*transform)(Word* data, unsigned k, std::size_t stride, std::size_t columns, const StageTwiddles* stages,
                    bool canonical);
  // The first stage (k >= 3) of the transform on the coset s <w>, out of place, for j in [begin, end) of the 2^(k-3)
  // butterflies. s_begin = s^begin; factors[i] = s^(i 2^(k-3)), and if these are powers of w_64 = 2^39 then root64
  // tells which, factors[i] = w_64^(i root64), else root64 = 64.
  void (*coset_stage)(const Word* in, Word* out, unsigned k, std::size_t stride, std::size_t columns, std::size_t begin,
                      std::size_t end, StageTwiddles stage, Word s, Word s_begin, const Word* factors, unsigned root64);
};

namespace scalar {
extern const NttKernels kNttKernels;
}
namespace neon {
extern const NttKernels kNttKernels;
}
namespace avx2 {
extern const NttKernels kNttKernels;
}
namespace avx512 {
extern const NttKernels kNttKernels;
}
namespace avx512ifma {
extern const NttKernels kNttKernels;
}

}  // namespace nescio
