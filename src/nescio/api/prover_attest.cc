#include "nescio/api/prover_attest.h"

#include <sodium.h>

#include <algorithm>

#include "nescio/api/issuer_text.h"
#include "nescio/api/prover_digest.h"
#include "nescio/base/byte_writer.h"
#include "nescio/transcript/prover_random.h"

namespace nescio {
namespace {

using SecretKey = Secret<std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES>>;

// Both keys of a seed.
SigningKey expand(const Secret<std::array<std::uint8_t, 32>>& seed, SecretKey& secret) {
  NESCIO_CHECK(sodium_init() >= 0);
  SigningKey key{};
  NESCIO_CHECK(crypto_sign_seed_keypair(key.data(), secret.value.data(), seed.value.data()) == 0);
  return key;
}

}  // namespace

IssuerKeys issuer_keys(const Secret<std::array<std::uint8_t, 32>>& seed) {
  SecretKey secret;
  return {seed, expand(seed, secret)};
}

IssuerKeys make_issuer_keys() {
  const SecretDigest random = os_random();
  Secret<std::array<std::uint8_t, 32>> seed;
  std::copy(random.bytes.begin(), random.bytes.end(), seed.value.begin());
  return issuer_keys(seed);
}

SecretVector<std::uint8_t> write_issuer_keys(const IssuerKeys& keys) {
  constexpr char kDigits[] = "0123456789abcdef";
  SecretVector<std::uint8_t> out;
  for (const std::uint8_t b : keys.seed.value) {
    out.push_back(static_cast<std::uint8_t>(kDigits[b >> 4]));
    out.push_back(static_cast<std::uint8_t>(kDigits[b & 15]));
  }
  out.push_back('\n');
  return out;
}

Result<IssuerKeys> read_issuer_keys(std::span<const std::uint8_t> bytes, const std::string& what) {
  Secret<std::array<std::uint8_t, 32>> seed;
  NESCIO_TRY(seed.value, parse_key({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, what));
  return issuer_keys(seed);
}

Signature sign(const IssuerKeys& keys, std::span<const std::uint8_t> message) {
  SecretKey secret;
  NESCIO_CHECK(expand(keys.seed, secret) == keys.key);
  Signature out{};
  NESCIO_CHECK(crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), secret.value.data()) == 0);
  return out;
}

Result<AttestedRecord> attest(const Circuit& circuit, AttestRequest request, const IssuerKeys& keys) {
  if (request.expires < request.issued)
    return Error{ErrorCode::kUsage, 0, "the attestation would expire before it is issued", {}};
  if (request.name.size() > kMaxIssuerName ||
      !std::all_of(request.name.begin(), request.name.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return Error{ErrorCode::kUsage,
                 0,
                 "the issuer's name must be printable ASCII, at most " + std::to_string(kMaxIssuerName) + " characters",
                 {}};
  AttestedRecord out;
  NESCIO_TRY(const DigestPort port, digest_of_inputs(circuit, request.data));
  Attestation& a = out.attestation;
  a.schema = schema_of(circuit, port);
  a.issued = request.issued;
  a.expires = request.expires;
  a.name = std::move(request.name);
  a.issuer = keys.key;
  Hasher source = salt_source().part(signed_bytes(a));
  for (const auto& [name, array] : request.data) mix(source, array.values);
  out.salt = draw_salt(source, Group::inputs);
  NESCIO_TRY(a.digest, input_digest(circuit, request.data, out.salt.value));
  a.signature = sign(keys, signed_bytes(a));
  NESCIO_TRY_STATUS(check_signature(a));
  out.data = std::move(request.data);
  // Names as the key has them, so that the record finds its inputs.
  for (auto& [name, array] : out.data)
    if (name.empty()) name = circuit.inputs[inputs_of(circuit, port)[0]].name;
  return out;
}

}  // namespace nescio
