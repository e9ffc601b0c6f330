// prover/setup.h -- from the relations of a circuit to a key: counts what the argument will send, adds its tensors,
// chooses parameters that reach the security level at the least cost, and packs the matrix.
#pragma once
#include <vector>

#include "nescio/proof/key.h"
#include "nescio/soundness/prover_search.h"

namespace nescio {

// Adds the argument's tensors. [segments]: what each sends. `circuit` has passed check_circuit without them.
std::vector<relation::Counts> add_argument(Circuit& circuit, unsigned degree);

// circuit: without tensors of the argument. bindings: values of circuit.digests.
// Errors: kParams when the level cannot be reached; kVKey when the circuit is not sound (a bug of the compiler).
Result<VerifyingKey> make_key(Circuit circuit, std::vector<std::vector<F>> bindings,
                              const soundness::SearchOptions& options);

}  // namespace nescio
