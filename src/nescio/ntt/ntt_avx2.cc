// ntt/ntt_avx2.cc -- the transform on AVX2. Built with the flags of that instruction set.
#if defined(__x86_64__)
#define NESCIO_ISA avx2
#include "nescio/field/packed_avx2.h"
// after its packed type
#include "nescio/ntt/ntt_kernels-inl.h"
#endif
