#include "nescio/gadget/eval.h"

#include <algorithm>
#include <array>
#include <utility>

#include "nescio/field/kernels.h"
#include "nescio/sponge/poseidon.h"
#include "nescio/witness/tensor_loops.h"

namespace nescio {
namespace {

std::int64_t dot_integers(const std::int64_t* a, const std::int64_t* b, std::size_t n) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

std::string at_cell(std::size_t i) {
  return "at cell " + std::to_string(i);
}

}  // namespace

EvalBackend::Slot& EvalBackend::slot(Var v) {
  slots_.resize(v.index + 1);
  Slot& s = slots_.back();
  const auto n = static_cast<std::size_t>(num_cells(dims(v)));
  if (info(v).field) {
    s.elements.resize(n);
  } else {
    s.integers = SecretArray<std::int64_t>(n);
  }
  return s;
}

void EvalBackend::later(Var v, std::function<void(std::span<F>)> compute) {
  slots_.resize(v.index + 1);
  slots_.back().compute = std::move(compute);
}

const SecretVector<F>& EvalBackend::as_field(Var v) const {
  Slot& s = slots_[v.index];
  if (s.compute) {
    s.elements.resize(static_cast<std::size_t>(num_cells(dims(v))));
    std::exchange(s.compute, nullptr)(s.elements);
  } else if (s.elements.empty()) {
    s.elements.resize(s.integers.size());
    std::transform(s.integers.begin(), s.integers.end(), s.elements.begin(), F::from_signed);
  }
  return s.elements;
}

void EvalBackend::on_commit(Var v, std::string_view, const Hint& hint) {
  Slot& s = slot(v);
  hint(*this, {s.integers.data(), s.integers.size()});
}
void EvalBackend::on_commit_field(Var v, std::string_view, const FieldHint& hint) {
  hint(*this, slot(v).elements);
}

void EvalBackend::on_affine(Var v, const std::vector<Term>& terms, std::int64_t constant, std::uint64_t divisor) {
  if (info(v).field)
    return later(v, [this, v, terms, constant, divisor](std::span<F> y) {
      std::fill(y.begin(), y.end(), F::from_signed(constant));
      for (const Term& t : terms)
        add_affine_term<F>(dims(v), dims(t.source), t.dims, F::from_signed(t.coef), as_field(t.source).data(), y);
      if (divisor != 1) scale(F(divisor).inverse(), y, y);
    });
  Slot& y = slot(v);
  if (terms.empty()) std::fill(y.integers.begin(), y.integers.end(), constant);
  for (const Term& t : terms)
    add_affine_term<std::int64_t>(dims(v), dims(t.source), t.dims, t.coef, slots_[t.source.index].integers.data(),
                                  y.integers, &t == terms.data(), constant);
  if (divisor == 1) return;
  const auto d = static_cast<std::int64_t>(divisor);
  for (std::size_t i = 0; i < y.integers.size(); ++i) {
    if (y.integers[i] % d != 0) return fail(ErrorCode::kSelfCheck, "division", "is not exact " + at_cell(i));
    y.integers[i] /= d;
  }
}

void EvalBackend::on_contract(Var v, Var a, Var b, const Contract& labels) {
  if (info(v).field)
    return later(v, [this, a, b, labels](std::span<F> y) {
      contract_loops<F>(labels, dims(a), as_field(a).data(), dims(b), as_field(b).data(), y,
                        [](const F* p, const F* q, std::size_t n) { return dot({p, n}, {q, n}); });
    });
  Slot& y = slot(v);
  contract_loops<std::int64_t>(labels, dims(a), slots_[a.index].integers.data(), dims(b),
                               slots_[b.index].integers.data(), y.integers, dot_integers);
}

void EvalBackend::on_cubic(Var v, Var a, Var b, Var c) {
  later(v, [this, a, b, c](std::span<F> y) {
    mul(as_field(a), as_field(b), y);
    mul(y, as_field(c), y);
  });
}

void EvalBackend::on_map(Var v, Var source, const Map& map) {
  const std::size_t rows = dims(v)[map.dim];
  if (info(v).field)
    return later(v, [this, source, map, rows](std::span<F> y) {
      if (std::holds_alternative<PoseidonMatrix>(map.matrix)) {
        map_poseidon(map, dims(source), rows, as_field(source).data(), y);
      } else {
        map_loops<F>(map, dims(source), rows, as_field(source).data(), y, F::from_signed);
      }
    });
  Slot& y = slot(v);
  map_loops<std::int64_t>(map, dims(source), rows, slots_[source.index].integers.data(), y.integers,
                          [](std::int64_t c) { return c; });
}

void EvalBackend::on_packing(Var v, const std::vector<PackedDigits>& parts) {
  later(v, [this, parts](std::span<F> y) {
    for (const PackedDigits& p : parts) add_packed(p.layout, dims(p.source), as_field(p.source).data(), y);
  });
}

void EvalBackend::on_constant(Var v, Constant constant) {
  Slot& y = slot(v);
  if (constant.poseidon) {
    std::copy_n(poseidon_sbox_constants().begin(), y.elements.size(), y.elements.begin());
  } else {
    std::copy(constant.values.begin(), constant.values.end(), y.integers.begin());
  }
}

void EvalBackend::on_public(Var v, std::string_view name, Public::Source) {
  Slot& y = slot(v);
  const TensorId id = emitted_->tensor[v.index];
  if (id >= publics_->size() || (*publics_)[id].size() != num_cells(dims(v)))
    return fail(ErrorCode::kVPublic, name, "the public values have another shape");
  const std::vector<F>& values = (*publics_)[id];
  if (info(v).field) {
    std::copy(values.begin(), values.end(), y.elements.begin());
    return;
  }
  const Bound range = bound(v);
  for (std::size_t i = 0; i < values.size(); ++i) {
    y.integers[i] = values[i].to_signed();
    if (y.integers[i] < range.lo || y.integers[i] > range.hi)
      return fail(ErrorCode::kVPublic, name, "a public value is out of its range " + at_cell(i));
  }
}

void EvalBackend::on_table(TableVar t) {
  const TableInfo& info = table_info(t);
  counters_.push_back({TableIndex(info.rows, info.columns), SecretVector<std::uint64_t>(info.rows)});
}

void EvalBackend::on_lookup(std::string_view name, TableVar t, const std::vector<Var>& columns) {
  Counter& counter = counters_[t.index];
  const std::size_t n = slots_[columns[0].index].integers.size();
  if (counter.index.begins_with_interval()) {
    const std::vector<TableColumn>& table = table_info(t).columns;
    const std::int64_t* x = slots_[columns[0].index].integers.data();
    const auto start = static_cast<std::uint64_t>(table[0].start);
    const std::uint64_t rows = counter.rows.size();
    std::uint64_t* count = counter.rows.data();
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t row = static_cast<std::uint64_t>(x[i]) - start;
      bool holds = row < rows;
      for (std::size_t k = 1; k < columns.size() && holds; ++k)
        holds = slots_[columns[k].index].integers[i] == table[k].at(static_cast<std::uint32_t>(row));
      if (!holds) return fail(ErrorCode::kSelfCheck, name, "does not hold " + at_cell(i));
      ++count[row];
    }
    return;
  }
  std::array<std::int64_t, kMaxLookupWidth> row{};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < columns.size(); ++k) row[k] = slots_[columns[k].index].integers[i];
    const std::int64_t at = counter.index.find({row.data(), columns.size()});
    if (at < 0) return fail(ErrorCode::kSelfCheck, name, "does not hold " + at_cell(i));
    ++counter.rows[static_cast<std::size_t>(at)];
  }
}

void EvalBackend::on_zero(std::string_view name, Var v) {
  const Slot& s = slots_[v.index];
  for (std::size_t i = 0; i < s.integers.size(); ++i)
    if (s.integers[i] != 0) return fail(ErrorCode::kSelfCheck, name, "does not hold " + at_cell(i));
  if (!info(v).field || check_ == Check::integers) return;
  const SecretVector<F>& elements = as_field(v);
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (!(elements[i] == F())) return fail(ErrorCode::kSelfCheck, name, "does not hold " + at_cell(i));
}

void EvalBackend::on_expect(std::string_view name, Var v, Bound range, ErrorCode code, std::string_view advice) {
  const auto& x = slots_[v.index].integers;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (x[i] < range.lo || x[i] > range.hi) return fail(code, name, at_cell(i) + " " + std::string(advice));
}

Result<Witness> EvalBackend::witness() const {
  NESCIO_TRY_STATUS(status());
  const Circuit& circuit = emitted_->circuit;
  Witness out;
  out.values.resize(circuit.tensors.size());
  for (std::uint32_t v = 0; v < size(); ++v)
    if (info(Var{v}).committed) {
      SecretVector<F>& values = out.values[emitted_->tensor[v]];
      const Slot& s = slots_[v];
      values.resize(static_cast<std::size_t>(num_cells(dims(Var{v}))));
      if (s.elements.empty()) {
        std::transform(s.integers.begin(), s.integers.end(), values.begin(), F::from_signed);
      } else {
        std::copy(s.elements.begin(), s.elements.end(), values.begin());
      }
    }
  NESCIO_CHECK(counters_.size() == circuit.tables.size());
  for (std::size_t t = 0; t < counters_.size(); ++t) {
    SecretVector<F>& m = out.values[circuit.tables[t].multiplicity];
    m.resize(counters_[t].rows.size());
    std::transform(counters_[t].rows.begin(), counters_[t].rows.end(), m.begin(), [](std::uint64_t x) { return F(x); });
  }
  return out;
}

}  // namespace nescio
