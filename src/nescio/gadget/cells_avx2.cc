// gadget/cells_avx2.cc -- the loops of gadget/cells.h on AVX2. Built with the flags of that instruction set.
#if defined(__x86_64__)
#define NESCIO_ISA avx2
#include "nescio/gadget/cells-inl.h"
#endif
