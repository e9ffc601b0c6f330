// What circuit/work.h counts in advance against what a replay does.
#include "nescio/circuit/work.h"

#include <gtest/gtest.h>

#include "nescio/relation/random_circuit.h"
#include "nescio/relation/test_network.h"
#include "nescio/relation/verifier.h"

namespace nescio::relation {
namespace {

void expect_upper_bounds(const Circuit& circuit, PublicValues publics) {
  publics.resize(circuit.tensors.size());
  std::vector<std::uint64_t> claims(circuit.tensors.size());
  for (std::uint32_t s = 0; s < circuit.segments; ++s) {
    zk::Tape<Ext3> tape;
    zk::Channel<Ext3> ch(tape, Transcript(std::span<const std::uint8_t>()), nullptr);
    const Ext3 alpha = ch.challenge("alpha"), beta = ch.challenge("beta");
    for (const auto& atom : replay_segment(circuit, publics, {}, s, alpha, beta, ch).atoms) ++claims[atom.tensor];
  }
  const std::vector<ClaimCounts> counted = claim_counts(circuit);
  for (TensorId id = 0; id < claims.size(); ++id) {
    const Committed* committed = circuit.committed(id);
    if (committed == nullptr || id == 0) continue;  // 0: in the place of the argument's tensors
    EXPECT_LE(claims[id], counted[id].all) << "tensor " << id;
  }
}

TEST(Work, counts_are_upper_bounds) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const RandomCircuit r(seed);
    expect_upper_bounds(r.circuit, r.statement);
  }
  for (const std::uint32_t segments : {1U, 2U}) {
    const TestNetwork net(1, segments);
    expect_upper_bounds(net.circuit, net.statement);
  }
}

}  // namespace
}  // namespace nescio::relation
