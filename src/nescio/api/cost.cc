#include "nescio/api/cost.h"

namespace nescio {

CircuitSizes circuit_sizes(const Circuit& circuit) {
  CircuitSizes out;
  for (TensorId id = 0; id < circuit.tensors.size(); ++id)
    if (circuit.committed(id) != nullptr) out.cells += num_cells(circuit[id].dims);
  for (const Lookup& l : circuit.lookups) out.lookups += num_cells(circuit[l.columns[0]].dims);
  for (const Table& t : circuit.tables) out.table_rows += t.rows;
  return out;
}

soundness::CircuitCounts error_counts(const VerifyingKey& key) {
  return circuit_counts(key.circuit, key.params.degree);
}

std::vector<soundness::Term> error_terms(const VerifyingKey& key) {
  return soundness::terms(key.params, error_counts(key));
}

double real_bits(soundness::Bits bits) {
  return static_cast<double>(bits) / 4294967296.0;
}

}  // namespace nescio
