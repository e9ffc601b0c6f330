// base/secret.h -- memory for witness, weights, pads and seeds: wiped when released.
#pragma once
#include <cstddef>
#include <cstring>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace nescio {

// Overwrites with zeros in a way that the compiler may not remove.
inline void wipe(void* p, std::size_t n) {
  std::memset(p, 0, n);
  __asm__ __volatile__("" : : "r"(p) : "memory");
}

// Large blocks, once wiped, are kept for later allocations of any size, up to 1 GiB in all: mapping fresh pages costs
// more than the arithmetic on them. Returns what is kept to the system.
void release_kept_memory();

namespace detail {
void* allocate_secret(std::size_t bytes);
void free_secret(void* p, std::size_t bytes);  // wipes
}  // namespace detail

// One value that is wiped when it dies. Copies are secrets of their own.
template <class T>
struct Secret {
  static_assert(std::is_trivially_copyable_v<T>);
  T value{};

  Secret() = default;
  explicit Secret(const T& v) : value(v) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret() { wipe(&value, sizeof value); }
};

// Cache-line aligned; wiped before it is freed, also when a vector grows.
template <class T>
struct SecretAllocator {
  using value_type = T;
  SecretAllocator() = default;
  template <class U>
  SecretAllocator(const SecretAllocator<U>&) {}  // NOLINT(google-explicit-constructor)
  T* allocate(std::size_t n) { return static_cast<T*>(detail::allocate_secret(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) { detail::free_secret(p, n * sizeof(T)); }
  friend bool operator==(const SecretAllocator&, const SecretAllocator&) { return true; }
};
template <class T>
using SecretVector = std::vector<T, SecretAllocator<T>>;
// Up to 15 characters live in the object itself, which is not wiped.
using SecretString = std::basic_string<char, std::char_traits<char>, SecretAllocator<char>>;

// Large memory that the caller writes before it reads: a SecretVector without the pass that sets it to zero.
template <class T>
class SecretArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  SecretArray() = default;
  explicit SecretArray(std::size_t n) : data_(SecretAllocator<T>().allocate(n)), n_(n) {}
  SecretArray(SecretArray&& o) noexcept : data_(std::exchange(o.data_, nullptr)), n_(std::exchange(o.n_, 0)) {}
  SecretArray& operator=(SecretArray&& o) noexcept {
    std::swap(data_, o.data_);
    std::swap(n_, o.n_);
    return *this;
  }
  ~SecretArray() {
    if (data_ != nullptr) SecretAllocator<T>().deallocate(data_, n_);
  }

  std::size_t size() const { return n_; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T* begin() { return data_; }
  T* end() { return data_ + n_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + n_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  T* data_ = nullptr;
  std::size_t n_ = 0;
};

}  // namespace nescio
