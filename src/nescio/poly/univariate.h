// poly/univariate.h -- evaluating small univariate polynomials, and the univariate-to-multilinear weights.
#pragma once
#include <cstddef>
#include <span>
#include <type_traits>

namespace nescio {

// c0 + c1 x + c2 x^2.
template <class E>
E quadratic(const E& c0, const E& c1, const E& c2, const E& x) {
  return c0 + x * (c1 + x * c2);
}

// c0 + c1 x + c2 x^2 + c3 x^3.
template <class E>
E cubic(const E& c0, const E& c1, const E& c2, const E& c3, const E& x) {
  return c0 + x * (c1 + x * (c2 + x * c3));
}

// sum_i c[i] x^i; 0 for no coefficients. C is E or F.
template <class E, class C>
E horner(std::span<const C> c, const E& x) {
  E r = E::zero();
  for (std::size_t i = c.size(); i-- > 0;) r = r * x + c[i];
  return r;
}

// prod_j (1 - s_j + s_j z^(2^j)): the MLE at s of the vector (z^i)_i. So the polynomial with coefficients m has
// f(z) = sum_i m[i] z^i = <m, pow(z)>, an inner product with a vector that the verifier can extend alone.
template <class E>
E pow_mle(const E& z, std::span<const std::type_identity_t<E>> s) {
  E r = E::one(), power = z;
  for (const E& sj : s) {
    r *= E::one() + sj * (power - E::one());
    power *= power;
  }
  return r;
}

}  // namespace nescio
