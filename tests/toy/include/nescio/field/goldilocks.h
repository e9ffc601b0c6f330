// For tests: the base field in the place of src/nescio/field/goldilocks.h, with p = 5, so that all challenges of a
// protocol can be tried. The challenge field F[X]/(X^2 - 7) has 25 elements: 7 = 2 is no square mod 5.
#pragma once
#include <cstdint>

#include "nescio/base/check.h"

namespace nescio {

class Goldilocks {
 public:
  static constexpr std::uint64_t kModulus = 5;
  static constexpr unsigned kBytes = 8;

  constexpr Goldilocks() = default;
  constexpr explicit Goldilocks(std::uint64_t word) : v_(word % kModulus) {}
  static constexpr Goldilocks from_signed(std::int64_t x) {
    const auto p = static_cast<std::int64_t>(kModulus);
    return Goldilocks(static_cast<std::uint64_t>((x % p + p) % p));
  }

  constexpr std::uint64_t canonical() const { return v_; }
  constexpr std::uint64_t word() const { return v_; }

  friend constexpr Goldilocks operator+(Goldilocks a, Goldilocks b) { return Goldilocks(a.v_ + b.v_); }
  friend constexpr Goldilocks operator-(Goldilocks a, Goldilocks b) { return Goldilocks(a.v_ + kModulus - b.v_); }
  friend constexpr Goldilocks operator*(Goldilocks a, Goldilocks b) { return Goldilocks(a.v_ * b.v_); }
  constexpr Goldilocks operator-() const { return Goldilocks() - *this; }
  constexpr Goldilocks& operator+=(Goldilocks b) { return *this = *this + b; }
  constexpr Goldilocks& operator-=(Goldilocks b) { return *this = *this - b; }
  constexpr Goldilocks& operator*=(Goldilocks b) { return *this = *this * b; }
  friend constexpr bool operator==(Goldilocks a, Goldilocks b) { return a.v_ == b.v_; }

  constexpr Goldilocks pow(std::uint64_t e) const {
    Goldilocks r(1), b = *this;
    for (; e != 0; e >>= 1, b *= b)
      if ((e & 1) != 0) r *= b;
    return r;
  }
  constexpr Goldilocks inverse() const {
    NESCIO_CHECK(v_ != 0);
    return pow(kModulus - 2);
  }

 private:
  std::uint64_t v_ = 0;
};

using F = Goldilocks;

}  // namespace nescio
