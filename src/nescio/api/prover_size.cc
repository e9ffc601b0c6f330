#include "nescio/api/prover_size.h"

#include "nescio/soundness/prover_cost.h"

namespace nescio {

std::uint64_t expected_file_bytes(const VerifyingKey& key) {
  std::uint64_t words = 0;  // each pad and each factor's mask belongs to one word of a message
  for (TensorId id = 0; id < key.circuit.tensors.size(); ++id)
    if (const Committed* c = key.circuit.committed(id);
        c != nullptr && (c->role == Role::pad || c->role == Role::triple_a || c->role == Role::triple_b))
      words += num_cells(key.circuit[id].dims);
  return sizeof(std::uint64_t) * words + soundness::expected_proof_bytes(key.params);
}

}  // namespace nescio
