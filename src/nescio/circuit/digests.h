// circuit/digests.h -- what the digests of a circuit are of, and whether the circuit computes them.
//
// A digest is the sponge of docs/spec/digest.md over the tensors that its port lists, in their declared ranges, under
// some salt, if the circuit holds the 23 definitions of that page, in that order and with the IV of these tensors, and
// states its two zeros. Nothing else is taken: one text, one circuit.
#pragma once
#include "nescio/base/error.h"
#include "nescio/circuit/circuit.h"
#include "nescio/sponge/iv.h"

namespace nescio {

// The definitions stand together; among them is the port's public tensor.
inline constexpr TensorId kDigestMembers = 23, kDigestPublic = 20;
inline TensorId first_member(const DigestPort& port) {
  return port.tensor - kDigestPublic;
}

// Role, shapes and ranges of what a port binds: with salt and integers, all that a digest needs (sponge_digest).
// A tensor without dimensions counts as [1].
DigestSpec digest_spec(const Circuit& circuit, const DigestPort& port);

// kVKey unless every digest is what its port says; `where` is rule + the port's number. circuit has passed
// check_circuit; that the values are in their declared ranges is for circuit/bounds.h to say. Cost: linear in the
// circuit, but for a logarithm.
Status check_digests(const Circuit& circuit, std::uint32_t rule);

}  // namespace nescio
