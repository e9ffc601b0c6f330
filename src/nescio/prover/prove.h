// prover/prove.h -- makes the proof that verifier/verifier.h accepts.
//
// Randomness  every pad, triple, mask, reserved cell and salt is a PRF of one key: keyed BLAKE3(seed; label,
// parameters,
//             key id, public values, statement, context, digest of all private cells, attempt). A fresh seed per proof
//             comes from the operating system; hashing the witness too keeps two inputs under one seed apart.
// Restart     with attempt + 1 if the masks are singular at the challenges, which depends on public challenges only, or
//             if a denominator vanishes; probability below 2^-60. Nothing of a dropped attempt is in the proof.
// Determinism same key, witness, publics, statement, context and seed: same bytes, for any number of threads and any
//             instruction set.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "nescio/proof/key.h"
#include "nescio/relation/prover.h"
#include "nescio/transcript/prf.h"
#include "nescio/witness/witness.h"

namespace nescio {

struct ProofTask {
  const VerifyingKey& key;  // our own: it has passed verify_key
  const Witness& witness;
  const PublicValues& statement_values;  // by tensor id
  std::span<const std::uint8_t> statement, context;
};

// Wall-clock of the phases, in milliseconds.
struct Timings {
  double evaluate = 0, random = 0, commit = 0, segments = 0, functional = 0, opening = 0, total = 0;
  relation::SegmentTimes segment;  // the parts of `segments`
  // Of the phases above, what is there for zero knowledge alone: making the random cells, the argument for the triples,
  // and of commit and opening the share of random words (pads, triples, masks, reserved rows, salts) among all that are
  // committed.
  double zero_knowledge = 0;
};

// Errors: kVPublic, kSelfCheck (the witness does not satisfy the circuit; names the claims that fail, never a value).
Result<std::vector<std::uint8_t>> prove(const ProofTask& task, const SecretDigest& seed, Timings* timings = nullptr);

}  // namespace nescio
