// api/cost.h -- what a key's proofs cost and what their soundness rests on, from the key alone.
#pragma once
#include <cstdint>
#include <vector>

#include "nescio/proof/key.h"
#include "nescio/soundness/terms.h"

namespace nescio {

struct CircuitSizes {
  std::uint64_t cells = 0, lookups = 0, table_rows = 0;  // cells: those that are committed
};
CircuitSizes circuit_sizes(const Circuit& circuit);
// What they depend on, of the circuit; and every error term of a sound key.
soundness::CircuitCounts error_counts(const VerifyingKey& key);
std::vector<soundness::Term> error_terms(const VerifyingKey& key);
// Bits of a term, as people write them.
double real_bits(soundness::Bits bits);

}  // namespace nescio
