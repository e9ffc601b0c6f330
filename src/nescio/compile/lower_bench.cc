// compile/lower_bench.cc -- making circuits and running models: the credit MLP's shape, and the 517,529 weights of the
// smallest network of Modulus' "Cost of Intelligence" suite (30 layers).
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

#include "nescio/compile/plan.h"
#include "nescio/compile/program.h"
#include "nescio/gadget/cost.h"
#include "nescio/gadget/eval.h"

namespace nescio {
namespace {

QuantGraph network(const std::vector<std::uint32_t>& widths, bool bias) {
  std::mt19937_64 rng(1);
  QuantGraph g;
  g.values.push_back({"x", {1, widths[0]}, {1.0}});
  g.inputs.push_back({"x", 0, 16, {}});
  for (std::size_t l = 1; l < widths.size(); ++l) {
    const bool last = l + 1 == widths.size();
    QuantNode n;
    n.op = QuantNode::Op::linear;
    n.name = "fc" + std::to_string(l);
    n.inputs = {static_cast<QuantId>(l - 1)};
    n.output = static_cast<QuantId>(l);
    n.rounded = true;
    n.requant = {last ? 8U : 16U, last ? 24U : 16U};
    if (!last) n.activation.kind = Activation::Kind::relu;
    n.weights.push_back({n.name + "/w", {widths[l], widths[l - 1]}, 15, {}});
    // Weights of a size at which activations keep theirs, the smaller the more there are of them.
    const auto reach = static_cast<std::int64_t>(std::min(16000.0, 70000.0 / std::sqrt(widths[l - 1])));
    for (std::uint64_t i = 0; i < std::uint64_t{widths[l]} * widths[l - 1]; ++i)
      n.weights[0].values.push_back(static_cast<std::int32_t>(static_cast<std::int64_t>(rng() % (2 * reach)) - reach));
    if (bias) {
      n.weights.push_back({n.name + "/b", {widths[l]}, 31, {}});
      for (std::uint32_t i = 0; i < widths[l]; ++i)
        n.weights[1].values.push_back(static_cast<std::int32_t>(rng() % 1000000));
    }
    g.values.push_back({n.name, {1, widths[l]}, {1.0}});
    g.nodes.push_back(std::move(n));
  }
  g.outputs.push_back({"y", static_cast<QuantId>(widths.size() - 1), 24, {}});
  return g;
}
QuantGraph credit() {
  return network({27, 64, 32, 1}, true);
}
QuantGraph modulus() {
  std::vector<std::uint32_t> widths = {784};
  for (int k = 0; k < 29; ++k) widths.push_back(static_cast<std::uint32_t>(16 * std::pow(1.1, k)));
  widths.push_back(1000);
  return network(widths, false);
}

IntegerInputs inputs_of(const QuantGraph& g) {
  IntegerInputs x(1);
  for (std::uint64_t i = 0; i < num_elements(g.values[0].shape); ++i)
    x[0].push_back(static_cast<std::int64_t>(i * 37 % 4001) - 2000);
  return x;
}

PublicValues nothing_stated(const Circuit& c) {
  PublicValues p(c.tensors.size());
  for (const OutputPort& o : c.outputs) {
    const auto n = static_cast<std::size_t>(num_cells(o.dims));
    p[o.pub_lo].assign(n, F::from_signed(o.lo));
    p[o.pub_hi].assign(n, F::from_signed(o.hi));
    p[o.pub_outside].assign(n, F());
    if (!o.has_argmax) continue;
    p[o.pub_onehot].assign(n, F());
    p[o.pub_on].assign(1, F());
    p[o.pub_tie].assign(n, F());
  }
  return p;
}

// The model and its statements, without the digest.
Lowered model(Backend& b, const QuantGraph& g, const GadgetPlan& plan, const IntegerInputs& x) {
  Lowered l = lower(b, g, plan, x);
  lower_outputs(b, plan, l);
  return l;
}

void counts(benchmark::State& state, const QuantGraph& g, const GadgetPlan& plan) {
  CostBackend c;
  model(c, g, plan, {});
  state.counters["cells"] = static_cast<double>(c.cost().cells);
  state.counters["lookups"] = static_cast<double>(c.cost().lookups);
  state.counters["table_rows"] = static_cast<double>(c.cost().table_rows);
  state.counters["widths"] = plan.widths;
  state.counters["sign_bits"] = plan.sign_bits;
}

template <QuantGraph (*make)()>
void plan(benchmark::State& state) {
  const QuantGraph g = make();
  GadgetPlan p;
  for (auto _ : state) p = *choose_plan(g);
  counts(state, g, p);
}
template <QuantGraph (*make)()>
void emit(benchmark::State& state) {
  const QuantGraph g = make();
  const GadgetPlan p = *choose_plan(g);
  for (auto _ : state) {
    EmitBackend b;
    model(b, g, p, {});
    benchmark::DoNotOptimize(b.finish());
  }
}
template <QuantGraph (*make)()>
void run(benchmark::State& state) {
  const QuantGraph g = make();
  const GadgetPlan p = *choose_plan(g);
  const IntegerInputs x = inputs_of(g);
  EmitBackend e;
  const Lowered l = model(e, g, p, {});
  OutputPort port;
  port.dims = {static_cast<std::uint32_t>(num_elements(g.values.back().shape))};
  port.lo = l.outputs[0].declared.lo;
  port.hi = l.outputs[0].declared.hi;
  port.pub_lo = e.tensor(l.switches[0].lo);
  port.pub_hi = e.tensor(l.switches[0].hi);
  port.pub_outside = e.tensor(l.switches[0].outside);
  port.has_argmax = l.switches[0].has_argmax;
  if (port.has_argmax) {
    port.pub_onehot = e.tensor(l.switches[0].onehot);
    port.pub_on = e.tensor(l.switches[0].on);
    port.pub_tie = e.tensor(l.switches[0].tie);
  }
  e.builder().output(port);
  const Emitted emitted = *e.finish();
  const PublicValues publics = nothing_stated(emitted.circuit);
  for (auto _ : state) {
    EvalBackend b(emitted, publics);
    model(b, g, p, x);
    const auto w = b.witness();
    if (!w.ok()) state.SkipWithError(w.error().detail.c_str());
    benchmark::DoNotOptimize(w);
  }
}
template <QuantGraph (*make)()>
void evaluate_all(benchmark::State& state) {
  const QuantGraph g = make();
  const GadgetPlan p = *choose_plan(g);
  EmitBackend e;
  model(e, g, p, {});
  const Emitted emitted = *e.finish();
  Witness w;
  w.values.resize(emitted.circuit.tensors.size());
  PublicValues publics(w.values.size());
  for (TensorId id = 0; id < w.values.size(); ++id) {
    const auto n = static_cast<std::size_t>(num_cells(emitted.circuit[id].dims));
    if (emitted.circuit.committed(id) != nullptr) w.values[id].resize(n);
    if (std::holds_alternative<Public>(emitted.circuit[id].def)) publics[id].resize(n);
  }
  for (auto _ : state) benchmark::DoNotOptimize(evaluate_virtual(emitted.circuit, w, publics));
}

BENCHMARK(plan<credit>)->Unit(benchmark::kMillisecond);
BENCHMARK(plan<modulus>)->Unit(benchmark::kMillisecond);
BENCHMARK(emit<credit>)->Unit(benchmark::kMillisecond);
BENCHMARK(emit<modulus>)->Unit(benchmark::kMillisecond);
BENCHMARK(run<credit>)->Unit(benchmark::kMillisecond);
BENCHMARK(run<modulus>)->Unit(benchmark::kMillisecond);
BENCHMARK(evaluate_all<credit>)->Unit(benchmark::kMillisecond);
BENCHMARK(evaluate_all<modulus>)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nescio
