// field/extension.h -- challenge fields E = F[X]/(X^2 - 7) and F[X]/(X^3 - X - 1).
//
// An element is its coefficients, X^0 first. Bytes: D canonical little-endian words. Arrays of elements that kernels
// work on are stored as D planes (field/ext_vector.h); this class is one element.
#pragma once
#include <array>
#include <cstdint>

#include "nescio/field/goldilocks.h"

namespace nescio {

template <unsigned Degree>
class Extension {
  static_assert(Degree == 2 || Degree == 3);

 public:
  static constexpr unsigned D = Degree;
  static constexpr unsigned kBytes = 8 * D;

  constexpr Extension() = default;
  constexpr explicit Extension(F x) { c_[0] = x; }
  constexpr explicit Extension(std::uint64_t x) { c_[0] = F(x); }
  constexpr explicit Extension(const std::array<F, D>& c) : c_(c) {}
  static constexpr Extension zero() { return Extension(); }
  static constexpr Extension one() { return Extension(F(1)); }
  // X^d
  static constexpr Extension basis(unsigned d) {
    Extension e;
    e.c_[d] = F(1);
    return e;
  }

  constexpr F operator[](unsigned d) const { return c_[d]; }
  constexpr F& operator[](unsigned d) { return c_[d]; }
  constexpr bool is_zero() const { return *this == Extension(); }

  friend constexpr bool operator==(const Extension& a, const Extension& b) {
    for (unsigned d = 0; d < D; ++d)
      if (!(a.c_[d] == b.c_[d])) return false;
    return true;
  }
  friend constexpr Extension operator+(Extension a, const Extension& b) { return a += b; }
  friend constexpr Extension operator-(Extension a, const Extension& b) { return a -= b; }
  friend constexpr Extension operator+(Extension a, F b) { return a.c_[0] += b, a; }
  friend constexpr Extension operator-(Extension a, F b) { return a.c_[0] -= b, a; }
  friend constexpr Extension operator*(Extension a, F b) {
    for (F& x : a.c_) x *= b;
    return a;
  }
  friend constexpr Extension operator*(const Extension& a, const Extension& b) {
    Extension r;
    if constexpr (D == 2) {
      r.c_[0] = a.c_[0] * b.c_[0] + F(7) * (a.c_[1] * b.c_[1]);
      r.c_[1] = a.c_[0] * b.c_[1] + a.c_[1] * b.c_[0];
    } else {  // X^3 = X + 1, X^4 = X^2 + X
      const F d3 = a.c_[1] * b.c_[2] + a.c_[2] * b.c_[1];
      const F d4 = a.c_[2] * b.c_[2];
      r.c_[0] = a.c_[0] * b.c_[0] + d3;
      r.c_[1] = a.c_[0] * b.c_[1] + a.c_[1] * b.c_[0] + d3 + d4;
      r.c_[2] = a.c_[0] * b.c_[2] + a.c_[1] * b.c_[1] + a.c_[2] * b.c_[0] + d4;
    }
    return r;
  }
  constexpr Extension operator-() const { return Extension() - *this; }
  constexpr Extension& operator+=(const Extension& b) {
    for (unsigned d = 0; d < D; ++d) c_[d] += b.c_[d];
    return *this;
  }
  constexpr Extension& operator-=(const Extension& b) {
    for (unsigned d = 0; d < D; ++d) c_[d] -= b.c_[d];
    return *this;
  }
  constexpr Extension& operator*=(const Extension& b) { return *this = *this * b; }
  constexpr Extension pow(std::uint64_t e) const {
    Extension r = one(), b = *this;
    for (; e != 0; e >>= 1, b *= b)
      if ((e & 1) != 0) r *= b;
    return r;
  }
  // 1/x by the adjugate of the matrix of multiplication by x. x must not be zero.
  constexpr Extension inverse() const {
    if constexpr (D == 2) {
      const F n = (c_[0] * c_[0] - F(7) * (c_[1] * c_[1])).inverse();
      return Extension(std::array<F, 2>{c_[0] * n, -(c_[1] * n)});
    } else {
      // Columns of the matrix M of y -> x y: x, xX, xX^2. Solve M y = e_0 by cofactors.
      const F a = c_[0], b = c_[1], c = c_[2];
      const F m[3][3] = {{a, c, b}, {b, a + c, b + c}, {c, b, a + c}};
      const F k0 = m[1][1] * m[2][2] - m[1][2] * m[2][1];
      const F k1 = m[1][2] * m[2][0] - m[1][0] * m[2][2];
      const F k2 = m[1][0] * m[2][1] - m[1][1] * m[2][0];
      const F n = (m[0][0] * k0 + m[0][1] * k1 + m[0][2] * k2).inverse();
      return Extension(std::array<F, 3>{k0 * n, k1 * n, k2 * n});
    }
  }

 private:
  std::array<F, D> c_{};
};

using Ext2 = Extension<2>;
using Ext3 = Extension<3>;

}  // namespace nescio
