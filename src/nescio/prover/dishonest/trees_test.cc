// Provers who tell lies about trees, as whole proofs: the verifier refuses each, and without the relations that it
// breaks accepts it. And what binds the tables themselves.
#include <gtest/gtest.h>

#include "nescio/gadget/digest.h"
#include "nescio/gadget/lying_trees.h"
#include "nescio/prover/dishonest/dishonest_prover.h"
#include "nescio/prover/every_relation.h"

namespace nescio {
namespace {

using E = Ext3;
using trees::Names;

VerifyingKey key_of(const Circuit& circuit) {
  return toy_key<E>(circuit, 11);
}
Outcome<E> outcome(const Emitted& emitted, Witness witness) {
  count_rows(emitted.circuit, PublicValues(emitted.circuit.tensors.size()), witness);
  return try_cheat<E>(key_of(emitted.circuit), std::move(witness), {});
}

Emitted without(Emitted emitted, const Names& relations) {
  Circuit& c = emitted.circuit;
  const RelationNames all = emitted.names;
  emitted.names = {};
  const std::vector<Lookup> lookups = std::move(c.lookups);
  const std::vector<Zero> zeros = std::move(c.zeros);
  c.lookups.clear();
  c.zeros.clear();
  for (std::size_t i = 0; i < lookups.size(); ++i)
    if (!relations.contains(all.lookups[i])) c.lookups.push_back(lookups[i]);
  for (std::size_t i = 0; i < zeros.size(); ++i)
    if (!relations.contains(all.zeros[i])) c.zeros.push_back(zeros[i]);
  return emitted;
}

TEST(DishonestTrees, who_does_not_lie_is_believed) {
  trees::LyingTrees honest;
  honest.say({});
  const Outcome<E> out = outcome(honest.emitted, honest.witness);
  EXPECT_TRUE(out.verdict.ok());
  EXPECT_EQ(out.told.failing, Names());
}

TEST(DishonestTrees, each_lie_is_caught_by_its_relations) {
  for (const trees::TreeLie& lie : trees::kTreeLies) {
    SCOPED_TRACE(lie.what);
    trees::LyingTrees prover;
    prover.tell(lie);
    EXPECT_EQ(prover.failing(), lie.relations);
    const Outcome<E> caught = outcome(prover.emitted, prover.witness);
    EXPECT_EQ(caught.code(), ErrorCode::kVOpening);
    EXPECT_EQ(caught.told.failing.size(), 1U);
    const Outcome<E> believed = outcome(without(prover.emitted, lie.relations), prover.witness);
    EXPECT_TRUE(believed.verdict.ok());
    EXPECT_EQ(believed.told.failing, Names());
  }
}

// The trees with a digest of their keys and leaves, and a run that is true of them.
struct BoundTrees {
  Emitted emitted;
  PublicValues publics;
  Witness witness;

  explicit BoundTrees(const trees::SampleForest& forest) {
    EmitBackend emit;
    const DigestGadget gadget = lower(emit, forest);
    emit.builder().digest(digest_port(emit, Group::weights, gadget));
    emitted = *emit.finish();
    std::vector<std::int64_t> keys;
    for (std::size_t i = 0; i < forest.nodes.size(); ++i) keys.push_back(forest.field(1, i));
    const std::vector<std::span<const std::int64_t>> views = {keys, forest.leaves};
    const auto digest = sponge_digest(digest_spec(emit, Group::weights, gadget.bound), kSalt, views);
    EXPECT_TRUE(digest.ok());
    publics.resize(emitted.circuit.tensors.size());
    publics[emitted.circuit.digests[0].tensor].assign(digest->begin(), digest->end());
    EvalBackend eval(emitted, publics);
    lower(eval, forest);
    auto run = eval.witness();
    EXPECT_TRUE(run.ok());
    witness = std::move(*run);
  }
  VerifyingKey key() const {
    VerifyingKey key = key_of(emitted.circuit);
    key.bindings = {publics[emitted.circuit.digests[0].tensor]};
    return key;
  }

 private:
  static constexpr DigestCells kSalt{F(1), F(2), F(3), F(4)};
  static DigestGadget lower(Backend& b, const trees::SampleForest& forest) {
    const std::vector<Var> v = trees::lower(b, forest, trees::kRow, trees::kPlan);
    return bind_digest(b, Group::weights,
                       [](const HintView&, std::span<F> s) { std::copy(kSalt.begin(), kSalt.end(), s.begin()); },
                       {{v[2], {0, (std::int64_t{1} << 32) - 1}}, {v[6], {0, 999}}});
  }
};

// A prover who commits to a table with one entry changed: paths and lookups are right for it. The digest is not.
TEST(DishonestTrees, another_row_of_the_private_table_is_caught_by_its_digest) {
  const BoundTrees honest(trees::kForest);
  EXPECT_TRUE(try_cheat<E>(honest.key(), honest.witness, {}).verdict.ok());
  trees::SampleForest threshold = trees::kForest, leaf = trees::kForest, unvisited = trees::kForest;
  threshold.nodes[4].threshold = 5.0F;  // 5 <= 5: another leaf
  leaf.leaves[3] = 41;
  unvisited.nodes[3].threshold = 4.5F;
  for (const trees::SampleForest& forest : {threshold, leaf, unvisited}) {
    const BoundTrees other(forest);
    EXPECT_TRUE(try_cheat<E>(other.key(), other.witness, {}).verdict.ok());
    EXPECT_EQ(trees::failing(honest.emitted, other.witness, honest.publics), Names{"digest of weights/digest"});
    const Outcome<E> caught = try_cheat<E>(honest.key(), other.witness, {});
    EXPECT_EQ(caught.code(), ErrorCode::kVOpening);
    EXPECT_EQ(caught.told.failing, Names{"relation.wave"});
  }
}

}  // namespace
}  // namespace nescio
