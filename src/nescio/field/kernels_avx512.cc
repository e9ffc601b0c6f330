// field/kernels_avx512.cc -- the slice kernels on AVX-512 without IFMA52. Built with the flags of that instruction set.
#if defined(__x86_64__)
#define NESCIO_ISA avx512
#include "nescio/field/packed_avx512.h"
// after its packed type
#include "nescio/field/kernels-inl.h"
#endif
