// base/secret.h -- memory for witness, weights, pads and seeds: wiped when released.
#pragma once
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

// Cache-line aligned; wiped before it is freed, also when a vector grows.
template <class T>
struct SecretAllocator {
  using value_type = T;
  SecretAllocator() = default;
  template <class U>
  SecretAllocator(const SecretAllocator<U>&) {}  // NOLINT(google-explicit-constructor)
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t{64})); }
  void deallocate(T* p, std::size_t n) {
    wipe(p, n * sizeof(T));
    ::operator delete(p, std::align_val_t{64});
  }
  friend bool operator==(const SecretAllocator&, const SecretAllocator&) { return true; }
};
template <class T>
using SecretVector = std::vector<T, SecretAllocator<T>>;

}  // namespace nescio
