// api/sample_attestation.h -- for tests: an attestation of nothing, signed by the issuer whose seed is zero.
#pragma once
#include "nescio/api/prover_attest.h"

namespace nescio {

inline Attestation sample_attestation() {
  const IssuerKeys keys = issuer_keys({});
  Attestation a{};
  a.name = "bank";
  a.expires = 7;
  a.issuer = keys.key;
  a.signature = sign(keys, signed_bytes(a));
  return a;
}

}  // namespace nescio
