// The lookup tree: all layers, per leaf.
#include <benchmark/benchmark.h>

#include <random>

#include "nescio/base/parallel.h"
#include "nescio/lookup/prover.h"

namespace nescio {
namespace {

template <class E>
void lookup_tree(benchmark::State& state) {
  set_num_threads(1);
  const std::size_t n = std::size_t{1} << state.range(0);
  std::mt19937_64 rng(1);
  zk::Pads<E> pads;
  pads.pad.resize(1000);
  pads.triple_a.resize(100);
  pads.triple_b.resize(100);
  ExtVector<E> q(n);
  for (std::size_t i = 0; i < n; ++i)
    for (unsigned d = 0; d < E::D; ++d) q.plane(d)[i] = F(rng());
  for (auto _ : state) {
    state.PauseTiming();
    SecretVector<F> p(n, -F(1));
    ExtVector<E> denominators = q.clone();
    ProofWriter out;
    zk::ProverChannel<E> ch(pads, Transcript(std::span<const std::uint8_t>()), out);
    state.ResumeTiming();
    benchmark::DoNotOptimize(
        lookup::prove_tree(ch, static_cast<unsigned>(state.range(0)), std::move(p), std::move(denominators)));
  }
  state.counters["ns_per_leaf"] = benchmark::Counter(
      static_cast<double>(n) * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(lookup_tree<Ext2>)->Arg(12)->Arg(16)->Arg(18)->Arg(20)->Unit(benchmark::kMillisecond);
BENCHMARK(lookup_tree<Ext3>)->Arg(12)->Arg(16)->Arg(18)->Arg(20)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nescio
