// Witness generation: what a rounded accumulator and its ReLU cost, from the accumulators to the cells in F.
#include <benchmark/benchmark.h>

#include <random>

#include "nescio/base/parallel.h"
#include "nescio/gadget/eval.h"
#include "nescio/gadget/requant.h"

namespace nescio {
namespace {

constexpr std::uint32_t kCells = 1U << 16;
constexpr GadgetPlan kPlan = {1U << 8 | 1U << 16, 8, false};

// acc, of 31 bits, is a cell of its own here: the accumulator of a network is a contraction.
Var lower(Backend& b, const Hint& hint) {
  return commit_signed(b, kPlan, "acc", {kCells}, 31, hint);
}

// One activation for each cell. The cells of `acc` are made before the clock starts.
void activation(benchmark::State& state) {
  set_num_threads(1);
  Activation relu;
  relu.kind = Activation::Kind::relu;
  const Hint hint = [](const HintView&, std::span<std::int64_t> out) {
    std::mt19937_64 rng(1);
    for (std::int64_t& x : out) x = static_cast<std::int64_t>(rng() >> 33) - (std::int64_t{1} << 30);
  };
  EmitBackend emit;
  requant(emit, kPlan, "requant", lower(emit, hint), {16, 16}, relu);
  const Emitted emitted = *emit.finish();
  const PublicValues none(emitted.circuit.tensors.size());
  for (auto _ : state) {
    state.PauseTiming();
    EvalBackend b(emitted, none);
    const Var acc = lower(b, hint);
    state.ResumeTiming();
    requant(b, kPlan, "requant", acc, {16, 16}, relu);
    benchmark::DoNotOptimize(b.witness());
    state.PauseTiming();
    if (!b.status().ok()) state.SkipWithError(b.status().error().detail.c_str());
    state.ResumeTiming();
  }
  state.counters["ns_per_activation"] =
      benchmark::Counter(kCells * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(activation);

}  // namespace
}  // namespace nescio
