#include "nescio/witness/evaluate.h"

#include <algorithm>
#include <array>

#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"
#include "nescio/sponge/poseidon.h"
#include "nescio/witness/table_index.h"
#include "nescio/witness/tensor_loops.h"

namespace nescio {
namespace {

void compute(const Circuit& circuit, const TensorDef& tensor, const std::vector<std::span<const F>>& view,
             std::span<F> out) {
  if (const auto* affine = std::get_if<Affine>(&tensor.def)) {
    std::fill(out.begin(), out.end(), F::from_signed(affine->constant));
    for (const AffineTerm& t : affine->terms)
      add_affine_term(tensor.dims, circuit[t.source].dims, t.dims, F::from_signed(t.coef), view[t.source].data(), out);
    if (affine->divisor != 1) scale(F(affine->divisor).inverse(), out, out);
  } else if (const auto* contract = std::get_if<Contract>(&tensor.def)) {
    contract_loops(*contract, circuit[contract->a].dims, view[contract->a].data(), circuit[contract->b].dims,
                   view[contract->b].data(), out,
                   [](const F* x, const F* y, std::size_t n) { return dot({x, n}, {y, n}); });
  } else if (const auto* cubic = std::get_if<Cubic>(&tensor.def)) {
    mul(view[cubic->a], view[cubic->b], out);
    mul(out, view[cubic->c], out);
  } else if (const auto* map = std::get_if<Map>(&tensor.def)) {
    const Dims& from = circuit[map->source].dims;
    const std::size_t rows = tensor.dims[map->dim];
    if (std::holds_alternative<PoseidonMatrix>(map->matrix)) {
      map_poseidon(*map, from, rows, view[map->source].data(), out);
    } else {
      map_loops(*map, from, rows, view[map->source].data(), out, [](std::int64_t c) { return F::from_signed(c); });
    }
  } else if (const auto* packing = std::get_if<Packing>(&tensor.def)) {
    std::fill(out.begin(), out.end(), F());
    for (const Packing::Part& p : packing->parts) add_packed(p, circuit[p.source].dims, view[p.source].data(), out);
  } else if (const auto& constant = std::get<Constant>(tensor.def); constant.poseidon) {
    std::copy_n(poseidon_sbox_constants().begin(), out.size(), out.begin());
  } else {
    std::transform(constant.values.begin(), constant.values.end(), out.begin(), F::from_signed);
  }
}

// How often a tensor is read: by tensors that are computed, and once more if it is to be kept. 0: never computed.
std::vector<std::uint32_t> count_readers(const Circuit& circuit, Keep keep) {
  std::vector<std::uint32_t> readers(circuit.tensors.size(), keep == Keep::all ? 1 : 0);
  if (keep == Keep::operands) {
    const std::vector<bool> is_private = private_tensors(circuit);
    for (const Lookup& lookup : circuit.lookups)
      for (const TensorId column : lookup.columns) ++readers[column];
    for (const Table& table : circuit.tables)
      for (const TensorId column : table.tensors) ++readers[column];
    for (const TensorDef& tensor : circuit.tensors) {
      const auto* contract = std::get_if<Contract>(&tensor.def);
      const bool product = contract != nullptr && is_private[contract->a] && is_private[contract->b];
      if (product || std::holds_alternative<Cubic>(tensor.def))
        for_each_source(tensor, [&](TensorId source) { ++readers[source]; });
    }
  }
  for (std::size_t id = readers.size(); id-- > 0;)
    if (readers[id] > 0) for_each_source(circuit.tensors[id], [&](TensorId source) { ++readers[source]; });
  return readers;
}

std::string name_of(const std::vector<std::string>* list, const char* kind, std::size_t i) {
  return list != nullptr && i < list->size() ? (*list)[i] : kind + std::to_string(i);
}

Error failed(std::size_t where, const std::string& what, std::size_t cell) {
  return Error{ErrorCode::kSelfCheck,
               static_cast<std::uint32_t>(where),
               what + " does not hold at cell " + std::to_string(cell),
               {}};
}

}  // namespace

void add_packed(const Packing::Part& part, const Dims& source, const F* x, std::span<F> out) {
  const Strides strides = strides_of(source);
  for (std::size_t d = 0; d < source.size(); ++d) x += part.at[d] * strides[d];
  const unsigned per_cell = values_per_cell(part.bits);
  const F lo = F::from_signed(part.lo);
  const std::size_t columns = part.run == kNoRun ? 1 : source[part.run], step = strides[part.along];
  for (std::size_t o = 0; o < columns; ++o, x += columns == 1 ? 0 : strides[part.run])
    for (std::uint32_t i = 0; i < part.count; ++i) {
      const std::size_t cell = part.lane + i / per_cell;
      out[(part.block + o) * kPoseidonRate + cell] +=
          (x[i * step] - lo) * F(std::uint64_t{1} << (part.bits * (i % per_cell)));
    }
}

void map_poseidon(const Map& def, const Dims& source, std::size_t rows, const F* x, std::span<F> out) {
  std::size_t inner = 1;
  for (std::size_t d = 0; d < def.dim; ++d) inner *= source[d];
  const std::size_t cols = source[def.dim], outer = out.size() / (inner * rows);
  parallel_for(outer * inner, 64, [&](std::size_t begin, std::size_t end) {
    SecretVector<F> in(cols), result(rows);
    for (std::size_t column = begin; column < end; ++column) {
      const std::size_t u = column / inner, i = column % inner;
      for (std::size_t k = 0; k < cols; ++k) in[k] = x[(u * cols + k) * inner + i];
      poseidon_linear(in, result);
      for (std::size_t o = 0; o < rows; ++o) out[(u * rows + o) * inner + i] = result[o];
    }
  });
}

Result<Evaluated> evaluate_virtual(const Circuit& circuit, const Witness& witness, const PublicValues& publics,
                                   Keep keep) {
  std::vector<std::uint32_t> readers = count_readers(circuit, keep);
  Evaluated out;
  out.view_.resize(circuit.tensors.size());
  out.own_.resize(circuit.tensors.size());
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const TensorDef& tensor = circuit[id];
    const auto n = static_cast<std::size_t>(num_cells(tensor.dims));
    if (const auto* committed = std::get_if<Committed>(&tensor.def)) {
      if (committed->role > Role::multiplicity) continue;
      if (id >= witness.values.size() || witness.values[id].size() != n)
        return Error{ErrorCode::kSelfCheck, id, "a committed tensor has the wrong number of values", {}};
      out.view_[id] = witness.values[id];
      continue;
    }
    if (std::holds_alternative<Public>(tensor.def)) {
      if (id >= publics.size() || publics[id].size() != n) return Error{ErrorCode::kVPublic, id, {}, {}};
      out.view_[id] = publics[id];
      continue;
    }
    if (readers[id] == 0) continue;
    SecretVector<F>& values = out.own_[id];
    values.resize(n);
    compute(circuit, tensor, out.view_, values);
    out.view_[id] = values;
    for_each_source(tensor, [&](TensorId source) {
      if (--readers[source] > 0 || out.own_[source].empty()) return;
      out.own_[source] = {};
      out.view_[source] = {};
    });
  }
  return out;
}

std::uint64_t evaluated_peak(const Circuit& circuit, Keep keep) {
  std::vector<std::uint32_t> readers = count_readers(circuit, keep);
  std::uint64_t held = 0, peak = 0;
  const auto own = [&](TensorId id) {
    const auto& def = circuit[id].def;
    return std::holds_alternative<Committed>(def) || std::holds_alternative<Public>(def) ? 0
                                                                                         : num_cells(circuit[id].dims);
  };
  for (TensorId id = 0; id < readers.size(); ++id) {
    if (readers[id] == 0 || own(id) == 0) continue;
    held += own(id);
    peak = std::max(peak, held);
    for_each_source(circuit[id], [&](TensorId source) {
      if (--readers[source] == 0) held -= own(source);
    });
  }
  return peak;
}

Result<TensorValues> count_lookups(const Circuit& circuit, const Evaluated& values, const RelationNames* names) {
  TensorValues count;
  std::vector<TableIndex> index;
  index.reserve(circuit.tables.size());
  for (const Table& t : circuit.tables) {
    TableIndex::Private tensors;
    for (const TensorId id : t.tensors) {
      tensors.emplace_back(t.rows);
      std::transform(values[id].begin(), values[id].end(), tensors.back().begin(), [](F x) { return x.to_signed(); });
    }
    index.emplace_back(t.rows, t.columns, std::move(tensors));
    count.emplace_back(t.rows);
  }
  for (std::size_t l = 0; l < circuit.lookups.size(); ++l) {
    const Lookup& lookup = circuit.lookups[l];
    const std::size_t n = values[lookup.columns[0]].size(), width = lookup.columns.size();
    std::array<std::int64_t, kMaxLookupWidth> row{};
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < width; ++k) row[k] = values[lookup.columns[k]][i].to_signed();
      const std::int64_t at = index[lookup.table].find({row.data(), width});
      if (at < 0) return failed(l, name_of(names ? &names->lookups : nullptr, "lookup ", l), i);
      count[lookup.table][static_cast<std::size_t>(at)] += F(1);
    }
  }
  return count;
}

Status check_relations(const Circuit& circuit, const Evaluated& values, const RelationNames* names) {
  NESCIO_TRY(const TensorValues count, count_lookups(circuit, values, names));
  for (std::size_t z = 0; z < circuit.zeros.size(); ++z) {
    const std::span<const F> v = values[circuit.zeros[z].tensor];
    for (std::size_t i = 0; i < v.size(); ++i)
      if (!(v[i] == F()))
        return failed(circuit.lookups.size() + z, name_of(names ? &names->zeros : nullptr, "zero ", z), i);
  }
  for (std::size_t t = 0; t < count.size(); ++t) {
    const std::span<const F> m = values[circuit.tables[t].multiplicity];
    for (std::size_t i = 0; i < m.size(); ++i)
      if (!(m[i] == count[t][i]))
        return failed(circuit.lookups.size() + circuit.zeros.size() + t,
                      "the multiplicity of table " + std::to_string(t), i);
  }
  return Unit{};
}

Status check_witness(const Circuit& circuit, const Witness& witness, const PublicValues& publics,
                     const RelationNames* names) {
  NESCIO_TRY(const Evaluated values, evaluate_virtual(circuit, witness, publics));
  return check_relations(circuit, values, names);
}

}  // namespace nescio
