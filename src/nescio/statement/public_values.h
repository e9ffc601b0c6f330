// statement/public_values.h -- a statement as the values of a circuit's public switches, and whether outputs fulfil it.
//
// Both sides use it: the prover to build the witness of the gadgets, the verifier to know what a proof says. A
// statement that the circuit cannot express, or that no output could fulfil, is an error with the reason.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "nescio/base/secret.h"
#include "nescio/circuit/public_values.h"
#include "nescio/statement/statement.h"

namespace nescio {

// The integers of an input or output, all of its cells.
struct Revealed {
  std::string name;
  std::vector<std::int64_t> values;
  friend bool operator==(const Revealed&, const Revealed&) = default;
};
struct GroupDigest {
  Group group = Group::inputs;
  std::array<F, 4> digest{};
  friend bool operator==(const GroupDigest&, const GroupDigest&) = default;
};

// What a proof tells beside the statement. Inputs and digests: exactly those that the key asks for. Outputs: at least
// those.
struct Disclosed {
  std::vector<Revealed> outputs, inputs;  // by name
  std::vector<GroupDigest> digests;       // in the order of the key's
  friend bool operator==(const Disclosed&, const Disclosed&) = default;
};

// Values of all statement tensors, by tensor id. kVStatement: an unknown output, an index or class out of range, a
// value that no integer represents (names the nearest), two conditions that one gadget cannot hold, a revealed value
// that contradicts the statement, or a statement that no output fulfils. kVPublic: `disclosed` lacks what the key asks
// for, has an input or digest that it does not ask for, or a value out of its range.
Result<PublicValues> statement_values(const Circuit& circuit, const Statement& statement, const Disclosed& disclosed);

// kStatementFalse, naming the condition, unless the outputs fulfil it. outputs[i]: cells of circuit.outputs[i].
Status fulfils(const Circuit& circuit, const Statement& statement,
               const std::vector<SecretVector<std::int64_t>>& outputs);

}  // namespace nescio
