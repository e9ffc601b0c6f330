// ntt/ntt_scalar.cc -- the transform without SIMD.
#define NESCIO_ISA scalar
#include "nescio/field/packed_scalar.h"
// after its packed type
#include "nescio/ntt/ntt_kernels-inl.h"
