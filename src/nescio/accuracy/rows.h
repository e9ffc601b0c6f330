// accuracy/rows.h -- what a model's outputs follow from, stated once for each of several rows, with the same weights.
//
// Let M be the relations of `model` but those that depend on a value of the statement or belong to a digest of inputs
// or outputs, and those on tensors that neither an input, an output nor the digest of the weights leads to. The result
// has every tensor of M that may differ from row to row (`per_row`) with one more dimension, the last, of extent n; of
// the others there is one. It states each relation of M between the tensors at index r of that dimension, for all r.
//
// Why       It is refused unless the outputs are determined by inputs and weights in M alone (circuit/determined.h): so
//           M is a function f of both. What satisfies the model's circuit satisfies M: its outputs are f of its inputs
//           and weights. What satisfies the result satisfies M at each row: so the outputs at row r are f of the inputs
//           at row r and of the same weights. Which tensors are per row decides only whether such values exist.
// Cost      linear in the circuit.
#pragma once
#include <vector>

#include "nescio/base/error.h"
#include "nescio/circuit/circuit.h"

namespace nescio {

inline constexpr TensorId kLeftOut = ~TensorId{0};

struct ModelRows {
  Circuit circuit;               // ports: the model's inputs, none of them public, and the digest of the weights
  std::vector<TensorId> tensor;  // of each of the model's: its number here, or kLeftOut
  std::vector<bool> per_row;     // of each of the model's
};

// `model` has passed check_circuit. kUsage: a model that this cannot be done with, and why.
Result<ModelRows> make_rows(const Circuit& model, std::uint32_t n);

}  // namespace nescio
