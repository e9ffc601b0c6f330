// field/kernels_neon.cc -- the slice kernels on NEON.
#if defined(__aarch64__)
#define NESCIO_ISA neon
#include "nescio/field/packed_neon.h"
// after its packed type
#include "nescio/field/kernels-inl.h"
#endif
