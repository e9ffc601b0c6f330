#include "nescio/base/kept_memory.h"

#include <new>

#include "nescio/base/secret.h"

#if defined(__linux__)
#include <sys/mman.h>

#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>

namespace nescio {
namespace {

constexpr std::size_t kHugePage = std::size_t{1} << 21;
constexpr std::size_t kKept = std::size_t{1} << 30;
constexpr std::size_t kGranule = detail::kKeptFrom;

std::size_t rounded(std::size_t bytes, std::size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

// Mapped ranges that nobody uses: whole granules, neighbours joined, all bytes 0.
class Ranges {
 public:
  void* take(std::size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      auto best = free_.end();
      for (auto it = free_.begin(); it != free_.end(); ++it)
        if (it->second >= bytes && (best == free_.end() || it->second < best->second)) best = it;
      if (best != free_.end()) {
        const auto [begin, size] = *best;
        free_.erase(best);
        if (size > bytes) free_.emplace(begin + bytes, size - bytes);
        kept_ -= bytes;
        return begin;
      }
    }
    const std::size_t mapped = rounded(bytes, kHugePage);
    char* begin = map(mapped);
    if (mapped > bytes) give(begin + bytes, mapped - bytes);
    return begin;
  }
  void give(char* begin, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (kept_ + bytes > kKept) {
      munmap(begin, bytes);
      return;
    }
    kept_ += bytes;
    auto next = free_.upper_bound(begin);
    if (next != free_.end() && begin + bytes == next->first) {
      bytes += next->second;
      next = free_.erase(next);
    }
    if (next != free_.begin())
      if (const auto last = std::prev(next); last->first + last->second == begin) {
        last->second += bytes;
        return;
      }
    free_.emplace(begin, bytes);
  }
  void release() {
    const std::lock_guard lock(mutex_);
    for (const auto& [begin, bytes] : free_) munmap(begin, bytes);
    free_.clear();
    kept_ = 0;
  }

 private:
  // Aligned to huge pages: maps one more and returns what is over.
  static char* map(std::size_t bytes) {
    void* p = mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) throw std::bad_alloc();
    char* begin = static_cast<char*>(p);
    const std::size_t skip = (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
    if (skip > 0) munmap(begin, skip);
    begin += skip;
    if (skip < kHugePage) munmap(begin + bytes, kHugePage - skip);
    (void)madvise(begin, bytes, MADV_HUGEPAGE);  // only a hint
    return begin;
  }

  std::mutex mutex_;
  std::map<char*, std::size_t> free_;
  std::size_t kept_ = 0;
};

Ranges& ranges() {
  static Ranges* const r = new Ranges;  // outlives every static that holds secrets
  return *r;
}

}  // namespace

void release_kept_memory() {
  ranges().release();
}

namespace detail {

void* allocate_kept(std::size_t bytes) {
  return ranges().take(rounded(bytes, kGranule));
}

void free_kept(void* p, std::size_t bytes) {
  wipe(p, bytes);
  ranges().give(static_cast<char*>(p), rounded(bytes, kGranule));
}

}  // namespace detail
}  // namespace nescio

#else

namespace nescio {

void release_kept_memory() {}

namespace detail {

void* allocate_kept(std::size_t bytes) {
  return ::operator new(bytes, std::align_val_t{64});
}

void free_kept(void* p, std::size_t bytes) {
  wipe(p, bytes);
  ::operator delete(p, std::align_val_t{64});
}

}  // namespace detail
}  // namespace nescio

#endif
