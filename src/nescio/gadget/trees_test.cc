// Paths through private trees: against a walk by floats; each constraint by a lie that it alone finds; and that nothing
// is left to choose.
#include "nescio/gadget/trees.h"

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "nescio/base/float_key.h"
#include "nescio/circuit/determined.h"
#include "nescio/gadget/cost.h"
#include "nescio/gadget/lying_trees.h"
#include "nescio/gadget/output.h"
#include "nescio/gadget/select.h"
#include "nescio/gadget/testing.h"

namespace nescio {
namespace {

using namespace trees;

std::vector<std::int64_t> expected(const SampleForest& f, const std::vector<float>& x) {
  const std::size_t rows = x.size() / f.features;
  std::vector<std::int64_t> out(f.trees * rows * f.columns);
  for (std::size_t c = 0; c < f.columns; ++c)
    for (std::size_t s = 0; s < rows; ++s)
      for (std::size_t t = 0; t < f.trees; ++t)
        out[(c * rows + s) * f.trees + t] = f.leaves[f.leaf(t, x.data() + s * f.features) * f.columns + c];
  return out;
}

// Trees of up to `depth` levels whose thresholds are among `values`.
SampleForest random_forest(std::mt19937& rng, std::uint32_t trees, std::uint32_t depth, std::uint32_t features,
                           std::uint32_t columns, const std::vector<float>& values) {
  const auto below = [&](std::size_t n) { return static_cast<std::int64_t>(rng() % n); };
  SampleForest f{trees, 1, features, columns, {}, {}};
  f.nodes.resize(trees);
  std::vector<std::uint32_t> level(trees, 1);
  std::vector<std::int64_t*> open;
  std::vector<std::pair<std::size_t, bool>> to_leaf;
  for (std::size_t n = 0; n < f.nodes.size(); ++n) {
    f.nodes[n].feature = below(features);
    f.nodes[n].threshold = values[static_cast<std::size_t>(below(values.size()))];
    f.nodes[n].missing = below(2) == 1;
    f.depth = std::max(f.depth, level[n]);
    for (const bool yes : {true, false}) {
      if (level[n] < depth && below(3) != 0) {
        (yes ? f.nodes[n].yes : f.nodes[n].no) = static_cast<std::int64_t>(f.nodes.size());
        level.push_back(level[n] + 1);
        f.nodes.push_back({});
      } else {
        to_leaf.emplace_back(n, yes);
      }
    }
  }
  for (const auto& [n, yes] : to_leaf) {
    (yes ? f.nodes[n].yes : f.nodes[n].no) = static_cast<std::int64_t>(f.nodes.size() + f.leaves.size() / columns);
    for (std::uint32_t c = 0; c < columns; ++c) f.leaves.push_back(below(1000));
  }
  return f;
}

const std::vector<float> kValues = {-kInf,  -3.4e38F,  -1.0F, -1e-40F, -1.4e-45F,  -0.0F,   0.0F,
                                    1e-45F, 1.17e-38F, 0.5F,  1.0F,    1.0000001F, 3.4e38F, kInf};

TEST(Trees, ReachTheLeavesOfAWalkByFloats) {
  std::mt19937 rng(1);
  std::vector<float> with_nan = kValues;
  with_nan.push_back(kNan);
  for (int round = 0; round < 24; ++round) {
    const auto rows = static_cast<std::uint32_t>(1 + round % 3), features = static_cast<std::uint32_t>(1 + round % 4);
    const SampleForest f =
        random_forest(rng, 1 + static_cast<std::uint32_t>(round % 5), 1 + static_cast<std::uint32_t>(round % 4),
                      features, 1 + static_cast<std::uint32_t>(round % 2), kValues);
    std::vector<float> x;
    for (std::uint32_t i = 0; i < rows * features; ++i) x.push_back(with_nan[rng() % with_nan.size()]);
    const GadgetPlan plan =
        round % 2 == 0 ? kPlan : GadgetPlan{.widths = 1U << 8, .sign_bits = 8, .unary_tables = false};
    const auto lowering = [&](Backend& b) { return std::vector<Var>{lower(b, f, x, plan)[0]}; };
    EXPECT_EQ(testing::run_both(lowering)[0], expected(f, x)) << "round " << round;
    testing::expect_bounds(lowering);
  }
}

TEST(Trees, EveryPairOfSpecialNumbersOneTest) {
  for (const float threshold : kValues)
    for (const bool missing : {false, true}) {
      const SampleForest f{1, 1, 1, 1, {{0, threshold, missing, 1, 2}}, {7, 8}};
      std::vector<float> x = kValues;
      x.push_back(kNan);
      const auto got = testing::run_both([&](Backend& b) { return std::vector<Var>{lower(b, f, x, kPlan)[0]}; });
      EXPECT_EQ(got[0], expected(f, x)) << threshold;
    }
}

TEST(Trees, NothingIsLeftToChooseUnderADigestOfTheTables) {
  std::mt19937 rng(2);
  const SampleForest f = random_forest(rng, 3, 3, 2, 2, kValues);
  const std::vector<float> x = {0, kNan};
  std::vector<Var> vars;
  const Emitted emitted = testing::emit([&](Backend& b) { return vars = lower(b, f, x, kPlan); });
  Circuit circuit = emitted.circuit;
  const auto bounds = derive_bounds(circuit);
  ASSERT_TRUE(bounds.ok());
  const auto is_determined = [&](std::size_t without) -> bool {
    Circuit bound = circuit;
    DigestPort tables;
    for (std::size_t i = 1; i < 7; ++i)
      if (i != without) tables.bound.push_back({emitted.tensor[vars[i].index], 0, 0});
    bound.digests = {tables};
    InputPort port;
    port.tensor = emitted.tensor[vars[7].index];
    bound.inputs = {port};
    return determined_tensors(bound, *bounds)[emitted.tensor[vars[0].index]];
  };
  EXPECT_TRUE(is_determined(0));
  for (std::size_t i = 1; i < 7; ++i) EXPECT_FALSE(is_determined(i)) << i;
}

// ---- lies

TEST(Lies, TheTruthHolds) {
  LyingTrees trees;
  trees.say({});
  EXPECT_EQ(trees.failing(), Names{});
  EXPECT_EQ(trees.at("paths/leaves/value", 0), F(40));
}
TEST(Lies, EachFailsAtItsRelationsAlone) {
  for (const TreeLie& lie : kTreeLies) {
    LyingTrees trees;
    trees.tell(lie);
    EXPECT_EQ(trees.failing(), lie.relations) << lie.what;
  }
}
TEST(Lies, AnAnswerThatIsNoBit) {
  // Leaf 6 + 3 + 2 (11 - 9) = 13 does not exist, so say one that does.
  LyingTrees trees;
  trees.say({{"level1/answer", 2}});
  EXPECT_TRUE(trees.failing().contains("paths/level1/answer/top/boolean"));
}

// Two trees reach 60 and 70: their sum and their maximum, stated.
class Aggregates : public ::testing::Test {
 protected:
  static void lowering(Backend& b) {
    const Var leaf = lower(b, kForest, {1.0F, kNan, 3.0F}, kPlan)[0];
    const Var each = b.affine("values", {2}, {{1, leaf, {{false, 0}, {true, 0}, {true, 0}}}});
    output_gadget(b, kPlan, "sum", b.map("sum", each, 0, 1, SparseMatrix{{{0, 0, 1}, {0, 1, 1}}}));
    output_gadget(b, kPlan, "most", choose_largest(b, kPlan, "maximum", each, Chosen::value));
  }
  Aggregates()
      : emitted(testing::emit([](Backend& b) {
          lowering(b);
          return std::vector<Var>{};
        })) {
    const PublicValues truth = stated(130, 70);
    EvalBackend eval(emitted, truth);
    lowering(eval);
    auto run = eval.witness();
    EXPECT_TRUE(run.ok()) << (run.ok() ? "" : to_string(run.error()));
    witness = std::move(*run);
  }
  PublicValues stated(std::int64_t sum, std::int64_t most) {
    return testing::publics_of(emitted.circuit, {{sum}, {sum}, {0}, {most}, {most}, {0}});
  }

  Emitted emitted;
  Witness witness;
};

TEST_F(Aggregates, TheTruthHolds) {
  EXPECT_EQ(failing(emitted, witness, stated(130, 70)), Names{});
}
TEST_F(Aggregates, AnotherSumFailsAtWhatIsStated) {
  for (const std::int64_t wrong : {60, 70, 65, 129, 131}) {  // a tree alone, the mean, off by one
    const Names names = failing(emitted, witness, stated(wrong, 70));
    EXPECT_FALSE(names.empty()) << wrong;
    for (const std::string& name : names) EXPECT_TRUE(name.starts_with("sum/")) << name;
  }
}
TEST_F(Aggregates, ASumOfOtherLeavesFailsAtTheLeaf) {
  cells_of(emitted, witness, "paths/leaves/value")[0] = F(50);
  EXPECT_EQ(failing(emitted, witness, stated(120, 70)), Names{"paths/leaves/leaf"});
}
TEST_F(Aggregates, ALesserMaximumFailsAtItsLead) {
  cells_of(emitted, witness, "maximum/reached")[0] = F(1);  // the first tree's
  cells_of(emitted, witness, "maximum/value/cell")[0] = F(60);
  const Names names = failing(emitted, witness, stated(130, 60));
  bool lead = false;
  for (const std::string& name : names) {
    EXPECT_TRUE(name.starts_with("maximum/lead/") || name.starts_with("maximum/range/")) << name;
    lead = lead || name.starts_with("maximum/lead/");
  }
  EXPECT_TRUE(lead);
}
TEST_F(Aggregates, AMaximumThatIsNoneOfTheValuesFailsAtTheSteps) {
  cells_of(emitted, witness, "maximum/reached")[0] = F(2);  // 2 60 - 70 = 50
  EXPECT_TRUE(failing(emitted, witness, stated(130, 50)).contains("maximum/reached"));
  cells_of(emitted, witness, "maximum/reached")[0] = F(1);
  cells_of(emitted, witness, "maximum/reached")[1] = F(2);  // 60 + 70
  EXPECT_TRUE(failing(emitted, witness, stated(130, 130)).contains("maximum/last"));
}

TEST(Trees, ANodeThatIsNoLeafAtTheEnd) {
  SampleForest f = kForest;
  f.depth = 2;  // too few
  EvalBackend eval;
  lower(eval, f, kRow, kPlan);
  ASSERT_FALSE(eval.status().ok());
  EXPECT_NE(eval.status().error().detail.find("paths/leaves/leaf"), std::string::npos);
}

// With place = s F + feature, a feature beyond the last is one of the next row: somebody else's.
TEST(Trees, ARowIsJudgedByItsOwnFeatures) {
  for (const std::int64_t feature : {1, 2}) {
    // Only the first row comes to the second node; it would find the other's first number there.
    const SampleForest f{1, 2, 2, 1, {{0, 0.5F, false, 1, 2}, {feature, 0.5F, false, 3, 4}}, {7, 8, 9}};
    EvalBackend eval;
    lower(eval, f, {0, 0, 1, 1}, kPlan);
    ASSERT_EQ(eval.status().ok(), feature == 1);
    if (feature == 1) continue;
    EXPECT_NE(eval.status().error().detail.find("paths/feature of the row"), std::string::npos)
        << eval.status().error().detail;
  }
}

TEST(Trees, CostIsAsStated) {
  std::mt19937 rng(3);
  for (const std::uint32_t rows : {1U, 3U}) {
    const SampleForest f = random_forest(rng, 4, 4, 5, 2, kValues);
    const TreeShape s = f.shape(rows);
    CostBackend b;
    lower(b, f, std::vector<float>(f.features * rows), kPlan);
    ASSERT_TRUE(b.status().ok());
    const std::uint64_t answer = 1 + 2, paths = std::uint64_t{s.trees} * rows, d = s.depth;
    const std::uint64_t tables = std::uint64_t{s.nodes} * (1 + 2 + 1 + 1 + 1) + std::uint64_t{s.leaves} * s.columns;
    // Inputs: a cell, and two ranges of 32 bits with a virtual limb each.
    const std::uint64_t inputs = std::uint64_t{s.features} * rows;
    EXPECT_EQ(b.cost().cells, tables + inputs * (1 + 2) + inputs * 2 + paths * (d * (6 + 2 + 2) - 1 + s.columns));
    const std::uint64_t of_rows = rows > 1 ? 2 * std::uint64_t{s.nodes} : 0;  // features, below a limb
    EXPECT_EQ(b.cost().lookups,
              of_rows + tables + inputs * 4 + inputs * answer + paths * (d * (2 + answer) + s.columns));
  }
}

TEST(PackFields, FillsWordsInOrder) {
  using Words = std::vector<std::vector<std::size_t>>;
  EXPECT_EQ(pack_fields({8, 32, 1, 8, 8}), (Words{{0, 1, 2, 3, 4}}));
  EXPECT_EQ(pack_fields({8, 32, 1, 16, 16}), (Words{{0, 1, 2, 3}, {4}}));
  EXPECT_EQ(pack_fields({16, 32, 1, 24, 24}), (Words{{0, 1, 2}, {3, 4}}));
  EXPECT_EQ(pack_fields({62, 1}), (Words{{0}, {1}}));
}

}  // namespace
}  // namespace nescio
