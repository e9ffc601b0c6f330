// gadget/cells.h -- loops over integers of a tensor, for the tape (gadget/tape.cc) and hints. One text, cells-inl.h,
// that compilers vectorise, built for each instruction set and chosen as field/kernels.h is.
//
// Arithmetic is mod 2^64; bounds (gadget/backend.h) make it that of integers. out may be x.
#pragma once
#include <cstddef>
#include <cstdint>

namespace nescio::cells {

using Word = std::uint64_t;

// On n cells each.
struct Kernels {
  void (*set_multiple)(std::int64_t coef, const std::int64_t* x, std::int64_t base, std::int64_t* out, std::size_t n);
  void (*add_multiple)(std::int64_t coef, const std::int64_t* x, std::int64_t* out, std::size_t n);
  void (*product)(const std::int64_t* x, const std::int64_t* y, std::int64_t* out, std::size_t n);
  // ((x + base) >> shift) & mask, the shift arithmetic.
  void (*digit)(const std::int64_t* x, std::int64_t base, unsigned shift, std::int64_t mask, std::int64_t* out,
                std::size_t n);
  // Canonical words of the field, and back: |x| < 2^62.
  void (*to_field)(const std::int64_t* x, Word* out, std::size_t n);
  void (*from_field)(const Word* x, std::int64_t* out, std::size_t n);
  // All in [lo, hi].
  bool (*within)(const std::int64_t* x, std::int64_t lo, std::int64_t hi, std::size_t n);
  // All y[i] = values[x[i] - start]; those are indices of `values`.
  bool (*at_index)(const std::int64_t* x, std::int64_t start, const std::int64_t* values, const std::int64_t* y,
                   std::size_t n);
};

// Of the active instruction set.
const Kernels& kernels();

}  // namespace nescio::cells
