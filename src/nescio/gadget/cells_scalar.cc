// gadget/cells_scalar.cc -- the loops of gadget/cells.h for what every CPU of the architecture has.
#define NESCIO_ISA scalar
#include "nescio/gadget/cells-inl.h"
