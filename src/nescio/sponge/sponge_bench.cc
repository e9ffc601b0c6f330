#include <benchmark/benchmark.h>

#include <random>

#include "nescio/sponge/sponge.h"

namespace nescio {
namespace {

// With x^7 of every S-box.
void permutation(benchmark::State& state) {
  PoseidonState s{};
  std::array<F, kPoseidonSboxes> x7;
  for (auto _ : state) {
    poseidon_permute(s, x7);
    benchmark::DoNotOptimize(x7.data());
  }
}
BENCHMARK(permutation);

void linear_layers(benchmark::State& state) {
  std::vector<F> in(kPoseidonInputs, F(3)), out(kPoseidonSboxes);
  for (auto _ : state) {
    poseidon_linear(in, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(linear_layers);

template <class E>
void linear_layers_transposed(benchmark::State& state) {
  std::vector<E> out(kPoseidonSboxes, E(F(3))), in(kPoseidonInputs);
  for (auto _ : state) {
    poseidon_linear_transpose<E>(out, in);
    benchmark::DoNotOptimize(in.data());
  }
}
BENCHMARK(linear_layers_transposed<Ext2>);
BENCHMARK(linear_layers_transposed<Ext3>);

// The digest of the 30 layers of bench/modulus.py's network of 518k weights, 15 bits each. Items are weights.
void digest_518k(benchmark::State& state) {
  DigestSpec spec;
  std::vector<std::vector<std::int64_t>> values;
  std::mt19937_64 rng(1);
  std::uint32_t in = 784;
  double width = 16;
  std::int64_t weights = 0;
  for (int k = 0; k < 30; ++k, width *= 1.1) {
    const std::uint32_t out = k == 29 ? 1000 : static_cast<std::uint32_t>(width);
    spec.tensors.push_back({{in, out}, -16384, 16383});
    values.emplace_back();
    for (std::uint32_t i = 0; i < in * out; ++i)
      values.back().push_back(static_cast<std::int64_t>(rng() % 32768) - 16384);
    weights += std::int64_t{in} * out;
    in = out;
  }
  const std::vector<std::span<const std::int64_t>> views(values.begin(), values.end());
  for (auto _ : state) benchmark::DoNotOptimize(sponge_digest(spec, {}, views).ok());
  state.SetItemsProcessed(state.iterations() * weights);
}
BENCHMARK(digest_518k)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nescio
