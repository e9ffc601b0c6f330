// gadget/cells.cc -- chooses the loops for the active instruction set.
#include "nescio/gadget/cells.h"

#include "nescio/field/isa.h"

namespace nescio::cells {

namespace scalar {
extern const Kernels kKernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kKernels;
}
namespace avx512 {
extern const Kernels kKernels;
}
#endif

const Kernels& kernels() {
#if defined(__x86_64__)
  const Isa isa = active_isa();
  if (isa >= Isa::kAvx512) return avx512::kKernels;
  if (isa == Isa::kAvx2) return avx2::kKernels;
#endif
  return scalar::kKernels;
}

}  // namespace nescio::cells
