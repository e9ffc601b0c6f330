// Tree ensembles from a float graph to a checked witness: every aggregate, several rows, NaN; what their digest binds;
// what is refused.
#include "nescio/ops/trees.h"

#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <tuple>

#include "nescio/base/float_key.h"
#include "nescio/compile/lower_trees.h"
#include "nescio/compile/lowering_fixture.h"

namespace nescio {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();

struct Case {
  std::int64_t rows = 1, features = 3, columns = 1;
  std::string aggregate = "sum";
  std::vector<std::int64_t> targets = {};
  std::int64_t outputs = 1;
  bool mirror = false;
};
constexpr int kTrees = 4;

// Dyadic leaves: sums are exact.
Graph forest(const Case& c, std::uint64_t seed = 1) {
  std::mt19937_64 rng(seed);
  TreeScores scores;
  TreeBuilder b;
  for (int t = 0; t < kTrees; ++t) {
    const auto leaf = [&] {
      std::vector<double> v;
      for (std::int64_t k = 0; k < c.columns; ++k) v.push_back(static_cast<double>(rng() % 256) / 64 - 2);
      return b.leaf(v);
    };
    const auto test = [&](TreeBuilder::Ref yes, TreeBuilder::Ref no) {
      const double at = static_cast<double>(rng() % 8) / 4 - 1;
      const KeySet set = rng() % 3 == 0 ? KeySet::equal_to_one_of({at, at + 0.25}) : KeySet::at_most(at);
      return b.test(static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(c.features)), set, rng() % 2 == 0, yes,
                    no);
    };
    const auto low = test(leaf(), leaf());
    b.root(test(test(low, leaf()), test(leaf(), leaf())));
  }
  auto table = b.finish();
  EXPECT_TRUE(table.ok());
  scores.table = std::move(*table);
  scores.columns = c.columns;
  scores.aggregate = c.aggregate;
  scores.targets = c.targets;
  scores.mirror = c.mirror;
  for (std::int64_t k = 0; k < c.outputs; ++k) scores.base.push_back(static_cast<double>(k) - 0.5);
  GraphBuilder builder(1 << 20);
  const ValueId x = builder.input("x", {DType::kFloat32, {c.rows, c.features}});
  builder.scope("trees");
  const auto y = add_trees(builder, x, scores);
  EXPECT_TRUE(y.ok()) << to_string(y.error());
  builder.output("y", *y);
  auto g = canonicalise(builder.take());
  EXPECT_TRUE(g.ok());
  return *g;
}

Calibration rows_for(const Graph& graph, std::size_t count) {
  std::mt19937_64 rng(5);
  const std::vector<double> numbers = {-1, -0.75, -0.5, -0.25, -0.0, 0, 0.25, 0.5, 0.75, 1, 1e-45, kNan, kInf, -kInf};
  Calibration out;
  for (std::size_t r = 0; r < count; ++r) {
    const TensorType& type = graph.value(graph.inputs[0].value).type;
    std::vector<double> v(static_cast<std::size_t>(*element_count(type.shape)));
    for (double& x : v) x = numbers[rng() % numbers.size()];
    out.rows.push_back({Tensor::of(type.dtype, type.shape, v)});
  }
  return out;
}

const std::vector<Case> kCases = {
    {},
    {.rows = 3},
    {.columns = 2, .outputs = 2},
    {.rows = 2, .columns = 3, .outputs = 3},
    {.targets = {0, 1, 2, 1}, .outputs = 3},
    {.rows = 2, .targets = {1, 1, 0, 1}, .outputs = 3},  // one column without a tree
    {.outputs = 2, .mirror = true},
    {.rows = 3, .outputs = 2, .mirror = true},
    {.aggregate = "min"},
    {.aggregate = "max"},
    {.rows = 2, .columns = 2, .aggregate = "max", .outputs = 2},
    {.rows = 2, .aggregate = "min", .targets = {0, 1, 2, 1}, .outputs = 4},
    {.features = 1},
    {.rows = 4, .features = 1},
};

TEST(LowerTrees, ScoresAreThoseOfTheFloatModel) {
  for (std::size_t i = 0; i < kCases.size(); ++i) {
    const Case& c = kCases[i];
    const Graph graph = forest(c, i);
    const Calibration rows = rows_for(graph, 8);
    const QuantGraph q = quantised(graph, rows);
    ASSERT_EQ(q.nodes.size(), 1U);
    ASSERT_TRUE(q.inputs[0].float_keys);
    for (const GadgetPlan& plan : {GadgetPlan{1U << 8, 8, false}, GadgetPlan{(1U << 15) | 2, 1, false}}) {
      const Lowering lowering = emit_model(q, plan);  // and nothing is left to choose
      for (const auto& row : rows.rows) {
        const auto want = evaluate(graph, row);
        ASSERT_TRUE(want.ok());
        const auto got = run_row(q, plan, lowering, integers_of(q, row));
        ASSERT_EQ(got.size(), 1U);
        for (std::size_t k = 0; k < got[0].size(); ++k)
          EXPECT_EQ(static_cast<double>(got[0][k]) * q.values[q.outputs[0].value].scales[0], (*want)[0].real(k))
              << "case " << i;
      }
    }
  }
}

TEST(LowerTrees, TheDigestBindsEveryFieldOfEveryNode) {
  const Graph graph = forest({.features = 300});  // fields of 16 bits
  QuantGraph q = quantised(graph, rows_for(graph, 1));
  const auto program = make_program(q, GadgetPlan{});
  ASSERT_TRUE(program.ok()) << to_string(program.error());
  const auto digest = [&] {
    const auto d = weights_digest(*program, q, DigestCells{F(1), F(2), F(3), F(4)});
    EXPECT_TRUE(d.ok());
    return *d;
  };
  const DigestCells before = digest();
  for (QuantWeights& w : q.nodes[0].weights)
    for (std::int32_t& x : w.values) {
      x ^= 1;
      EXPECT_FALSE(digest() == before) << w.name;
      x ^= 1;
    }
  EXPECT_EQ(digest(), before);
  EXPECT_EQ(bound_weights(q.nodes[0]).size(), 4U);  // two words, leaves, base
}

// What the guide lists as public, and nothing else: models that agree on it have the same circuit, whatever they test,
// answer and were calibrated with.
TEST(LowerTrees, TheCircuitTellsOfTreesWhatTheGuideSays) {
  for (const std::size_t which : {0, 2, 6, 8}) {
    std::map<std::tuple<std::uint32_t, std::int64_t, double>, Circuit> circuits;  // nodes, depth, step
    std::size_t same = 0;
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
      const Graph graph = forest(kCases[which], seed);
      const QuantGraph q = quantised(graph, rows_for(graph, 1 + seed % 5));
      const QuantNode& node = q.nodes[0];
      const auto program = make_program(q, GadgetPlan{});
      ASSERT_TRUE(program.ok());
      const auto [at, added] = circuits.try_emplace(
          {node.weights[0].shape[0], node.integers[1], q.values[node.output].scales[0]}, program->emitted.circuit);
      same += !added;
      EXPECT_TRUE(at->second == program->emitted.circuit) << "case " << which << " seed " << seed;
    }
    EXPECT_GT(same, 10U);
    EXPECT_GT(circuits.size(), 1U);  // which are told
  }
}

TEST(LowerTrees, AMalformedTableIsRefused) {
  const Graph graph = forest({.targets = {0, 1, 0, 1}, .outputs = 2});
  const QuantGraph good = quantised(graph, rows_for(graph, 1));
  ASSERT_TRUE(validate(good).ok());
  const auto refused = [&](const auto& change) {
    QuantGraph q = good;
    change(q.nodes[0]);
    EXPECT_FALSE(validate(q).ok());
  };
  const auto last = good.nodes[0].weights[0].values.size() - 1;
  refused([](QuantNode& n) { n.weights.pop_back(); });
  refused([](QuantNode& n) { n.weights[0].values[0] += 3; });       // a feature that is not there
  refused([](QuantNode& n) { n.weights[3].values[2] = -128; });     // a node that leads to itself
  refused([&](QuantNode& n) { n.weights[4].values[last] = 127; });  // a leaf that is not there
  refused([](QuantNode& n) { n.weights[1].bits = 31; });
  refused([](QuantNode& n) { n.weights[5].shape = {1, 1}; });
  refused([](QuantNode& n) { n.integers[0] = 0; });
  refused([](QuantNode& n) { n.integers[0] = 1000; });
  refused([](QuantNode& n) { n.integers[1] = 0; });
  refused([](QuantNode& n) { n.integers[2] = 3; });
  refused([](QuantNode& n) { n.integers[3] = 1; });  // a mirror has no targets
  refused([](QuantNode& n) { n.integers[4] = 2; });
  refused([](QuantNode& n) { n.integers.pop_back(); });
  refused([](QuantNode& n) { n.integers.resize(3); });
}

TEST(LowerTrees, OnlyInputsAreCompared) {
  const auto scores = [] {
    TreeScores s;
    TreeBuilder b;
    b.root(b.test(0, KeySet::at_most(0), false, b.leaf({1}), b.leaf({2})));
    s.table = *b.finish();
    s.base = {0};
    return s;
  };
  const auto refused = [&](const std::function<void(GraphBuilder&, ValueId)>& make, const std::string& why) {
    GraphBuilder b(1 << 20);
    const ValueId x = b.input("x", {DType::kFloat32, {1, 2}});
    make(b, x);
    const auto g = canonicalise(b.take());
    ASSERT_TRUE(g.ok());
    const auto q = quantise(*g, random_calibration(*g, 2));
    ASSERT_FALSE(q.ok());
    EXPECT_EQ(q.error().code, ErrorCode::kOp);
    EXPECT_NE(to_string(q.error()).find(why), std::string::npos) << to_string(q.error());
  };
  refused([&](GraphBuilder& b, ValueId x) { b.output("y", *add_trees(b, *b.add("Relu", {x}), scores())); },
          "calculates");
  refused(
      [&](GraphBuilder& b, ValueId x) {
        b.output("y", *add_trees(b, x, scores()));
        b.output("z", *b.add("Relu", {x}));
      },
      "as two models");
  refused(
      [&](GraphBuilder& b, ValueId x) {
        b.output("y", *add_trees(b, x, scores()));
        b.output("z", x);
      },
      "output");
}

TEST(LowerTrees, MovedInputsAreCompared) {
  GraphBuilder b(1 << 20);
  const ValueId x = b.input("x", {DType::kFloat32, {4}}), z = b.input("z", {DType::kFloat32, {1, 1}});
  const ValueId left = *b.add("Reshape", {x}, {{"shape", Shape{1, 4}}});
  const ValueId part =
      *b.add("Slice", {left}, {{"starts", Shape{0, 1}}, {"steps", Shape{1, 2}}, {"sizes", Shape{1, 2}}});
  const ValueId all = *b.add("Concat", {part, z}, {{"axis", std::int64_t{1}}});
  TreeScores s;
  TreeBuilder t;
  const auto low = t.test(1, KeySet::at_most(0.5), true, t.leaf({1}), t.leaf({2}));
  t.root(t.test(2, KeySet::below(0), false, low, t.test(0, KeySet::at_most(0), false, t.leaf({4}), t.leaf({8}))));
  s.table = *t.finish();
  s.base = {0};
  b.output("y", *add_trees(b, all, s));
  const auto g = canonicalise(b.take());
  ASSERT_TRUE(g.ok());
  const auto tensor = [](Shape shape, std::vector<double> v) { return Tensor::of(DType::kFloat32, shape, v); };
  Calibration rows;
  rows.rows = {{tensor({4}, {9, 1, 9, kNan}), tensor({1, 1}, {-1})},
               {tensor({4}, {9, 1, 9, 2}), tensor({1, 1}, {-1})},
               {tensor({4}, {9, 0, 9, 2}), tensor({1, 1}, {-0.0})},
               {tensor({4}, {9, 1e-45, 9, 2}), tensor({1, 1}, {kInf})}};
  const QuantGraph q = quantised(*g, rows);
  const Lowering lowering = emit_model(q, GadgetPlan{});
  const double scale = q.values[q.outputs[0].value].scales[0];
  const double want[] = {1, 2, 4, 8};
  for (std::size_t r = 0; r < 4; ++r)
    EXPECT_EQ(static_cast<double>(run_row(q, GadgetPlan{}, lowering, integers_of(q, rows.rows[r]))[0][0]) * scale,
              want[r]);
}

TEST(LowerTrees, KeysOfInputs) {
  InputPort port;
  port.name = "x";
  port.dims = {6};
  port.scales = {Scale{}};
  port.lo = -kInfinityKey;
  port.hi = kNanKey;
  port.float_keys = true;
  const std::vector<double> x = {0.1, kNan, -0.0, kInf, 1e300, -1e-46};
  const auto keys = quantise_input(port, x);
  ASSERT_TRUE(keys.ok());
  const std::vector<std::int64_t> got(keys->begin(), keys->end());
  EXPECT_EQ(got, (std::vector<std::int64_t>{0x3DCCCCCD, kNanKey, 0, kInfinityKey, kInfinityKey, 0}));
}

}  // namespace
}  // namespace nescio
