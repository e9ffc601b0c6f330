// For tests: the error terms of soundness/terms.h with the toy field's challenges in the place of |E| - 2.
#pragma once
#include <cmath>
#include <string_view>

#include "game.h"
#include "nescio/soundness/terms.h"

namespace nescio::toy {

// The numerator that the term subtracts from the bits of the real field, over the toy's 23 challenges.
inline double error_bound(std::string_view name, const soundness::CircuitCounts& counts) {
  pcs::Params params;
  params.degree = E::D;
  for (const soundness::Term& term : soundness::circuit_terms(params, counts))
    if (term.name == name) {
      const soundness::Bits numerator = soundness::field_bits(E::D) - term.bits;
      return std::exp2(std::ldexp(static_cast<double>(numerator), -32)) / static_cast<double>(challenges().size());
    }
  NESCIO_CHECK(false);
}

}  // namespace nescio::toy
