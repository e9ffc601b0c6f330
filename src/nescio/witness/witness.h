// witness/witness.h -- every committed value of one run.
#pragma once
#include <vector>

#include "nescio/base/secret.h"
#include "nescio/circuit/circuit.h"

namespace nescio {

// Tensors of F by tensor id, in logical order (dimension 0 fastest).
using TensorValues = std::vector<SecretVector<F>>;

// values[id] has num_cells(dims) entries for each committed tensor of role `value` or `multiplicity`, and none for any
// other id. Pads, triples and dummies belong to the prover. Signed integers are stored as F::from_signed.
struct Witness {
  TensorValues values;
};

}  // namespace nescio
