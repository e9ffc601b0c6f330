// gadget/cells_avx512.cc -- the loops of gadget/cells.h on AVX-512. Built with the flags of that instruction set.
#if defined(__x86_64__)
#define NESCIO_ISA avx512
#include "nescio/gadget/cells-inl.h"
#endif
