// base/secret.h -- memory for witness, weights, pads and seeds: wiped when released.
#pragma once
#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

#include <cstddef>
#include <cstring>
#include <new>
#include <vector>

namespace nescio {

// Overwrites with zeros in a way that the compiler may not remove.
inline void wipe(void* p, std::size_t n) {
  std::memset(p, 0, n);
  __asm__ __volatile__("" : : "r"(p) : "memory");
}

inline constexpr std::size_t kHugePage = std::size_t{1} << 21;
// A fresh small page costs more to map than to hash; large buffers ask for huge ones. Only a hint.
inline void advise_huge_pages([[maybe_unused]] void* p, [[maybe_unused]] std::size_t n) {
#ifdef MADV_HUGEPAGE
  if (n >= kHugePage) (void)madvise(p, n / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
}

// Cache-line aligned; wiped before it is freed, also when a vector grows.
template <class T>
struct SecretAllocator {
  using value_type = T;
  SecretAllocator() = default;
  template <class U>
  SecretAllocator(const SecretAllocator<U>&) {}  // NOLINT(google-explicit-constructor)
  T* allocate(std::size_t n) {
    void* p = ::operator new(n * sizeof(T), alignment(n));
    advise_huge_pages(p, n * sizeof(T));
    return static_cast<T*>(p);
  }
  void deallocate(T* p, std::size_t n) {
    wipe(p, n * sizeof(T));
    ::operator delete(p, alignment(n));
  }
  static std::align_val_t alignment(std::size_t n) {
    return std::align_val_t{n * sizeof(T) >= kHugePage ? kHugePage : 64};
  }
  friend bool operator==(const SecretAllocator&, const SecretAllocator&) { return true; }
};
template <class T>
using SecretVector = std::vector<T, SecretAllocator<T>>;

}  // namespace nescio
