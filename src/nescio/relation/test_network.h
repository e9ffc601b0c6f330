// relation/test_network.h -- for tests: a small private network with an honest witness, every kind of relation in it.
//
//   8 t1 = W1 x + b1 - r1, (t1, y1) in a ReLU table, r1 < 8;   4 t2 = W2 y1 - r2, 2 r2 < 8;   q = t2^2 (two waves);
//   x in [0,8), W1 in [-4,4), b1 in [-8,8), W2 in [0,8);  m[o] = y1[o + 1, 0] by a map;  l <= t2 <= h with l, h public.
#pragma once
#include <map>
#include <random>
#include <vector>

#include "nescio/circuit/builder.h"
#include "nescio/circuit/public_values.h"
#include "nescio/witness/evaluate.h"

namespace nescio {

struct TestNetwork {
  static constexpr std::uint32_t kIn = 5, kHidden = 7, kBatch = 3;

  Circuit circuit;
  Witness witness;
  PublicValues statement;
  TensorId x = 0, w1 = 0, b1 = 0, r1 = 0, y1 = 0, w2 = 0, r2 = 0, square = 0, shifted = 0, lower = 0, upper = 0,
           outside = 0;

  explicit TestNetwork(std::uint64_t seed, std::uint32_t segments = 1) : TestNetwork(seed, seed, segments) {}
  // Weights from one seed, inputs from another.
  TestNetwork(std::uint64_t weight_seed, std::uint64_t input_seed, std::uint32_t segments) {
    build(segments);
    witness.values.resize(circuit.tensors.size());
    statement.resize(circuit.tensors.size());
    std::mt19937_64 weights(weight_seed), inputs(input_seed + 1000);
    fill(w1, -4, 4, weights);
    fill(b1, -8, 8, weights);
    fill(w2, 0, 8, weights);
    fill(x, 0, 8, inputs);
    first_layer();
    second_layer();
    count();
  }

  std::int64_t at(TensorId id, std::size_t i) const { return witness.values[id][i].to_signed(); }
  void set(TensorId id, std::size_t i, std::int64_t v) { witness.values[id][i] = F::from_signed(v); }

  // Recounts all multiplicities; rows in no table are counted nowhere, as a cheating prover would.
  void count() {
    for (const Table& t : circuit.tables) witness.values[t.multiplicity].assign(t.rows, F());
    const auto all = evaluate_virtual(circuit, witness, statement);
    NESCIO_CHECK(all.ok());
    for (const Lookup& l : circuit.lookups) {
      const Table& t = circuit.tables[l.table];
      std::map<std::vector<std::int64_t>, std::uint32_t> rows;
      for (std::uint32_t i = 0; i < t.rows; ++i) {
        std::vector<std::int64_t> key;
        for (const TableColumn& c : t.columns) key.push_back(c.at(i));
        rows.emplace(key, i);
      }
      for (std::size_t i = 0; i < num_cells(circuit[l.columns[0]].dims); ++i) {
        std::vector<std::int64_t> key;
        for (const TensorId c : l.columns) key.push_back((*all)[c][i].to_signed());
        if (const auto it = rows.find(key); it != rows.end()) witness.values[t.multiplicity][it->second] += F(1);
      }
    }
  }

  // Recompute r1, y1 from x, W1, b1; then r2, q, m and the statement from y1, W2.
  void first_layer() {
    for (const TensorId id : {r1, y1}) witness.values[id].clear();
    for (std::size_t s = 0; s < kBatch; ++s)
      for (std::size_t o = 0; o < kHidden; ++o) {
        std::int64_t acc = at(b1, o);
        for (std::size_t i = 0; i < kIn; ++i) acc += at(w1, o * kIn + i) * at(x, s * kIn + i);
        const std::int64_t t = floor_div(acc, 8);
        witness.values[r1].push_back(F::from_signed(acc - 8 * t));
        witness.values[y1].push_back(F::from_signed(t < 0 ? 0 : t));
      }
  }
  void second_layer() {
    for (const TensorId id : {r2, square, shifted}) witness.values[id].clear();
    for (const TensorId id : {lower, upper, outside}) statement[id].clear();
    for (std::size_t s = 0; s < kBatch; ++s) {
      std::int64_t acc = 0;
      for (std::size_t o = 0; o < kHidden; ++o) acc += at(w2, o) * at(y1, s * kHidden + o);
      const std::int64_t t = floor_div(acc, 4);
      witness.values[r2].push_back(F::from_signed(acc - 4 * t));
      witness.values[square].push_back(F::from_signed(t * t));
      statement[lower].push_back(F::from_signed(t < 3 ? 0 : t - 3));
      statement[upper].push_back(F::from_signed(t + 5));
      statement[outside].push_back(F());
    }
    for (std::size_t o = 0; o < kHidden; ++o)
      witness.values[shifted].push_back(o + 1 < kHidden ? witness.values[y1][o + 1] : F());
  }

 private:
  static std::int64_t floor_div(std::int64_t a, std::int64_t q) { return a >= 0 ? a / q : -((q - 1 - a) / q); }
  void build(std::uint32_t segments) {
    CircuitBuilder b(segments);
    const std::uint32_t last = segments - 1;
    x = b.committed({kIn, kBatch}, 0);
    w1 = b.committed({kIn, kHidden}, 0);
    b1 = b.committed({kHidden}, 0);
    r1 = b.committed({kHidden, kBatch}, 0);
    y1 = b.committed({kHidden, kBatch}, 0);
    w2 = b.committed({kHidden}, last);
    r2 = b.committed({kBatch}, last);
    square = b.committed({kBatch}, last);
    shifted = b.committed({kHidden}, last);
    lower = b.public_values({kBatch}, Public::Source::statement);
    upper = b.public_values({kBatch}, Public::Source::statement);
    outside = b.public_values({kBatch}, Public::Source::statement);
    AffineTerm bias{1, b1, {runs_with(0)}};
    const TensorId acc1 = b.contract(w1, {0, 1}, x, {0, 2}, {1, 2});
    const TensorId t1 = b.affine({kHidden, kBatch}, {b.term(acc1), bias, b.term(r1, -1)}, 0, 8);
    const TensorId acc2 = b.contract(w2, {0}, y1, {0, 1}, {1});
    const TensorId t2 = b.affine({kBatch}, {b.term(acc2), b.term(r2, -1)}, 0, 4);
    std::vector<std::int64_t> relu;
    for (std::int64_t t = -64; t < 64; ++t) relu.push_back(t < 0 ? 0 : t);
    const std::uint32_t relu_table = b.table(128, {progression(-64, 1), listed(relu)}, last);
    const std::uint32_t byte = b.table(8, {progression(0, 1)}, 0);
    const std::uint32_t wide = b.table(1024, {progression(0, 1)}, last);
    b.lookup(relu_table, 0, {t1, y1});
    b.lookup(byte, 0, {r1});
    b.lookup(byte, 0, {x});
    b.lookup(byte, last, {r2});
    b.lookup(byte, last, {b.affine({kBatch}, {b.term(r2, 2)})});
    b.lookup(byte, 0, {b.affine({kIn, kHidden}, {b.term(w1)}, 4)});
    b.lookup(byte, last, {w2});
    b.lookup(wide, last, {t2});
    b.lookup(wide, last, {b.affine({kBatch}, {b.term(t2), b.term(lower, -1)})});
    b.lookup(wide, last, {b.affine({kBatch}, {b.term(upper), b.term(t2, -1)})});
    b.zero(b.affine({kBatch}, {b.term(outside)}), last);
    OutputPort port;
    port.name = "t2";
    port.dims = {kBatch};
    port.tensor = t2;
    port.lo = 0;
    port.hi = 1023;
    port.pub_lo = lower;
    port.pub_hi = upper;
    port.pub_outside = outside;
    b.output(port);
    b.lookup(wide, 0, {b.affine({kHidden}, {b.term(b1)}, 8)});
    b.lookup(wide, 0, {b.affine({kHidden}, {b.term(b1, -1)}, 7)});
    b.zero(b.affine({kBatch}, {b.term(b.product(t2, t2)), b.term(square, -1)}), last);
    const TensorId first = b.affine({kHidden}, {{1, y1, {runs_with(0), fixed_at(0)}}});
    const TensorId moved = b.map(first, 0, kHidden, ShiftMatrix{-1});
    b.zero(b.affine({kHidden}, {b.term(moved), b.term(shifted, -1)}), last);
    circuit = b.take();
  }
  void fill(TensorId id, std::int64_t lo, std::int64_t hi, std::mt19937_64& rng) {
    for (std::size_t i = 0; i < num_cells(circuit[id].dims); ++i)
      witness.values[id].push_back(
          F::from_signed(lo + static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(hi - lo))));
  }
};

}  // namespace nescio
