// statement/public_values.h -- a statement as the values of a circuit's public switches, and whether outputs fulfil it.
//
// Both sides use it: the prover to build the witness of the gadgets, the verifier to know what a proof says. A
// statement that the circuit cannot express, or that no output could fulfil, is an error with the reason.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nescio/base/secret.h"
#include "nescio/circuit/public_values.h"
#include "nescio/statement/statement.h"

namespace nescio {

// The integers of an output, all of its cells, disclosed.
struct Revealed {
  std::string output;
  std::vector<std::int64_t> values;
  friend bool operator==(const Revealed&, const Revealed&) = default;
};

// Values of all statement tensors, by tensor id. kVStatement: an unknown output, an index or class out of range, a
// value that no integer represents (names the nearest), two conditions that one gadget cannot hold, a revealed value
// that is out of range or contradicts the statement, or a statement that no output fulfils.
Result<PublicValues> statement_values(const Circuit& circuit, const Statement& statement,
                                      std::span<const Revealed> revealed);

// kStatementFalse, naming the condition, unless the outputs fulfil it. outputs[i]: cells of circuit.outputs[i].
Status fulfils(const Circuit& circuit, const Statement& statement,
               const std::vector<SecretVector<std::int64_t>>& outputs);

}  // namespace nescio
