// ntt/ntt_neon.cc -- the transform on NEON.
#if defined(__aarch64__)
#define NESCIO_ISA neon
#include "nescio/field/packed_neon.h"
// after its packed type
#include "nescio/ntt/ntt_kernels-inl.h"
#endif
