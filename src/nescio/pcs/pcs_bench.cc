// Commitment and opening at sizes and parameters that reach 128 (degree 3) and 100 (degree 2) bits; one thread.
// Counter ns_per_cell: per fresh cell, 2^log_rows * columns of them, mask columns not counted.
#include <benchmark/benchmark.h>

#include <map>
#include <memory>

#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"
#include "nescio/pcs/sample_opening.h"

namespace nescio::pcs {
namespace {

Params sized(unsigned degree, unsigned log_cells) {
  Params p;
  switch (log_cells) {
    case 15:
      p = toy_params(degree, 5, 18, 11, 2, degree == 3 ? 170 : 130, {{3, 3, degree == 3 ? 79u : 62u, 1}});
      p.query_pow = 13;
      p.rounds[0].query_pow = 10;
      break;
    case 20:
      p = toy_params(degree, 6, 33, 15, 2, degree == 3 ? 164 : 121,
                     {{4, 4, degree == 3 ? 57u : 44u, 1}, {6, 3, degree == 3 ? 38u : 30u, 1}});
      p.query_pow = 17;
      p.rounds[0].query_pow = p.rounds[1].query_pow = 15;
      break;
    default:
      p = toy_params(degree, 6, 33, static_cast<unsigned>(log_cells - 5), 2, degree == 3 ? 161 : 118,
                     {{4, 4, degree == 3 ? 55u : 43u, 1}, {7, 4, degree == 3 ? 32u : 29u, 1}});
      p.query_pow = 19;
      p.rounds[0].query_pow = 19;
      p.rounds[1].query_pow = 17;
  }
  return p;
}

template <class E>
struct Instance {
  explicit Instance(const Params& params) : p(params) {
    const auto at = rule_positions(p.kappa, p.columns);
    shape = fresh_shape(p, at, std::vector<std::uint32_t>(at.size()));
    const std::size_t stride = row_stride(p, shape), data = p.rows() - p.reserved_rows();
    message.resize(p.rows() * stride);
    Prf random(sample_key(1), "bench", 0);
    for (std::size_t i = 0; i < data; ++i)
      for (std::size_t j = 0; j < at.size(); ++j) message[i * stride + j] = F(random.base().word() & 0xFFFF);
    fill_random(p, shape, p.reserved_rows(), sample_key(2), message);
    w.resize(std::size_t{1} << p.kappa);
    sigma = E::zero();
    std::vector<F> column(p.rows());
    for (std::size_t j = 0; j < at.size(); ++j) {
      ExtVector<E>& v = w[at[j]];
      v.resize(p.rows());
      for (unsigned d = 0; d < E::D; ++d) random.fill(std::span(v.plane(d), data));
      for (std::size_t i = 0; i < p.rows(); ++i) column[i] = message[i * stride + j];
      sigma += dot<E>(v, BaseView(column));
    }
    matrix = std::make_unique<CommittedMatrix>(p, shape, message, sample_key(3));
  }
  std::vector<ExtVector<E>> weights() const {
    std::vector<ExtVector<E>> out;
    for (const ExtVector<E>& v : w) out.push_back(v.clone());
    return out;
  }
  double cells() const { return static_cast<double>(p.rows() * p.columns); }

  Params p;
  MatrixShape shape;
  SecretVector<F> message;
  std::vector<ExtVector<E>> w;
  E sigma;
  std::unique_ptr<CommittedMatrix> matrix;
};

template <class E>
const Instance<E>& instance(std::int64_t log_cells) {
  static std::map<std::int64_t, std::unique_ptr<Instance<E>>> all;
  auto& slot = all[log_cells];
  if (!slot) slot = std::make_unique<Instance<E>>(sized(E::D, static_cast<unsigned>(log_cells)));
  return *slot;
}

void per_cell(benchmark::State& state, double cells) {
  state.counters["ns_per_cell"] =
      benchmark::Counter(cells * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

template <class E>
void commit(benchmark::State& state) {
  set_num_threads(1);
  const Instance<E>& in = instance<E>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    SecretVector<F> message = in.message;
    state.ResumeTiming();
    const CommittedMatrix m(in.p, in.shape, std::move(message), sample_key(3));
    benchmark::DoNotOptimize(m.root());
  }
  per_cell(state, in.cells());
}

// 128 columns at rate 1/2; the opening's parameters do not matter.
template <class E>
void commit_rate_half(benchmark::State& state) {
  set_num_threads(1);
  const auto log_rows = static_cast<unsigned>(state.range(0)) - 7;
  static const Instance<E> in(toy_params(E::D, 7, 128, log_rows, 1, 100, {{4, 4, 40, 1}, {7, 4, 30, 1}}));
  for (auto _ : state) {
    state.PauseTiming();
    SecretVector<F> message = in.message;
    state.ResumeTiming();
    const CommittedMatrix m(in.p, in.shape, std::move(message), sample_key(3));
    benchmark::DoNotOptimize(m.root());
  }
  per_cell(state, in.cells());
}

template <class E>
void opening(benchmark::State& state) {
  set_num_threads(1);
  const Instance<E>& in = instance<E>(state.range(0));
  Params p = in.p;
  if (state.range(1) == 0) {
    p.query_pow = 0;
    for (Round& r : p.rounds) r.query_pow = 0;
  }
  std::size_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto w = in.weights();
    state.ResumeTiming();
    Transcript tr(bytes_of("bench"));
    ProofWriter proof;
    const CommittedMatrix* trees[] = {in.matrix.get()};
    if (!open<E>(p, trees, std::move(w), in.sigma, tr, proof).ok()) state.SkipWithError("false claim");
    bytes = proof.bytes().size();
  }
  per_cell(state, in.cells());
  state.counters["proof_bytes"] = static_cast<double>(bytes);
}

// The functional's own evaluation is not part of it.
template <class E>
void verification(benchmark::State& state) {
  set_num_threads(1);
  const Instance<E>& in = instance<E>(state.range(0));
  ProofWriter proof;
  {
    Transcript tr(bytes_of("bench"));
    const CommittedMatrix* trees[] = {in.matrix.get()};
    if (!open<E>(in.p, trees, in.weights(), in.sigma, tr, proof).ok()) state.SkipWithError("false claim");
  }
  const TreeRef roots[] = {{in.matrix->root(), &in.shape}};
  E value{};
  const WeightAt<E> evaluate = [&](std::span<const E> columns, std::span<const E> rows) {
    if (!value.is_zero()) return value;
    ExtVector<E> eq(in.p.rows());
    eq_table<E>(rows, E::one(), eq);
    for (std::size_t j = 0; j < in.w.size(); ++j)
      if (!in.w[j].empty()) value += eq_index<E>(columns, j) * dot<E>(eq, in.w[j]);
    return value;
  };
  for (auto _ : state) {
    Transcript tr(bytes_of("bench"));
    ProofReader reader(proof.bytes());
    if (!verify_opening<E>(in.p, roots, evaluate, in.sigma, tr, reader).ok()) state.SkipWithError("rejected");
  }
}

BENCHMARK(commit<Ext3>)->Arg(15)->Arg(20)->Arg(22)->Unit(benchmark::kMillisecond);
BENCHMARK(commit<Ext2>)->Arg(22)->Unit(benchmark::kMillisecond);
// {log cells, with the proofs of work}
BENCHMARK(commit_rate_half<Ext2>)->Arg(22)->Unit(benchmark::kMillisecond);
BENCHMARK(opening<Ext3>)
    ->Args({15, 0})
    ->Args({15, 1})
    ->Args({20, 0})
    ->Args({22, 0})
    ->Args({22, 1})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(opening<Ext2>)->Args({22, 0})->Unit(benchmark::kMillisecond);
BENCHMARK(verification<Ext3>)->Arg(15)->Arg(20)->Arg(22)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nescio::pcs
