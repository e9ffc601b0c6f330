// The segment's prover against its replay, and which claim of the ledger fails for which lie.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <set>

#include "nescio/relation/prover.h"
#include "nescio/relation/test_network.h"

namespace nescio::relation {
namespace {

template <class E>
struct Run {
  std::deque<zk::Tape<E>> tapes;
  std::vector<zk::Channel<E>> channels;
  std::vector<Segment<E>> segments;
  std::vector<zk::Pads<E>> pads;
  std::set<std::string> failing;
};

// Proves and replays all segments on fixed challenges' transcript; evaluates every claim on the committed cells.
template <class E>
void run(const TestNetwork& net, std::uint32_t segments, Run<E>& out) {
  Circuit circuit = net.circuit;
  std::mt19937_64 rng(99);
  const auto random = [&] {
    std::array<F, E::D> c;
    for (F& x : c) x = F(rng());
    return E(c);
  };
  std::vector<Counts> counts;
  for (std::uint32_t s = 0; s < segments; ++s) counts.push_back(count_messages<E>(circuit, s));
  for (std::uint32_t s = 0; s < segments; ++s)
    add_argument_tensors(circuit, s, counts[s].pads, counts[s].triples + 1, E::D);
  const auto tensors = segment_tensors(circuit);
  const auto all = evaluate_virtual(net.circuit, net.witness, net.statement);
  ASSERT_TRUE(all.ok());
  Values values(circuit.tensors.size());
  for (TensorId id = 0; id < net.circuit.tensors.size(); ++id) values[id] = (*all)[id];
  PublicValues publics = net.statement;
  publics.resize(circuit.tensors.size());
  const E alpha = random(), beta = random();
  E p_sum;
  out.tapes.resize(segments);
  for (std::uint32_t s = 0; s < segments; ++s) {
    zk::Pads<E> pads;
    for (std::uint32_t i = 0; i < counts[s].pads; ++i) pads.pad.push_back(random());
    for (std::uint32_t i = 0; i <= counts[s].triples; ++i) {
      pads.triple_a.push_back(random());
      pads.triple_b.push_back(random());
      pads.triple_c.push_back(pads.triple_a[i] * pads.triple_b[i]);
    }
    pads.dummy = random();
    out.pads.push_back(pads);
    const Transcript tr(std::span<const std::uint8_t>(reinterpret_cast<const std::uint8_t*>("test"), 4));
    ProofWriter writer;
    zk::ProverChannel<E> prover(out.pads.back(), tr.fork("segment", s, segments), writer);
    prove_segment(circuit, publics, values, s, alpha, beta, prover);
    EXPECT_EQ(prover.used_pads(), counts[s].pads);
    EXPECT_EQ(prover.used_triples(), counts[s].triples);
    ProofReader reader(writer.bytes());
    out.channels.emplace_back(out.tapes[s], tr.fork("segment", s, segments), &reader);
    out.segments.push_back(replay_segment(circuit, publics, tensors[s], s, alpha, beta, out.channels.back()));
    ASSERT_TRUE(out.channels.back().status().ok());
    ASSERT_TRUE(reader.end().ok());
    ASSERT_EQ(out.channels.back().transcript().digest(), prover.transcript().digest());
    // The ledger on the cells.
    const auto leaf = [&](zk::Leaf kind, std::uint32_t i) {
      switch (kind) {
        case zk::Leaf::pad:
          return pads.pad[i];
        case zk::Leaf::triple_a:
          return pads.triple_a[i];
        case zk::Leaf::triple_b:
          return pads.triple_b[i];
        case zk::Leaf::triple_c:
          return pads.triple_c[i];
        case zk::Leaf::dummy:
          return pads.dummy;
        case zk::Leaf::atom:
          break;
      }
      const Atom<E>& atom = out.segments[s].atoms[i];
      if (circuit.committed(atom.tensor)->role < Role::pad)
        return claim_value<E>(circuit[atom.tensor].dims, values[atom.tensor], atom.weights);
      const auto& list = atom.tensor == tensors[s].triple_a   ? pads.triple_a
                         : atom.tensor == tensors[s].triple_b ? pads.triple_b
                                                              : pads.triple_c;
      std::vector<F> planes;
      for (unsigned d = 0; d < E::D; ++d)
        for (const E& x : list) planes.push_back(x[d]);
      return claim_value<E>(circuit[atom.tensor].dims, planes, atom.weights);
    };
    const std::vector<E> v = out.tapes[s].forward(leaf);
    for (const auto& claim : out.channels[s].ledger())
      if (!v[zk::Tape<E>::index(claim.form)].is_zero()) out.failing.insert(claim.label);
    p_sum += v[zk::Tape<E>::index(out.segments[s].root_p)] * out.segments[s].root_q.inverse();
  }
  if (!p_sum.is_zero()) out.failing.insert("cancel");
}

template <class E>
std::set<std::string> failing(const TestNetwork& net, std::uint32_t segments = 1) {
  Run<E> r;
  run<E>(net, segments, r);
  return r.failing;
}

using Names = std::set<std::string>;

TEST(Segment, honest_network_satisfies_every_claim) {
  for (const std::uint32_t segments : {1U, 2U}) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      const TestNetwork net(seed, segments);
      EXPECT_EQ(failing<Ext2>(net, segments), Names());
      EXPECT_EQ(failing<Ext3>(net, segments), Names());
    }
  }
}

TEST(Segment, each_lie_is_caught_by_its_claim) {
  struct Lie {
    const char* claim;
    void (*tell)(TestNetwork&);
  };
  const Lie lies[] = {
      {"cancel", [](TestNetwork& n) { n.set(n.y1, 4, n.at(n.y1, 4) + 1), n.second_layer(), n.count(); }},
      {"cancel", [](TestNetwork& n) { n.set(n.w1, 3, 4), n.first_layer(), n.second_layer(), n.count(); }},
      {"cancel", [](TestNetwork& n) { n.set(n.x, 3, 8), n.first_layer(), n.second_layer(), n.count(); }},
      {"cancel", [](TestNetwork& n) { n.set(n.b1, 3, 8), n.first_layer(), n.second_layer(), n.count(); }},
      {"cancel", [](TestNetwork& n) { n.set(n.circuit.tables[0].multiplicity, 70, 5); }},
      {"relation.wave", [](TestNetwork& n) { n.set(n.square, 0, n.at(n.square, 0) + 1); }},
      {"relation.wave", [](TestNetwork& n) { n.set(n.shifted, 2, n.at(n.shifted, 2) + 1); }},
  };
  for (const Lie& lie : lies) {
    TestNetwork net(2);
    lie.tell(net);
    EXPECT_EQ(failing<Ext3>(net), Names{lie.claim});
  }
}

TEST(Segment, false_statement_is_caught) {
  TestNetwork net(3);
  net.statement[net.lower][0] += F(4);  // t2[0] - l = -1
  net.count();
  EXPECT_EQ(failing<Ext3>(net), Names{"cancel"});
}

}  // namespace
}  // namespace nescio::relation
