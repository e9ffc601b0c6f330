#include "nescio/base/parallel.h"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <memory>

namespace nescio {
namespace {
unsigned g_threads = 0;
std::unique_ptr<tbb::global_control> g_control;
}  // namespace

void set_num_threads(unsigned n) {
  g_threads = n;
  g_control = n == 0 ? nullptr : std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism, n);
}
unsigned num_threads() {
  return g_threads != 0 ? g_threads : static_cast<unsigned>(tbb::info::default_concurrency());
}

void parallel_for(std::size_t n, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body) {
  if (n == 0) return;
  grain = std::max<std::size_t>(grain, 1);
  const std::size_t blocks = (n + grain - 1) / grain;
  if (blocks == 1 || num_threads() == 1) {
    body(0, n);
    return;
  }
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, blocks), [&](const tbb::blocked_range<std::size_t>& r) {
    body(r.begin() * grain, std::min(n, r.end() * grain));
  });
}

}  // namespace nescio
