// field/ext_vector.h -- vectors over E stored as D planes of words (coefficient of X^d of element i: plane d, word i),
// so that a SIMD kernel loads whole registers of one coefficient.
//
// ExtVector owns secret memory (wiped when released). ExtSpan and ExtView are the writable and the read-only window;
// both are cheap values, and a vector or a span converts to them.
#pragma once
#include <array>
#include <cstddef>
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
  explicit ExtVector(std::size_t n) { resize(n); }
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
    ExtVector v;
    v.words_ = words_;
    v.n_ = n_;
    v.stride_ = stride_;
    return v;
  }

  std::size_t size() const { return n_; }
  bool empty() const { return n_ == 0; }
  // Keeps the first min(n, size()) elements; new ones are zero. Shrinking keeps the memory.
  void resize(std::size_t n) {
    if (n > stride_) {
      const std::size_t stride = padded(n);
      SecretVector<F> words(D * stride);
      for (unsigned d = 0; d < D; ++d)
        for (std::size_t i = 0; i < n_; ++i) words[d * stride + i] = plane(d)[i];
      words_ = std::move(words);
      stride_ = stride;
    } else {
      for (unsigned d = 0; d < D; ++d)
        for (std::size_t i = n_; i < n; ++i) plane(d)[i] = F();
    }
    n_ = n;
  }
  // 64-byte aligned.
  F* plane(unsigned d) { return words_.data() + d * stride_; }
  const F* plane(unsigned d) const { return words_.data() + d * stride_; }
  E get(std::size_t i) const { return view().get(i); }
  void set(std::size_t i, const E& e) { span().set(i, e); }

  ExtSpan<E> span() { return window<F>(words_.data()); }
  ExtView<E> view() const { return window<const F>(words_.data()); }
  ExtSpan<E> subspan(std::size_t begin, std::size_t n) { return span().subspan(begin, n); }
  ExtView<E> subspan(std::size_t begin, std::size_t n) const { return view().subspan(begin, n); }
  operator ExtSpan<E>() { return span(); }        // NOLINT(google-explicit-constructor)
  operator ExtView<E>() const { return view(); }  // NOLINT(google-explicit-constructor)

 private:
  // Whole cache lines; long planes are skewed so that they do not all fall into the same cache sets.
  static std::size_t padded(std::size_t n) { return (n + 7) / 8 * 8 + (n >= 256 ? 136 : 0); }
  template <class Word>
  ExtWindow<E, Word> window(Word* words) const {
    std::array<Word*, D> planes{};
    for (unsigned d = 0; d < D; ++d) planes[d] = words + d * stride_;
    return {planes, n_};
  }

  SecretVector<F> words_;
  std::size_t n_ = 0;
  std::size_t stride_ = 0;  // words from one plane to the next
};

}  // namespace nescio
