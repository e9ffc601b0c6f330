// field/kernels_scalar.cc -- the slice kernels without SIMD.
#define NESCIO_ISA scalar
#include "nescio/field/packed_scalar.h"
// after its packed type
#include "nescio/field/kernels-inl.h"
