// gadget/cost.h -- the interpreter of a lowering that only counts: what a circuit will cost before it is made.
#pragma once
#include <algorithm>
#include <array>

#include "nescio/gadget/backend.h"

namespace nescio {

struct Cost {
  std::uint64_t cells = 0;       // committed values, multiplicities apart
  std::uint64_t lookups = 0;     // rows looked up
  std::uint64_t table_rows = 0;  // each is a leaf of the lookup argument and a multiplicity cell
  std::uint64_t products = 0;    // terms of contractions of two private operands
  // Time to prove, in units of 0.1 ns on one core: fixed here because they choose circuits, and a circuit must not
  // depend on the machine. From bench/ on one Zen 4 core: commit a cell, look a row up, hold a table row.
  std::uint64_t weighted() const { return 150 * cells + 250 * lookups + 350 * table_rows; }
  Cost& operator+=(const Cost& o) {
    cells += o.cells;
    lookups += o.lookups;
    table_rows += o.table_rows;
    products += o.products;
    return *this;
  }
};

class CostBackend final : public Backend {
 public:
  Cost cost() const {
    Cost all;
    for (const Cost& c : costs_) all += c;
    return all;
  }
  // A table counts where it was first asked for.
  const std::array<Cost, kParts>& by_part() const { return costs_; }

 private:
  void on_adopt(Var, TensorId) override {}
  void on_commit(Var v, std::string_view, const Hint&) override { here().cells += num_cells(dims(v)); }
  void on_commit_field(Var v, std::string_view, const FieldHint&) override { here().cells += num_cells(dims(v)); }
  void on_affine(Var, const std::vector<Term>&, std::int64_t, std::uint64_t) override {}
  void on_contract(Var v, Var a, Var b, const Contract&) override {
    if (!info(a).known && !info(b).known)
      here().products += std::max({num_cells(dims(v)), num_cells(dims(a)), num_cells(dims(b))});
  }
  void on_cubic(Var v, Var, Var, Var) override { here().products += num_cells(dims(v)); }
  void on_map(Var, Var, const Map&) override {}
  void on_packing(Var, const std::vector<PackedDigits>&) override {}
  void on_constant(Var, Constant) override {}
  void on_public(Var, std::string_view, Public::Source) override {}
  void on_table(TableVar t) override { here().table_rows += table_info(t).rows; }
  void on_lookup(std::string_view, TableVar, const std::vector<Var>& columns) override {
    here().lookups += num_cells(dims(columns[0]));
  }
  void on_zero(std::string_view, Var) override {}

  Cost& here() { return costs_[static_cast<std::size_t>(part())]; }

  std::array<Cost, kParts> costs_;
};

}  // namespace nescio
