// api/sample_model.h -- for tests: compiled models made by hand, without the ONNX files that users start from.
#pragma once
#include <numeric>
#include <string>

#include "nescio/api/prover_model.h"
#include "nescio/compile/plan.h"

namespace nescio {

inline SecretVector<std::int32_t> ramp(std::size_t n) {
  SecretVector<std::int32_t> v(n);
  std::iota(v.begin(), v.end(), -static_cast<std::int32_t>(n / 2));
  return v;
}

// Each operator once; y: two comparisons and a class.
inline Model whole_model() {
  using Op = QuantNode::Op;
  Model m;
  QuantGraph& g = m.graph;
  const auto value = [&](QuantShape shape) {
    g.values.push_back({"v" + std::to_string(g.values.size()), std::move(shape), {0.25}});
    return static_cast<QuantId>(g.values.size() - 1);
  };
  const auto node = [&](Op op, std::vector<QuantId> inputs, QuantShape shape, std::vector<QuantWeights> weights,
                        std::vector<std::int64_t> integers) -> QuantNode& {
    const QuantId y = value(std::move(shape));
    QuantNode n{op, "n" + std::to_string(y), std::move(inputs), y};
    n.weights = std::move(weights);
    n.integers = std::move(integers);
    n.rounded = op <= Op::matmul;
    n.requant = {4, 16};
    g.nodes.push_back(std::move(n));
    return g.nodes.back();
  };
  const QuantId x = value({2, 3});
  g.inputs.push_back({"x", x, 8, {}});
  QuantNode& first = node(Op::linear, {x}, {2, 4}, {{"w", {4, 3}, 8, ramp(12)}, {"b", {4}, 12, ramp(4)}}, {});
  first.bias_shift = 2;
  first.activation.kind = Activation::Kind::relu;
  QuantNode& second = node(Op::channel, {1}, {2, 4}, {{"s", {1, 4}, 8, ramp(4)}}, {});
  second.requant.bits = 8;
  second.activation.kind = Activation::Kind::table;
  second.activation.lo = -128;
  for (std::int64_t t = -128; t < 128; ++t) second.activation.values.push_back(t * t / 128);
  node(Op::combine, {1, 2}, {2, 4}, {}, {1, -2}).activation = {Activation::Kind::clip, -100, 200, 0, 0, {}};
  node(Op::multiply, {2, 3}, {2, 4}, {}, {}).activation = {Activation::Kind::leaky, 0, 0, 3, 4, {}};
  node(Op::transpose, {4}, {4, 2}, {}, {1, 0});
  node(Op::matmul, {3, 5}, {2, 2}, {}, {});
  node(Op::reshape, {6}, {4}, {}, {});
  node(Op::slice, {7}, {2}, {}, {1, 2, 2});
  node(Op::compare, {8}, {2}, {{"c", {2}, 8, ramp(2)}}, {});
  node(Op::choose, {7}, {1}, {}, {0, 0, 0});
  node(Op::concat, {9, 10}, {3}, {}, {0});
  g.outputs.push_back({"y", 11, 16, {"a", "b", "c"}});
  g.notes = {"a note"};
  m.accuracy.outputs.push_back({"y", 1, 0.5, 3});
  m.float_model = {{"onnx", {{"n", 3}}}};
  NESCIO_CHECK(validate(g).ok());
  const auto plan = choose_plan(g);
  NESCIO_CHECK(plan.ok());
  m.plan = *plan;
  return m;
}

// x [1, 3] to y [1, 2].
inline Model small_model() {
  Model m;
  m.graph.values = {{"x", {1, 3}, {0.5}}, {"y", {1, 2}, {0.25}}};
  QuantNode n{QuantNode::Op::linear, "n", {0}, 1};
  n.weights = {{"w", {2, 3}, 8, ramp(6)}};
  n.rounded = true;
  n.requant = {0, 24};
  m.graph.nodes = {n};
  m.graph.inputs = {{"x", 0, 8, {}}};
  m.graph.outputs = {{"y", 1, 24, {}}};
  m.plan = *choose_plan(m.graph);
  return m;
}

}  // namespace nescio
