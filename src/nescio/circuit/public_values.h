// circuit/public_values.h -- what the verifier learns beside the circuit: bindings in the key, values of the statement.
#pragma once
#include <vector>

#include "nescio/circuit/circuit.h"

namespace nescio {

// Values of the Public tensors, by tensor id, in logical order (num_cells of them); empty for all other ids.
using PublicValues = std::vector<std::vector<F>>;

}  // namespace nescio
