// Witness generation: a rounded accumulator and its ReLU, from the accumulators to the cells in F.
#include <benchmark/benchmark.h>

#include <random>

#include "nescio/base/parallel.h"
#include "nescio/gadget/eval.h"
#include "nescio/gadget/requant.h"

namespace nescio {
namespace {

constexpr std::uint32_t kCells = 1U << 16;
constexpr GadgetPlan kPlan = {1U << 8 | 1U << 16, 8, false};

// The accumulators of a network are contractions; here they are given, and nothing of them is counted.
Var given(Backend& b) {
  const std::int64_t half = std::int64_t{1} << 30;
  return b.statement("acc", {kCells}, {-half, half - 1});
}
void lower(Backend& b, Var acc) {
  Activation relu;
  relu.kind = Activation::Kind::relu;
  requant(b, kPlan, "requant", acc, {16, 16}, relu);
}

void activation(benchmark::State& state) {
  set_num_threads(1);
  EmitBackend emit;
  lower(emit, given(emit));
  const Emitted emitted = *emit.finish();
  PublicValues publics(emitted.circuit.tensors.size());
  std::mt19937_64 rng(1);
  for (TensorId id = 0; id < publics.size(); ++id) {
    if (!std::holds_alternative<Public>(emitted.circuit[id].def)) continue;
    for (std::uint32_t i = 0; i < kCells; ++i)
      publics[id].push_back(F::from_signed(static_cast<std::int64_t>(rng() >> 33) - (std::int64_t{1} << 30)));
  }
  for (auto _ : state) {
    state.PauseTiming();
    EvalBackend b(emitted, publics);
    const Var acc = given(b);
    b.integers(acc);
    state.ResumeTiming();
    lower(b, acc);
    benchmark::DoNotOptimize(b.witness());
    if (!b.status().ok()) state.SkipWithError(b.status().error().detail.c_str());
  }
  state.counters["ns_per_activation"] =
      benchmark::Counter(kCells * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(activation);

}  // namespace
}  // namespace nescio
