#include "heap.h"

#include <malloc.h>

#include <cstddef>
#include <cstdlib>
#include <new>

#include "nescio/base/secret.h"

namespace nescio::cli {

void (*free_block)(void*) = std::free;

namespace {

template <class Allocate>
void* allocate(const Allocate& once) {
  for (;;) {
    if (void* p = once()) return p;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

void release(void* p) {
  if (p == nullptr) return;
  wipe(p, malloc_usable_size(p));
  free_block(p);
}

}  // namespace
}  // namespace nescio::cli

// All other forms end in these.
void* operator new(std::size_t n) {
  return nescio::cli::allocate([n] { return std::malloc(n != 0 ? n : 1); });
}
void* operator new(std::size_t n, std::align_val_t alignment) {
  const auto a = static_cast<std::size_t>(alignment);
  return nescio::cli::allocate([n, a] { return std::aligned_alloc(a, (n + a - 1) / a * a + (n != 0 ? 0 : a)); });
}
void operator delete(void* p) noexcept {
  nescio::cli::release(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
  nescio::cli::release(p);
}
void operator delete(void* p, std::size_t) noexcept {
  nescio::cli::release(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  nescio::cli::release(p);
}
