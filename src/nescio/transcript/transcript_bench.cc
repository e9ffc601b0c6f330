#include <benchmark/benchmark.h>

#include <vector>

#include "nescio/base/parallel.h"
#include "nescio/field/extension.h"
#include "nescio/transcript/prf.h"
#include "nescio/transcript/transcript.h"

namespace nescio {
namespace {

Transcript start() {
  return Transcript(bytes_of("bench"));
}

void absorb_ext(benchmark::State& state) {
  Transcript t = start();
  const std::vector<std::uint8_t> payload(24);
  for (auto _ : state) t.absorb("E", "sum.c0", payload);
}
BENCHMARK(absorb_ext);

void challenge(benchmark::State& state) {
  Transcript t = start();
  for (auto _ : state) benchmark::DoNotOptimize(t.challenge<Ext3>("r"));
}
BENCHMARK(challenge);

// Time per nonce tried, one thread. Items are the nonces up to the answer.
void work_nonce(benchmark::State& state) {
  set_num_threads(1);
  Transcript t = start();
  std::int64_t tried = 0;
  for (auto _ : state) {
    const std::uint64_t nonce = t.find_nonce("w", 20);
    tried += static_cast<std::int64_t>(nonce) + 1;
    t.check_nonce("w", 20, nonce);
  }
  state.SetItemsProcessed(tried);
  set_num_threads(0);
}
BENCHMARK(work_nonce)->Iterations(20);

void prf_fill(benchmark::State& state) {
  Prf prf(Digest{}, "bench", 0);
  std::vector<F> out(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    prf.fill(out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * 8);
}
BENCHMARK(prf_fill)->Arg(64)->Arg(1 << 16);

}  // namespace
}  // namespace nescio
