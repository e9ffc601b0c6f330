#include <benchmark/benchmark.h>

#include <vector>

#include "nescio/hash/blake3.h"

namespace nescio {
namespace {

// Messages of `blocks` blocks side by side: time per message and bytes per second. One block is a Merkle 2-to-1.
void hash_many_blocks(benchmark::State& state) {
  const auto blocks = static_cast<std::size_t>(state.range(0));
  const std::size_t count = 16384 / blocks;
  std::vector<std::uint8_t> data(count * blocks * kHashBlock, 1);
  std::vector<Digest> out(count);
  for (auto _ : state) {
    hash_many(HashContext::kNode, data.data(), blocks * kHashBlock, count, blocks, out.data());
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(data.size()));
}
BENCHMARK(hash_many_blocks)->Arg(1)->Arg(2)->Arg(4)->Arg(8)->Arg(16)->Arg(24)->Arg(64);

void hash_padded_one(benchmark::State& state) {
  const std::vector<std::uint8_t> data(static_cast<std::size_t>(state.range(0)), 1);
  for (auto _ : state) benchmark::DoNotOptimize(hash_padded(HashContext::kNode, data));
}
BENCHMARK(hash_padded_one)->Arg(64)->Arg(256);

}  // namespace
}  // namespace nescio
