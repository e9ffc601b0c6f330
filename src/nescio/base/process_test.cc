#include "nescio/base/process.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace nescio {
namespace {

// In a child, since it cannot be taken back.
TEST(Process, core_dumps_are_forbidden) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    struct rlimit before{}, after{};
    getrlimit(RLIMIT_CORE, &before);
    before.rlim_cur = before.rlim_max;
    setrlimit(RLIMIT_CORE, &before);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    if (!forbid_core_dumps()) _exit(1);
    if (getrlimit(RLIMIT_CORE, &after) != 0 || after.rlim_cur != 0 || after.rlim_max != 0) _exit(2);
#if defined(__SANITIZE_ADDRESS__)
#define NESCIO_UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NESCIO_UNDER_ASAN 1
#endif
#endif
#if !defined(NESCIO_UNDER_ASAN)
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) _exit(3);
#endif
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace nescio
