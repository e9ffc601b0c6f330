// The scheme's promises on scales, shifts and ranges; what it refuses.
#include "nescio/quant/quantise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nescio/base/float_key.h"
#include "nescio/ops/builder.h"
#include "nescio/ops/trees.h"
#include "nescio/quant/fixed_point.h"
#include "nescio/quant/function.h"

namespace nescio {
namespace {

TEST(FixedPoint, PowersOfTwo) {
  EXPECT_EQ(power_of_two_above(1.0), 1.0);
  EXPECT_EQ(power_of_two_above(1.0001), 2.0);
  EXPECT_EQ(power_of_two_above(0.25), 0.25);
  EXPECT_EQ(power_of_two_above(0.3), 0.5);
  EXPECT_EQ(power_of_two_above(5e-310), std::ldexp(1.0, -1027));
}

TEST(FixedPoint, EighthsOfAPowerOfTwo) {
  EXPECT_EQ(coarse_above(1.0), 1.0);
  EXPECT_EQ(coarse_above(1.0001), 1.125);
  EXPECT_EQ(coarse_above(1.125), 1.125);
  EXPECT_EQ(coarse_above(1.9), 2.0);
  for (double x = 1e-9; x < 1e9; x *= 1.0173) {
    const double c = coarse_above(x);
    EXPECT_GE(c, x);
    EXPECT_LE(c, x * 1.125);
    EXPECT_EQ(coarse_above(c), c);
  }
}

TEST(FixedPoint, ShiftIsTheLargestThatFits) {
  for (const double w : {1e-6, 0.003, 0.2, 0.25, 0.4999, 7.0}) {
    const auto t = shift_for(w, 15, 2);
    ASSERT_TRUE(t);
    EXPECT_EQ(*t % 2, 0U);
    EXPECT_LE(rounded(std::ldexp(w, static_cast<int>(*t))), 16383);
    EXPECT_TRUE(*t == 32 || rounded(std::ldexp(w, static_cast<int>(*t) + 2)) > 16383);
  }
  EXPECT_FALSE(shift_for(1e4, 15, 2));
  EXPECT_EQ(*shift_for(0, 15, 12), 16U);
}

TEST(Functions, OnTheGrid) {
  const Node clip{"Clip", "c", {}, {}, {{"lo", -1.0}, {"hi", 2.0}}};
  QuantFunction f = *quantised_function(&clip, 8, 0.05, false, {});
  EXPECT_EQ(f.f.kind, Activation::Kind::clip);
  EXPECT_EQ(f.lo, -20);
  EXPECT_EQ(f.hi, 40);
  const Node none{"Clip", "c", {}, {}, {{"lo", 0.0}, {"hi", std::numeric_limits<double>::infinity()}}};
  EXPECT_EQ(quantised_function(&none, 8, 0.05, false, {})->f.kind, Activation::Kind::relu);
  const Node sigmoid{"Sigmoid", "s", {}, {}, {}};
  f = *quantised_function(&sigmoid, 10, 1.0 / 64, false, {});
  ASSERT_EQ(f.f.values.size(), 1024U);
  for (std::size_t i = 0; i < 1024; ++i)
    EXPECT_NEAR(static_cast<double>(f.f.values[i]) * f.scale, 1 / (1 + std::exp(-(static_cast<double>(i) - 512) / 64)),
                2e-5);
  const Node steep{"LeakyRelu", "l", {}, {}, {{"alpha", -3.0}}};
  EXPECT_TRUE(needs_table(steep));
  f = *quantised_function(&steep, 8, 0.5, false, {});
  EXPECT_EQ(f.scale, 1.5);
  for (const std::int64_t y : f.f.values) EXPECT_LE(std::abs(y), 128);
}

TEST(Functions, TablesEndWhereTheFunctionDoes) {
  const auto made = [](const char* op, double lowest, double highest, double result, Attributes a = {}) {
    const Node node{op, op, {}, {}, std::move(a)};
    return quantised_function(&node, 8, 0.125, false, {lowest, highest, result});
  };
  EXPECT_EQ(made("Log", 0.5, 10, 3)->f.lo, 1);  // log of 0 and less is not there
  EXPECT_EQ(made("Log", 0.5, 10, 3)->f.values.size(), 127U);
  EXPECT_EQ(made("Sqrt", 0, 9, 3)->f.lo, 0);
  EXPECT_EQ(made("Asin", -0.5, 0.5, 1)->f.lo, -8);
  EXPECT_EQ(made("Asin", -0.5, 0.5, 1)->f.values.size(), 17U);
  EXPECT_EQ(made("Power", -9, -1, 1, {{"a", -1.0}, {"b", 0.0}})->f.values.size(), 128U);  // the side of the pole
  EXPECT_EQ(made("Power", 1, 9, 1, {{"a", -1.0}, {"b", 0.0}})->f.lo, 1);
  for (const auto& bad : {made("Log", -1, 10, 3), made("Log", 0, 10, 3), made("Power", -1, 1, 9, {{"a", -1.0}}),
                          made("Acosh", 0, 3, 2)}) {
    ASSERT_FALSE(bad.ok());
    EXPECT_EQ(bad.error().code, ErrorCode::kCalib);
  }
  // Results of more than 24 bits are left out too.
  const auto exp = *made("Exp", -1, 1, 2.8);
  EXPECT_LT(exp.f.lo + static_cast<std::int64_t>(exp.f.values.size()), 128);
  for (const std::int64_t y : exp.f.values) EXPECT_LT(std::abs(y), 1 << 24);
}

// y = f(w x + b) with one input of n features.
struct Model {
  GraphBuilder b{1 << 20};
  ValueId x;
  explicit Model(Shape shape) : x(b.input("x", {DType::kFloat32, std::move(shape)})) {}
  ValueId op(const std::string& name, std::vector<ValueId> in, Attributes a = {}) {
    b.scope(name + " of the model");
    const auto id = b.add(name, std::move(in), std::move(a));
    EXPECT_TRUE(id.ok());
    return *id;
  }
  ValueId reals(const Shape& s, const std::vector<double>& v) {
    return b.constant("c", Tensor::of(DType::kFloat64, s, v));
  }
  Graph graph(ValueId y) {
    b.output("y", y);
    return b.take();
  }
};
Calibration rows_of(const Shape& shape, const std::vector<std::vector<double>>& rows) {
  Calibration c;
  for (const auto& r : rows) c.rows.push_back({Tensor::of(DType::kFloat32, shape, r)});
  return c;
}

TEST(Quantise, ScalesShiftsAndRanges) {
  Model m({1, 2});
  const ValueId h =
      m.op("Relu", {m.op("Linear", {m.x, m.reals({2, 2}, {0.5, -0.01, 0.25, 0.02}), m.reals({2}, {0.1, -3})})});
  const Graph g = m.graph(m.op("Linear", {h, m.reals({1, 2}, {1, 2}), m.reals({1}, {0})}));
  const Calibration c = rows_of({1, 2}, {{1, 100}, {-3, 250}});
  const auto q = quantise(g, c);
  ASSERT_TRUE(q.ok()) << to_string(q.error());
  // Inputs: powers of two, twice the largest fits.
  ASSERT_EQ(q->values[0].scales.size(), 2U);
  EXPECT_EQ(q->values[0].scales[0], std::ldexp(1.0, -12));  // 6 / 32767
  EXPECT_EQ(q->values[0].scales[1], std::ldexp(1.0, -6));   // 500 / 32767
  ASSERT_EQ(q->nodes.size(), 2U);
  const QuantNode& first = q->nodes[0];
  EXPECT_EQ(first.requant.bits, 16U);
  EXPECT_EQ(first.activation.kind, Activation::Kind::relu);
  // Matched: integer weight = weight * s_x * 2^T / s_y.
  const double s_y = q->values[first.output].scales[0];
  const double largest = std::max(std::abs(0.5 * 1 - 0.01 * 100 + 0.1), 3 * 0.5 + 2.5 - 0.1);  // of the two rows
  EXPECT_EQ(s_y, coarse_above(2 * largest / 32767));
  for (int o = 0; o < 2; ++o)
    for (int k = 0; k < 2; ++k) {
      const double w[2][2] = {{0.5, -0.01}, {0.25, 0.02}};
      const double exact = w[o][k] * q->values[0].scales[static_cast<std::size_t>(k)] *
                           std::ldexp(1.0, static_cast<int>(first.requant.shift)) / s_y;
      EXPECT_NEAR(first.weights[0].values[static_cast<std::size_t>(2 * o + k)], exact, 0.5001);
      EXPECT_LE(std::abs(exact), 16384);
    }
  // The output: 24 bits, a power of two.
  EXPECT_EQ(q->nodes[1].requant.bits, 24U);
  const double s = q->values[q->outputs[0].value].scales[0];
  EXPECT_EQ(power_of_two_above(s), s);
  EXPECT_EQ(q->nodes[1].weights.size(), 1U);  // no bias
}

TEST(Quantise, DeclaredRangesDoNotDependOnWeights) {
  for (const double w : {0.001, 0.7, 40.0}) {
    Model m({1, 1});
    const Graph g = m.graph(m.op("Linear", {m.x, m.reals({1, 1}, {w}), m.reals({1}, {w / 3})}));
    const auto q = quantise(g, rows_of({1, 1}, {{1}, {-2}}));
    ASSERT_TRUE(q.ok()) << to_string(q.error());
    EXPECT_EQ(q->nodes[0].weights[0].bits, 15U);
    EXPECT_EQ(q->nodes[0].weights[1].bits, 31U);
  }
}

// All numbers of a quantised model that a key holds: the rest are weights.
std::vector<double> told(const QuantGraph& q) {
  std::vector<double> out;
  for (const QuantNode& n : q.nodes) {
    out.insert(out.end(), {double(n.bias_shift), double(n.requant.shift), double(n.requant.bits)});
    out.insert(out.end(), {double(n.activation.lo), double(n.activation.hi), double(n.activation.slope)});
    out.insert(out.end(), n.activation.values.begin(), n.activation.values.end());
    out.insert(out.end(), n.integers.begin(), n.integers.end());
    for (const QuantWeights& w : n.weights) out.push_back(w.bits);
  }
  for (const auto* ports : {&q.inputs, &q.outputs})
    for (const QuantPort& p : *ports)
      out.insert(out.end(), q.values[p.value].scales.begin(), q.values[p.value].scales.end());
  return out;
}

// Weights show in no public number but by their size: bounds of Clip, multipliers of a sum and the scale of an output
// that is not rounded once held w to 13, 17 and 53 bits.
TEST(Quantise, ScalesTellOfWeightsAndDataNoMoreThanTheirSize) {
  const auto compiled = [](double w, double v, double data) {
    Model m({1, 1});
    const ValueId zero = m.reals({1}, {0});
    const ValueId a = m.op("Linear", {m.x, m.reals({1, 1}, {w}), zero}),
                  b = m.op("Linear", {m.x, m.reals({1, 1}, {v}), zero});
    m.b.output("clipped", m.op("Linear", {m.op("Clip", {a}, {{"lo", -0.5}, {"hi", 1.0}}), m.reals({1, 1}, {1}), zero}));
    m.b.output("sum", m.op("Linear", {m.op("Add", {a, b}), m.reals({1, 1}, {1}), zero}));
    const auto q = quantise(m.graph(m.op("Mul", {a, b})), rows_of({1, 1}, {{-1}, {data}}));
    EXPECT_TRUE(q.ok());
    return told(*q);
  };
  const std::vector<double> one = compiled(0.3104, 0.68, 2.5);
  EXPECT_EQ(compiled(0.3104001, 0.68, 2.5), one);
  EXPECT_EQ(compiled(0.3111, 0.6791, 2.5), one);
  EXPECT_EQ(compiled(0.3104, 0.68, 2.501), one);
  EXPECT_NE(compiled(0.42, 0.68, 2.5), one);  // the size is told
}

// An input that was zero in all examples is taken to be of the size of 1.
TEST(Quantise, ConstantZeroFeature) {
  Model m({1, 2});
  const Graph g = m.graph(m.op("Linear", {m.x, m.reals({1, 2}, {1, 1}), m.reals({1}, {0})}));
  const auto q = quantise(g, rows_of({1, 2}, {{5, 0}}));
  ASSERT_TRUE(q.ok());
  EXPECT_EQ(q->values[0].scales[1], std::ldexp(1.0, -13));
}

TEST(Quantise, FewerTablesAreSmaller) {
  Model m({1, 2});
  const Graph g = m.graph(m.op("Sigmoid", {m.op("Linear", {m.x, m.reals({1, 2}, {1, 1}), m.reals({1}, {0})})}));
  const auto q = quantise(g, rows_of({1, 2}, {{5, 1}}));
  ASSERT_TRUE(q.ok());
  ASSERT_EQ(q->nodes.size(), 1U);
  EXPECT_EQ(q->nodes[0].requant.bits, 14U);
  EXPECT_EQ(q->nodes[0].activation.values.size(), std::size_t{1} << 14);
  EXPECT_EQ(q->values[q->outputs[0].value].scales[0], std::ldexp(1.0, -20));
}

TEST(Quantise, AllProblemsAtOnceWithTheirNodes) {
  Model m({3, 1});
  const ValueId a =
      m.op("ArgMax", {m.x},
           {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{1}}, {"select_last_index", std::int64_t{0}}});
  const ValueId i = m.op("Cast", {m.x}, {{"to", std::string("int64")}});
  m.b.output("a", a);
  const auto q = quantise(m.graph(i), rows_of({3, 1}, {{1, 2, 3}}));
  ASSERT_FALSE(q.ok());
  EXPECT_EQ(q.error().code, ErrorCode::kAttr);
  EXPECT_NE(q.error().detail.find("ArgMax of the model"), std::string::npos) << q.error().detail;
  ASSERT_EQ(q.error().others.size(), 1U);
  EXPECT_EQ(q.error().others[0].code, ErrorCode::kOp);
}

// Category 7 is 7: truncated exactly, up to 32,767 and no further.
TEST(Quantise, RealsAreTruncatedToIntegers) {
  const auto run = [](double largest, const std::vector<double>& xs) -> std::vector<std::int64_t> {
    GraphBuilder b(1 << 20);
    const ValueId x = b.input("x", {DType::kFloat32, {1, 1}});
    b.output("y", *b.add("Truncate", {x}, {{"to", std::string("int64")}}));
    const Graph graph = b.take();
    const auto q = quantise(graph, rows_of({1, 1}, {{largest}, {-largest}}));
    if (!q.ok()) return {static_cast<std::int64_t>(q.error().code)};
    std::vector<std::int64_t> out;
    for (const double v : xs) {
      const double scale = q->values[q->inputs[0].value].scales[0];
      const auto& f = q->nodes.back().activation;
      out.push_back(apply(f, std::llround(v / scale)));
    }
    EXPECT_EQ(q->values[q->outputs[0].value].scales, std::vector<double>{1});
    return out;
  };
  EXPECT_EQ(run(40, {0, 1, 2, 7, 39, -3, 0.5, -0.5, 6.75, -6.75}),
            (std::vector<std::int64_t>{0, 1, 2, 7, 39, -3, 0, 0, 6, -6}));
  EXPECT_EQ(run(30000, {}), (std::vector<std::int64_t>{static_cast<std::int64_t>(ErrorCode::kOp)}));
}

// Whether an integer is zero is not the integer; and what an int32 has of a larger one is not that one.
TEST(Quantise, CastsThatChangeIntegersAreRefused) {
  const auto code = [](const char* first, bool tree) {
    GraphBuilder b(1 << 20);
    const ValueId x = b.input("x", {DType::kInt64, {1, 1}});
    ValueId y = *b.add("Cast", {x}, {{"to", std::string(first)}});
    y = *b.add("Cast", {y}, {{"to", std::string("float32")}});
    TreeScores scores;
    scores.table.nodes = {{0, float_key(1.5F), 0, 1, 2}};
    scores.table.leaves = {1, 2};
    scores.table.trees = scores.table.depth = 1;
    scores.base = {0};
    y = tree ? *add_trees(b, y, scores)
             : *b.add("Linear", {y, b.constant("w", Tensor::of(DType::kFloat64, {1, 1}, std::vector<double>{1})),
                                 b.constant("b", Tensor::of(DType::kFloat64, {1}, std::vector<double>{0}))});
    b.output("y", y);
    Calibration c;
    c.rows = {{Tensor::of(DType::kInt64, {1, 1}, std::vector<double>{20000})}};
    const auto q = quantise(b.take(), c);
    return q.ok() ? ErrorCode{} : q.error().code;
  };
  for (const bool tree : {false, true}) {
    EXPECT_EQ(code("bool", tree), ErrorCode::kOp);
    EXPECT_EQ(code("float64", tree), ErrorCode{});
    EXPECT_EQ(code("int32", tree), tree ? ErrorCode::kOp : ErrorCode{});  // others have 32 bits
  }
}

TEST(Quantise, RefusesOptionsAndCalibration) {
  Model m({1, 2});
  const Graph g = m.graph(m.op("Relu", {m.x}));
  const Calibration c = rows_of({1, 2}, {{5, 1}});
  QuantOptions o;
  o.headroom = 0.5;
  EXPECT_EQ(quantise(g, c, o).error().code, ErrorCode::kUsage);
  o = {};
  o.weight_bits = 40;
  EXPECT_EQ(quantise(g, c, o).error().code, ErrorCode::kUsage);
  EXPECT_EQ(quantise(g, {}).error().code, ErrorCode::kCalib);
  EXPECT_EQ(quantise(g, rows_of({1, 2}, {{5, std::numeric_limits<double>::infinity()}})).error().code,
            ErrorCode::kCalib);
}

TEST(Quantise, WeightsThatCancelAreRefused) {
  Model m({1, 2});
  const Graph g = m.graph(m.op("Relu", {m.op("Linear", {m.x, m.reals({1, 2}, {1e9, -1e9}), m.reals({1}, {1e-3})})}));
  const auto q = quantise(g, rows_of({1, 2}, {{1, 1}}));
  ASSERT_FALSE(q.ok());
  EXPECT_EQ(q.error().code, ErrorCode::kOverflow);
  EXPECT_NE(q.error().detail.find("Linear of the model"), std::string::npos) << q.error().detail;
}

// ---- calibration

TEST(Calibration, OneTableForAllInputs) {
  GraphBuilder b(1 << 20);
  const ValueId x = b.input("x", {DType::kFloat32, {1, 2}}), y = b.input("y", {DType::kInt64, {3}});
  b.output("x", x);
  b.output("y", y);
  const Graph g = b.take();
  const auto c = make_calibration({{"", Array{{2, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}}}, g);
  ASSERT_TRUE(c.ok());
  ASSERT_EQ(c->rows.size(), 2U);
  EXPECT_EQ(c->rows[1][0].reals(), (std::vector<double>{6, 7}));
  EXPECT_EQ(c->rows[1][1].reals(), (std::vector<double>{8, 9, 10}));
  EXPECT_EQ(c->rows[1][1].dtype(), DType::kInt64);
  const auto named =
      make_calibration({{"y", Array{{2, 3}, {1, 2, 3, 4, 5, 6}}}, {"x", Array{{2, 1, 2}, {1, 2, 3, 4}}}}, g);
  ASSERT_TRUE(named.ok());
  EXPECT_EQ(named->rows[1][0].reals(), (std::vector<double>{3, 4}));
  const auto code = [&](const NamedArrays& a) { return make_calibration(a, g).error().code; };
  EXPECT_EQ(code({}), ErrorCode::kCalib);
  EXPECT_EQ(code({{"", Array{{2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}}}}), ErrorCode::kCalib);
  EXPECT_EQ(code({{"", Array{{0, 5}, {}}}}), ErrorCode::kCalib);
  EXPECT_EQ(code({{"x", Array{{1, 2}, {1, 2}}}, {"z", Array{{1, 3}, {1, 2, 3}}}}), ErrorCode::kCalib);
  EXPECT_EQ(code({{"x", Array{{1, 2}, {1, 2}}}, {"y", Array{{2, 3}, {1, 2, 3, 4, 5, 6}}}}), ErrorCode::kCalib);
  EXPECT_EQ(code({{"", Array{{1, 5}, {1, 2, std::nan(""), 4, 5}}}}), ErrorCode::kCalib);
}

TEST(Calibration, RowsOfABatch) {
  GraphBuilder b(1 << 20);
  b.output("x", b.input("x", {DType::kFloat32, {2, 3}}));
  const Graph g = b.take();
  const auto c = make_calibration({{"", Array{{3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}}}, g);
  ASSERT_TRUE(c.ok());
  ASSERT_EQ(c->rows.size(), 2U);
  EXPECT_EQ(c->rows[0][0].reals(), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(c->rows[1][0].reals(), (std::vector<double>{7, 8, 9, 1, 2, 3}));  // filled up
  EXPECT_EQ(make_calibration({{"", Array{{2, 3}, {1, 2, 3, 4, 5, 6}}}}, g)->rows.size(), 1U);
  EXPECT_EQ(make_calibration({{"", Array{{3, 2}, {1, 2, 3, 4, 5, 6}}}}, g)->rows.size(), 1U);
  EXPECT_EQ(make_calibration({{"", Array{{4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}}}}, g).error().code, ErrorCode::kCalib);
}

// ---- validate: each way to break a good graph

TEST(Validate, EveryBrokenGraphIsRefused) {
  Model m({2, 3});
  const ValueId h = m.op("Relu", {m.op("Linear", {m.x, m.reals({2, 3}, {1, 2, 3, 4, 5, 6}), m.reals({2}, {1, 1})})});
  const ValueId t = m.op("Transpose", {h}, {{"perm", Shape{1, 0}}});
  const ValueId s = m.op("Slice", {t}, {{"starts", Shape{0, 1}}, {"steps", Shape{1, -1}}, {"sizes", Shape{2, 2}}});
  const auto good = quantise(m.graph(m.op("Add", {s, t})), rows_of({2, 3}, {{1, 2, 3, 4, 5, 6}}));
  ASSERT_TRUE(good.ok()) << to_string(good.error());
  ASSERT_EQ(good->nodes.size(), 4U);
  const std::vector<std::function<void(QuantGraph&)>> breaks = {
      [](QuantGraph& g) { g.inputs.clear(); },
      [](QuantGraph& g) { g.outputs[0].value = 99; },
      [](QuantGraph& g) { g.inputs[0].bits = 33; },
      [](QuantGraph& g) { g.values[0].shape = {2, 0}; },
      [](QuantGraph& g) { g.values[0].shape = {1U << 20, 1U << 20}; },
      [](QuantGraph& g) { g.values[1].scales = {0.0}; },
      [](QuantGraph& g) { g.values[1].scales = {std::nan("")}; },
      [](QuantGraph& g) { g.values[1].scales = {1, 1, 1}; },
      [](QuantGraph& g) { g.nodes[0].inputs = {3}; },
      [](QuantGraph& g) { g.nodes[0].inputs = {}; },
      [](QuantGraph& g) { g.nodes[0].output = 0; },
      [](QuantGraph& g) { g.nodes[0].weights[0].values.pop_back(); },
      [](QuantGraph& g) { g.nodes[0].weights[0].values[0] = 16384; },
      [](QuantGraph& g) { g.nodes[0].weights[0].shape = {3, 2}; },
      [](QuantGraph& g) { g.nodes[0].weights.clear(); },
      [](QuantGraph& g) { g.nodes[0].requant.bits = 63; },
      [](QuantGraph& g) { g.nodes[0].requant.shift = 63; },
      [](QuantGraph& g) { g.nodes[0].rounded = false; },
      [](QuantGraph& g) { g.nodes[0].bias_shift = 60; },
      [](QuantGraph& g) { g.nodes[0].activation.kind = Activation::Kind::table; },
      [](QuantGraph& g) { g.nodes[0].activation.values = {1}; },
      [](QuantGraph& g) { g.nodes[0].activation.kind = static_cast<Activation::Kind>(9); },
      [](QuantGraph& g) { g.nodes[0].op = static_cast<QuantNode::Op>(77); },
      [](QuantGraph& g) { g.nodes[1].integers = {0, 0}; },
      [](QuantGraph& g) { g.nodes[1].integers = {-1, 0}; },
      [](QuantGraph& g) { g.nodes[1].integers = {1}; },
      [](QuantGraph& g) { g.nodes[2].integers[0] = 1; },
      [](QuantGraph& g) { g.nodes[2].integers[3] = 0; },
      [](QuantGraph& g) { g.nodes[2].integers[3] = std::numeric_limits<std::int64_t>::min(); },
      [](QuantGraph& g) { g.nodes[2].integers[5] = 7; },
      [](QuantGraph& g) { g.nodes[3].integers[0] = 0; },
      [](QuantGraph& g) { g.nodes[3].integers.push_back(1); },
      [](QuantGraph& g) { std::swap(g.nodes[0], g.nodes[1]); },
  };
  for (std::size_t i = 0; i < breaks.size(); ++i) {
    QuantGraph bad = *good;
    breaks[i](bad);
    const Status status = validate(bad);
    ASSERT_FALSE(status.ok()) << "break " << i;
    EXPECT_EQ(status.error().code, ErrorCode::kKey);
  }
}

// As above, of the operators that have no weights.
TEST(Validate, RefusesBrokenChoices) {
  const auto graph = [](QuantNode::Op op, std::vector<QuantShape> in, QuantShape out,
                        std::vector<std::int64_t> integers) {
    QuantGraph g;
    QuantNode n;
    n.op = op;
    n.name = "n";
    n.integers = std::move(integers);
    n.requant = {0, 16};
    for (QuantShape& s : in) {
      g.inputs.push_back({"x" + std::to_string(g.values.size()), static_cast<QuantId>(g.values.size()), 16, {}});
      n.inputs.push_back(static_cast<QuantId>(g.values.size()));
      g.values.push_back({"x", std::move(s), {1.0}});
    }
    n.output = static_cast<QuantId>(g.values.size());
    g.values.push_back({"y", std::move(out), {1.0}});
    g.nodes = {n};
    g.outputs = {{"y", n.output, 16, {}}};
    return validate(g).ok();
  };
  using Op = QuantNode::Op;
  EXPECT_TRUE(graph(Op::choose, {{2, 3}}, {2, 1}, {0, 1, 0}));
  EXPECT_TRUE(graph(Op::choose, {{2, 3}}, {2, 3}, {1, 0, 2}));
  EXPECT_FALSE(graph(Op::choose, {{2, 3}}, {2, 3}, {1, 0, 1}));
  EXPECT_FALSE(graph(Op::choose, {{2, 3}}, {2, 1}, {0, 1, 3}));
  EXPECT_FALSE(graph(Op::choose, {{2, 3}}, {2, 1}, {0, 2, 0}));
  EXPECT_FALSE(graph(Op::choose, {{2, 3}}, {2, 1}, {-1, 0, 0}));
  EXPECT_FALSE(graph(Op::choose, {{2, 1}}, {2, 1}, {0, 0, 0}));
  EXPECT_TRUE(graph(Op::top, {{2, 3}}, {2, 2}, {2, 1, 0}));
  EXPECT_TRUE(graph(Op::top, {{2, 3}}, {2, 3}, {3, 0, 1}));
  EXPECT_FALSE(graph(Op::top, {{2, 3}}, {2, 3}, {2, 1, 0}));
  EXPECT_FALSE(graph(Op::top, {{2, 3}}, {2, 4}, {4, 0, 0}));
  EXPECT_FALSE(graph(Op::top, {{2, 99}}, {2, 65}, {65, 0, 0}));
  EXPECT_FALSE(graph(Op::top, {{2, 3}}, {2, 2}, {2, 2, 0}));
  EXPECT_FALSE(graph(Op::top, {{2, 3}}, {2, 2}, {2, 0, 2}));
  EXPECT_FALSE(graph(Op::top, {{2, 1}}, {2, 1}, {1, 0, 0}));
  EXPECT_FALSE(graph(Op::top, {{2, 3}}, {2, 2}, {2, 1}));
  EXPECT_TRUE(graph(Op::total, {{2, 3}}, {2, 1}, {}));
  EXPECT_FALSE(graph(Op::total, {{2, 3}}, {1, 3}, {}));
  EXPECT_TRUE(graph(Op::divide, {{2, 3}, {2, 1}}, {2, 3}, {4, 0}));
  EXPECT_FALSE(graph(Op::divide, {{2, 3}, {2, 1}}, {2, 1}, {4, 0}));
  EXPECT_FALSE(graph(Op::divide, {{2, 3}, {2, 1}}, {2, 3}, {61, 0}));
  EXPECT_FALSE(graph(Op::divide, {{2, 3}}, {2, 3}, {-1, 0}));
  EXPECT_TRUE(graph(Op::pick, {{3}}, {2, 2}, {2, -1, 0, 0}));
  EXPECT_FALSE(graph(Op::pick, {{3}}, {2, 2}, {3, -1, 0, 0}));
  EXPECT_FALSE(graph(Op::pick, {{3}}, {2, 2}, {2, -2, 0, 0}));
  EXPECT_FALSE(graph(Op::pick, {{3}}, {2, 2}, {2, -1, 0}));
  EXPECT_TRUE(graph(Op::select, {{3}, {2, 1}, {}}, {2, 3}, {}));
  EXPECT_FALSE(graph(Op::select, {{3}, {2, 2}, {}}, {2, 3}, {}));
  EXPECT_FALSE(graph(Op::select, {{3}, {3}}, {3}, {}));
  EXPECT_TRUE(graph(Op::logic, {{3}, {2, 1}}, {2, 3}, {0, 1, 1, -2}));
  EXPECT_TRUE(graph(Op::logic, {{3}}, {3}, {1, -1, 0, 0}));
  EXPECT_FALSE(graph(Op::logic, {{3}, {2, 1}}, {2, 3}, {0, 1, 1, 0}));  // 1 + 1
  EXPECT_FALSE(graph(Op::logic, {{3}, {2, 1}}, {2, 3}, {0, 1, 1}));
}

TEST(Validate, RefusesBrokenRemainders) {
  GraphBuilder b(100);
  const ValueId x = b.input("x", {DType::kInt64, {2, 3}});
  b.output("y", *b.add("Mod", {x, b.constant("d", Tensor::of(DType::kInt64, {1, 3}, std::vector<double>{2, 3, 5}))},
                       {{"fmod", std::int64_t{0}}}));
  const auto good = quantise(b.take(), {{{Tensor(DType::kInt64, {2, 3})}}});
  ASSERT_TRUE(good.ok()) << to_string(good.error());
  const std::vector<std::function<void(QuantGraph&)>> breaks = {
      [](QuantGraph& g) { g.nodes[0].weights.clear(); },
      [](QuantGraph& g) { g.nodes[0].weights[0].shape = {3, 1}; },
      [](QuantGraph& g) { g.nodes[0].weights[0].shape = {3}; },
      [](QuantGraph& g) { g.nodes[0].weights[0].bits = kMaxDivisorBits + 1; },
      [](QuantGraph& g) { g.nodes[0].rounded = true; },
      [](QuantGraph& g) { g.nodes[0].inputs.push_back(0); },
  };
  for (std::size_t i = 0; i < breaks.size(); ++i) {
    QuantGraph bad = *good;
    breaks[i](bad);
    EXPECT_FALSE(validate(bad).ok()) << "break " << i;
  }
}

}  // namespace
}  // namespace nescio
