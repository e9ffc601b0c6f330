// Provers of false witnesses who argue honestly for them. Each kind of relation of a circuit is the only one that
// catches some lie: without it the verifier accepts.
#include <gtest/gtest.h>

#include <algorithm>

#include "nescio/prover/dishonest/dishonest_prover.h"
#include "nescio/prover/every_relation.h"

namespace nescio {
namespace {

using E = Ext3;
using Names = std::set<std::string>;

VerifyingKey key_of(const EveryRelation& net) {
  VerifyingKey key = toy_key<E>(net.circuit(), 9);
  key.bindings = net.bindings;
  return key;
}
Outcome<E> outcome(const EveryRelation& net, const Cheat<E>& cheat = {}) {
  return try_cheat<E>(key_of(net), net.witness, net.statement, cheat);
}

TEST(DishonestWitness, who_does_not_cheat_is_believed) {
  for (const std::uint32_t segments : {1U, 2U, 7U}) {
    const EveryRelation net(segments);
    const Outcome<E> out = outcome(net);
    EXPECT_TRUE(out.verdict.ok());
    EXPECT_EQ(out.told.failing, Names());
    EXPECT_TRUE(out.told.error.is_zero());
  }
}

// ---- lies about values: the witness is false, the argument about it is honest

// The relations of the circuit that do not hold, by name.
Names broken(const EveryRelation& net) {
  Names out;
  const RelationNames& names = net.emitted.names;
  const PublicValues publics = net.publics();
  const std::size_t lookups = net.circuit().lookups.size();
  for (std::size_t i = 0; i < lookups + net.circuit().zeros.size(); ++i) {
    Circuit only = net.circuit();
    only.lookups.clear();
    only.zeros.clear();
    if (i < lookups) {
      only.lookups.push_back(net.circuit().lookups[i]);
    } else {
      only.zeros.push_back(net.circuit().zeros[i - lookups]);
    }
    const Status s = check_witness(only, net.witness, publics);
    if (!s.ok() && s.error().where < 1) out.insert(i < lookups ? names.lookups[i] : names.zeros[i - lookups]);
  }
  return out;
}

// Removes relations by name.
void drop(EveryRelation& net, const Names& which) {
  Circuit& circuit = net.emitted.circuit;
  RelationNames& names = net.emitted.names;
  const auto filter = [&](auto& relations, std::vector<std::string>& called) {
    for (std::size_t i = relations.size(); i-- > 0;)
      if (which.contains(called[i])) {
        relations.erase(relations.begin() + static_cast<std::ptrdiff_t>(i));
        called.erase(called.begin() + static_cast<std::ptrdiff_t>(i));
      }
  };
  filter(circuit.lookups, names.lookups);
  filter(circuit.zeros, names.zeros);
}

void add(EveryRelation& net, TensorId id, std::size_t cell, std::int64_t d) {
  net.witness.values[id][cell] += F::from_signed(d);
}
void add(EveryRelation& net, const char* name, std::size_t cell, std::int64_t d) {
  add(net, net.named(name), cell, d);
}

// The digest in the key becomes that of the witness.
void bind_again(EveryRelation& net) {
  const PublicValues publics = net.publics();
  const auto values = evaluate_virtual(net.circuit(), net.witness, publics);
  for (std::size_t i = 0; i < net.emitted.names.zeros.size(); ++i)
    if (net.emitted.names.zeros[i] == "digest of weights/digest")
      for (std::size_t k = 0; k < 4; ++k) net.bindings[0][k] += (*values)[net.circuit().zeros[i].tensor][k];
}

// Copies of virtual tensors become what they are copies of.
void copy_again(EveryRelation& net) {
  const PublicValues publics = net.publics();
  for (std::size_t i = 0; i < net.emitted.names.zeros.size(); ++i) {
    if (!net.emitted.names.zeros[i].ends_with("/copy")) continue;
    const auto values = evaluate_virtual(net.circuit(), net.witness, publics);
    const TensorId zero = net.circuit().zeros[i].tensor;
    const AffineTerm& copy = std::get<Affine>(net.circuit()[zero].def).terms[0];
    const std::vector<F> off((*values)[zero].begin(), (*values)[zero].end());
    for (std::size_t k = 0; k < off.size(); ++k)
      net.witness.values[copy.source][k] -= off[k] * F::from_signed(copy.coef);
  }
}

// The last S-box of the last permutation: nothing but the digest reads it.
std::size_t last_sbox(const EveryRelation& net) {
  return net.witness.values[net.named("digest of weights/x7")].size() - 1;
}

struct Lie {
  const char* kind;
  void (*tell)(EveryRelation&);
  const char* relation;  // the only one that it breaks
  const char* claim;     // the only one that fails on the committed cells: "cancel", or a "relation" of some wave
};

const Lie kLies[] = {
    {"lookup: a remainder out of range", [](EveryRelation& n) { add(n, n.r, 0, 8); }, "r", "cancel"},
    {"affine with divisor: no multiple of it", [](EveryRelation& n) { add(n, n.r, 4, -1); }, "relu", "cancel"},
    {"lookup of two columns: another activation", [](EveryRelation& n) { add(n, n.y, 0, 1), copy_again(n); }, "relu",
     "cancel"},
    {"contraction: another input", [](EveryRelation& n) { add(n, n.x, 1, 1); }, "relu", "cancel"},
    {"lookup in a table with a private column: another cell", [](EveryRelation& n) { add(n, "found", 1, 1); }, "found",
     "cancel"},
    {"lookup in a table with a private column: another row", [](EveryRelation& n) { add(n, "chosen", 1, -1); }, "found",
     "cancel"},
    {"zero of a product", [](EveryRelation& n) { add(n, "squares/cell", 3, 1); }, "squares/copy", "relation."},
    {"zero of a product of products", [](EveryRelation& n) { add(n, "cubes/cell", 3, -1); }, "cubes/copy", "relation."},
    {"shift", [](EveryRelation& n) { add(n, "moved/cell", 2, 5); }, "moved/copy", "relation."},
    {"sparse map", [](EveryRelation& n) { add(n, "pairs/cell", 1, 1); }, "pairs/copy", "relation."},
    {"contraction with a known operand", [](EveryRelation& n) { add(n, "sums/cell", 0, 1); }, "sums/copy", "relation."},
    {"public values: a bound that does not hold",
     [](EveryRelation& n) { n.statement[n.lo][0] = F(6); },  // scores[0] = 5
     "scores/lo/distance/limb0/range", "cancel"},
    {"Poseidon",
     [](EveryRelation& n) {
       add(n, "digest of weights/x7", last_sbox(n), 1);
       bind_again(n);
     },
     "digest of weights/x7", "relation."},
    {"public values: another digest", [](EveryRelation& n) { n.bindings[0][2] += F(1); }, "digest of weights/digest",
     "relation."},
    // Weights of an input that is zero: no other relation reads them.
    {"packing: other weights than the digest's",
     [](EveryRelation& n) { add(n, n.w, 0, n.witness.values[n.w][0] == F(3) ? -1 : 1); }, "digest of weights/x7",
     "relation."},
};

TEST(DishonestWitness, each_kind_of_relation_catches_a_lie_alone) {
  for (const std::uint32_t segments : {1U, 7U})
    for (const Lie& lie : kLies) {
      SCOPED_TRACE(lie.kind);
      EveryRelation net(segments);
      lie.tell(net);
      count_rows(net.circuit(), net.publics(), net.witness);
      EXPECT_EQ(broken(net), Names{lie.relation});
      const Outcome<E> caught = outcome(net);
      EXPECT_EQ(caught.code(), ErrorCode::kVOpening);
      EXPECT_EQ(caught.told.failing.size(), 1U);
      EXPECT_TRUE(caught.told.failing.begin()->starts_with(lie.claim)) << *caught.told.failing.begin();
      drop(net, {lie.relation});
      count_rows(net.circuit(), net.publics(), net.witness);
      const Outcome<E> believed = outcome(net);
      EXPECT_TRUE(believed.verdict.ok());
      EXPECT_EQ(believed.told.failing, Names());
    }
}

// A remainder of segment 3 that is in no table: the fractions of the segments do not cancel. Nor can segment 6 say that
// its own sum is what would make them.
TEST(DishonestWitness, a_value_of_segment_3_that_is_in_no_table) {
  EveryRelation net(7);
  for (std::size_t i = 0; i < net.emitted.names.lookups.size(); ++i)
    if (net.emitted.names.lookups[i] == "r") net.emitted.circuit.lookups[i].segment = 3;
  ASSERT_TRUE(outcome(net).verdict.ok());
  add(net, net.r, 0, 8);
  count_rows(net.circuit(), net.publics(), net.witness);
  const Outcome<E> caught = outcome(net);
  EXPECT_EQ(caught.code(), ErrorCode::kVOpening);
  EXPECT_EQ(caught.told.failing, Names{"cancel"});

  std::vector<E> pads;  // the first of each segment: that of its sum
  E sum, root_q;
  Cheat<E> cheat;
  cheat.pads = [&](std::uint32_t, const zk::Pads<E>& p) { pads.push_back(p.pad[0]); };
  cheat.message = [&](std::uint32_t s, std::size_t at, std::string_view label, const E& honest) {
    EXPECT_TRUE(at > 1 || label == (at == 0 ? "root.q" : "root.p"));
    if (at == 0) root_q = honest;
    if (at != 1) return honest;
    const E p = s == 6 ? -(sum * root_q) : honest + pads[s];
    sum += p * root_q.inverse();
    return p - pads[s];
  };
  const Outcome<E> another = outcome(net, cheat);
  EXPECT_TRUE(sum.is_zero());
  EXPECT_EQ(another.code(), ErrorCode::kVOpening);
  EXPECT_EQ(another.told.failing, Names{"lookup.layer"});
}

// All weights are of another model, everything else follows from them; the key has the digest of the first.
TEST(DishonestWitness, weights_of_another_model) {
  EveryRelation net, other(1, 1);
  ASSERT_NE(net.witness.values[net.w], other.witness.values[net.w]);
  ASSERT_TRUE(outcome(other).verdict.ok());
  other.bindings = net.bindings;
  EXPECT_EQ(broken(other), Names{"digest of weights/digest"});
  const Outcome<E> caught = try_cheat<E>(key_of(net), other.witness, net.statement);
  EXPECT_EQ(caught.code(), ErrorCode::kVOpening);
  EXPECT_EQ(caught.told.failing, Names{"relation.wave"});
}

}  // namespace
}  // namespace nescio
