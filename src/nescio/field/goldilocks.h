// field/goldilocks.h -- the base field F = Z/p, p = 2^64 - 2^32 + 1. This scalar code is the definition;
// field/kernels.h is tested against it.
//
// Representation  any 64-bit word; a word w >= p stands for w - p. All operations accept both; only canonical() and
//                 equality reduce fully. Bytes are always canonical, little-endian.
// Constants       7 generates F*, whose two-adicity is 32.
#pragma once
#include <cstdint>

#include "nescio/base/check.h"

namespace nescio {

class Goldilocks {
 public:
  static constexpr std::uint64_t kModulus = 0xFFFFFFFF00000001ULL;
  static constexpr std::uint64_t kGenerator = 7;
  static constexpr unsigned kTwoAdicity = 32;
  static constexpr unsigned kBytes = 8;

  constexpr Goldilocks() = default;
  constexpr explicit Goldilocks(std::uint64_t word) : v_(word) {}
  // The integer x mod p, x in (-2^63, 2^63).
  static constexpr Goldilocks from_signed(std::int64_t x) {
    return Goldilocks(static_cast<std::uint64_t>(x) + (static_cast<std::uint64_t>(x >> 63) & kModulus));
  }

  // The representative in [0, p).
  constexpr std::uint64_t canonical() const { return v_ >= kModulus ? v_ - kModulus : v_; }
  // The stored word, for kernels.
  constexpr std::uint64_t word() const { return v_; }
  // The representative in [-(p-1)/2, (p-1)/2].
  constexpr std::int64_t to_signed() const {
    const std::uint64_t c = canonical();
    return c > kModulus / 2 ? -static_cast<std::int64_t>(kModulus - c) : static_cast<std::int64_t>(c);
  }

  friend constexpr Goldilocks operator+(Goldilocks a, Goldilocks b) {
    std::uint64_t r = 0, s = 0;
    const std::uint64_t c = __builtin_add_overflow(a.v_, b.v_, &r) ? kEpsilon : 0;
    const std::uint64_t d = __builtin_add_overflow(r, c, &s) ? kEpsilon : 0;
    return Goldilocks(s + d);
  }
  friend constexpr Goldilocks operator-(Goldilocks a, Goldilocks b) {
    std::uint64_t r = 0, s = 0;
    const std::uint64_t c = __builtin_sub_overflow(a.v_, b.v_, &r) ? kEpsilon : 0;
    const std::uint64_t d = __builtin_sub_overflow(r, c, &s) ? kEpsilon : 0;
    return Goldilocks(s - d);
  }
  friend constexpr Goldilocks operator*(Goldilocks a, Goldilocks b) {
    return reduce(static_cast<unsigned __int128>(a.v_) * b.v_);
  }
  constexpr Goldilocks operator-() const { return Goldilocks() - *this; }
  constexpr Goldilocks& operator+=(Goldilocks b) { return *this = *this + b; }
  constexpr Goldilocks& operator-=(Goldilocks b) { return *this = *this - b; }
  constexpr Goldilocks& operator*=(Goldilocks b) { return *this = *this * b; }
  friend constexpr bool operator==(Goldilocks a, Goldilocks b) { return a.canonical() == b.canonical(); }

  // x mod p for any x: 2^64 = 2^32 - 1 and 2^96 = -1 (mod p).
  static constexpr Goldilocks reduce(unsigned __int128 x) {
    const auto lo = static_cast<std::uint64_t>(x);
    const auto hi = static_cast<std::uint64_t>(x >> 64);
    std::uint64_t t = 0, r = 0;
    t = __builtin_sub_overflow(lo, hi >> 32, &t) ? t - kEpsilon : t;
    const std::uint64_t m = (hi & kEpsilon) * kEpsilon;
    return Goldilocks(__builtin_add_overflow(t, m, &r) ? r + kEpsilon : r);
  }
  constexpr Goldilocks pow(std::uint64_t e) const {
    Goldilocks r(1), b = *this;
    for (; e != 0; e >>= 1, b *= b)
      if ((e & 1) != 0) r *= b;
    return r;
  }
  // 1/x. x must not be zero.
  constexpr Goldilocks inverse() const {
    NESCIO_CHECK(canonical() != 0);
    return pow(kModulus - 2);
  }
  // A fixed element of order 2^log_n, log_n <= 32; root(k)^2 == root(k-1).
  static constexpr Goldilocks root_of_unity(unsigned log_n) {
    NESCIO_CHECK(log_n <= kTwoAdicity);
    Goldilocks w = Goldilocks(kGenerator).pow((kModulus - 1) >> kTwoAdicity);
    for (unsigned i = log_n; i < kTwoAdicity; ++i) w *= w;
    return w;
  }

 private:
  static constexpr std::uint64_t kEpsilon = 0xFFFFFFFFULL;  // 2^64 mod p
  std::uint64_t v_ = 0;
};

using F = Goldilocks;

}  // namespace nescio
