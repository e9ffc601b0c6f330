// api/prover_attest.h -- the issuer: keys, and records that bear a signature.
#pragma once
#include "nescio/api/record.h"

namespace nescio {

struct IssuerKeys {
  Secret<std::array<std::uint8_t, 32>> seed;  // private
  SigningKey key{};
};
// Fresh ones; or those of a seed (RFC 8032, 5.1.5).
IssuerKeys make_issuer_keys();
IssuerKeys issuer_keys(const Secret<std::array<std::uint8_t, 32>>& seed);
// The private file: the seed in hexadecimal, a line. kUsage, which names `what`.
SecretVector<std::uint8_t> write_issuer_keys(const IssuerKeys& keys);
Result<IssuerKeys> read_issuer_keys(std::span<const std::uint8_t> bytes, const std::string& what);

Signature sign(const IssuerKeys& keys, std::span<const std::uint8_t> message);

struct AttestRequest {
  NamedArrays data;  // of the inputs of one digest of the key
  std::string name;  // how the issuer calls itself: printable ASCII, at most kMaxIssuerName
  std::uint64_t issued = 0, expires = 0;
};
// A record under a fresh salt. kUsage: no digest of just these inputs, a name that is not printable, expires < issued;
// otherwise as input_digest().
Result<AttestedRecord> attest(const Circuit& circuit, AttestRequest request, const IssuerKeys& keys);

}  // namespace nescio
