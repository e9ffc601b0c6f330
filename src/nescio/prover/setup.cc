#include "nescio/prover/setup.h"

#include "nescio/circuit/builder.h"
#include "nescio/circuit/check.h"
#include "nescio/relation/verifier.h"

namespace nescio {

std::vector<relation::Counts> add_argument(Circuit& circuit, unsigned degree) {
  std::vector<relation::Counts> messages =
      degree == 2 ? relation::count_messages<Ext2>(circuit) : relation::count_messages<Ext3>(circuit);
  for (std::uint32_t s = 0; s < circuit.segments; ++s)
    add_argument_tensors(circuit, s, messages[s].pads, messages[s].triples + 1, degree);
  return messages;
}

Result<VerifyingKey> make_key(Circuit circuit, std::vector<std::vector<F>> bindings,
                              const soundness::SearchOptions& options) {
  NESCIO_TRY_STATUS(check_circuit(circuit, false));
  const std::vector<relation::Counts> messages = add_argument(circuit, options.degree);
  std::uint64_t cells = 0;
  for (TensorId id = 0; id < circuit.tensors.size(); ++id)
    if (circuit.committed(id) != nullptr) cells += num_cells(circuit[id].dims);
  const soundness::CircuitCounts counts = circuit_counts(circuit, messages);
  const auto columns = [&](unsigned log_rows, unsigned reserved) -> std::uint64_t {
    if (reserved >= std::uint64_t{1} << log_rows) return 0;
    const std::uint64_t n = num_columns(circuit, log_rows, reserved);
    return n <= kMaxColumns ? n : 0;
  };
  NESCIO_TRY(pcs::Params params, soundness::search(cells, columns, counts, options));
  VerifyingKey key;
  key.layout = pack(circuit, params.log_rows, params.reserved_rows());
  NESCIO_CHECK(key.layout.columns() == params.columns);
  key.params = std::move(params);
  key.circuit = std::move(circuit);
  key.bindings = std::move(bindings);
  return key;
}

}  // namespace nescio
