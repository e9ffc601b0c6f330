// For tests: polynomials of a round of sumcheck, true ones and the best false ones.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "game.h"

namespace nescio::toy {

// Coefficients of a polynomial in the variable of a round, constant first.
using Poly = std::vector<E>;
inline E at(const Poly& p, const E& x) {
  E y;
  for (std::size_t i = p.size(); i-- > 0;) y = y * x + p[i];
  return y;
}
inline Poly times(const Poly& a, const Poly& b) {
  Poly out(a.size() + b.size() - 1);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) out[i + j] += a[i] * b[j];
  return out;
}
inline Poly plus(Poly a, const Poly& b, const E& c) {
  a.resize(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < b.size(); ++i) a[i] += c * b[i];
  return a;
}

// Multilinear, by its values on the cube, variable 0 fastest.
using Multilinear = std::vector<E>;
inline Multilinear bound(const Multilinear& f, const E& r) {
  Multilinear out;
  for (std::size_t i = 0; i < f.size(); i += 2) out.push_back(f[i] + (f[i + 1] - f[i]) * r);
  return out;
}
// A product of multilinear factors.
using Product = std::vector<Multilinear>;
inline Product bound(Product g, const E& r) {
  for (Multilinear& f : g) f = bound(f, r);
  return g;
}
// sum over x' of eq(z, x') g(X, x'); without z of g(X, x').
inline Poly round_of(const Product& g, const E* z) {
  Poly out(g.size() + 1);
  for (std::size_t i = 0; i < g[0].size(); i += 2) {
    Poly term{E::one()};
    for (const Multilinear& f : g) term = times(term, {f[i], f[i + 1] - f[i]});
    E weight = E::one();
    if (z != nullptr)
      for (std::size_t j = i / 2, k = 0; (std::size_t{1} << (k + 1)) < g[0].size(); ++k, j >>= 1)
        weight *= (j & 1) != 0 ? z[k] : E::one() - z[k];
    out = plus(out, term, weight);
  }
  return out;
}

// a (X - r_1) .. (X - r_d) with (1 - z) f(0) + z f(1) = delta and as many different roots among the challenges.
inline Poly error(const E& delta, std::size_t degree, const E& at_0, const E& at_1) {
  const std::vector<E> all = challenges();
  for (std::size_t first = 0; first + degree <= all.size(); ++first) {
    Poly f{E::one()};
    for (std::size_t i = first; i < first + degree; ++i) f = times(f, {-all[i], E::one()});
    const E sum = at_0 * at(f, E::zero()) + at_1 * at(f, E::one());
    if (!sum.is_zero()) return times(f, {delta * sum.inverse()});
  }
  ADD_FAILURE() << "no such polynomial";
  return {};
}

}  // namespace nescio::toy
