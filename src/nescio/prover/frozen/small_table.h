// prover/frozen/small_table.h -- for tests: lookups in a table with private columns, as trees make them, so small that
// every word of a proof can be looked at; with many witnesses for one statement.
//
//   (k_i; v_i, u_i) in the rows (j; m_j, n_j), j < 4, i < 3;  <k, v> = s with s public;  m, n, k in [0, 4)
//
// m has the layout of lanes [2, 2], n that of a list [4]; the multiplicities tell which rows were found.
#pragma once
#include <array>
#include <vector>

#include "nescio/circuit/builder.h"
#include "nescio/circuit/public_values.h"
#include "nescio/verifier/test_key.h"
#include "nescio/witness/witness.h"

namespace nescio {

struct SmallTable {
  using Rows = std::array<std::uint32_t, 4>;
  using Places = std::array<std::uint32_t, 3>;

  TensorId m = 0, n = 0, k = 0, v = 0, u = 0, sum = 0;
  VerifyingKey key;
  PublicValues statement;  // s = 8

  template <class E>
  static SmallTable make(std::uint32_t segments, unsigned log_rows = 6) {
    SmallTable t;
    CircuitBuilder b(segments);
    const std::uint32_t last = segments - 1;
    t.m = b.committed({2, 2}, last);
    t.n = b.committed({4}, 0);
    t.k = b.committed({3}, 0);
    t.v = b.committed({3}, last);
    t.u = b.committed({3}, 0);
    t.sum = b.public_values({}, Public::Source::statement);
    const std::uint32_t range = b.table(4, {progression(0, 1)}, 0);
    for (const TensorId x : {t.m, t.n, t.k}) b.lookup(range, 0, {x});
    b.lookup(b.table(4, {progression(0, 1)}, last, {t.m, t.n}), last, {t.k, t.v, t.u});
    const TensorId s = b.contract(t.k, {0}, t.v, {0}, {});
    b.zero(b.affine({}, {b.term(s), b.term(t.sum, -1)}), last);
    t.key = without_work(toy_key<E>(b.take(), log_rows));
    t.statement.resize(t.key.circuit.tensors.size());
    t.statement[t.sum] = {F(8)};
    return t;
  }

  // sum of places[i] * first[places[i]] must be 8.
  Witness witness(const Rows& first, const Rows& second, const Places& places) const {
    Witness out;
    out.values.resize(key.circuit.tensors.size());
    for (const std::uint32_t x : first) out.values[m].push_back(F(x));
    for (const std::uint32_t x : second) out.values[n].push_back(F(x));
    for (const std::uint32_t at : places) {
      out.values[k].push_back(F(at));
      out.values[v].push_back(F(first.at(at)));
      out.values[u].push_back(F(second.at(at)));
    }
    auto& values = out.values[key.circuit.tables[0].multiplicity];
    auto& rows = out.values[key.circuit.tables[1].multiplicity];
    values.resize(4);
    rows.resize(4);
    for (const TensorId x : {m, n, k})
      for (const F value : out.values[x]) values[value.canonical()] += F(1);
    for (const std::uint32_t at : places) rows[at] += F(1);
    return out;
  }
};

}  // namespace nescio
