// Unit costs of the slice kernels, one thread. ns_per_* counters are what the documentation quotes.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "nescio/field/isa.h"
#include "nescio/field/kernels.h"

namespace nescio {
namespace {

constexpr std::size_t kCached = 256;  // extension elements per operand of the in-cache rows
constexpr std::size_t kCachedBase = 1024;

SecretVector<F> random_base(std::size_t n) {
  static std::mt19937_64 rng(5);
  SecretVector<F> v(n);
  for (F& x : v) x = F(rng());
  return v;
}
template <class E>
E random_element() {
  const auto w = random_base(E::D);
  E e;
  for (unsigned d = 0; d < E::D; ++d) e[d] = w[d];
  return e;
}
template <class E>
ExtVector<E> random_ext(std::size_t n) {
  ExtVector<E> v(n);
  for (unsigned d = 0; d < E::D; ++d) {
    const auto w = random_base(n);
    std::copy(w.begin(), w.end(), v.plane(d));
  }
  return v;
}

// Time per item, items per iteration given.
void per_item(benchmark::State& state, double items, const char* name) {
  state.counters[name] =
      benchmark::Counter(items * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.SetLabel(isa_name(active_isa()));
}

void base_add(benchmark::State& state) {
  auto a = random_base(kCachedBase);
  const auto b = random_base(kCachedBase);
  for (auto _ : state) {
    add(a, b, a);
    benchmark::ClobberMemory();
  }
  per_item(state, kCachedBase, "ns_per_add");
}
void base_mul(benchmark::State& state) {
  auto a = random_base(kCachedBase);
  const auto b = random_base(kCachedBase);
  for (auto _ : state) {
    mul(a, b, a);
    benchmark::ClobberMemory();
  }
  per_item(state, kCachedBase, "ns_per_mul");
}
void base_dot(benchmark::State& state) {
  const auto a = random_base(kCachedBase), b = random_base(kCachedBase);
  for (auto _ : state) benchmark::DoNotOptimize(dot(a, b));
  per_item(state, kCachedBase, "ns_per_mac");
}
template <class E>
void ext_mul(benchmark::State& state) {
  const auto a = random_ext<E>(kCached), b = random_ext<E>(kCached);
  ExtVector<E> out(kCached);
  for (auto _ : state) {
    mul<E>(a, b, out);
    benchmark::ClobberMemory();
  }
  per_item(state, kCached, "ns_per_mul");
}
template <class E>
void ext_dot(benchmark::State& state) {
  const auto a = random_ext<E>(kCached), b = random_ext<E>(kCached);
  for (auto _ : state) benchmark::DoNotOptimize(dot<E>(a, b));
  per_item(state, kCached, "ns_per_mac");
}
template <class E>
void ext_dot_base(benchmark::State& state) {
  const auto a = random_ext<E>(kCached);
  const auto b = random_base(kCached);
  for (auto _ : state) benchmark::DoNotOptimize(dot<E>(a, b));
  per_item(state, kCached, "ns_per_mac");
}
template <class E>
void rows(benchmark::State& state) {
  constexpr std::size_t kRows = 64, kColumns = 64;
  const auto m = random_base(kRows * kColumns);
  const auto w = random_ext<E>(kColumns);
  ExtVector<E> out(kRows);
  for (auto _ : state) {
    combine_rows<E>(m, kColumns, w, out);
    benchmark::ClobberMemory();
  }
  per_item(state, kRows * kColumns, "ns_per_entry");
}
template <class E>
void ext_fold(benchmark::State& state) {
  const auto t = random_ext<E>(2 * kCached);
  const E r = random_element<E>();
  ExtVector<E> out(kCached);
  for (auto _ : state) {
    fold(t, r, out);
    benchmark::ClobberMemory();
  }
  per_item(state, kCached, "ns_per_output");
}
template <class E>
void base_fold(benchmark::State& state) {
  const auto t = random_base(2 * kCached);
  const E r = random_element<E>();
  ExtVector<E> out(kCached);
  for (auto _ : state) {
    fold(t, r, out);
    benchmark::ClobberMemory();
  }
  per_item(state, kCached, "ns_per_output");
}
template <class E>
void axpy_base(benchmark::State& state) {
  const auto x = random_base(kCached);
  const E c = random_element<E>();
  ExtVector<E> acc(kCached);
  for (auto _ : state) {
    axpy(c, x, acc);
    benchmark::ClobberMemory();
  }
  per_item(state, kCached, "ns_per_entry");
}
template <class E>
void eq(benchmark::State& state) {
  std::vector<E> z(static_cast<std::size_t>(state.range(0)));
  for (E& x : z) x = random_element<E>();
  ExtVector<E> out(std::size_t{1} << z.size());
  for (auto _ : state) {
    eq_table(z, E::one(), out);
    benchmark::ClobberMemory();
  }
  per_item(state, static_cast<double>(out.size()), "ns_per_entry");
}
template <class E>
void one_product_round(benchmark::State& state) {
  const auto a = random_ext<E>(2 * kCached), b = random_ext<E>(2 * kCached);
  for (auto _ : state) benchmark::DoNotOptimize(product_round<E>(a, b));
  per_item(state, kCached, "ns_per_pair");
}
template <class E>
void one_product_round3(benchmark::State& state) {
  const auto w = random_ext<E>(2 * kCached), a = random_ext<E>(2 * kCached), b = random_ext<E>(2 * kCached);
  for (auto _ : state) benchmark::DoNotOptimize(product_round3<E>(w, a, b));
  per_item(state, kCached, "ns_per_pair");
}
template <class E>
void one_gkr_round(benchmark::State& state) {
  const auto w = random_ext<E>(256), u = random_ext<E>(512), q1 = random_ext<E>(512), p1 = random_ext<E>(512),
             q0 = random_ext<E>(512);
  for (auto _ : state) benchmark::DoNotOptimize(gkr_round<E>(w, u, q1, p1, q0));
  per_item(state, 256, "ns_per_pair");
}
template <class E>
void fractions(benchmark::State& state) {
  const auto p = random_ext<E>(2 * kCached), q = random_ext<E>(2 * kCached);
  ExtVector<E> p_out(kCached), q_out(kCached);
  for (auto _ : state) {
    combine_fractions<E>(p, q, p_out, q_out);
    benchmark::ClobberMemory();
  }
  per_item(state, kCached, "ns_per_node");
}

// All rounds of a product sumcheck over 2^k entries.
template <class E>
void product_sumcheck(benchmark::State& state) {
  const std::size_t n = std::size_t{1} << state.range(0);
  const auto a0 = random_ext<E>(n), b0 = random_ext<E>(n);
  ExtVector<E> a(n / 2), b(n / 2);
  const E r = random_element<E>();
  for (auto _ : state) {
    benchmark::DoNotOptimize(product_round<E>(a0, b0));
    fold(a0, r, a);
    fold(b0, r, b);
    for (std::size_t m = n / 2; m > 1; m /= 2) {
      benchmark::DoNotOptimize(product_round<E>(a.subspan(0, m), b.subspan(0, m)));
      fold(a.subspan(0, m), r, a.subspan(0, m / 2));
      fold(b.subspan(0, m), r, b.subspan(0, m / 2));
    }
  }
  per_item(state, static_cast<double>(n), "ns_per_entry");
}

// A whole fraction tree over 2^k leaves: build it, then every round of every layer.
BENCHMARK(base_add);
BENCHMARK(base_mul);
BENCHMARK(base_dot);
#define NESCIO_BENCH_DEGREES(f) \
  BENCHMARK(f<Ext2>);           \
  BENCHMARK(f<Ext3>)
NESCIO_BENCH_DEGREES(ext_mul);
NESCIO_BENCH_DEGREES(ext_dot);
NESCIO_BENCH_DEGREES(ext_dot_base);
NESCIO_BENCH_DEGREES(rows);
NESCIO_BENCH_DEGREES(axpy_base);
NESCIO_BENCH_DEGREES(ext_fold);
NESCIO_BENCH_DEGREES(base_fold);
BENCHMARK(eq<Ext2>)->Arg(6)->Arg(10)->Arg(16);
BENCHMARK(eq<Ext3>)->Arg(6)->Arg(10)->Arg(16);
NESCIO_BENCH_DEGREES(one_product_round);
NESCIO_BENCH_DEGREES(one_product_round3);
NESCIO_BENCH_DEGREES(one_gkr_round);
NESCIO_BENCH_DEGREES(fractions);
BENCHMARK(product_sumcheck<Ext2>)->Arg(12)->Arg(18)->Arg(21);
BENCHMARK(product_sumcheck<Ext3>)->Arg(12)->Arg(18)->Arg(21);

}  // namespace
}  // namespace nescio
