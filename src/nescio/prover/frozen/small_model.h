// prover/frozen/small_model.h -- for tests: a circuit so small that every word of its proof can be looked at, with many
// witnesses for one statement.
//
//   weights w[3] and inputs x[3] in [0, 4);  q = x^2 (w + x), a product of products: two waves;  s = <w, x>;
//   l <= s < l + 16 with l public.
#pragma once
#include <array>
#include <vector>

#include "nescio/circuit/builder.h"
#include "nescio/circuit/public_values.h"
#include "nescio/verifier/test_key.h"
#include "nescio/witness/witness.h"

namespace nescio {

struct SmallModel {
  static constexpr std::size_t kSize = 3;
  using Values = std::array<std::uint32_t, kSize>;

  TensorId x = 0, w = 0, q = 0, lower = 0;
  std::uint32_t range = 0, window = 0;  // tables
  VerifyingKey key;
  PublicValues statement;  // l = 5

  template <class E>
  static SmallModel make(std::uint32_t segments, unsigned log_rows = 6) {
    SmallModel m;
    CircuitBuilder b(segments);
    const std::uint32_t last = segments - 1;
    m.x = b.committed({kSize}, 0);
    m.w = b.committed({kSize}, last);
    m.q = b.committed({kSize}, last);
    m.lower = b.public_values({}, Public::Source::statement);
    m.range = b.table(4, {progression(0, 1)}, 0);
    m.window = b.table(16, {progression(0, 1)}, last);
    b.lookup(m.range, 0, {m.x});
    b.lookup(m.range, last, {m.w});
    const TensorId sum = b.contract(m.w, {0}, m.x, {0}, {});
    b.lookup(m.window, last, {b.affine({}, {b.term(sum), b.term(m.lower, -1)})});
    const TensorId cube = b.product(b.product(m.x, m.x), b.affine({kSize}, {b.term(m.w), b.term(m.x)}));
    b.zero(b.affine({kSize}, {b.term(cube), b.term(m.q, -1)}), 0);
    const TensorId c = b.cubic(m.x, m.x, b.affine({kSize}, {b.term(m.w), b.term(m.x)}));
    b.zero(b.affine({kSize}, {b.term(b.cubic(c, c, m.x)), b.term(b.cubic(m.q, m.q, m.x), -1)}), last);
    m.key = without_work(toy_key<E>(b.take(), log_rows));
    m.statement.resize(m.key.circuit.tensors.size());
    m.statement[m.lower] = {F(5)};
    return m;
  }

  // 5 <= <weights, inputs> < 21, entries below 4.
  Witness witness(const Values& weights, const Values& inputs) const {
    Witness out;
    out.values.resize(key.circuit.tensors.size());
    auto& ranges = out.values[key.circuit.tables[range].multiplicity];
    auto& windows = out.values[key.circuit.tables[window].multiplicity];
    ranges.resize(4);
    windows.resize(16);
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < kSize; ++i) {
      const std::uint32_t a = weights[i], b = inputs[i];
      out.values[w].push_back(F(a));
      out.values[x].push_back(F(b));
      out.values[q].push_back(F(b * b * (a + b)));
      ranges[a] += F(1);
      ranges[b] += F(1);
      sum += a * b;
    }
    windows[sum - 5] = F(1);
    return out;
  }
};

}  // namespace nescio
