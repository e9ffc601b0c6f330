#include "nescio/gadget/eval.h"

#include <algorithm>
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

}  // namespace

EvalBackend::Slot& EvalBackend::slot(Var v) {
  slots_.resize(v.index + 1);
  return slots_.back();
}

SecretArray<std::int64_t>& EvalBackend::stored(Var v) {
  return slot(v).integers = SecretArray<std::int64_t>(cells(v));
}

void EvalBackend::later(Var v, std::function<void(std::span<F>)> compute) {
  slot(v).compute = std::move(compute);
}

const SecretVector<F>& EvalBackend::as_field(Var v) {
  Slot& s = slots_[v.index];
  if (s.compute) {
    s.elements.resize(cells(v));
    std::exchange(s.compute, nullptr)(s.elements);
  } else if (!info(v).field && settle() && s.elements.empty()) {
    const auto x = whole(v);
    s.elements.resize(x.size());
    std::transform(x.begin(), x.end(), s.elements.begin(), F::from_signed);
  }
  return s.elements;
}

std::span<const F> EvalBackend::elements(Var v) {
  if (!settle() || v.index >= slots_.size()) return {};
  return as_field(v);
}

Status EvalBackend::status() {
  settle();
  return Backend::status();
}

void EvalBackend::on_adopt(Var v, TensorId id) {
  const std::span<const std::int64_t> x = adopted_(id);
  NESCIO_CHECK(x.size() == cells(v));
  std::copy(x.begin(), x.end(), stored(v).begin());
}
void EvalBackend::on_commit(Var v, std::string_view, const Hint& hint) {
  if (const auto* by_cells = std::get_if<CellHint>(&hint)) return commit_cells(v, *by_cells);
  if (!settle()) return;
  SecretArray<std::int64_t>& y = stored(v);
  std::get<WholeHint>(hint)(View(this), {y.data(), y.size()});
}
void EvalBackend::on_commit_field(Var v, std::string_view, const FieldHint& hint) {
  if (!settle()) return;
  Slot& s = slot(v);
  s.elements.resize(cells(v));
  hint(View(this), s.elements);
}

void EvalBackend::on_affine(Var v, const std::vector<Term>& terms, std::int64_t constant, std::uint64_t divisor) {
  if (info(v).field)
    return later(v, [this, v, terms, constant, divisor](std::span<F> y) {
      std::fill(y.begin(), y.end(), F::from_signed(constant));
      for (const Term& t : terms)
        add_affine_term<F>(dims(v), dims(t.source), t.dims, F::from_signed(t.coef), as_field(t.source).data(), y);
      if (divisor != 1) scale(F(divisor).inverse(), y, y);
    });
  if ((divisor == 1 && affine_cells(v, terms, constant)) || !settle()) return;
  std::vector<const std::int64_t*> x;
  for (const Term& t : terms) x.push_back(whole(t.source).data());
  SecretArray<std::int64_t>& y = stored(v);
  if (terms.empty()) std::fill(y.begin(), y.end(), constant);
  for (std::size_t k = 0; k < terms.size(); ++k)
    add_affine_term<std::int64_t>(dims(v), dims(terms[k].source), terms[k].dims, terms[k].coef, x[k],
                                  {y.data(), y.size()}, k == 0, constant);
  if (divisor == 1) return;
  const auto d = static_cast<std::int64_t>(divisor);
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] % d != 0) return fail(ErrorCode::kSelfCheck, "division", "is not exact at cell " + std::to_string(i));
    y[i] /= d;
  }
}

void EvalBackend::on_contract(Var v, Var a, Var b, const Contract& labels) {
  if (info(v).field)
    return later(v, [this, a, b, labels](std::span<F> y) {
      contract_loops<F>(labels, dims(a), as_field(a).data(), dims(b), as_field(b).data(), y,
                        [](const F* p, const F* q, std::size_t n) { return dot({p, n}, {q, n}); });
    });
  if (product_cells(v, a, b, labels) || !settle()) return;
  const std::int64_t *x = whole(a).data(), *z = whole(b).data();
  SecretArray<std::int64_t>& y = stored(v);
  contract_loops<std::int64_t>(labels, dims(a), x, dims(b), z, {y.data(), y.size()}, dot_integers);
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
  if (!settle()) return;
  const std::int64_t* x = whole(source).data();
  SecretArray<std::int64_t>& y = stored(v);
  map_loops<std::int64_t>(map, dims(source), rows, x, {y.data(), y.size()}, [](std::int64_t c) { return c; });
}

void EvalBackend::on_packing(Var v, const std::vector<PackedDigits>& parts) {
  later(v, [this, parts](std::span<F> y) {
    for (const PackedDigits& p : parts) add_packed(p.layout, dims(p.source), as_field(p.source).data(), y);
  });
}

void EvalBackend::on_constant(Var v, Constant constant) {
  if (constant.poseidon) {
    slot(v).elements.assign(poseidon_sbox_constants().begin(), poseidon_sbox_constants().begin() + cells(v));
  } else {
    std::copy(constant.values.begin(), constant.values.end(), stored(v).begin());
  }
}

void EvalBackend::on_table(TableVar t) {
  const TableInfo& info = table_info(t);
  TableIndex::Private tensors;
  for (const Var v : info.tensors) {
    const auto x = whole(v);
    if (x.size() != info.rows) return;  // a step before failed
    tensors.emplace_back(x.begin(), x.end());
  }
  counters_.push_back({TableIndex(info.rows, info.columns, std::move(tensors)), SecretVector<F>(info.rows)});
}

Result<Witness> EvalBackend::witness() {
  NESCIO_TRY_STATUS(status());
  const Circuit& circuit = emitted_->circuit;
  Witness out;
  out.values.resize(circuit.tensors.size());
  for (std::uint32_t v = 0; v < size(); ++v)
    if (info(Var{v}).committed) {
      as_field(Var{v});
      out.values[emitted_->tensor[v]] = std::move(slots_[v].elements);
    }
  NESCIO_CHECK(counters_.size() == circuit.tables.size());
  for (std::size_t t = 0; t < counters_.size(); ++t)
    out.values[circuit.tables[t].multiplicity] = std::move(counters_[t].rows);
  return out;
}

}  // namespace nescio
