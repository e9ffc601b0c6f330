#include "nescio/prover/unit_costs.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <numeric>
#include <optional>

#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"
#include "nescio/lookup/prover.h"
#include "nescio/ntt/ntt.h"
#include "nescio/pcs/prover.h"

namespace nescio {
namespace {

using E = Ext2;
using Clock = std::chrono::steady_clock;

constexpr double kSeconds = 0.1;  // for each unit
constexpr int kLeast = 3;         // runs of each

double ns_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

// run() gives the nanoseconds of one run.
double least(const std::function<double()>& run) {
  const auto start = Clock::now();
  double best = run();
  for (int i = 1; i < kLeast || ns_since(start) < kSeconds * 1e9; ++i) best = std::min(best, run());
  return best;
}
template <class Body>
double timed(const Body& body) {
  const auto start = Clock::now();
  body();
  return ns_since(start);
}

Prf words(std::uint64_t stream) {
  return Prf(Digest{}, "unit costs", stream);
}

double base_mul() {
  constexpr std::size_t kN = 1024, kTimes = 100;
  SecretVector<F> a(kN), b(kN);
  Prf random = words(0);
  random.fill(a);
  random.fill(b);
  return least([&] {
           return timed([&] {
             for (std::size_t i = 0; i < kTimes; ++i) mul(a, b, a);
           });
         }) /
         (kN * kTimes);
}

double ext_mul() {
  constexpr std::size_t kN = 256, kTimes = 100;
  ExtVector<E> a(kN), b(kN), out(kN);
  Prf random = words(1);
  for (unsigned d = 0; d < E::D; ++d) {
    random.fill(std::span(a.plane(d), kN));
    random.fill(std::span(b.plane(d), kN));
  }
  return least([&] {
           return timed([&] {
             for (std::size_t i = 0; i < kTimes; ++i) mul<E>(a, b, out);
           });
         }) /
         (kN * kTimes);
}

double butterfly() {
  constexpr unsigned kLog = 13;
  constexpr std::size_t kStride = 64, kWords = kStride << kLog;
  SecretVector<F> data(kWords);
  words(2).fill(data);
  return least([&] { return timed([&] { ntt_rows(data.data(), kLog, kStride); }); }) / (kWords / 2.0 * kLog);
}

double commit_cell() {
  pcs::Params p;
  p.degree = E::D;
  p.log_rows = 14;
  p.log_inv_rate = 1;
  p.kappa = 6;
  p.columns = 64;
  std::vector<std::uint32_t> positions(p.columns);
  std::iota(positions.begin(), positions.end(), 0U);
  const pcs::MatrixShape shape = pcs::fresh_shape(p, positions, std::vector<std::uint32_t>(p.columns));
  SecretVector<F> message(p.rows() * pcs::row_stride(p, shape));
  pcs::fill_random(p, shape, p.rows(), Digest{}, message);
  return least([&] {
           SecretVector<F> copy = message;
           std::optional<pcs::CommittedMatrix> matrix;
           return timed([&] { matrix.emplace(p, shape, std::move(copy), Digest{}); });
         }) /
         static_cast<double>(p.rows() * p.columns);
}

double lookup_leaf() {
  constexpr unsigned kLog = 16;
  constexpr std::size_t kN = std::size_t{1} << kLog;
  zk::Pads<E> pads;
  pads.pad.resize(1000);
  pads.triple_a.resize(100);
  pads.triple_b.resize(100);
  ExtVector<E> q(kN);
  Prf random = words(3);
  for (unsigned d = 0; d < E::D; ++d) random.fill(std::span(q.plane(d), kN));
  return least([&] {
           SecretVector<F> p(kN, -F(1));
           ExtVector<E> denominators = q.clone();
           ProofWriter out;
           zk::ProverChannel<E> ch(pads, Transcript(std::span<const std::uint8_t>()), out);
           return timed([&] { lookup::prove_tree(ch, kLog, std::move(p), std::move(denominators)); });
         }) /
         kN;
}

}  // namespace

std::vector<UnitCost> measure_units() {
  const unsigned threads = num_threads();
  set_num_threads(1);
  std::vector<UnitCost> out = {{"base multiplication", base_mul(), 0.48, 0.6},
                               {"extension multiplication", ext_mul(), 1.7, 2.2},
                               {"NTT, per butterfly", butterfly(), 0.55, 0.75},
                               {"commit one cell at rate 1/2", commit_cell(), 13, 18},
                               {"LogUp-GKR, per lookup, all layers", lookup_leaf(), 22, 30}};
  set_num_threads(threads);
  return out;
}

}  // namespace nescio
