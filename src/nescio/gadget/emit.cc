#include "nescio/gadget/emit.h"

namespace nescio {

void EmitBackend::on_commit(Var v, std::string_view name, const Hint&) {
  record(builder_.committed(dims(v), 0));
  out_.cells.resize(tensor(v) + 1);
  out_.cells.back() = full_name(name);
}
void EmitBackend::on_commit_field(Var v, std::string_view name, const FieldHint&) {
  on_commit(v, name, {});
}

void EmitBackend::on_affine(Var v, const std::vector<Term>& terms, std::int64_t constant, std::uint64_t divisor) {
  std::vector<AffineTerm> list;
  list.reserve(terms.size());
  for (const Term& t : terms) list.push_back({t.coef, tensor(t.source), t.dims});
  record(builder_.affine(dims(v), std::move(list), constant, divisor));
}
void EmitBackend::on_contract(Var, Var a, Var b, const Contract& labels) {
  record(builder_.contract(tensor(a), labels.a_labels, tensor(b), labels.b_labels, labels.y_labels));
}
void EmitBackend::on_cubic(Var, Var a, Var b, Var c) {
  record(builder_.cubic(tensor(a), tensor(b), tensor(c)));
}
void EmitBackend::on_map(Var v, Var source, const Map& map) {
  record(builder_.map(tensor(source), map.dim, dims(v)[map.dim], map.matrix));
}
void EmitBackend::on_packing(Var v, const std::vector<PackedDigits>& parts) {
  std::vector<Packing::Part> list;
  for (const PackedDigits& p : parts) {
    list.push_back(p.layout);
    list.back().source = tensor(p.source);
  }
  record(builder_.packing(dims(v)[1], std::move(list)));
}
void EmitBackend::on_constant(Var v, Constant constant) {
  record(constant.poseidon ? builder_.poseidon_constants(dims(v))
                           : builder_.constant(dims(v), std::move(constant.values)));
}
void EmitBackend::on_public(Var v, std::string_view, Public::Source source) {
  record(builder_.public_values(dims(v), source));
}
void EmitBackend::on_table(TableVar t) {
  const TableInfo& info = table_info(t);
  std::vector<TensorId> tensors;
  for (const Var v : info.tensors) tensors.push_back(tensor(v));
  table_.push_back(builder_.table(info.rows, info.columns, 0, std::move(tensors)));
}
void EmitBackend::on_lookup(std::string_view name, TableVar t, const std::vector<Var>& columns) {
  std::vector<TensorId> ids;
  for (const Var c : columns) ids.push_back(tensor(c));
  builder_.lookup(table_[t.index], 0, std::move(ids));
  out_.names.lookups.push_back(full_name(name));
}
void EmitBackend::on_zero(std::string_view name, Var v) {
  builder_.zero(tensor(v), 0);
  out_.names.zeros.push_back(full_name(name));
}

Result<Emitted> EmitBackend::finish() {
  NESCIO_TRY_STATUS(status());
  out_.circuit = builder_.take();
  out_.cells.resize(out_.circuit.tensors.size());
  return std::move(out_);
}

}  // namespace nescio
