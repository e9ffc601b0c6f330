// tests/arm64/serial.cc -- base/parallel.h on one thread: the cross compiler has no TBB to link.
#include "nescio/base/parallel.h"

namespace nescio {

void set_num_threads(unsigned) {}
unsigned num_threads() {
  return 1;
}
void parallel_for(std::size_t n, std::size_t, const std::function<void(std::size_t, std::size_t)>& body) {
  if (n > 0) body(0, n);
}

}  // namespace nescio
