// ntt/ntt_avx512ifma.cc -- the transform on AVX-512 with IFMA52. Built with the flags of that instruction set.
#if defined(__x86_64__)
#define NESCIO_ISA avx512ifma
#include "nescio/field/packed_avx512.h"
// after its packed type
#include "nescio/ntt/ntt_kernels-inl.h"
#endif
