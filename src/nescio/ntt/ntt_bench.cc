// Cost of a transform per butterfly (rows/2 log2 rows per column) and of an encoding per message word.
#include <benchmark/benchmark.h>

#include <random>

#include "nescio/base/parallel.h"
#include "nescio/base/secret.h"
#include "nescio/field/isa.h"
#include "nescio/ntt/ntt.h"

namespace nescio {
namespace {

SecretVector<F> random_words(std::size_t n) {
  std::mt19937_64 rng(5);
  SecretVector<F> v(n);
  for (F& x : v) x = F(rng());
  return v;
}
void per_item(benchmark::State& state, double items, const char* name) {
  state.counters[name] =
      benchmark::Counter(items * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.SetLabel(isa_name(active_isa()));
}

void ntt(benchmark::State& state) {
  const auto k = static_cast<unsigned>(state.range(0));
  const auto stride = static_cast<std::size_t>(state.range(1));
  auto data = random_words(stride << k);
  for (auto _ : state) {
    ntt_rows(data.data(), k, stride);
    benchmark::ClobberMemory();
  }
  per_item(state, static_cast<double>(data.size()) / 2 * k, "ns_per_butterfly");
}
BENCHMARK(ntt)->Args({8, 8})->Args({10, 8})->Args({12, 8})->Args({13, 64})->Args({14, 32})->Args({16, 32})->Args({17,
                                                                                                                  32});

void encode(benchmark::State& state) {
  const auto k = static_cast<unsigned>(state.range(0));
  const auto stride = static_cast<std::size_t>(state.range(1));
  const auto rate = static_cast<unsigned>(state.range(2));
  const auto m = random_words(stride << k);
  SecretVector<F> code(m.size() << rate);
  set_num_threads(1);
  for (auto _ : state) {
    encode_rows(m.data(), code.data(), k, rate, stride, stride);
    benchmark::ClobberMemory();
  }
  set_num_threads(0);
  per_item(state, static_cast<double>(m.size()), "ns_per_word");
}
BENCHMARK(encode)->Args({10, 32, 1})->Args({13, 64, 1})->Args({15, 128, 1})->Args({17, 32, 1})->Args({10, 32, 2});

}  // namespace
}  // namespace nescio
