#include <benchmark/benchmark.h>
#include <malloc.h>

#include <vector>

#include "nescio/base/parallel.h"
#include "nescio/merkle/prover.h"
#include "nescio/merkle/verifier.h"
#include "nescio/transcript/prf.h"
#include "nescio/transcript/writer.h"

namespace nescio::merkle {
namespace {

// Memory stays with malloc between iterations: first touches of pages, which can cost more than the hashing, are not
// part of these numbers.
const bool kKeepMemory = mallopt(M_MMAP_THRESHOLD, 1 << 30) != 0 && mallopt(M_TRIM_THRESHOLD, 1 << 30) != 0;

// Time per 2-to-1 of a whole tree of 2^k leaves, one thread.
void tree(benchmark::State& state) {
  set_num_threads(1);
  std::vector<Digest> leaves(std::size_t{1} << state.range(0));
  Prf(Digest{}, "bench", 0).fill(leaves);
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Digest> copy = leaves;
    state.ResumeTiming();
    const Tree t(std::move(copy));
    benchmark::DoNotOptimize(t.root());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(leaves.size() - 1));
  set_num_threads(0);
}
BENCHMARK(tree)->Arg(12)->Arg(18)->Iterations(30);

// Bytes of cells per second: 2^14 rows of `columns` cells in one group, and a group of 3 mask columns.
void rows(benchmark::State& state) {
  set_num_threads(1);
  constexpr std::size_t kRows = 1 << 14;
  const auto columns = static_cast<std::size_t>(state.range(0));
  const std::size_t stride = (columns + 3 + 7) / 8 * 8;
  std::vector<F> code(kRows * stride);
  std::vector<Digest> salts(kRows);
  Prf(Digest{}, "bench", 1).fill(code);
  const ColumnGroup groups[] = {{0, columns}, {columns, columns + 3}};
  for (auto _ : state) benchmark::DoNotOptimize(row_leaves(code.data(), kRows, stride, groups, salts).data());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kRows * columns * 8));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
  set_num_threads(0);
}
BENCHMARK(rows)->Arg(8)->Arg(32)->Arg(37)->Arg(128)->Arg(256);

// Bytes of values per second: cosets of 2^k elements of degree 3.
void cosets(benchmark::State& state) {
  set_num_threads(1);
  constexpr std::size_t kN = 1 << 16;
  std::vector<F> code(3 * kN);
  Prf(Digest{}, "bench", 2).fill(code);
  const F* planes[] = {code.data(), code.data() + kN, code.data() + 2 * kN};
  for (auto _ : state)
    benchmark::DoNotOptimize(coset_leaves(planes, 1, kN, static_cast<unsigned>(state.range(0))).data());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kN * 24));
  set_num_threads(0);
}
BENCHMARK(cosets)->Arg(0)->Arg(2)->Arg(4);

// The verifier: 100 paths of a tree of 2^18.
void verify_paths(benchmark::State& state) {
  std::vector<Digest> leaves(1 << 18);
  Prf(Digest{}, "bench", 3).fill(leaves);
  const Tree t(leaves);
  std::vector<std::uint32_t> indices;
  std::vector<IndexedDigest> opened;
  for (std::uint32_t i = 0; i < 100; ++i) {
    indices.push_back(2617 * i);
    opened.push_back({2617 * i, leaves[2617 * i]});
  }
  ProofWriter out;
  for (const Digest& d : t.multiproof(indices)) out.digest("path", d);
  for (auto _ : state) {
    ProofReader in(out.bytes());
    benchmark::DoNotOptimize(root_from(opened, 18, in, "path"));
  }
}
BENCHMARK(verify_paths);

}  // namespace
}  // namespace nescio::merkle
