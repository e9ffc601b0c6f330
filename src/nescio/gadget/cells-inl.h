// gadget/cells-inl.h -- the text of the loops of gadget/cells.h. The including file defines NESCIO_ISA.
#include "nescio/gadget/cells.h"

namespace nescio::cells::NESCIO_ISA {
namespace {

using Int = std::int64_t;
constexpr Word kModulus = 0xFFFFFFFF00000001ULL;

Word word(Int x) {
  return static_cast<Word>(x);
}

void set_multiple(Int coef, const Int* x, Int base, Int* out, std::size_t n) {
  if (coef == 1) {
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<Int>(word(base) + word(x[i]));
  } else {
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<Int>(word(base) + word(coef) * word(x[i]));
  }
}

void add_multiple(Int coef, const Int* x, Int* out, std::size_t n) {
  if (coef == 1) {
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<Int>(word(out[i]) + word(x[i]));
  } else if (coef == -1) {
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<Int>(word(out[i]) - word(x[i]));
  } else {
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<Int>(word(out[i]) + word(coef) * word(x[i]));
  }
}

void product(const Int* x, const Int* y, Int* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<Int>(word(x[i]) * word(y[i]));
}

void digit(const Int* x, Int base, unsigned shift, Int mask, Int* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<Int>(word(x[i]) + word(base)) >> shift & mask;
}

void to_field(const Int* x, Word* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = word(x[i]) + (word(x[i] >> 63) & kModulus);
}

void from_field(const Word* x, Int* out, std::size_t n) {
  // A word above 2^63 stands for itself minus the modulus.
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<Int>(x[i] - (word(static_cast<Int>(x[i]) >> 63) & kModulus));
}

bool within(const Int* x, Int lo, Int hi, std::size_t n) {
  const Word last = word(hi) - word(lo);
  Word outside = 0;
  for (std::size_t i = 0; i < n; ++i) outside |= static_cast<Word>(word(x[i]) - word(lo) > last);
  return outside == 0;
}

bool at_index(const Int* x, Int start, const Int* values, const Int* y, std::size_t n) {
  Word different = 0;
  for (std::size_t i = 0; i < n; ++i) different |= word(values[x[i] - start]) ^ word(y[i]);
  return different == 0;
}

}  // namespace

extern const Kernels kKernels;
const Kernels kKernels = {set_multiple, add_multiple, product, digit, to_field, from_field, within, at_index};

}  // namespace nescio::cells::NESCIO_ISA
