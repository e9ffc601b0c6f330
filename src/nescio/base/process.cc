#include "nescio/base/process.h"

#include <sys/resource.h>

#if __has_include(<sys/prctl.h>)
#include <sys/prctl.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NESCIO_LEAK_CHECK 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define NESCIO_LEAK_CHECK 1
#endif

namespace nescio {

bool forbid_core_dumps() {
  const struct rlimit none{0, 0};
  bool ok = setrlimit(RLIMIT_CORE, &none) == 0;
  // Where core dumps go through a pipe, the limit alone does not stop them. The sanitizer's search for leaks attaches
  // to its own process, so a build with it does without.
#if defined(PR_SET_DUMPABLE) && !defined(NESCIO_LEAK_CHECK)
  ok = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && ok;
#endif
  return ok;
}

}  // namespace nescio
