// field/kernel_table.h -- the boundary between the dispatcher and the translation units built per instruction set.
//
// Only plain words and pointers cross it. The per-ISA units include nothing with inline functions outside their own
// namespace: the linker keeps one copy of an inline function, and it might keep one with instructions that the CPU
// lacks.
#pragma once
#include <cstddef>
#include <cstdint>

#include "nescio/field/isa.h"

namespace nescio {

using Word = std::uint64_t;

template <unsigned D>
struct PlanesIn {
  const Word* p[D];
};
template <unsigned D>
struct PlanesOut {
  Word* p[D];
};

// n counts outputs, except in sums, where it counts terms. `c` are the D words of an element, `m` the D*D words of the
// matrix of multiplication by an element: word [d*D + e] is the coefficient of X^d of (element * X^e). `result` is one
// element per sum.
template <unsigned D>
struct ExtKernels {
  using In = PlanesIn<D>;
  using Out = PlanesOut<D>;
  void (*add)(In a, In b, Out out, std::size_t n);
  void (*sub)(In a, In b, Out out, std::size_t n);
  void (*mul)(In a, In b, Out out, std::size_t n);
  void (*mul_base)(In a, const Word* b, Out out, std::size_t n);
  void (*dot_base)(In a, const Word* b, std::size_t n, Word* result);
  void (*dot)(In a, In b, std::size_t n, Word* result);
  void (*combine_rows)(const Word* rows, std::size_t stride, In weights, std::size_t columns, Out out, std::size_t n);
  void (*axpy_base)(const Word* c, const Word* x, Out acc, std::size_t n);
  void (*axpy)(const Word* m, In x, Out acc, std::size_t n);
  void (*scale_base)(const Word* c, const Word* x, Out out, std::size_t n);
  void (*scale)(const Word* m, In x, Out out, std::size_t n);
  void (*fold_base)(const Word* t, const Word* c, Out out, std::size_t n);
  void (*fold)(In t, const Word* m, Out out, std::size_t n);
  void (*eq_step)(Out lo, Out hi, const Word* m, std::size_t n);  // hi = z lo, then lo -= hi
  void (*add_pairs)(In t, Out out, std::size_t n);
  // n pairs; c0 then c2 (then c3).
  void (*product_round)(In a, In b, std::size_t n, Word* result);
  void (*product_round_mixed)(const Word* a, In b, std::size_t n, Word* result);
  void (*product_round3)(In w, In a, In b, std::size_t n, Word* result);
  void (*product_round3_base)(In w, const Word* a, const Word* b, std::size_t n, Word* result);
  void (*weighted_round)(In w, In a, In b, std::size_t n, Word* result);  // c0, c1, c2
  void (*weighted_round_base)(In w, const Word* a, const Word* b, std::size_t n, Word* result);
  void (*weighted_round3)(In w, In a, In b, In c, std::size_t n, Word* result);  // c0, c1, c2, c3
  void (*weighted_round3_base)(In w, const Word* a, const Word* b, const Word* c, std::size_t n, Word* result);
  void (*gkr_round)(In w, In u, In q1, In p1, In q0, std::size_t n, Word* result);
  // From nodes p, q: 4 n of them. m is the matrix of lambda, r of the challenge.
  void (*gkr_first_round)(In w, In p, In q, const Word* m, std::size_t n, Word* result);
  void (*gkr_first_round_base)(In w, const Word* p, In q, const Word* m, std::size_t n, Word* result);
  void (*gkr_first_fold)(In p, In q, const Word* m, const Word* r, Out u, Out q1, Out p1, Out q0, std::size_t n);
  void (*gkr_first_fold_base)(const Word* p, In q, const Word* m, const Word* r, Out u, Out q1, Out p1, Out q0,
                              std::size_t n);
  void (*combine_fractions)(In p, In q, Out p_out, Out q_out, std::size_t n);
  void (*combine_fractions_base)(const Word* p, In q, Out p_out, Out q_out, std::size_t n);
};

struct Kernels {
  void (*add)(const Word* a, const Word* b, Word* out, std::size_t n);
  void (*sub)(const Word* a, const Word* b, Word* out, std::size_t n);
  void (*mul)(const Word* a, const Word* b, Word* out, std::size_t n);
  void (*mul_add)(const Word* a, const Word* b, Word* acc, std::size_t n);
  void (*scale)(Word c, const Word* x, Word* out, std::size_t n);
  void (*canonicalise)(Word* x, std::size_t n);
  Word (*dot)(const Word* a, const Word* b, std::size_t n);
  void (*product_round)(const Word* a, const Word* b, std::size_t n, Word* result);
  ExtKernels<2> d2;
  ExtKernels<3> d3;
};

// isa must be available.
const Kernels& kernel_table(Isa isa);

// One definition per translation unit.
namespace scalar {
extern const Kernels kKernels;
}
namespace neon {
extern const Kernels kKernels;
}
namespace avx2 {
extern const Kernels kKernels;
}
namespace avx512 {
extern const Kernels kKernels;
}
namespace avx512ifma {
extern const Kernels kKernels;
}

}  // namespace nescio
