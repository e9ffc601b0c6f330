// base/check.h -- programmer errors. A failed check is a bug of ours: it aborts, in every build.
#pragma once
#include <cstdio>
#include <cstdlib>

namespace nescio::detail {
[[noreturn]] inline void check_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "nescio: internal error: %s (%s:%d)\n", what, file, line);
  std::abort();
}
}  // namespace nescio::detail

// Never on bytes that we did not make: those return an Error (base/error.h).
#define NESCIO_CHECK(cond)                                                  \
  do {                                                                      \
    if (!(cond)) ::nescio::detail::check_failed(#cond, __FILE__, __LINE__); \
  } while (0)
