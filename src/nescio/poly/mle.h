// poly/mle.h -- multilinear extensions by definition, scalar. For small public vectors.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "nescio/poly/eq.h"

namespace nescio {

// sum_{i < t.size()} eq(z, i) t[i]: the MLE at z of t, zero-extended to 2^k entries; t.size() <= 2^k. C is E or F.
// O(t.size()) time and memory: bind variable 0 first, halving.
template <class E, class C>
E mle_eval(std::span<const C> t, PointView<E> z) {
  NESCIO_CHECK(z.size() >= 64 || t.size() <= std::size_t{1} << z.size());
  std::vector<E> v(t.begin(), t.end());
  if (v.empty()) return E::zero();
  for (const E& r : z) {
    const std::size_t half = (v.size() + 1) / 2;
    for (std::size_t i = 0; i < half; ++i) {
      const E hi = 2 * i + 1 < v.size() ? v[2 * i + 1] : E::zero();
      v[i] = v[2 * i] + r * (hi - v[2 * i]);
    }
    v.resize(half);
  }
  return v[0];
}

}  // namespace nescio
