// One layer of 2^k private weights, range-checked in a table of 2^15 rows, and its product with an input: the phases of
// a proof at real parameters.
#include <benchmark/benchmark.h>

#include "nescio/circuit/builder.h"
#include "nescio/prover/prove.h"
#include "nescio/prover/setup.h"

namespace nescio {
namespace {

void prove_layer(benchmark::State& state) {
  const std::uint32_t n = std::uint32_t{1} << (state.range(0) / 2),
                      m = std::uint32_t{1} << (state.range(0) - state.range(0) / 2);
  CircuitBuilder b(1);
  const TensorId w = b.committed({n, m}, 0), x = b.committed({n}, 0), y = b.committed({m}, 0);
  const std::uint32_t range = b.table(1U << 15, {progression(0, 1)}, 0);
  b.lookup(range, 0, {w});
  b.lookup(range, 0, {x});
  b.zero(b.affine({m}, {b.term(b.contract(w, {0, 1}, x, {0}, {1})), b.term(y, -1)}), 0);
  Circuit circuit = b.take();
  Witness witness;
  witness.values.resize(circuit.tensors.size());
  auto& counts = witness.values[circuit.tables[0].multiplicity];
  counts.resize(1U << 15);
  for (const TensorId id : {w, x})
    for (std::size_t i = 0; i < num_cells(circuit[id].dims); ++i) {
      const std::uint64_t v = (i * 0x9E3779B97F4A7C15U) >> 49;
      witness.values[id].push_back(F(v));
      counts[v] += F(1);
    }
  for (std::size_t o = 0; o < m; ++o) {
    F sum;
    for (std::size_t i = 0; i < n; ++i) sum += witness.values[w][o * n + i] * witness.values[x][i];
    witness.values[y].push_back(sum);
  }
  const auto key = make_key(std::move(circuit), {}, {});
  if (!key.ok()) return state.SkipWithError(to_string(key.error()).c_str());
  witness.values.resize(key->circuit.tensors.size());
  Timings t;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto proof = prove({*key, witness, PublicValues(), {}, {}}, SecretDigest(Digest{}), &t);
    if (!proof.ok()) return state.SkipWithError(to_string(proof.error()).c_str());
    bytes = proof->size();
  }
  const auto each = static_cast<double>(state.iterations());
  for (const auto& [name, ms] :
       {std::pair{"evaluate", t.evaluate}, std::pair{"random", t.random}, std::pair{"commit", t.commit},
        std::pair{"segments", t.segments}, std::pair{"functional", t.functional}, std::pair{"opening", t.opening}})
    state.counters[name] = ms / each;
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(prove_layer)->Arg(12)->Arg(16)->Arg(19)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace nescio
