#include "nescio/verifier/verifier.h"

#include <deque>

#include "nescio/pcs/verifier.h"
#include "nescio/proof/opening_shape.h"
#include "nescio/relation/functional.h"

namespace nescio {
namespace {

template <class E>
Status verify_as(const CheckedKey& checked, const PublicValues& publics, std::span<const std::uint8_t> statement,
                 std::span<const std::uint8_t> context, std::span<const std::uint8_t> proof) {
  const VerifyingKey& key = checked.key();
  const Circuit& circuit = key.circuit;
  ProofReader in(proof);
  Transcript tr = start_transcript(key.params);
  NESCIO_TRY(const Digest root, in.digest("root", tr));  // P -> V
  absorb_public(key, checked.id(), publics, statement, context, tr);
  NESCIO_TRY_STATUS(in.nonce("lookup", tr, key.params.lookup_pow));  // P -> V
  const E alpha = tr.challenge<E>("alpha"), beta = tr.challenge<E>("beta");

  // Segments are independent of each other between fork and join.
  std::deque<zk::Tape<E>> tapes(circuit.segments);  // forms point to their tape
  std::vector<zk::Channel<E>> channels;
  std::vector<relation::Segment<E>> segments;
  for (std::uint32_t s = 0; s < circuit.segments; ++s) {
    channels.emplace_back(tapes[s], tr.fork("segment", s, circuit.segments), &in);
    segments.push_back(
        relation::replay_segment(circuit, publics, checked.segment_tensors()[s], s, alpha, beta, channels.back()));
    NESCIO_TRY_STATUS(channels.back().status());
  }
  for (zk::Channel<E>& ch : channels) tr.absorb("digest", "join", ch.transcript().digest().bytes);

  // Every claim once, by powers of rho; last, that the segments' fractions cancel.
  const E rho = tr.challenge<E>("rho");
  E power = E::one(), constant;
  std::vector<std::vector<std::pair<zk::Form<E>, E>>> seeds(circuit.segments);
  for (std::uint32_t s = 0; s < circuit.segments; ++s)
    for (const auto& claim : channels[s].ledger()) {
      seeds[s].push_back({claim.form, power});
      power *= rho;
    }
  relation::Functional<E> functional;
  for (std::uint32_t s = 0; s < circuit.segments; ++s) {
    seeds[s].push_back({segments[s].root_p, power * segments[s].root_q.inverse()});  // the channel refused zero
    constant += relation::add_segment<E>(tapes[s], seeds[s], segments[s].atoms, checked.segment_tensors()[s], circuit,
                                         functional);
  }
  const pcs::TreeRef tree{root, &checked.shape()};
  const auto weight = [&](std::span<const E> column, std::span<const E> row) {
    return relation::evaluate<E>(functional, circuit, key.layout, column, row);
  };
  NESCIO_TRY_STATUS(pcs::verify_opening<E>(key.params, std::span(&tree, 1), weight, -constant, tr, in));
  return in.end();
}

}  // namespace

Status verify(const CheckedKey& checked, const PublicValues& statement_values, std::span<const std::uint8_t> statement,
              std::span<const std::uint8_t> context, std::span<const std::uint8_t> proof) {
  NESCIO_TRY(const PublicValues publics, public_values(checked.key(), statement_values));
  return checked.key().params.degree == 2 ? verify_as<Ext2>(checked, publics, statement, context, proof)
                                          : verify_as<Ext3>(checked, publics, statement, context, proof);
}

}  // namespace nescio
