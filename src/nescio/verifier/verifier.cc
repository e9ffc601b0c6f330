#include "nescio/verifier/verifier.h"

#include "nescio/pcs/verifier.h"
#include "nescio/proof/opening_shape.h"
#include "nescio/proof/replay.h"

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
  Replay<E> replay(circuit, publics, checked.segment_tensors());
  for (std::uint32_t s = 0; s < circuit.segments; ++s) NESCIO_TRY_STATUS(replay.segment(tr, in, alpha, beta));
  relation::Functional<E> functional;
  const E sigma = replay.join(tr, functional);
  const pcs::TreeRef tree{root, &checked.shape()};
  const auto weight = [&](std::span<const E> column, std::span<const E> row) {
    return relation::evaluate<E>(functional, circuit, key.layout, column, row);
  };
  NESCIO_TRY_STATUS(pcs::verify_opening<E>(key.params, std::span(&tree, 1), weight, sigma, tr, in));
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
