// field/packed.h -- what every per-ISA translation unit starts from. It defines NESCIO_ISA, the namespace of everything
// instantiated in it, before including anything; see field/kernel_table.h on why nothing may live outside.
#pragma once
#include "nescio/field/kernel_table.h"

#ifndef NESCIO_ISA
#error "for per-ISA translation units only"
#endif
#define NESCIO_INLINE inline __attribute__((always_inline))
// After a lambda's parameters.
#define NESCIO_INLINE_BODY __attribute__((always_inline))
// Before a loop of constant length over registers: left rolled, its array would live in memory.
#ifdef __clang__
#define NESCIO_UNROLL _Pragma("clang loop unroll(full)")
#else
#define NESCIO_UNROLL _Pragma("GCC unroll 16")
#endif
