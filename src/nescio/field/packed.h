// field/packed.h -- what every per-ISA translation unit starts from. It defines NESCIO_ISA, the namespace of everything
// instantiated in it, before including anything; see field/kernel_table.h on why nothing may live outside.
#pragma once
#include "nescio/field/kernel_table.h"

#ifndef NESCIO_ISA
#error "for per-ISA translation units only"
#endif
#define NESCIO_INLINE inline __attribute__((always_inline))
