#include "nescio/base/secret.h"

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

#include <map>
#include <mutex>

namespace nescio {
namespace {

constexpr std::size_t kHugePage = std::size_t{1} << 21;
constexpr std::size_t kKept = std::size_t{1} << 30;

std::align_val_t alignment(std::size_t bytes) {
  return std::align_val_t{bytes >= kHugePage ? kHugePage : 64};
}
// Of blocks that may be kept: a multiple of the huge page.
std::size_t rounded(std::size_t bytes) {
  return bytes < kHugePage ? bytes : (bytes + kHugePage - 1) / kHugePage * kHugePage;
}

class Blocks {
 public:
  void* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto it = free_.find(bytes);
    if (it == free_.end()) return nullptr;
    void* p = it->second;
    free_.erase(it);
    kept_ -= bytes;
    return p;
  }
  bool keep(void* p, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (kept_ + bytes > kKept) return false;
    free_.emplace(bytes, p);
    kept_ += bytes;
    return true;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    for (const auto& [bytes, p] : free_) ::operator delete(p, alignment(bytes));
    free_.clear();
    kept_ = 0;
  }

 private:
  std::mutex mutex_;
  std::multimap<std::size_t, void*> free_;  // by size
  std::size_t kept_ = 0;
};

Blocks& blocks() {
  static Blocks* const b = new Blocks;  // outlives every static that holds secrets
  return *b;
}

}  // namespace

void release_kept_memory() {
  blocks().release();
}

namespace detail {

void* allocate_secret(std::size_t bytes) {
  const std::size_t size = rounded(bytes);
  if (size >= kHugePage)
    if (void* p = blocks().take(size)) return p;
  void* p = ::operator new(size, alignment(size));
#ifdef MADV_HUGEPAGE
  if (size >= kHugePage) (void)madvise(p, size, MADV_HUGEPAGE);  // only a hint
#endif
  return p;
}

void free_secret(void* p, std::size_t bytes) {
  const std::size_t size = rounded(bytes);
  wipe(p, bytes);
  if (size < kHugePage || !blocks().keep(p, size)) ::operator delete(p, alignment(size));
}

}  // namespace detail
}  // namespace nescio
