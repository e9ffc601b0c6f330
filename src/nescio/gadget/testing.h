// gadget/testing.h -- for tests: runs a lowering in both interpreters, and searches for witnesses that should not
// exist.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "nescio/circuit/bounds.h"
#include "nescio/circuit/check.h"
#include "nescio/gadget/emit.h"
#include "nescio/gadget/eval.h"
#include "nescio/witness/wide_integers.h"

namespace nescio::testing {

// What a lowering hands out: tensors whose values a test wants to see.
using Lowering = std::function<std::vector<Var>(Backend&)>;

inline Emitted emit(const Lowering& lowering) {
  EmitBackend b;
  lowering(b);
  Result<Emitted> out = b.finish();
  EXPECT_TRUE(out.ok()) << (out.ok() ? "" : to_string(out.error()));
  return out.ok() ? std::move(*out) : Emitted{};
}

// Public values: one list for each public tensor, in order.
inline PublicValues publics_of(const Circuit& circuit, const std::vector<std::vector<std::int64_t>>& lists) {
  PublicValues out(circuit.tensors.size());
  std::size_t next = 0;
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    if (!std::holds_alternative<Public>(circuit[id].def)) continue;
    EXPECT_LT(next, lists.size());
    for (const std::int64_t v : lists[next]) out[id].push_back(F::from_signed(v));
    ++next;
  }
  return out;
}

// Whether all relations hold, multiplicities apart (a prover can always count them).
inline bool satisfied(const Circuit& circuit, const Witness& w, const PublicValues& publics,
                      const RelationNames* names = nullptr, std::string* failed = nullptr) {
  const auto values = evaluate_virtual(circuit, w, publics);
  EXPECT_TRUE(values.ok());
  const Status s = check_relations(circuit, *values, names);
  if (s.ok()) return true;
  if (failed != nullptr) *failed = s.error().detail;
  return s.error().where >= circuit.lookups.size() + circuit.zeros.size();
}

// Runs both interpreters; every tensor agrees, every value lies in the interval that the circuit alone proves, and that
// interval is within what the lowering believed. Returns the integers of the tensors handed out.
inline std::vector<std::vector<std::int64_t>> run_both(const Lowering& lowering,
                                                       const std::vector<std::vector<std::int64_t>>& lists = {}) {
  const Emitted emitted = emit(lowering);
  EXPECT_TRUE(check_circuit(emitted.circuit, false).ok()) << check_circuit(emitted.circuit, false).error().where;
  const PublicValues publics = publics_of(emitted.circuit, lists);
  EvalBackend eval(emitted, publics);
  const std::vector<Var> outputs = lowering(eval);
  std::vector<std::vector<std::int64_t>> integers;
  for (std::uint32_t v = 0; v < eval.size(); ++v)
    integers.emplace_back(eval.integers(Var{v}).begin(), eval.integers(Var{v}).end());
  const Result<Witness> w = eval.witness();
  EXPECT_TRUE(w.ok()) << (w.ok() ? "" : to_string(w.error()));
  if (!w.ok()) return {};
  const Status checked = check_witness(emitted.circuit, *w, publics, &emitted.names);
  EXPECT_TRUE(checked.ok()) << (checked.ok() ? "" : to_string(checked.error()));
  const auto values = evaluate_virtual(emitted.circuit, *w, publics);
  const auto wide = wide_integers(emitted.circuit, *w, publics);
  for (std::uint32_t v = 0; v < eval.size(); ++v) {
    if (eval.info(Var{v}).field) continue;
    const auto& x = integers[v];
    const auto y = (*values)[emitted.tensor[v]];
    EXPECT_EQ(x.size(), y.size());
    const auto& in_128_bits = wide[emitted.tensor[v]];
    EXPECT_TRUE(in_128_bits && std::equal(x.begin(), x.end(), in_128_bits->begin(), in_128_bits->end()))
        << "tensor " << v;
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(x[i], y[i].to_signed()) << "tensor " << v << " cell " << i;
  }
  std::vector<std::vector<std::int64_t>> out;
  for (const Var v : outputs) out.push_back(integers[v.index]);
  return out;
}

// Intervals from the circuit alone. Only for circuits whose public tensors have ports, or that have none.
inline void expect_bounds(const Lowering& lowering) {
  const Emitted emitted = emit(lowering);
  const auto bounds = derive_bounds(emitted.circuit, ErrorCode::kOverflow);
  ASSERT_TRUE(bounds.ok()) << to_string(bounds.error());
  EmitBackend b;
  lowering(b);
  for (std::uint32_t v = 0; v < b.size(); ++v) {
    if (b.info(Var{v}).field || !b.info(Var{v}).bounded) continue;
    const Interval& i = (*bounds)[emitted.tensor[v]];
    EXPECT_TRUE(i.integer) << "tensor " << v;
    EXPECT_GE(i.lo, b.bound(Var{v}).lo) << "tensor " << v;
    EXPECT_LE(i.hi, b.bound(Var{v}).hi) << "tensor " << v;
  }
}

// All outputs (first cell of each tensor handed out) over all assignments of the committed cells that satisfy the
// circuit, except those of `fixed` committed tensors, which keep the values of the honest run. Candidates for a cell:
// the integers [-reach, reach], and c / 2 and c / 4 mod p for the odd ones of them.
inline std::set<std::vector<std::int64_t>> all_outputs(const Lowering& lowering, std::size_t fixed, std::int64_t reach,
                                                       const std::vector<std::vector<std::int64_t>>& lists,
                                                       std::size_t* witnesses = nullptr) {
  const Emitted emitted = emit(lowering);
  const Circuit& circuit = emitted.circuit;
  const PublicValues publics = publics_of(circuit, lists);
  EmitBackend again;
  const std::vector<Var> outputs = lowering(again);
  Witness w;
  w.values.resize(circuit.tensors.size());
  {
    // Honest values of the fixed tensors; everything else may fail (a false statement has no honest run).
    EvalBackend eval(emitted, publics);
    lowering(eval);
    std::size_t seen = 0;
    for (std::uint32_t v = 0; v < eval.size() && seen < fixed; ++v)
      if (eval.info(Var{v}).committed) {
        const auto x = eval.integers(Var{v});
        EXPECT_EQ(x.size(), num_cells(eval.dims(Var{v})));
        for (const std::int64_t c : x) w.values[emitted.tensor[v]].push_back(F::from_signed(c));
        ++seen;
      }
  }
  std::vector<F> candidates;
  for (std::int64_t c = -reach; c <= reach; ++c) {
    candidates.push_back(F::from_signed(c));
    if (c % 2 != 0) {
      candidates.push_back(F::from_signed(c) * F(2).inverse());
      candidates.push_back(F::from_signed(c) * F(4).inverse());
    }
  }
  // Cells in order of their tensors; a lookup whose columns are all known prunes.
  struct Cell {
    TensorId tensor;
    std::size_t index;
  };
  std::vector<Cell> cells;
  std::size_t seen = 0;
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const Committed* c = circuit.committed(id);
    if (c == nullptr) continue;
    if (c->role != Role::value) {
      w.values[id].resize(static_cast<std::size_t>(num_cells(circuit[id].dims)));
      continue;
    }
    if (seen++ < fixed) continue;
    w.values[id].resize(static_cast<std::size_t>(num_cells(circuit[id].dims)));
    for (std::size_t i = 0; i < w.values[id].size(); ++i) cells.push_back({id, i});
  }
  std::set<std::vector<std::int64_t>> found;
  std::size_t count = 0;
  // Rows of committed cells that are known when cell k is: cheap necessary conditions.
  const auto possible = [&](std::size_t k) {
    for (const Lookup& l : circuit.lookups) {
      bool ready = false;
      for (const TensorId column : l.columns) ready = ready || column == cells[k].tensor;
      for (const TensorId column : l.columns)
        ready = ready && circuit.committed(column) != nullptr && column <= cells[k].tensor;
      ready = ready && circuit.tables[l.table].tensors.empty();
      if (!ready) continue;
      const Table& t = circuit.tables[l.table];
      bool row = false;
      for (std::uint32_t i = 0; i < t.rows && !row; ++i) {
        row = true;
        for (std::size_t c = 0; c < l.columns.size(); ++c)
          row = row && w.values[l.columns[c]][cells[k].index] == F::from_signed(t.columns[c].at(i));
      }
      if (!row) return false;
    }
    return true;
  };
  const std::function<void(std::size_t)> search = [&](std::size_t k) {
    if (k == cells.size()) {
      const auto values = evaluate_virtual(circuit, w, publics);
      const Status s = check_relations(circuit, *values);
      if (!s.ok() && s.error().where < circuit.lookups.size() + circuit.zeros.size()) return;
      ++count;
      std::vector<std::int64_t> out;
      for (const Var v : outputs) out.push_back((*values)[emitted.tensor[v.index]][0].to_signed());
      found.insert(out);
      return;
    }
    for (const F c : candidates) {
      w.values[cells[k].tensor][cells[k].index] = c;
      if (possible(k)) search(k + 1);
    }
  };
  search(0);
  if (witnesses != nullptr) *witnesses = count;
  return found;
}

}  // namespace nescio::testing
