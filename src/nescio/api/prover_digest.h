// api/prover_digest.h -- digests of inputs, as somebody outside of a proof makes them, and their salts.
#pragma once
#include "nescio/api/prover_model.h"
#include "nescio/hash/blake3.h"

namespace nescio {

// The key's digest of just these inputs, given by name; a single one may have none. kUsage when there is none.
Result<DigestPort> digest_of_inputs(const Circuit& circuit, const NamedArrays& inputs);
// That digest under a salt, from a public key alone: what somebody who vouches for data signs. kUsage, kInShape,
// kInNonFinite, kInRange.
Result<DigestCells> input_digest(const Circuit& circuit, const NamedArrays& inputs, const DigestCells& salt);

// That of the weights, which the key has; zeros if it binds none.
DigestCells weights_digest_of(const VerifyingKey& key);

// What salts are drawn from: fresh bytes of the system and, should those ever repeat, whatever the caller adds that
// tells one use from another.
Hasher salt_source();
template <class Number>
void mix(Hasher& source, const SecretVector<Number>& values) {
  source.part({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(Number)});
}
// 4 uniform secret cells, others for each group and number.
Secret<DigestCells> draw_salt(Hasher source, Group group, std::uint64_t number = 0);

}  // namespace nescio
