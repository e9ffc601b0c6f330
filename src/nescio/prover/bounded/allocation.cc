// prover/bounded/allocation.cc -- operator new and delete that count, for the test that this is linked with.
#include "nescio/prover/bounded/allocation.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace nescio {
namespace {

thread_local Allocations counted;

void* allocate(std::size_t n, std::size_t alignment) {
  void* p = nullptr;
  if (posix_memalign(&p, std::max(alignment, sizeof(void*)), std::max<std::size_t>(n, 1)) != 0) std::abort();
  const std::size_t size = malloc_usable_size(p);
  counted.live += static_cast<std::ptrdiff_t>(size);
  counted.peak = std::max(counted.peak, counted.live);
  counted.total += size;
  return p;
}
void release(void* p) {
  if (p == nullptr) return;
  counted.live -= static_cast<std::ptrdiff_t>(malloc_usable_size(p));
  std::free(p);
}

}  // namespace

void count_allocations() {
  counted = {};
}
Allocations allocations() {
  return counted;
}

}  // namespace nescio

void* operator new(std::size_t n) {
  return nescio::allocate(n, alignof(std::max_align_t));
}
void* operator new[](std::size_t n) {
  return nescio::allocate(n, alignof(std::max_align_t));
}
void* operator new(std::size_t n, std::align_val_t alignment) {
  return nescio::allocate(n, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t n, std::align_val_t alignment) {
  return nescio::allocate(n, static_cast<std::size_t>(alignment));
}
void operator delete(void* p) noexcept {
  nescio::release(p);
}
void operator delete[](void* p) noexcept {
  nescio::release(p);
}
void operator delete(void* p, std::size_t) noexcept {
  nescio::release(p);
}
void operator delete[](void* p, std::size_t) noexcept {
  nescio::release(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
  nescio::release(p);
}
void operator delete[](void* p, std::align_val_t) noexcept {
  nescio::release(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  nescio::release(p);
}
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
  nescio::release(p);
}
