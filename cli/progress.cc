#include "progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace nescio::cli {

Progress progress_bar(const Options& options) {
  if (options.json || isatty(STDERR_FILENO) == 0) return {};
  return [](std::string_view phase, double done) {
    constexpr int kWidth = 30;
    const int filled = static_cast<int>(std::clamp(done, 0.0, 1.0) * kWidth);
    std::fprintf(stderr, "\r%-20.*s [%.*s%.*s] %3.0f%%", static_cast<int>(phase.size()), phase.data(), filled,
                 "##############################", kWidth - filled, "..............................", 100 * done);
    if (done >= 1) std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
  };
}

}  // namespace nescio::cli
