// ntt/ntt.cc -- roots, twiddles and threads; the arithmetic is in ntt_kernels-inl.h.
#include "nescio/ntt/ntt.h"

#include <array>
#include <memory>
#include <mutex>

#include "nescio/base/bits.h"
#include "nescio/base/check.h"
#include "nescio/base/parallel.h"
#include "nescio/field/isa.h"
#include "nescio/ntt/ntt_kernels.h"

namespace nescio {
namespace {

// What the kernels' shifts rest on.
static_assert(F::root_of_unity(6) == F(std::uint64_t{1} << 39));

const NttKernels& active() {
#if defined(__aarch64__)
  if (active_isa() == Isa::kNeon) return neon::kNttKernels;
#elif defined(__x86_64__)
  if (active_isa() == Isa::kAvx512Ifma) return avx512ifma::kNttKernels;
  if (active_isa() == Isa::kAvx512) return avx512::kNttKernels;
  if (active_isa() == Isa::kAvx2) return avx2::kNttKernels;
#endif
  return scalar::kNttKernels;
}

const Word* words(const F* p) {
  return reinterpret_cast<const Word*>(p);
}
Word* words(F* p) {
  return reinterpret_cast<Word*>(p);
}

std::unique_ptr<Word[]> make_stage(unsigned k) {
  const std::size_t count = std::size_t{1} << (k - 3);
  std::unique_ptr<Word[]> t(new Word[8 * count]);
  const F w = F::root_of_unity(k);
  F wj(1);
  for (std::size_t j = 0; j < count; ++j, wj *= w) {
    F power(1);
    for (std::size_t f = 0; f < 8; ++f, power *= wj) t[8 * j + reverse_bits(f, 3)] = power.canonical();
  }
  return t;
}

// stages()[l] for 3 <= l <= k. Made at first use and kept: 2^(k+1) words at most.
const StageTwiddles* stages(unsigned k) {
  struct Stage {
    std::once_flag once;
    std::unique_ptr<Word[]> words;
  };
  static std::array<Stage, F::kTwoAdicity + 1> made;
  static std::array<StageTwiddles, F::kTwoAdicity + 1> table;
  for (unsigned l = 3; l <= k; ++l)
    std::call_once(made[l].once, [l] {
      made[l].words = make_stage(l);
      table[l] = made[l].words.get();
    });
  return table.data();
}

// Block b of a code: the transform of the message on the coset s <w_rows>.
struct Coset {
  F s;
  Word factors[8];
  unsigned root64;

  Coset(unsigned log_rows, unsigned log_inv_rate, std::size_t b) {
    const std::size_t exponent = reverse_bits(b, log_inv_rate);
    s = F::root_of_unity(log_rows + log_inv_rate).pow(exponent);
    // s^(rows/8) = w_(8 2^log_inv_rate)^exponent
    const F step = F::root_of_unity(3 + log_inv_rate).pow(exponent);
    for (unsigned i = 0; i < 8; ++i) factors[i] = step.pow(i).word();
    root64 = log_inv_rate <= 3 ? static_cast<unsigned>(exponent << (3 - log_inv_rate)) : 64;
  }
};

}  // namespace

void ntt_rows(F* data, unsigned log_rows, std::size_t stride) {
  NESCIO_CHECK(stride % 8 == 0 && log_rows <= F::kTwoAdicity);
  active().transform(words(data), log_rows, stride, stride, stages(log_rows), false);
}

void encode_rows(const F* message, F* code, unsigned log_rows, unsigned log_inv_rate, std::size_t stride,
                 std::size_t columns) {
  NESCIO_CHECK(stride % 8 == 0 && columns <= stride && log_rows + log_inv_rate <= F::kTwoAdicity);
  const NttKernels& kernels = active();
  const StageTwiddles* const all = stages(log_rows);
  const std::size_t blocks = std::size_t{1} << log_inv_rate, block_size = stride << log_rows;
  columns = (columns + 7) / 8 * 8;

  if (log_rows < 5) {
    for (std::size_t b = 0; b < blocks; ++b) {
      const F s = Coset(log_rows, log_inv_rate, b).s;
      F power(1);
      F* out = code + b * block_size;
      for (std::size_t row = 0; row >> log_rows == 0; ++row, power *= s)
        for (std::size_t c = 0; c < columns; ++c) out[row * stride + c] = message[row * stride + c] * power;
      kernels.transform(words(out), log_rows, stride, columns, all, true);
    }
    return;
  }

  const std::size_t butterflies = std::size_t{1} << (log_rows - 3);
  const auto first_stage = [&](std::size_t b, std::size_t begin, std::size_t end) {
    const Coset coset(log_rows, log_inv_rate, b);
    kernels.coset_stage(words(message), words(code + b * block_size), log_rows, stride, columns, begin, end,
                        all[log_rows], coset.s.word(), coset.s.pow(begin).word(), coset.factors, coset.root64);
  };
  // Eighth i of block b.
  const auto rest = [&](std::size_t b, std::size_t i) {
    F* const part = code + b * block_size + i * (block_size / 8);
    kernels.transform(words(part), log_rows - 3, stride, columns, all, true);
  };

  if (blocks >= num_threads()) {
    parallel_for(blocks, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t b = begin; b < end; ++b) {
        first_stage(b, 0, butterflies);
        for (std::size_t i = 0; i < 8; ++i) rest(b, i);
      }
    });
    return;
  }
  for (std::size_t b = 0; b < blocks; ++b)
    parallel_for(butterflies, 64, [&](std::size_t begin, std::size_t end) { first_stage(b, begin, end); });
  parallel_for(8 * blocks, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) rest(i / 8, i % 8);
  });
}

}  // namespace nescio
