// verifier/verifier.h -- is this proof one of this key, these public values, this statement and this context?
//
// Order     1 root; 2 absorb key, public values, statement, context; 3 work, V -> P alpha, beta; 4 fork: each segment's
//           lookup tree, relations and triples (relation/verifier.h); 5 join: the segments' digests; sum P_s / Q_s = 0;
//           6 V -> P rho: every claim joins one functional <w, M> = sigma, opened by pcs/verifier.h; 7 end of bytes.
// Soundness soundness/terms.h, all terms at most 2^-security_bits; rho: (#claims - 1)/|E|
// Trust     proof, publics, statement and context are hostile; the key is checked
#pragma once
#include <cstdint>
#include <span>

#include "nescio/verifier/checked_key.h"

namespace nescio {

// Unit, or why not: kVFormat, kVPublic, kVPow, kVLookup, kVMerkle, kVOpening; `where` is an offset into the proof.
// `statement_values`: values of the circuit's statement tensors, by tensor id. `statement` and `context` are bound as
// bytes; what they mean is the caller's business. Serial; memory bounded by the key.
Status verify(const CheckedKey& key, const PublicValues& statement_values, std::span<const std::uint8_t> statement,
              std::span<const std::uint8_t> context, std::span<const std::uint8_t> proof);

}  // namespace nescio
