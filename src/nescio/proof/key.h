// proof/key.h -- all that a verifier holds, and what it is called.
//
// A key is public and comes from its owner, who may cheat: nothing but verifier/checked_key.h may use its fields for a
// verdict. Bytes: docs/spec/format.md.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/circuit/circuit.h"
#include "nescio/circuit/layout.h"
#include "nescio/circuit/public_values.h"
#include "nescio/pcs/params.h"
#include "nescio/relation/verifier.h"
#include "nescio/soundness/terms.h"

namespace nescio {

inline constexpr std::uint16_t kFormatVersion = 3;

struct VerifyingKey {
  pcs::Params params;
  Circuit circuit;  // with the argument's tensors
  Layout layout;
  std::vector<std::vector<F>> bindings;  // values of those circuit.digests that are the key's, in order; [4] each
};
// How many digests are the key's: they come first.
std::size_t num_bindings(const Circuit& circuit);

std::vector<std::uint8_t> write_key(const VerifyingKey& key);
// kVKey unless the bytes are the canonical encoding of some key. Says nothing about its soundness.
Result<VerifyingKey> read_key(std::span<const std::uint8_t> bytes);

// Hash of the canonical bytes: in every transcript.
Digest key_id(const VerifyingKey& key);
// Hash of the circuit and the first weight binding: the name under which a model is registered.
Digest model_id(const VerifyingKey& key);

// The values of all Public tensors: bindings of the key, and those of the statement, by tensor id. kVPublic when a
// statement tensor has another number of values or one out of its range, when a value is given for any other tensor, or
// when an output that every proof discloses is not.
Result<PublicValues> public_values(const VerifyingKey& key, const PublicValues& statement);

// The numbers that the error terms depend on, from what each segment sends; the circuit has passed check_circuit.
soundness::CircuitCounts circuit_counts(const Circuit& circuit, const std::vector<relation::Counts>& segments);
soundness::CircuitCounts circuit_counts(const Circuit& circuit, unsigned degree);

}  // namespace nescio
