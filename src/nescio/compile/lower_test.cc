// Every operator, from a float graph to a checked witness.
#include "nescio/compile/lower.h"

#include "nescio/compile/lowering_fixture.h"

namespace nescio {
namespace {

constexpr double kFine = 4e-4;  // of the largest magnitude of an output

TEST(Lower, Mlp) {
  Sketch s({{1, 5}});
  ValueId h = s.op("Relu", {s.linear(s.x(), 8)});
  h = s.op("Relu", {s.linear(h, 4)});
  const QuantGraph q = expect_close(s.graph({s.linear(h, 1)}), kFine);
  ASSERT_EQ(q.nodes.size(), 3U);
  EXPECT_EQ(q.nodes[0].activation.kind, Activation::Kind::relu);
  EXPECT_EQ(q.nodes[0].requant.bits, 16U);
  EXPECT_EQ(q.nodes[2].requant.bits, 24U);
  EXPECT_EQ(q.nodes[0].weights[0].bits, 15U);
}

TEST(Lower, LinearShapes) {  // rows, features, outputs
  for (const auto& [x, n] : std::vector<std::pair<Shape, std::int64_t>>{{{5}, 3},
                                                                        {{3, 5}, 4},
                                                                        {{2, 3, 5}, 4},
                                                                        {{3, 1}, 4},
                                                                        {{1, 1}, 4},
                                                                        {{3, 5}, 1},
                                                                        {{1, 1}, 1},
                                                                        {{1, 5}, 1},
                                                                        {{4, 1}, 1}}) {
    Sketch s({x});
    const ValueId h = s.linear(s.x(), n);
    expect_close(s.graph({s.linear(s.op("Relu", {h}), 2), h}), kFine);
  }
}

TEST(Lower, NoBias) {
  Sketch s({{1, 4}});
  const QuantGraph q =
      expect_close(s.graph({s.op("Linear", {s.x(), s.random({3, 4}), s.values({3}, {0, 0, 0})})}), kFine);
  EXPECT_EQ(q.nodes[0].weights.size(), 1U);
}

TEST(Lower, FeaturesOfVeryDifferentSize) {
  Sketch s({{1, 3}});
  const Graph g = s.graph(
      {s.op("Relu", {s.op("Linear", {s.x(), s.values({2, 3}, {1e-4, 2, 300, -2e-4, 1, -100}), s.random({2})})})});
  Calibration c;
  Random random(3);
  for (int r = 0; r < 8; ++r) {
    const std::vector<double> row{5000 * random.real(), random.real(), 0.01 * random.real()};
    c.rows.push_back({Tensor::of(DType::kFloat32, {1, 3}, row)});
  }
  const QuantGraph q = quantised(g, c);
  ASSERT_EQ(q.values[0].scales.size(), 3U);
  const GadgetPlan plan;
  const Lowering l = emit_model(q, plan);
  for (const auto& row : c.rows) {
    const auto y = run_row(q, plan, l, integers_of(q, row));
    const auto reals = evaluate(g, row);
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_NEAR(static_cast<double>(y[0][i]) * q.values[q.outputs[0].value].scales[0], (*reals)[0].real(i), 2e-3);
  }
}

TEST(Lower, Channels) {
  for (const Shape& w : {Shape{1, 3, 1}, Shape{1, 1, 4}, Shape{1, 3, 4}, Shape{1, 1, 1}, Shape{2, 1, 1}}) {
    Sketch s({{2, 3, 4}});
    const ValueId y = s.op("Affine", {s.x(), s.random(w), s.random(w)});
    expect_close(s.graph({s.op("Relu", {y})}), kFine);
  }
}

TEST(Lower, ChannelsOfFeaturesWithTheirOwnScales) {
  Sketch s({{1, 4}});
  const ValueId y = s.op("Affine", {s.x(), s.values({1, 1}, {0.7}), s.values({1, 1}, {-0.2})});
  expect_close(s.graph({s.op("Relu", {y})}), kFine);
}

TEST(Lower, Arithmetic) {
  const std::vector<std::pair<Shape, Shape>> shapes = {{{4}, {4}},          {{3, 4}, {4}}, {{3, 1}, {1, 4}},
                                                       {{2, 3, 4}, {3, 1}}, {{1}, {3}},    {{2, 2}, {1, 1}}};
  for (const auto& [a, b] : shapes)
    for (const char* op : {"Add", "Sub", "Mul"}) {
      Sketch s({a, b});
      const ValueId y = s.op(op, {s.x(0), s.x(1)});
      expect_close(s.graph({y}), kFine);
      Sketch f({a, b});
      expect_close(f.graph({f.op("Relu", {f.op(op, {f.x(0), f.x(1)})})}), kFine);
    }
}

TEST(Lower, SumsOfOneScaleNeedNoRounding) {
  Sketch s({{3, 4}});  // a matrix has one scale for all of its cells
  const ValueId y = s.op("Add", {s.x(), s.x()});
  const QuantGraph q = expect_close(s.graph({s.linear(y, 2)}), kFine);
  ASSERT_EQ(q.nodes.size(), 2U);
  EXPECT_FALSE(q.nodes[0].rounded);
}

TEST(Lower, Residual) {
  Sketch s({{2, 6}});
  const ValueId a = s.op("Relu", {s.linear(s.x(), 6)});
  const ValueId b = s.op("Add", {a, s.linear(a, 6)});
  expect_close(s.graph({s.linear(b, 3)}), kFine);
}

TEST(Lower, MatMulOfTwoValues) {
  for (const auto& [a, b] : std::vector<std::pair<Shape, Shape>>{
           {{3, 4}, {4, 2}}, {{2, 3, 4}, {2, 4, 5}}, {{1, 4}, {4, 1}}, {{3, 1}, {1, 2}}}) {
    Sketch s({a, b});
    expect_close(s.graph({s.op("MatMul", {s.x(0), s.x(1)})}), kFine);
  }
}

TEST(Lower, FunctionsBehindALinear) {
  const std::vector<std::pair<std::string, Attributes>> functions = {
      {"Relu", {}},
      {"Sigmoid", {}},
      {"Tanh", {}},
      {"LeakyRelu", {{"alpha", 0.1}}},
      {"LeakyRelu", {{"alpha", 1.5}}},
      {"LeakyRelu", {{"alpha", -0.5}}},
      {"Clip", {{"lo", 0.0}, {"hi", 0.5}}},
      {"Clip", {{"lo", -0.25}, {"hi", 0.3}}},
      {"Clip", {{"lo", 0.1}, {"hi", std::numeric_limits<double>::infinity()}}},
      {"Clip", {{"lo", -std::numeric_limits<double>::infinity()}, {"hi", 0.2}}}};
  for (const auto& [op, attributes] : functions) {
    Sketch s({{1, 6}});
    const ValueId h = s.op(op, {s.linear(s.x(), 5)}, attributes);
    expect_close(s.graph({s.linear(h, 2), h}), 2e-3);
  }
}

TEST(Lower, FunctionsOfWhatOthersReadToo) {
  for (const auto& [op, attributes] : std::vector<std::pair<std::string, Attributes>>{
           {"Relu", {}}, {"Sigmoid", {}}, {"LeakyRelu", {{"alpha", 0.2}}}, {"Clip", {{"lo", -0.1}, {"hi", 0.2}}}}) {
    Sketch s({{2, 4}});
    const ValueId h = s.linear(s.x(), 3);
    expect_close(s.graph({s.op(op, {h}, attributes), s.linear(h, 2), s.op(op, {s.x()}, attributes)}), 2e-3);
  }
}

TEST(Lower, Moves) {
  const Shape x{2, 3, 4};
  const auto close = [&](const std::function<ValueId(Sketch&)>& body) {
    Sketch s({x});
    const ValueId y = body(s);
    expect_close(s.graph({y}), 1e-4);
  };
  for (const Shape& to :
       {Shape{24}, Shape{4, 6}, Shape{6, 4}, Shape{3, 8}, Shape{1, 2, 1, 12}, Shape{2, 2, 2, 3}, Shape{8, 3}})
    close([&](Sketch& s) { return s.moved(s.x(), to); });
  for (const auto& perm : {Shape{0, 2, 1}, Shape{2, 1, 0}, Shape{1, 2, 0}})
    close([&](Sketch& s) { return s.op("Transpose", {s.x()}, {{"perm", perm}}); });
  for (const auto& [starts, steps, sizes] :
       std::vector<std::tuple<Shape, Shape, Shape>>{{{0, 1, 0}, {1, 1, 1}, {2, 2, 4}},
                                                    {{1, 0, 3}, {1, 2, -1}, {1, 2, 4}},
                                                    {{0, 2, 1}, {1, 1, 2}, {1, 1, 2}},
                                                    {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}})
    close([&, a = starts, b = steps, c = sizes](Sketch& s) {
      return s.op("Slice", {s.x()}, {{"starts", a}, {"steps", b}, {"sizes", c}});
    });
}

TEST(Lower, MovesThenLinear) {
  Sketch s({{2, 3, 4}});
  const ValueId t = s.op("Transpose", {s.moved(s.op("Relu", {s.linear(s.x(), 4)}), {6, 4})}, {{"perm", Shape{1, 0}}});
  expect_close(s.graph({s.linear(s.op("Relu", {t}), 3)}), kFine);
}

TEST(Lower, Concat) {
  for (const auto& [a, b, axis] : std::vector<std::tuple<Shape, Shape, std::int64_t>>{{{2, 3}, {2, 4}, 1},
                                                                                      {{1, 3}, {4, 3}, 0},
                                                                                      {{2, 1}, {2, 3}, 1},
                                                                                      {{1, 1}, {1, 3}, 1},
                                                                                      {{1}, {1}, 0},
                                                                                      {{2, 1, 3}, {2, 2, 3}, 1},
                                                                                      {{1, 2}, {1, 2}, 0}}) {
    Sketch s({a, b});
    const ValueId y = s.op("Concat", {s.x(0), s.x(1)}, {{"axis", axis}});
    expect_close(s.graph({y}), 1e-4);
  }
}

TEST(Lower, FeaturesCutScaledAndJoined) {  // a tabular preprocessor
  Sketch s({{1, 5}});
  const auto part = [&](std::int64_t from, std::int64_t n) {
    return s.op("Slice", {s.x()}, {{"starts", Shape{0, from}}, {"steps", Shape{1, 1}}, {"sizes", Shape{1, n}}});
  };
  const ValueId scaled = s.op("Affine", {part(0, 2), s.values({1, 2}, {3, 0.1}), s.values({1, 2}, {-1, 2})});
  const ValueId joined = s.op("Concat", {scaled, part(3, 2)}, {{"axis", std::int64_t{1}}});
  expect_close(s.graph({s.op("Sigmoid", {s.linear(joined, 1)})}), 1e-3);
}

TEST(Lower, ArgMaxFirstAndLast) {
  for (const std::int64_t last : {0, 1}) {
    Sketch s({{1, 6}});
    const ValueId h = s.linear(s.x(), 5);
    const ValueId k =
        s.op("ArgMax", {h}, {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}, {"select_last_index", last}});
    expect_close(s.graph({k, h}), 4e-3);
    // Ties: a vector of equal entries, and one of two largest ones.
    for (const std::vector<double>& v : {std::vector<double>{1, 1, 1}, {0, 2, 2}, {2, 0, 2}}) {
      Sketch t(std::vector<Shape>{{3}});
      const Graph g = t.graph({t.op(
          "ArgMax", {t.x()}, {{"axis", std::int64_t{0}}, {"keepdims", std::int64_t{1}}, {"select_last_index", last}})});
      const Calibration c{{{Tensor::of(DType::kFloat32, {3}, v)}}};
      const QuantGraph q = quantised(g, c);
      const GadgetPlan plan;
      const auto y = run_row(q, plan, emit_model(q, plan), integers_of(q, c.rows[0]));
      EXPECT_EQ(static_cast<double>(y[0][0]), (*evaluate(g, c.rows[0]))[0].real(0));
    }
  }
}

TEST(Lower, Compare) {
  for (const std::string mode : {"greater", "less", "greater_or_equal", "less_or_equal", "equal"}) {
    Sketch s({{2, 3}});
    const ValueId y = s.op("Compare", {s.x(), s.values({1, 3}, {-0.25, 0, 0.5})}, {{"mode", mode}});
    const Graph g = s.graph({y});
    // On the grid of the integers the comparison is exact.
    const Calibration c{{{Tensor::of(DType::kFloat32, {2, 3}, std::vector<double>{-0.25, 0, 0.5, -0.5, 0.25, 0.25})}}};
    const QuantGraph q = quantised(g, c);
    const GadgetPlan plan;
    const auto out = run_row(q, plan, emit_model(q, plan), integers_of(q, c.rows[0]));
    const auto reals = evaluate(g, c.rows[0]);
    for (std::size_t i = 0; i < 6; ++i)
      EXPECT_EQ(static_cast<double>(out[0][i]), (*reals)[0].real(i)) << mode << " cell " << i;
  }
}

// A threshold between two steps divides the integers as it divides the reals.
TEST(Lower, CompareBetweenSteps) {
  for (const std::string mode : {"greater", "less", "greater_or_equal", "less_or_equal", "equal"}) {
    Sketch s({{2, 2}});
    const ValueId y = s.op("Compare", {s.x(), s.values({1, 2}, {1.0 / 3, -1.0 / 3})}, {{"mode", mode}});
    const Graph g = s.graph({y});
    const auto row = [](double a, double b) {
      return std::vector<Tensor>{Tensor::of(DType::kFloat32, {2, 2}, std::vector<double>{a, -a, b, -b})};
    };
    const QuantGraph q = quantised(g, {{row(1, -1)}});
    const double step = q.values[0].scales[0], below = std::floor(1 / (3 * step)) * step;
    const GadgetPlan plan;
    const auto out = run_row(q, plan, emit_model(q, plan), integers_of(q, row(below, below + step)));
    const auto reals = evaluate(g, row(below, below + step));
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_EQ(static_cast<double>(out[0][i]), (*reals)[0].real(i)) << mode << " cell " << i;
  }
}

TEST(Lower, WideInputs) {
  Sketch s({{1, 4}});
  QuantOptions o;
  o.input_bits = 32;
  o.output_bits = 32;
  const QuantGraph q = expect_close(s.graph({s.linear(s.x(), 2)}), 1e-4, o);
  EXPECT_EQ(q.inputs[0].bits, 32U);
}

TEST(Lower, BitsOfOptions) {
  Sketch s({{1, 4}});
  QuantOptions o;
  o.activation_bits = 12;
  o.weight_bits = 12;
  o.table_bits = 10;
  expect_close(s.graph({s.linear(s.op("Tanh", {s.linear(s.op("Relu", {s.linear(s.x(), 6)}), 4)}), 2)}), 2e-2, o);
}

TEST(Lower, CircuitsDoNotDependOnWeights) {
  const auto circuit = [](double factor) {
    Sketch s({{1, 3}});
    const ValueId w = s.values({2, 3}, {0.5 * factor, -0.4, 0.3, 0.2, 0.1 * factor, -0.6});
    const Graph g = s.graph({s.op("Relu", {s.op("Linear", {s.x(), w, s.values({2}, {0.1, 0.2})})})});
    QuantGraph q = quantised(g, random_calibration(g, 4));
    return q;
  };
  QuantGraph a = circuit(1), b = circuit(1);
  for (std::int32_t& x : b.nodes[0].weights[0].values) x = -x / 2;
  const GadgetPlan plan;
  EXPECT_EQ(emit_model(a, plan).emitted.circuit.tensors, emit_model(b, plan).emitted.circuit.tensors);
}

// Each committed cell of a whole network that is neither an input nor a weight, moved by a little, is caught by a
// relation (multiplicities apart: a prover can always count them).
TEST(Lower, EveryChangedCellIsCaught) {
  Sketch s({{1, 3}});
  const Graph g = s.graph({s.linear(s.op("Relu", {s.linear(s.x(), 4)}), 2)});
  const Calibration c = random_calibration(g, 4);
  const QuantGraph q = quantised(g, c);
  const GadgetPlan plan{(1U << 8) | (1U << 7), 8, false};
  const Lowering l = emit_model(q, plan);
  EvalBackend b(l.emitted, l.publics);
  const IntegerInputs inputs = integers_of(q, c.rows[0]);
  Lowered lowered = lower(b, q, plan, inputs);
  lower_outputs(b, plan, lowered);
  const auto honest = b.witness();
  ASSERT_TRUE(honest.ok());
  const Circuit& circuit = l.emitted.circuit;
  std::size_t tried = 0;
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const Committed* committed = circuit.committed(id);
    if (committed == nullptr || committed->role != Role::value) continue;
    const std::string& name = l.emitted.cells[id];
    // Another side bit of a statement that says nothing is as good.
    if (name == "x0/cell" || name.find("/w/") != std::string::npos || name.find("/b/") != std::string::npos ||
        name.find("/above") != std::string::npos)
      continue;
    for (std::size_t i = 0; i < honest->values[id].size(); ++i)
      for (const F delta : {F(1), -F(1), F(256).inverse()}) {
        Witness w = *honest;
        w.values[id][i] += delta;
        const auto values = evaluate_virtual(circuit, w, l.publics);
        const Status status = check_relations(circuit, *values, &l.emitted.names);
        ASSERT_FALSE(status.ok()) << name;
        EXPECT_LT(status.error().where, circuit.lookups.size() + circuit.zeros.size()) << name;
        ++tried;
      }
  }
  EXPECT_GT(tried, 100U);
}

TEST(Lower, RefusesAnInputOutOfRange) {
  Sketch s({{1, 2}});
  const Graph g = s.graph({s.linear(s.x(), 2)});
  const QuantGraph q = quantised(g, random_calibration(g, 4));
  const GadgetPlan plan;
  const Lowering l = emit_model(q, plan);
  EvalBackend b(l.emitted, l.publics);
  IntegerInputs inputs(1);
  inputs[0] = {40000, 0};
  lower(b, q, plan, inputs);
  ASSERT_FALSE(b.status().ok());
  EXPECT_EQ(b.status().error().code, ErrorCode::kInRange);
  EXPECT_EQ(b.status().error().detail.rfind("x0/value: at cell 0", 0), 0U) << b.status().error().detail;
}

TEST(Lower, RefusesAnActivationOutOfRange) {
  Sketch s({{1, 2}});
  const Graph g = s.graph({s.op("Linear", {s.x(), s.values({1, 2}, {1, -1}), s.values({1}, {0.01})})});
  // Calibrated where the terms cancel, run where they do not.
  const Calibration c{{{Tensor::of(DType::kFloat32, {1, 2}, std::vector<double>{1, 1})}}};
  const QuantGraph q = quantised(g, c);
  const GadgetPlan plan;
  const Lowering l = emit_model(q, plan);
  EvalBackend b(l.emitted, l.publics);
  const IntegerInputs inputs = integers_of(q, {Tensor::of(DType::kFloat32, {1, 2}, std::vector<double>{1, -1})});
  lower(b, q, plan, inputs);
  ASSERT_FALSE(b.status().ok());
  EXPECT_EQ(b.status().error().code, ErrorCode::kRange);
  EXPECT_NE(b.status().error().detail.find("/requant/value"), std::string::npos) << b.status().error().detail;
}

}  // namespace
}  // namespace nescio
