// Paths through private trees: against a walk by floats; each constraint by a lie that it alone finds; and that nothing
// is left to choose.
#include "nescio/gadget/trees.h"

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "nescio/base/float_key.h"
#include "nescio/circuit/determined.h"
#include "nescio/gadget/cost.h"
#include "nescio/gadget/output.h"
#include "nescio/gadget/select.h"
#include "nescio/gadget/testing.h"

namespace nescio {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();
constexpr std::int64_t kHalf = std::int64_t{1} << 31;
// One limb of 16 bits under a sign of its own, one that is virtual.
const GadgetPlan kPlan{.widths = 1U << 16, .sign_bits = 1, .unary_tables = false};

struct Node {
  std::int64_t feature;
  float threshold;
  bool missing;
  std::int64_t yes, no;  // numbers of nodes, then of leaves
};
struct Forest {
  std::uint32_t trees = 1, depth = 1, features = 1, columns = 1;
  std::vector<Node> nodes;
  std::vector<std::int64_t> leaves;  // [leaves * columns]

  TreeShape shape(std::uint32_t rows) const {
    const auto n = static_cast<std::uint32_t>(nodes.size());
    return {trees, depth, features, rows, n, static_cast<std::uint32_t>(leaves.size()) / columns, columns};
  }
  std::int64_t field(std::size_t f, std::size_t n) const {
    const Node& node = nodes[n];
    switch (f) {
      case 0:
        return node.feature;
      case 1:
        return float_key(node.threshold) + kHalf;
      case 2:
        return node.missing;
      default:
        return (f == 3 ? node.yes : node.no) - static_cast<std::int64_t>(n);
    }
  }
  // Without a key.
  std::size_t leaf(std::size_t tree, const float* x) const {
    std::size_t at = tree;
    while (at < nodes.size()) {
      const Node& n = nodes[at];
      const float v = x[n.feature];
      at = static_cast<std::size_t>((std::isnan(v) ? n.missing : v <= n.threshold) ? n.yes : n.no);
    }
    return at - nodes.size();
  }
};

// The model's tables, x, and what is reached. Committed: the fields, the leaves, x.
std::vector<Var> lower(Backend& b, const Forest& f, const std::vector<float>& x, const GadgetPlan& plan) {
  const auto rows = static_cast<std::uint32_t>(x.size()) / f.features;
  const auto n = static_cast<std::uint32_t>(f.nodes.size());
  const auto field = [&](std::size_t k, const char* name, unsigned bits) {
    const auto given = [&f, k](std::size_t first, const std::int64_t* const*, std::span<std::int64_t> out) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = f.field(k, first + i);
    };
    return commit_bits(b, plan, name, {n}, bits, CellHint{{}, given});
  };
  TreeTables m;
  m.feature = field(0, "feature", 16);
  m.key = field(1, "key", 32);
  m.missing = b.commit("missing", {n}, [&f](const HintView&, std::span<std::int64_t> out) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = f.field(2, i);
  });
  b.lookup("missing", b.interval_table(0, 2), {m.missing});
  m.yes = field(3, "yes", 16);
  m.no = field(4, "no", 16);
  m.leaf = b.commit(
      "leaf", {static_cast<std::uint32_t>(f.leaves.size())},
      [&f](const HintView&, std::span<std::int64_t> out) { std::copy(f.leaves.begin(), f.leaves.end(), out.begin()); });
  b.lookup("leaf", b.interval_table(0, 1000), {m.leaf});
  const Var keys =
      b.commit("x", {static_cast<std::uint32_t>(x.size())}, [&x](const HintView&, std::span<std::int64_t> out) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = float_key(x[i]);
      });
  range_between(b, plan, "x", keys, {-kInfinityKey, kNanKey});
  return {
      tree_values(b, plan, "paths", f.shape(rows), m, keys), m.feature, m.key, m.missing, m.yes, m.no, m.leaf, keys};
}

std::vector<std::int64_t> expected(const Forest& f, const std::vector<float>& x) {
  const std::size_t rows = x.size() / f.features;
  std::vector<std::int64_t> out(f.trees * rows * f.columns);
  for (std::size_t c = 0; c < f.columns; ++c)
    for (std::size_t s = 0; s < rows; ++s)
      for (std::size_t t = 0; t < f.trees; ++t)
        out[(c * rows + s) * f.trees + t] = f.leaves[f.leaf(t, x.data() + s * f.features) * f.columns + c];
  return out;
}

// Trees of up to `depth` levels whose thresholds are among `values`.
Forest random_forest(std::mt19937& rng, std::uint32_t trees, std::uint32_t depth, std::uint32_t features,
                     std::uint32_t columns, const std::vector<float>& values) {
  const auto below = [&](std::size_t n) { return static_cast<std::int64_t>(rng() % n); };
  Forest f{trees, 1, features, columns, {}, {}};
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
    const Forest f =
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
      const Forest f{1, 1, 1, 1, {{0, threshold, missing, 1, 2}}, {7, 8}};
      std::vector<float> x = kValues;
      x.push_back(kNan);
      const auto got = testing::run_both([&](Backend& b) { return std::vector<Var>{lower(b, f, x, kPlan)[0]}; });
      EXPECT_EQ(got[0], expected(f, x)) << threshold;
    }
}

TEST(Trees, NothingIsLeftToChooseUnderADigestOfTheTables) {
  std::mt19937 rng(2);
  const Forest f = random_forest(rng, 3, 3, 2, 2, kValues);
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

// Two trees of three levels over three features; one row. The first tree goes: node 0 (x0 = 1 <= 1), node 2 (x1 = NaN,
// missing), node 4 (x2 = 5 > 4), leaf 3.
const Forest kForest{2,
                     3,
                     3,
                     1,
                     {{0, 1.0F, false, 2, 7},
                      {2, 4.0F, false, 3, 9},
                      {1, 2.0F, true, 4, 8},
                      {2, 5.0F, false, 5, 10},
                      {2, 4.0F, false, 6 + 5, 9},
                      {0, 0.0F, false, 10, 12}},
                     {10, 20, 30, 40, 50, 60, 70}};
const std::vector<float> kRow = {1.0F, kNan, 5.0F};

using Names = std::set<std::string>;

// The names of all relations that do not hold.
Names failing(const Emitted& emitted, const Witness& witness, const PublicValues& publics) {
  const auto values = evaluate_virtual(emitted.circuit, witness, publics);
  EXPECT_TRUE(values.ok());
  Names out;
  Circuit one = emitted.circuit;
  for (std::size_t i = 0; i < emitted.circuit.lookups.size(); ++i) {
    one.lookups = {emitted.circuit.lookups[i]};
    one.zeros.clear();
    const Status s = check_relations(one, *values);
    if (!s.ok() && s.error().where == 0) out.insert(emitted.names.lookups[i]);
  }
  for (std::size_t i = 0; i < emitted.circuit.zeros.size(); ++i) {
    one.lookups.clear();
    one.zeros = {emitted.circuit.zeros[i]};
    const Status s = check_relations(one, *values);
    if (!s.ok() && s.error().where == 0) out.insert(emitted.names.zeros[i]);
  }
  return out;
}

SecretVector<F>& cells_of(const Emitted& emitted, Witness& witness, const std::string& name) {
  for (TensorId id = 0; id < emitted.cells.size(); ++id)
    if (emitted.cells[id] == name) return witness.values[id];
  ADD_FAILURE() << "no cell " << name;
  static SecretVector<F> nowhere(64);
  return nowhere;
}

class Lies : public ::testing::Test {
 protected:
  Lies() : emitted(testing::emit([this](Backend& b) { return vars = lower(b, kForest, kRow, kPlan); })) {
    EvalBackend eval(emitted, none);
    lower(eval, kForest, kRow, kPlan);
    auto run = eval.witness();
    EXPECT_TRUE(run.ok()) << (run.ok() ? "" : to_string(run.error()));
    witness = std::move(*run);
  }

  F& at(const std::string& name, std::size_t i) { return cells_of(emitted, witness, name)[i]; }

  // The first tree's path, from the root on as the relations say, except where a lie tells the value: a name as
  // "level1/key". What follows is consistent with the lie.
  void tell(std::map<std::string, std::int64_t> lies) {
    const auto value = [&](const std::string& name, std::int64_t truth) {
      const auto lie = lies.find(name);
      return lie == lies.end() ? truth : lie->second;
    };
    const auto nodes = static_cast<std::int64_t>(kForest.nodes.size());
    std::vector<std::int64_t> x, nan;
    for (std::size_t i = 0; i < kRow.size(); ++i) {
      x.push_back(value("key" + std::to_string(i), float_key(kRow[i])));
      nan.push_back(value("nan" + std::to_string(i), x[i] >= kNanKey));
      at("x", i) = F::from_signed(x[i]);
      at("x/above/limb1/cell", i) = upper(x[i] + kInfinityKey);
      at("x/below/limb1/cell", i) = upper(kNanKey - x[i]);
      limbs("paths/nan/", i, x[i] - kNanKey, nan[i]);
    }
    std::int64_t n = 0;
    for (std::uint32_t d = 0; d < kForest.depth; ++d) {
      const std::string level = "level" + std::to_string(d) + "/", path = "paths/" + level;
      constexpr const char* kFields[] = {"feature", "key", "missing", "yes", "no"};
      std::array<std::int64_t, 5> field{};
      const std::int64_t row = value(level + "row", n);
      for (std::size_t f = 0; f < 5; ++f) {
        field[f] = value(level + kFields[f], row < nodes ? kForest.field(f, static_cast<std::size_t>(row)) : 0);
        at(path + kFields[f], 0) = F::from_signed(field[f]);
      }
      const auto place = static_cast<std::size_t>(value(level + "place", field[0]));
      const std::int64_t here = value(level + "x", x[place]), is_nan = value(level + "nan", nan[place]);
      at(path + "x", 0) = F::from_signed(here);
      at(path + "nan", 0) = F::from_signed(is_nan);
      const std::int64_t distance = field[1] - kHalf - here + (kHalf + kNanKey) * field[2] * is_nan;
      const std::int64_t answer = value(level + "answer", distance >= 0);
      limbs(path + "answer/", 0, distance, answer);
      n = value(level + "next", n + field[4] + answer * (field[3] - field[4]));
      if (d + 1 < kForest.depth) at(path + "next/cell", 0) = F::from_signed(n);
    }
    at("paths/leaves/value", 0) =
        F::from_signed(value("value", n >= nodes ? kForest.leaves[static_cast<std::size_t>(n - nodes)] : 0));
  }

  Names failing() { return nescio::failing(emitted, witness, none); }

  PublicValues none;
  std::vector<Var> vars;
  Emitted emitted;
  Witness witness;

 private:
  // The sign as told; the upper limb of what is then left, below 2^16 if it can be.
  void limbs(const std::string& name, std::size_t i, std::int64_t v, std::int64_t sign) {
    at(name + "top/sign", i) = F::from_signed(sign);
    const std::int64_t rest = v - (std::int64_t{1} << 32) * (sign - 1);
    at(name + "limb1/cell", i) = upper(rest);
  }
  static F upper(std::int64_t x) { return F::from_signed(std::clamp<std::int64_t>(x >> 16, 0, 65535)); }
};

TEST_F(Lies, TheTruthHolds) {
  tell({});
  EXPECT_EQ(failing(), Names{});
  EXPECT_EQ(at("paths/leaves/value", 0), F(40));
}
TEST_F(Lies, AnotherLeaf) {
  tell({{"value", 50}});
  EXPECT_EQ(failing(), Names{"paths/leaves/leaf"});
}
TEST_F(Lies, AWrongAnswer) {
  tell({{"level2/answer", 1}});  // 5 <= 4
  EXPECT_EQ(failing(), Names{"paths/level2/answer/limb0/range"});
}
TEST_F(Lies, AWrongAnswerAtEquality) {
  tell({{"level0/answer", 0}});  // not 1 <= 1
  EXPECT_EQ(failing(), Names{"paths/level0/answer/limb0/range"});
}
TEST_F(Lies, AnAnswerThatIsNoBit) {
  // Leaf 6 + 3 + 2 (11 - 9) = 13 does not exist, so say one that does.
  tell({{"level1/answer", 2}});
  EXPECT_TRUE(failing().contains("paths/level1/answer/top/boolean"));
}
TEST_F(Lies, ANodeOffByOne) {
  tell({{"level0/next", 3}});
  EXPECT_EQ(failing(), Names{"paths/level0/next/copy"});
}
TEST_F(Lies, ANodeOfAnotherTree) {
  tell({{"level1/next", 5}});
  EXPECT_EQ(failing(), Names{"paths/level1/next/copy"});
}
TEST_F(Lies, TheFieldsOfAnotherNode) {
  tell({{"level1/row", 5}});
  EXPECT_EQ(failing(), Names{"paths/level1/node"});
}
TEST_F(Lies, EachFieldAlone) {
  const std::map<std::string, std::int64_t> lies = {{"level1/feature", 2},
                                                    {"level2/key", float_key(5.0F) + kHalf},
                                                    {"level1/missing", 0},
                                                    {"level1/yes", 5 - 2},
                                                    {"level2/no", 10 - 4}};
  for (const auto& lie : lies) {
    tell({lie});
    EXPECT_EQ(failing(), Names{"paths/" + lie.first.substr(0, 7) + "node"}) << lie.first;
  }
}
TEST_F(Lies, ANodeThatIsALeafGoesOn) {
  tell({{"level0/answer", 1}, {"level1/missing", 0}});  // to leaf 8 - 6 = 2 at level 1
  EXPECT_EQ(failing(), Names{"paths/level1/node"});
  tell({{"level1/missing", 0}, {"level2/no", 1}});  // and from there to the next leaf
  EXPECT_EQ(failing(), (Names{"paths/level1/node", "paths/level2/node"}));
}
TEST_F(Lies, ASwappedFeature) {
  tell({{"level2/place", 0}});
  EXPECT_EQ(failing(), Names{"paths/level2/feature"});
}
TEST_F(Lies, AnotherNumberForAFeature) {
  tell({{"level2/x", float_key(4.0F)}});
  EXPECT_EQ(failing(), Names{"paths/level2/feature"});
}
TEST_F(Lies, AForgedNan) {
  tell({{"level1/nan", 0}});
  EXPECT_EQ(failing(), Names{"paths/level1/feature"});
  tell({{"level0/nan", 1}});  // its node does not track missing values: it changes nothing but is refused
  EXPECT_EQ(failing(), Names{"paths/level0/feature"});
}
TEST_F(Lies, AForgedTableOfFeatures) {
  tell({{"nan1", 0}});
  EXPECT_EQ(failing(), Names{"paths/nan/limb0/range"});
  tell({{"nan2", 1}});
  at("paths/level0/nan", 1) = F(1);  // of the other tree, which tests it too
  EXPECT_EQ(failing(), Names{"paths/nan/limb0/range"});
}
TEST_F(Lies, AnInputThatIsNoNumber) {
  tell({{"key1", kNanKey + 1}});
  EXPECT_EQ(failing(), Names{"x/below/limb0/range"});
  tell({{"key1", -kInfinityKey - 1}});
  EXPECT_EQ(failing(), Names{"x/above/limb0/range"});
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
  Forest f = kForest;
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
    const Forest f{1, 2, 2, 1, {{0, 0.5F, false, 1, 2}, {feature, 0.5F, false, 3, 4}}, {7, 8, 9}};
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
    const Forest f = random_forest(rng, 4, 4, 5, 2, kValues);
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
