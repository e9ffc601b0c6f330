// compile/lowering_fixture.h -- for tests: small float graphs, quantised, lowered, run, and compared.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "nescio/circuit/bounds.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/determined.h"
#include "nescio/circuit/digests.h"
#include "nescio/compile/canonical.h"
#include "nescio/compile/lower.h"
#include "nescio/compile/plan.h"
#include "nescio/compile/program.h"
#include "nescio/gadget/eval.h"
#include "nescio/ops/builder.h"
#include "nescio/ops/evaluate.h"
#include "nescio/quant/quantise.h"
#include "nescio/witness/wide_integers.h"

namespace nescio {

// Random reals in [-1, 1).
class Random {
 public:
  explicit Random(std::uint64_t seed) : rng_(seed) {}
  double real() { return std::ldexp(static_cast<double>(rng_() >> 11), -52) - 1; }
  Tensor tensor(const TensorType& type, double size = 1) {
    std::vector<double> v(static_cast<std::size_t>(*element_count(type.shape)));
    for (double& x : v) x = size * real();
    return Tensor::of(type.dtype, type.shape, v);
  }
  std::uint64_t below(std::uint64_t n) { return rng_() % n; }

 private:
  std::mt19937_64 rng_;
};

// Makes a graph with float32 inputs; operators by name.
class Sketch {
 public:
  explicit Sketch(std::vector<Shape> inputs) : builder_(1 << 20), random_(7) {
    for (Shape& s : inputs) {
      const std::string name = "x" + std::to_string(x_.size());
      x_.push_back(builder_.input(name, {DType::kFloat32, std::move(s)}));
    }
  }
  ValueId x(std::size_t i = 0) const { return x_[i]; }
  ValueId random(const Shape& shape, double size = 1) {
    return builder_.constant("c", random_.tensor({DType::kFloat32, shape}, size));
  }
  ValueId values(const Shape& shape, const std::vector<double>& v) {
    return builder_.constant("c", Tensor::of(DType::kFloat32, shape, v));
  }
  ValueId op(const std::string& name, std::vector<ValueId> inputs, Attributes attributes = {}) {
    builder_.scope("node" + std::to_string(++nodes_));
    const auto id = builder_.add(name, std::move(inputs), std::move(attributes));
    EXPECT_TRUE(id.ok()) << name << ": " << (id.ok() ? "" : to_string(id.error()));
    return id.ok() ? *id : x_[0];
  }
  // x [.., k] to [.., n]
  ValueId linear(ValueId x, std::int64_t n, double size = 0.5) {
    const std::int64_t k = builder_.shape(x).back();
    return op("Linear", {x, random({n, k}, size), random({n}, size)});
  }
  ValueId moved(ValueId x, const Shape& shape) { return op("Reshape", {x}, {{"shape", shape}}); }
  Graph graph(const std::vector<ValueId>& outputs) {
    for (std::size_t i = 0; i < outputs.size(); ++i) builder_.output("y" + std::to_string(i), outputs[i]);
    const auto g = canonicalise(builder_.take());
    EXPECT_TRUE(g.ok()) << (g.ok() ? "" : to_string(g.error()));
    return g.ok() ? *g : Graph{};
  }

 private:
  GraphBuilder builder_;
  Random random_;
  std::vector<ValueId> x_;
  int nodes_ = 0;
};

inline Calibration random_calibration(const Graph& graph, std::size_t rows, double size = 1) {
  Random random(11);
  Calibration out;
  for (std::size_t r = 0; r < rows; ++r) {
    out.rows.emplace_back();
    for (const Port& p : graph.inputs) out.rows.back().push_back(random.tensor(graph.value(p.value).type, size));
  }
  return out;
}

inline QuantGraph quantised(const Graph& graph, const Calibration& calibration, const QuantOptions& options = {}) {
  const auto q = quantise(graph, calibration, options);
  EXPECT_TRUE(q.ok()) << (q.ok() ? "" : to_string(q.error()));
  return q.ok() ? *q : QuantGraph{};
}

inline IntegerInputs integers_of(const QuantGraph& q, const std::vector<Tensor>& row) {
  IntegerInputs out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto x = quantise_input(input_port(q, i), row[i].reals());
    EXPECT_TRUE(x.ok()) << (x.ok() ? "" : to_string(x.error()));
    out.push_back(x.ok() ? *x : SecretVector<std::int64_t>());
  }
  return out;
}

// The model and the gadgets of its outputs, without a digest. Both interpreters.
struct Lowering {
  Emitted emitted;
  PublicValues publics;  // true of anything
};
inline Lowering emit_model(const QuantGraph& q, const GadgetPlan& plan) {
  Lowering out;
  EmitBackend b;
  Lowered l = lower(b, q, plan, {});
  lower_outputs(b, plan, l);
  EXPECT_TRUE(b.status().ok()) << to_string(b.status().error());
  for (std::size_t i = 0; i < q.inputs.size(); ++i) {
    InputPort p = input_port(q, i);
    p.tensor = b.tensor(l.inputs[i].value);
    b.builder().input(p);
  }
  for (std::size_t i = 0; i < q.outputs.size(); ++i) {
    const OutputSwitches& s = l.switches[i];
    OutputPort p;
    p.name = q.outputs[i].name;
    p.dims = q.values[q.outputs[i].value].shape;
    p.tensor = b.tensor(l.outputs[i].value);
    p.lo = l.outputs[i].declared.lo;
    p.hi = l.outputs[i].declared.hi;
    p.pub_lo = b.tensor(s.lo);
    p.pub_hi = b.tensor(s.hi);
    p.pub_outside = b.tensor(s.outside);
    p.has_argmax = s.has_argmax;
    if (s.has_argmax) {
      p.pub_onehot = b.tensor(s.onehot);
      p.pub_on = b.tensor(s.on);
      p.pub_tie = b.tensor(s.tie);
    }
    b.builder().output(p);
  }
  auto e = b.finish();
  EXPECT_TRUE(e.ok());
  out.emitted = std::move(*e);
  const Circuit& c = out.emitted.circuit;
  const Status checked = check_circuit(c, false);
  EXPECT_TRUE(checked.ok()) << "rule " << checked.error().where;
  const auto bounds = derive_bounds(c, ErrorCode::kOverflow);
  EXPECT_TRUE(bounds.ok()) << to_string(bounds.error());
  // Were the weights under a digest of the key, nothing would be left for the prover to choose.
  Circuit bound = c;
  DigestPort weights;
  for (const GroupTensor& w : l.weights) weights.bound.push_back({out.emitted.tensor[w.value.index], 0, 0});
  bound.digests = {weights};
  const std::vector<bool> determined = determined_tensors(bound, *bounds);
  for (const OutputPort& p : c.outputs) EXPECT_TRUE(determined[p.tensor]) << p.name;
  out.publics.resize(c.tensors.size());
  for (const OutputPort& p : c.outputs) {
    const auto n = static_cast<std::size_t>(num_cells(p.dims));
    out.publics[p.pub_lo].assign(n, F::from_signed(p.lo));
    out.publics[p.pub_hi].assign(n, F::from_signed(p.hi));
    out.publics[p.pub_outside].assign(n, F());
    if (!p.has_argmax) continue;
    out.publics[p.pub_onehot].assign(n, F());
    out.publics[p.pub_on].assign(1, F());
    out.publics[p.pub_tie].assign(n, F());
  }
  return out;
}

// Runs a row; every tensor of the integer interpreter is that of the circuit. The outputs.
inline std::vector<std::vector<std::int64_t>> run_row(const QuantGraph& q, const GadgetPlan& plan,
                                                      const Lowering& lowering, const IntegerInputs& inputs) {
  EvalBackend b(lowering.emitted, lowering.publics);
  Lowered l = lower(b, q, plan, inputs);
  lower_outputs(b, plan, l);
  std::vector<std::vector<std::int64_t>> integers;
  for (std::uint32_t v = 0; v < b.size(); ++v)
    integers.emplace_back(b.integers(Var{v}).begin(), b.integers(Var{v}).end());
  const auto w = b.witness();
  EXPECT_TRUE(w.ok()) << (w.ok() ? "" : to_string(w.error()));
  if (!w.ok()) return {};
  const auto values = evaluate_virtual(lowering.emitted.circuit, *w, lowering.publics);
  EXPECT_TRUE(values.ok());
  const Status s = check_relations(lowering.emitted.circuit, *values, &lowering.emitted.names);
  EXPECT_TRUE(s.ok()) << (s.ok() ? "" : to_string(s.error()));
  const auto wide = wide_integers(lowering.emitted.circuit, *w, lowering.publics);
  for (std::uint32_t v = 0; v < b.size(); ++v) {
    const auto& x = integers[v];
    const auto y = (*values)[lowering.emitted.tensor[v]];
    EXPECT_EQ(x.size(), y.size());
    EXPECT_TRUE(std::equal(x.begin(), x.end(), y.begin(), [](std::int64_t i, F f) { return F::from_signed(i) == f; }))
        << "tensor " << v;
    if (b.info(Var{v}).field) continue;
    const auto& in_128_bits = wide[lowering.emitted.tensor[v]];
    EXPECT_TRUE(in_128_bits && std::equal(x.begin(), x.end(), in_128_bits->begin(), in_128_bits->end()))
        << "tensor " << v;
    if (!b.info(Var{v}).bounded) continue;
    const Bound range = b.bound(Var{v});
    EXPECT_TRUE(std::all_of(x.begin(), x.end(), [&](std::int64_t i) { return range.lo <= i && i <= range.hi; }))
        << "tensor " << v;
  }
  std::vector<std::vector<std::int64_t>> out;
  for (const GroupTensor& y : l.outputs) out.push_back(integers[y.value.index]);
  return out;
}

// Quantises, lowers with several plans, runs rows. The outputs are within `tolerance` of the float model's (relative to
// the largest magnitude of each output) and do not depend on the plan.
inline QuantGraph expect_close(const Graph& graph, double tolerance, const QuantOptions& options = {},
                               double size = 1) {
  constexpr std::size_t kRows = 6;
  const Calibration calibration = random_calibration(graph, kRows, size);
  QuantGraph q = quantised(graph, calibration, options);
  if (q.nodes.empty() && q.values.empty()) return q;
  const auto chosen = choose_plan(q);
  EXPECT_TRUE(chosen.ok());
  std::vector<GadgetPlan> plans = {{1U << 8, 8, false}, {(1U << 16) | (1U << 5), 3, true}, {(1U << 15) | 2, 1, false}};
  if (chosen.ok()) plans.push_back(*chosen);
  std::vector<std::vector<double>> largest(graph.outputs.size());
  std::vector<Lowering> lowerings;
  for (const GadgetPlan& plan : plans) lowerings.push_back(emit_model(q, plan));
  std::vector<double> scale(graph.outputs.size(), 0), error(graph.outputs.size(), 0);
  for (const auto& row : calibration.rows) {
    const auto reals = evaluate(graph, row);
    EXPECT_TRUE(reals.ok());
    const IntegerInputs inputs = integers_of(q, row);
    std::vector<std::vector<std::int64_t>> first;
    for (std::size_t p = 0; p < plans.size(); ++p) {
      const auto outputs = run_row(q, plans[p], lowerings[p], inputs);
      if (outputs.empty()) return q;
      if (p == 0) first = outputs;
      EXPECT_EQ(outputs, first) << "plan " << p;
    }
    for (std::size_t o = 0; o < first.size(); ++o) {
      EXPECT_EQ(first[o].size(), (*reals)[o].size());
      const double s = q.values[q.outputs[o].value].scales[0];
      for (std::size_t i = 0; i < first[o].size(); ++i) {
        scale[o] = std::max(scale[o], std::abs((*reals)[o].real(i)));
        error[o] = std::max(error[o], std::abs((*reals)[o].real(i) - s * static_cast<double>(first[o][i])));
      }
    }
  }
  for (std::size_t o = 0; o < scale.size(); ++o)
    EXPECT_LE(error[o], tolerance * scale[o]) << "output " << o << ", largest " << scale[o];
  return q;
}

// Each committed cell of a model that is neither an input nor a threshold, in the given scope, moved by a little, is
// caught by a relation. How many were tried.
inline std::size_t expect_changes_caught(const Graph& g, const Calibration& c, const std::string& scope = "") {
  const QuantGraph q = quantised(g, c);
  const GadgetPlan plan{(1U << 8) | (1U << 7), 8, false};
  const Lowering l = emit_model(q, plan);
  const IntegerInputs inputs = integers_of(q, c.rows[0]);
  EvalBackend b(l.emitted, l.publics);
  Lowered lowered = lower(b, q, plan, inputs);
  lower_outputs(b, plan, lowered);
  const auto honest = b.witness();
  EXPECT_TRUE(honest.ok());
  if (!honest.ok()) return 0;
  const Circuit& circuit = l.emitted.circuit;
  std::size_t tried = 0;
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const Committed* committed = circuit.committed(id);
    if (committed == nullptr || committed->role != Role::value) continue;
    const std::string& name = l.emitted.cells[id];
    if (name == "x0/cell" || !name.starts_with(scope) || name.find("/above") != std::string::npos ||
        name.find("/c/") != std::string::npos || name.find("/d/") != std::string::npos)
      continue;
    for (std::size_t i = 0; i < honest->values[id].size(); ++i)
      for (const F delta : {F(1), -F(1), F(256).inverse()}) {
        Witness w = *honest;
        w.values[id][i] += delta;
        const auto values = evaluate_virtual(circuit, w, l.publics);
        const Status status = check_relations(circuit, *values, &l.emitted.names);
        EXPECT_FALSE(status.ok()) << name;
        if (status.ok()) return tried;
        EXPECT_LT(status.error().where, circuit.lookups.size() + circuit.zeros.size()) << name;
        ++tried;
      }
  }
  return tried;
}
inline std::size_t expect_changes_caught(const Graph& g, double size = 1) {
  return expect_changes_caught(g, random_calibration(g, 4, size));
}

}  // namespace nescio
