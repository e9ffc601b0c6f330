// field/ext_vector.h -- vectors over E stored as D planes of words (coefficient of X^d of element i: plane d, word i),
// so that a SIMD kernel loads whole registers of one coefficient.
//
// ExtVector owns secret memory (wiped when released). ExtSpan and ExtView are the writable and the read-only window;
// both are cheap values, and a vector or a span converts to them.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>

#include "nescio/base/check.h"
#include "nescio/base/secret.h"
#include "nescio/field/extension.h"

namespace nescio {

template <class E>
concept ExtensionField = requires { E::D; };

template <ExtensionField E, class Word>
class ExtWindow {
 public:
  static constexpr unsigned D = E::D;

  ExtWindow() = default;
  ExtWindow(const std::array<Word*, D>& planes, std::size_t n) : planes_(planes), n_(n) {}
  // A writable window converts to a read-only one.
  template <class Other>
  ExtWindow(const ExtWindow<E, Other>& o) : n_(o.size()) {  // NOLINT(google-explicit-constructor)
    for (unsigned d = 0; d < D; ++d) planes_[d] = o.plane(d);
  }

  std::size_t size() const { return n_; }
  Word* plane(unsigned d) const { return planes_[d]; }
  E get(std::size_t i) const {
    E e;
    for (unsigned d = 0; d < D; ++d) e[d] = planes_[d][i];
    return e;
  }
  void set(std::size_t i, const E& e) const {
    for (unsigned d = 0; d < D; ++d) planes_[d][i] = e[d];
  }
  // Elements [begin, begin + n).
  ExtWindow subspan(std::size_t begin, std::size_t n) const {
    NESCIO_CHECK(begin <= n_ && n <= n_ - begin);
    ExtWindow w = *this;
    for (Word*& p : w.planes_) p += begin;
    w.n_ = n;
    return w;
  }

 private:
  std::array<Word*, D> planes_{};
  std::size_t n_ = 0;
};
template <ExtensionField E>
using ExtSpan = ExtWindow<E, F>;
template <ExtensionField E>
using ExtView = ExtWindow<E, const F>;

template <ExtensionField E>
class ExtVector {
 public:
  static constexpr unsigned D = E::D;

  ExtVector() = default;
  // n zeros.
  explicit ExtVector(std::size_t n) { resize(n); }
  // n elements to be written before they are read: saves a pass over memory.
  static ExtVector uninitialised(std::size_t n) {
    ExtVector v;
    v.allocate(n);
    v.n_ = n;
    return v;
  }
  ExtVector(ExtVector&& o) noexcept
      : words_(std::move(o.words_)), n_(std::exchange(o.n_, 0)), stride_(std::exchange(o.stride_, 0)) {}
  ExtVector& operator=(ExtVector&& o) noexcept {
    words_ = std::move(o.words_);
    n_ = std::exchange(o.n_, 0);
    stride_ = std::exchange(o.stride_, 0);
    return *this;
  }
  ExtVector(const ExtVector&) = delete;
  ExtVector& operator=(const ExtVector&) = delete;
  ExtVector clone() const {
    ExtVector v = uninitialised(n_);
    for (unsigned d = 0; d < D; ++d) std::copy_n(plane(d), n_, v.plane(d));
    return v;
  }

  std::size_t size() const { return n_; }
  bool empty() const { return n_ == 0; }
  // Keeps the first min(n, size()) elements; new ones are zero. Shrinking keeps the memory.
  void resize(std::size_t n) {
    if (n > stride_) {
      ExtVector old = std::move(*this);
      allocate(n);
      n_ = old.n_;
      for (unsigned d = 0; d < D; ++d) std::copy_n(old.plane(d), n_, plane(d));
    }
    for (unsigned d = 0; d < D && n > n_; ++d) std::fill_n(plane(d) + n_, n - n_, F());
    n_ = n;
  }
  // 64-byte aligned.
  F* plane(unsigned d) { return words_.get() + d * stride_; }
  const F* plane(unsigned d) const { return words_.get() + d * stride_; }
  E get(std::size_t i) const { return view().get(i); }
  void set(std::size_t i, const E& e) { span().set(i, e); }

  ExtSpan<E> span() { return window<F>(words_.get()); }
  ExtView<E> view() const { return window<const F>(words_.get()); }
  ExtSpan<E> subspan(std::size_t begin, std::size_t n) { return span().subspan(begin, n); }
  ExtView<E> subspan(std::size_t begin, std::size_t n) const { return view().subspan(begin, n); }
  operator ExtSpan<E>() { return span(); }        // NOLINT(google-explicit-constructor)
  operator ExtView<E>() const { return view(); }  // NOLINT(google-explicit-constructor)

 private:
  struct Release {
    std::size_t words = 0;
    void operator()(F* p) const { SecretAllocator<F>().deallocate(p, words); }
  };
  void allocate(std::size_t n) {
    // Whole cache lines; long planes are skewed, or planes of 2^k elements would compete for the same cache sets.
    stride_ = (n + 7) / 8 * 8 + (n >= 256 ? 136 : 0);
    words_ = {SecretAllocator<F>().allocate(D * stride_), Release{D * stride_}};
  }
  template <class Word>
  ExtWindow<E, Word> window(Word* words) const {
    std::array<Word*, D> planes{};
    for (unsigned d = 0; d < D; ++d) planes[d] = words + d * stride_;
    return {planes, n_};
  }

  std::unique_ptr<F[], Release> words_;
  std::size_t n_ = 0;
  std::size_t stride_ = 0;  // words from one plane to the next
};

}  // namespace nescio
