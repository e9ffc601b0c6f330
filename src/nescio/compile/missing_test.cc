// Missing values from a float graph to a checked witness: in place of them before layers and before trees, wherever the
// cells are moved to; what must be there; and lies about what is missing.
#include "nescio/quant/missing.h"

#include <cmath>
#include <limits>

#include "nescio/base/float_key.h"
#include "nescio/compile/lowering_fixture.h"
#include "nescio/ops/trees.h"

namespace nescio {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const GadgetPlan kPlan{(1U << 8) | (1U << 7), 8, false};

// Examples of which every third number is missing where it may be.
Calibration with_gaps(const Graph& graph, std::size_t rows) {
  Calibration out = random_calibration(graph, rows);
  const std::vector<MissingInput> inputs = missing_inputs(graph);
  std::size_t n = 0;
  for (auto& row : out.rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      for (std::size_t c = 0; c < row[i].size(); ++c)
        if (inputs[i].may_be_missing[c] && n++ % 3 == 0) row[i].as<float>()[c] = static_cast<float>(kNan);
  return out;
}

void expect_close_with_gaps(const Graph& graph) {
  const Calibration rows = with_gaps(graph, 6);
  const QuantGraph q = quantised(graph, rows);
  ASSERT_FALSE(q.nodes.empty());
  const Lowering l = emit_model(q, kPlan);  // and nothing is left to choose
  for (const auto& row : rows.rows) {
    const auto want = evaluate(graph, row);
    ASSERT_TRUE(want.ok());
    const auto got = run_row(q, kPlan, l, integers_of(q, row));
    ASSERT_EQ(got.size(), want->size());
    for (std::size_t o = 0; o < got.size(); ++o)
      for (std::size_t i = 0; i < got[o].size(); ++i)
        EXPECT_NEAR(static_cast<double>(got[o][i]) * q.values[q.outputs[o].value].scales[0], (*want)[o].real(i), 3e-3);
  }
}

TEST(Missing, IsFilledBeforeALayer) {
  Sketch s(std::vector<Shape>{{1, 4}});
  const Graph g = s.graph({s.linear(s.op("Impute", {s.x(), s.values({1, 4}, {0.5, -0.25, 0, 3})}), 2)});
  expect_close_with_gaps(g);
  // One value for all, rows with a scale for each feature, no layer behind.
  Sketch r(std::vector<Shape>{{3, 4}});
  expect_close_with_gaps(r.graph({r.linear(r.op("Impute", {r.x(), r.values({1, 1}, {0.5})}), 2)}));
  Sketch t(std::vector<Shape>{{2, 3}});
  expect_close_with_gaps(t.graph({t.op("Impute", {t.x(), t.values({1, 3}, {0.5, -0.25, 0.75})})}));
}

TEST(Missing, IsFilledWhereverItIsMovedTo) {
  Sketch s(std::vector<Shape>{{1, 2}, {1, 1}, {2, 3}});
  const ValueId joined = s.op("Concat", {s.x(0), s.x(1)}, {{"axis", std::int64_t{1}}});
  const ValueId turned = s.op("Transpose", {s.x(2)}, {{"perm", std::vector<std::int64_t>{1, 0}}});
  const ValueId one = s.op("Impute", {joined, s.values({1, 3}, {0.5, -0.25, 0.75})}),
                two = s.op("Impute", {s.moved(turned, {1, 6}), s.values({1, 6}, {1, 2, 3, 4, 5, 6})});
  expect_close_with_gaps(s.graph({s.linear(one, 2), s.linear(two, 2)}));
}

// The second input is a hundred times as large, and a function needs one scale for both.
TEST(Missing, StaysWhatItIsWhenInputsOfOtherScalesAreJoined) {
  Sketch s(std::vector<Shape>{{1, 2}, {1, 2}});
  const ValueId small = s.op("Affine", {s.x(1), s.values({1, 1}, {1}), s.values({1, 1}, {0})});
  const ValueId joined = s.op("Concat", {s.x(0), small}, {{"axis", std::int64_t{1}}});
  const Graph g = s.graph({s.op("Relu", {s.op("Impute", {joined, s.values({1, 4}, {0.5, 90, 0.004, -0.002})})})});
  Calibration rows = with_gaps(g, 6);
  for (auto& row : rows.rows)
    for (float& x : row[1].as<float>()) x *= 0.005F;
  const QuantGraph q = quantised(g, rows);
  const Lowering l = emit_model(q, kPlan);
  for (const auto& row : rows.rows) {
    const auto got = run_row(q, kPlan, l, integers_of(q, row));
    const auto want = evaluate(g, row);
    ASSERT_EQ(got.size(), 1U);
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_NEAR(static_cast<double>(got[0][i]) * q.values[q.outputs[0].value].scales[0], (*want)[0].real(i), 0.02);
  }
}

Graph trees_behind_an_imputer() {
  TreeBuilder b;
  b.root(b.test(0, KeySet::at_most(0.5), false, b.leaf({1}),
                b.test(1, KeySet::at_most(0.25), true, b.leaf({2}), b.leaf({4}))));
  auto table = b.finish();
  EXPECT_TRUE(table.ok());
  TreeScores scores;
  scores.table = std::move(*table);
  scores.base = {0};
  GraphBuilder builder(1 << 20);
  const ValueId x = builder.input("x0", {DType::kFloat32, {1, 2}});
  builder.scope("imputer");
  const auto filled = builder.add(
      "Impute", {x, builder.constant("c", Tensor::of(DType::kFloat32, {1, 2}, std::vector<double>{0.5, 0.3}))});
  builder.scope("trees");
  const auto y = add_trees(builder, *filled, scores);
  EXPECT_TRUE(y.ok());
  builder.output("y", *y);
  auto g = canonicalise(builder.take());
  EXPECT_TRUE(g.ok());
  return *g;
}

TEST(Missing, IsFilledBeforeTreesExactly) {
  const Graph g = trees_behind_an_imputer();
  const double inf = std::numeric_limits<double>::infinity();
  Calibration rows;
  for (const double a : {0.0, 0.5, 0.75, kNan, inf, -inf})
    for (const double b : {0.25, 0.3, kNan, -inf})
      rows.rows.push_back({Tensor::of(DType::kFloat32, {1, 2}, std::vector<double>{a, b})});
  const QuantGraph q = quantised(g, rows);
  ASSERT_TRUE(q.inputs[0].float_keys);
  const Lowering l = emit_model(q, kPlan);
  for (const auto& row : rows.rows) {
    const auto got = run_row(q, kPlan, l, integers_of(q, row));
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(static_cast<double>(got[0][0]) * q.values[q.outputs[0].value].scales[0], (*evaluate(g, row))[0].real(0));
  }
  EXPECT_GT(expect_changes_caught(g, rows, "imputer/"), 20U);
}

// The second feature is read by another layer as it is, the third only there.
Graph partly_filled() {
  Sketch s(std::vector<Shape>{{1, 3}});
  const auto columns = [&](std::int64_t first) {
    return s.op("Slice", {s.x()}, {{"starts", Shape{0, first}}, {"steps", Shape{1, 1}}, {"sizes", Shape{1, 2}}});
  };
  const ValueId filled = s.op("Impute", {columns(0), s.values({1, 2}, {0.5, -0.25})});
  return s.graph({s.linear(filled, 2), s.linear(columns(1), 2)});
}

TEST(Missing, OnlyWhatIsReadByNothingElseMayBe) {
  const Graph g = partly_filled();
  EXPECT_EQ(missing_inputs(g)[0].may_be_missing, (std::vector<bool>{true, false, false}));
  expect_close_with_gaps(g);
  const Calibration rows = with_gaps(g, 4);
  const QuantGraph q = quantised(g, rows);
  const Lowering l = emit_model(q, kPlan);
  EXPECT_TRUE(input_port(q, 0).missing);
  const std::int64_t lo = input_port(q, 0).lo;
  for (std::size_t cell = 0; cell < 3; ++cell) {
    IntegerInputs inputs = integers_of(q, rows.rows[1]);
    inputs[0][cell] = lo;
    EvalBackend b(l.emitted, l.publics);
    lower(b, q, kPlan, inputs);
    EXPECT_EQ(b.status().ok(), cell == 0);
    if (cell != 0) {
      EXPECT_EQ(b.status().error().code, ErrorCode::kInNonFinite);
    }
  }
}

// A witness in which a value that must be there is missing, and all else is as if it might be: the circuit without the
// relation has the same committed cells.
TEST(Missing, NothingButTheRelationSaysWhatMustBeThere) {
  const Graph g = partly_filled();
  const Calibration rows = with_gaps(g, 4);
  const QuantGraph q = quantised(g, rows);
  QuantGraph free = q;
  for (QuantNode& n : free.nodes)
    if (n.op == QuantNode::Op::missing) n.integers.clear();
  const Lowering strict = emit_model(q, kPlan), lax = emit_model(free, kPlan);
  IntegerInputs inputs = integers_of(q, rows.rows[1]);
  inputs[0][2] = input_port(q, 0).lo;
  EvalBackend b(lax.emitted, lax.publics);
  Lowered lowered = lower(b, free, kPlan, inputs);
  lower_outputs(b, kPlan, lowered);
  const auto w = b.witness();
  ASSERT_TRUE(w.ok()) << to_string(w.error());
  Witness lie;
  lie.values.resize(strict.emitted.circuit.tensors.size());
  TensorId from = 0;
  for (TensorId id = 0; id < strict.emitted.circuit.tensors.size(); ++id) {
    if (strict.emitted.circuit.committed(id) == nullptr) continue;
    while (lax.emitted.circuit.committed(from) == nullptr) ++from;
    lie.values[id] = w->values[from++];
  }
  const auto values = evaluate_virtual(strict.emitted.circuit, lie, strict.publics);
  ASSERT_TRUE(values.ok());
  const Status s = check_relations(strict.emitted.circuit, *values, &strict.emitted.names);
  ASSERT_FALSE(s.ok());
  EXPECT_EQ(
      s.error().where, strict.emitted.circuit.lookups.size() + [&] {
        const auto& zeros = strict.emitted.names.zeros;
        return static_cast<std::size_t>(
            std::find_if(zeros.begin(), zeros.end(), [](const std::string& n) { return n.ends_with("/there"); }) -
            zeros.begin());
      }());
}

TEST(Missing, EveryChangedCellIsCaught) {
  Sketch s(std::vector<Shape>{{1, 3}});
  const Graph g = s.graph({s.op("Impute", {s.x(), s.values({1, 3}, {0.5, -0.25, 0.125})})});
  EXPECT_GT(expect_changes_caught(g, with_gaps(g, 4)), 20U);
}

TEST(Missing, WhatIsCalculatedIsNot) {
  Sketch s(std::vector<Shape>{{1, 3}});
  const ValueId squared = s.op("Mul", {s.x(), s.x()});
  const Graph g = s.graph({s.op("Impute", {squared, s.values({1, 3}, {1, 2, 3})})});
  ASSERT_EQ(g.notes.size(), 1U);
  EXPECT_NE(g.notes[0].find("has nothing to do"), std::string::npos);
  EXPECT_FALSE(missing_inputs(g)[0].tells);
}

}  // namespace
}  // namespace nescio
