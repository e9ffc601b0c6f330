// prover/frozen/simulator.h -- for tests: the simulator of a whole proof (docs/spec/zero-knowledge.md). It is given
// what a verifier has, and no witness. Needs challenges that are known in advance (pcs/frozen/transcript.cc).
//
// The messages of the segments are uniform elements; the verifier's own replay turns them into the functional and its
// value; the opening is simulated (pcs/frozen/simulator.h). The root comes last, and is put first.
#pragma once
#include <span>
#include <vector>

#include "nescio/pcs/frozen/simulator.h"
#include "nescio/proof/opening_shape.h"
#include "nescio/proof/replay.h"
#include "nescio/relation/prover_functional.h"
#include "nescio/verifier/checked_key.h"

namespace nescio {

// The elements of E that segment s sends: hidden ones, two for each product, Q, triple.a and triple.b.
template <class E>
std::size_t segment_elements(const Circuit& circuit, std::uint32_t s) {
  const relation::Counts counts = relation::count_messages<E>(circuit, s);
  return counts.pads + 2 * std::size_t{counts.triples} + 3;
}

// The segments: writes uniform elements for all that they send, and returns sigma. Randomness: streams "sim.segment", s
// of `key`. `tr` stands before the lookup's work.
template <class E>
E simulate_segments(const CheckedKey& checked, const PublicValues& publics, const Digest& key, Transcript& tr,
                    ProofWriter& proof, relation::Functional<E>& functional) {
  const Circuit& circuit = checked.key().circuit;
  proof.nonce("lookup", tr, checked.key().params.lookup_pow);
  const E alpha = tr.challenge<E>("alpha"), beta = tr.challenge<E>("beta");
  Replay<E> replay(circuit, publics, checked.segment_tensors());
  for (std::uint32_t s = 0; s < circuit.segments; ++s) {
    Prf messages(key, "sim.segment", s);
    ProofWriter part(true);
    for (std::size_t n = segment_elements<E>(circuit, s); n > 0; --n) part.ext("segment", messages.ext<E>());
    ProofReader in(part.bytes());
    NESCIO_CHECK(replay.segment(tr, in, alpha, beta).ok() && in.end().ok());
    proof.append(part);
  }
  return replay.join(tr, functional);
}

// Randomness: the streams of simulate_segments and of simulate_opening.
template <class E>
ProofWriter simulate(const CheckedKey& checked, const PublicValues& statement_values,
                     std::span<const std::uint8_t> statement, std::span<const std::uint8_t> context,
                     const Digest& key) {
  const VerifyingKey& vk = checked.key();
  const PublicValues publics = *public_values(vk, statement_values);
  ProofWriter proof(true), rest(true);
  Transcript tr = start_transcript(vk.params);
  absorb_public(vk, checked.id(), publics, statement, context, tr);
  relation::Functional<E> functional;
  const E sigma = simulate_segments<E>(checked, publics, key, tr, rest, functional);
  std::vector<std::vector<E>> weights(std::size_t{1} << vk.params.kappa);
  const std::vector<ExtVector<E>> dense = relation::dense(functional, vk.circuit, vk.layout);
  for (std::size_t j = 0; j < dense.size(); ++j)
    for (std::size_t i = 0; i < dense[j].size(); ++i) weights[j].push_back(dense[j].get(i));
  const std::vector<Digest> roots =
      pcs::simulate_opening<E>(vk.params, std::span(&checked.shape(), 1), weights, sigma, key, tr, rest);
  proof.digest("root", roots[0]);
  proof.append(rest);
  return proof;
}

}  // namespace nescio
