// api/attestation.h -- an issuer's word for private data: a signature on the salted digest that a proof tells.
//
// Statement  the holder of `issuer` vouched at `issued` that a record whose salted digest is `digest`, in the form of
//            `schema`, is true, until `expires`. A proof that tells the digest is about that record.
// Signature  Ed25519 (RFC 8032): canonical encodings, points of prime order. The one part of a proof that a quantum
//            computer could forge; what is hidden stays hidden from it.
// Privacy    digest and signature are the same in all proofs from one attestation: they can be linked with each other.
//            An issuer who attests again, under another salt, breaks the link.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nescio/api/signature.h"
#include "nescio/sponge/sponge.h"
#include "nescio/statement/public_values.h"

namespace nescio {

struct Attestation {
  Digest schema;                          // schema_of()
  DigestCells digest{};                   // of the record
  std::uint64_t issued = 0, expires = 0;  // seconds since 1970-01-01 UTC, both included
  std::string name;                       // how the issuer calls itself: nobody checks it
  SigningKey issuer{};
  Signature signature{};
  friend bool operator==(const Attestation&, const Attestation&) = default;
};

inline constexpr std::size_t kMaxAttestations = 64, kMaxIssuerName = 256;

// What the signature is of.
std::vector<std::uint8_t> signed_bytes(const Attestation& attestation);
std::vector<std::uint8_t> write_attestation(const Attestation& attestation);
// kVFormat unless canonical. Does not look at the signature.
Result<Attestation> read_attestation(std::span<const std::uint8_t> bytes);

// What integers a digest of inputs is of: names, shapes, scales and ranges of its ports.
Digest schema_of(const Circuit& circuit, const DigestPort& port);

// kVAttest unless the signature is the issuer's.
Status check_signature(const Attestation& attestation);

// An attestation that belongs to a proof, and the number of its digest among circuit.digests.
struct Attested {
  Attestation attestation;
  std::size_t digest = 0;
  friend bool operator==(const Attested&, const Attested&) = default;
};
// kVAttest unless each is signed, and of a digest of inputs that is told, in its schema. `disclosed` fits the circuit.
Result<std::vector<Attested>> check_attestations(const Circuit& circuit, const Disclosed& disclosed,
                                                 const std::vector<Attestation>& attestations);

// Whom a verifier trusts, and with which inputs.
struct TrustedIssuer {
  SigningKey key{};
  std::vector<std::string> inputs = {};  // empty: those that no other entry names
};
// kVAttest unless each input that somebody is trusted with, by name or as one of the rest, is of a record that one of
// these issuers attested, and that holds at `time`. kUsage: the circuit has no such input.
Status demand_issuers(const Circuit& circuit, const std::vector<Attested>& attested,
                      const std::vector<TrustedIssuer>& trusted, std::uint64_t time);

}  // namespace nescio
