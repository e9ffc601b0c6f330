// The segment's prover against its replay, and which claim of the ledger fails for which lie.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <set>

#include "nescio/circuit/check.h"
#include "nescio/relation/prover.h"
#include "nescio/relation/random_circuit.h"
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

// What a cheat commits in the place of the randomness that it uses.
template <class E>
using Tamper = std::function<void(zk::Pads<E>&)>;

// Proves and replays all segments on fixed challenges' transcript; evaluates every claim on the committed cells.
template <class E>
void run(const Circuit& relations, const Witness& witness, const PublicValues& statement, Run<E>& out,
         const Tamper<E>& tamper = {}) {
  Circuit circuit = relations;
  const std::uint32_t segments = circuit.segments;
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
  const auto all = evaluate_virtual(relations, witness, statement);
  ASSERT_TRUE(all.ok());
  Values values(circuit.tensors.size());
  for (TensorId id = 0; id < relations.tensors.size(); ++id) values[id] = (*all)[id];
  PublicValues publics = statement;
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
    pads.dummy.value = random();
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
    if (tamper) tamper(pads);
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
          return pads.dummy.value;
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
std::set<std::string> failing(const Circuit& circuit, const Witness& witness, const PublicValues& statement) {
  Run<E> r;
  run<E>(circuit, witness, statement, r);
  return r.failing;
}
template <class E>
std::set<std::string> failing(const TestNetwork& net) {
  return failing<E>(net.circuit, net.witness, net.statement);
}

using Names = std::set<std::string>;

TEST(Segment, honest_network_satisfies_every_claim) {
  for (const std::uint32_t segments : {1U, 2U}) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      const TestNetwork net(seed, segments);
      EXPECT_EQ(failing<Ext2>(net), Names());
      EXPECT_EQ(failing<Ext3>(net), Names());
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

// Cheats that commit other randomness than they use: each pad, each factor and each product of a triple, the dummy.
template <class E>
void each_random_cell_is_bound() {
  const TestNetwork net(2);
  const auto caught = [&](const Tamper<E>& tamper) {
    Run<E> r;
    run<E>(net.circuit, net.witness, net.statement, r, tamper);
    return r.failing;
  };
  const Counts counts = count_messages<E>(net.circuit, 0);
  for (std::uint32_t i = 0; i < counts.pads; ++i)
    EXPECT_FALSE(caught([&](zk::Pads<E>& p) { p.pad[i] += E::basis(1); }).empty()) << "pad " << i;
  for (std::uint32_t i = 0; i <= counts.triples; ++i) {
    EXPECT_TRUE(caught([&](zk::Pads<E>& p) { p.triple_a[i] += E::basis(1); }).contains("triple.a")) << i;
    EXPECT_TRUE(caught([&](zk::Pads<E>& p) { p.triple_b[i] += E::basis(1); }).contains("triple.b")) << i;
    EXPECT_TRUE(caught([&](zk::Pads<E>& p) { p.triple_c[i] += E::basis(1); }).contains("triple.product")) << i;
  }
  EXPECT_EQ(caught([](zk::Pads<E>& p) { p.dummy.value += E::one(); }), Names{"relation.wave"});
  // A false product whose error another one of the same layer cancels: only the check of the triples sees it.
  EXPECT_EQ(caught([](zk::Pads<E>& p) {
              p.triple_c[0] += E::one();
              p.triple_c[1] -= E::one();
            }),
            Names{"triple.product"});
}

TEST(Segment, each_random_cell_is_bound) {
  each_random_cell_is_bound<Ext2>();
  each_random_cell_is_bound<Ext3>();
}

TEST(Segment, false_statement_is_caught) {
  TestNetwork net(3);
  net.statement[net.lower][0] += F(4);  // t2[0] - l = -1
  net.count();
  EXPECT_EQ(failing<Ext3>(net), Names{"cancel"});
}

// The claims hold if and only if the relations do (witness/evaluate.h), for honest witnesses and for changed ones.
template <class E>
void claims_hold_as_relations_do(std::uint64_t seed) {
  RandomCircuit r(seed);
  const Status checked = check_circuit(r.circuit, false);
  ASSERT_TRUE(checked.ok() || checked.error().where == static_cast<std::uint32_t>(CircuitRule::kPort))
      << seed << " rule " << checked.error().where;  // its public values have no port
  ASSERT_TRUE(check_witness(r.circuit, r.witness, r.statement).ok());
  EXPECT_EQ(failing<E>(r.circuit, r.witness, r.statement), Names()) << seed;
  for (int lie = 0; lie < 4; ++lie) {
    Witness w = r.witness;
    TensorId id = 0;
    do id = static_cast<TensorId>(r.below(w.values.size()));
    while (w.values[id].empty());
    w.values[id][r.below(w.values[id].size())] += F(1 + r.below(2));
    EXPECT_EQ(failing<E>(r.circuit, w, r.statement).empty(), check_witness(r.circuit, w, r.statement).ok())
        << seed << " tensor " << id;
  }
}

TEST(Segment, claims_hold_exactly_if_the_relations_do) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    claims_hold_as_relations_do<Ext2>(seed);
    claims_hold_as_relations_do<Ext3>(seed + 1000);
  }
}

// Else a statement could ask for more pads than there are, or for fewer triples.
TEST(Segment, messages_do_not_depend_on_public_values) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    RandomCircuit r(seed);
    for (int values = 0; values < 3; ++values) {  // as they are, all 0, all 1
      for (auto& v : r.statement)
        for (F& x : v) x = values == 0 ? x : F(values == 2 ? 1 : 0);
      for (std::uint32_t s = 0; s < r.circuit.segments; ++s) {
        const Counts counts = count_messages<Ext3>(r.circuit, s);
        zk::Tape<Ext3> tape;
        zk::Channel<Ext3> ch(tape, Transcript(std::span<const std::uint8_t>()), nullptr);
        const Ext3 alpha = ch.challenge("alpha"), beta = ch.challenge("beta");
        (void)replay_segment(r.circuit, r.statement, {}, s, alpha, beta, ch);
        EXPECT_EQ(ch.pads(), counts.pads) << seed;
        EXPECT_EQ(ch.triples(), counts.triples) << seed;
        EXPECT_EQ(ch.ledger().size(), counts.constraints) << seed;
      }
    }
  }
}

// The same product under two public vectors: two claims, whatever the vectors hold.
TEST(Segment, claims_under_public_vectors_are_not_merged_by_value) {
  CircuitBuilder b;
  const TensorId x = b.committed({4}, 0), y = b.committed({4}, 0);
  const TensorId k = b.public_values({4}, Public::Source::statement),
                 l = b.public_values({4}, Public::Source::statement);
  const TensorId p = b.product(x, y);
  for (const TensorId v : {k, l}) b.zero(b.contract(v, {0}, p, {0}, {0}), 0);
  const Circuit c = b.take();
  for (const std::uint64_t other : {0U, 1U, 2U}) {
    PublicValues publics(c.tensors.size());
    publics[k].assign(4, F(1));
    publics[l].assign(4, F(other));
    zk::Tape<Ext3> tape;
    zk::Channel<Ext3> ch(tape, Transcript(std::span<const std::uint8_t>()), nullptr);
    (void)replay_segment(c, publics, {}, 0, Ext3::basis(1), Ext3::basis(2), ch);
    EXPECT_EQ(ch.triples(), count_messages<Ext3>(c, 0).triples);
    EXPECT_EQ(ch.triples(), 2U);
  }
}

}  // namespace
}  // namespace nescio::relation
