#include "nescio/accuracy/rows.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "nescio/circuit/bounds.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/determined.h"
#include "nescio/circuit/digests.h"

namespace nescio {
namespace {

Error refuse(const std::string& why) {
  return Error{ErrorCode::kUsage, 0, "no proof of accuracy can be made with this key: " + why, {}};
}

// Sets of tensors that relations connect.
class Sets {
 public:
  explicit Sets(std::size_t n) : parent_(n) { std::iota(parent_.begin(), parent_.end(), TensorId{0}); }
  TensorId find(TensorId x) {
    while (parent_[x] != x) x = parent_[x] = parent_[parent_[x]];
    return x;
  }
  void join(TensorId a, TensorId b) { parent_[find(a)] = find(b); }

 private:
  std::vector<TensorId> parent_;
};

// The part M of a model, and what of it is per row.
class Part {
 public:
  explicit Part(const Circuit& model)
      : model_(model), out_(model.tensors.size()), per_row_(model.tensors.size()), kept_(model.tensors.size()) {
    leave_out();
    for (std::uint32_t i = 0; i < model.lookups.size(); ++i)
      if (none_out(model.lookups[i].columns) && none_out(model.tables[model.lookups[i].table].tensors))
        lookups_.push_back(i);
    for (std::uint32_t i = 0; i < model.zeros.size(); ++i)
      if (!out_[model.zeros[i].tensor]) zeros_.push_back(i);
    keep_connected();
    find_per_row();
  }

  const std::vector<std::uint32_t>& lookups() const { return lookups_; }
  const std::vector<std::uint32_t>& zeros() const { return zeros_; }
  bool kept(TensorId id) const { return kept_[id]; }
  bool per_row(TensorId id) const { return per_row_[id]; }

 private:
  bool none_out(const std::vector<TensorId>& list) const {
    return std::none_of(list.begin(), list.end(), [&](TensorId id) { return out_[id]; });
  }

  // Values of the statement, digests of inputs and outputs, and what depends on them.
  void leave_out() {
    for (TensorId id = 0; id < out_.size(); ++id) {
      const auto* known = std::get_if<Public>(&model_[id].def);
      out_[id] = known != nullptr && known->source == Public::Source::statement;
    }
    for (const DigestPort& port : model_.digests)
      for (TensorId i = 0; port.group != Group::weights && i < kDigestMembers; ++i) out_[first_member(port) + i] = true;
    for (TensorId id = 0; id < out_.size(); ++id)
      for_each_source(model_[id], [&](TensorId source) { out_[id] = out_[id] || out_[source]; });
  }

  // visit(list of tensors) for each relation that is left; private columns of tables among them.
  template <class Visit>
  void for_each_relation(const Visit& visit) const {
    for (const std::uint32_t i : lookups_) {
      std::vector<TensorId> list = model_.lookups[i].columns;
      const std::vector<TensorId>& private_columns = model_.tables[model_.lookups[i].table].tensors;
      list.insert(list.end(), private_columns.begin(), private_columns.end());
      visit(list);
    }
    for (const std::uint32_t i : zeros_) visit(std::vector<TensorId>{model_.zeros[i].tensor});
  }
  // Tensors that those of the list are made from, themselves among them.
  std::vector<bool> below(const std::vector<TensorId>& list) const {
    std::vector<bool> found(out_.size());
    for (const TensorId id : list) found[id] = true;
    for (std::size_t id = found.size(); id-- > 0;)
      if (found[id]) for_each_source(model_.tensors[id], [&](TensorId source) { found[source] = true; });
    return found;
  }
  std::vector<TensorId> inputs() const {
    std::vector<TensorId> list;
    for (const InputPort& port : model_.inputs) list.push_back(port.tensor);
    return list;
  }
  std::vector<TensorId> weights() const {
    std::vector<TensorId> list;
    for (const DigestPort& port : model_.digests)
      for (const BoundRange& b : port.bound)
        if (port.group == Group::weights) list.push_back(b.tensor);
    return list;
  }

  // A set for each connected part of the circuit: a tensor and its sources, the tensors of a relation. Those of
  // `apart`, constants and public values connect nothing.
  Sets connected(const std::vector<bool>& apart) const {
    Sets sets(out_.size());
    const auto connects = [&](TensorId id) {
      return !apart[id] && !std::holds_alternative<Constant>(model_[id].def) &&
             !std::holds_alternative<Public>(model_[id].def);
    };
    for (TensorId id = 0; id < out_.size(); ++id)
      for_each_source(model_[id], [&](TensorId source) {
        if (!out_[id] && connects(id) && connects(source)) sets.join(id, source);
      });
    for_each_relation([&](const std::vector<TensorId>& list) {
      TensorId first = kLeftOut;
      for (const TensorId id : list) {
        if (!connects(id)) continue;
        if (first != kLeftOut) sets.join(first, id);
        first = id;
      }
    });
    return sets;
  }

  // Relations stay that are connected with an input, an output or the digest of the weights; and what they are about.
  void keep_connected() {
    Sets sets = connected(std::vector<bool>(out_.size()));
    std::vector<bool> wanted(out_.size());
    std::vector<TensorId> ends = inputs();
    for (const OutputPort& port : model_.outputs) ends.push_back(port.tensor);
    for (const DigestPort& port : model_.digests)
      for (TensorId i = 0; port.group == Group::weights && i < kDigestMembers; ++i)
        ends.push_back(first_member(port) + i);
    for (const TensorId id : weights()) ends.push_back(id);
    for (const TensorId id : ends) wanted[sets.find(id)] = true;
    const auto is_wanted = [&](TensorId id) { return wanted[sets.find(id)]; };
    std::erase_if(lookups_, [&](std::uint32_t i) {
      const std::vector<TensorId>& list = model_.lookups[i].columns;
      return std::none_of(list.begin(), list.end(), is_wanted);
    });
    std::erase_if(zeros_, [&](std::uint32_t i) { return !is_wanted(model_.zeros[i].tensor); });
    for_each_relation([&](const std::vector<TensorId>& list) { ends.insert(ends.end(), list.begin(), list.end()); });
    kept_ = below(ends);
    for (const std::uint32_t i : lookups_) kept_[model_.tables[model_.lookups[i].table].multiplicity] = true;
  }

  // What is committed and connected with an input otherwise than through weights, and what is made from that.
  void find_per_row() {
    Sets sets = connected(below(weights()));
    std::vector<bool> rows(out_.size());
    for (const TensorId id : inputs()) rows[sets.find(id)] = true;
    for (TensorId id = 0; id < out_.size(); ++id) {
      if (!kept_[id]) continue;
      if (model_.committed(id) != nullptr) per_row_[id] = rows[sets.find(id)];
      for_each_source(model_[id], [&](TensorId source) { per_row_[id] = per_row_[id] || per_row_[source]; });
    }
  }

  const Circuit& model_;
  std::vector<bool> out_, per_row_, kept_;
  std::vector<std::uint32_t> lookups_, zeros_;
};

// M written down for n rows.
class Writer {
 public:
  Writer(const Circuit& model, const Part& part, std::uint32_t n) : model_(model), part_(part), n_(n) {
    rows_.tensor.assign(model.tensors.size(), kLeftOut);
    rows_.per_row.resize(model.tensors.size());
    for (const Table& table : model.tables)
      row_table_.push_back(
          std::any_of(table.tensors.begin(), table.tensors.end(), [&](TensorId id) { return part.per_row(id); }));
  }

  Result<ModelRows> run() {
    for (std::size_t i = 0; i < model_.tables.size(); ++i) {
      if (row_table_[i]) NESCIO_TRY_STATUS(check_row_table(model_.tables[i]));
    }
    for (TensorId id = 0; id < model_.tensors.size(); ++id) {
      if (!part_.kept(id)) continue;
      NESCIO_TRY(TensorDef tensor, tensor_of(id));
      rows_.per_row[id] = part_.per_row(id);
      rows_.tensor[id] = append(std::move(tensor));
    }
    tables();
    for (const std::uint32_t i : part_.lookups()) lookup(model_.lookups[i]);
    for (const std::uint32_t i : part_.zeros()) rows_.circuit.zeros.push_back({at(model_.zeros[i].tensor), 0});
    NESCIO_TRY_STATUS(inputs());
    for (DigestPort port : model_.digests) {
      if (port.group != Group::weights) continue;
      port.tensor = at(port.tensor);
      for (BoundRange& b : port.bound) {
        if (part_.per_row(b.tensor)) return refuse("its weights depend on an input");
        b.tensor = at(b.tensor);
      }
      rows_.circuit.digests.push_back(std::move(port));
    }
    return std::move(rows_);
  }

 private:
  // The ports of the inputs, their dims preceded by n.
  Status inputs() {
    for (InputPort port : model_.inputs) {
      if (port.dims.size() == kMaxDims) return refuse("the input '" + port.name + "' has six dimensions already");
      port.dims.insert(port.dims.begin(), n_);
      port.tensor = at(port.tensor);
      port.disclosed = false;
      port.pub = 0;
      const std::vector<Scale> scales = port.scales;
      for (std::uint32_t r = 1; r < n_ && scales.size() > 1; ++r)
        port.scales.insert(port.scales.end(), scales.begin(), scales.end());
      rows_.circuit.inputs.push_back(std::move(port));
    }
    return Unit{};
  }

  TensorId at(TensorId id) const { return rows_.tensor[id]; }
  TensorId append(TensorDef tensor) {
    rows_.circuit.tensors.push_back(std::move(tensor));
    return static_cast<TensorId>(rows_.circuit.tensors.size() - 1);
  }
  std::uint32_t last(TensorId id) const { return static_cast<std::uint32_t>(model_[id].dims.size()); }

  Result<TensorDef> tensor_of(TensorId id) const {
    TensorDef out = model_[id];
    if (auto* committed = std::get_if<Committed>(&out.def)) committed->segment = 0;
    const bool rows = part_.per_row(id);
    if (rows) {
      if (out.dims.size() == kMaxDims) return refuse("a tensor of it has six dimensions already");
      out.dims.push_back(n_);
    }
    if (auto* affine = std::get_if<Affine>(&out.def)) {
      for (AffineTerm& term : affine->terms) {
        if (part_.per_row(term.source)) term.dims.push_back({false, last(id)});
        term.source = at(term.source);
      }
    } else if (auto* contract = std::get_if<Contract>(&out.def)) {
      contract_of(*contract);
    } else if (auto* cubic = std::get_if<Cubic>(&out.def)) {
      for (TensorId* source : {&cubic->a, &cubic->b, &cubic->c}) {
        if (part_.per_row(*source) != rows) return refuse("a cubic of it mixes rows and weights");
        *source = at(*source);
      }
    } else if (auto* map = std::get_if<Map>(&out.def)) {
      map->source = at(map->source);
    } else if (auto* packing = std::get_if<Packing>(&out.def)) {
      if (rows) return refuse("a digest of it is of inputs and weights");
      for (Packing::Part& p : packing->parts) p.source = at(p.source);
    }
    return out;
  }

  void contract_of(Contract& contract) const {
    const bool a = part_.per_row(contract.a), b = part_.per_row(contract.b);
    std::uint8_t label = 0;
    const auto taken = [&](const std::vector<std::uint8_t>& labels) {
      return std::find(labels.begin(), labels.end(), label) != labels.end();
    };
    while (taken(contract.a_labels) || taken(contract.b_labels)) ++label;  // the result has no others
    if (a) contract.a_labels.push_back(label);
    if (b) contract.b_labels.push_back(label);
    if (a || b) contract.y_labels.push_back(label);
    contract.a = at(contract.a);
    contract.b = at(contract.b);
  }

  // A table whose private columns are per row, (i; a[i], b[i], ..) with i < R, becomes one of n parts of P = 2^k >= R
  // rows each, (r P + i; a[i, r], b[i, r], ..): it is asked at r P + place for a place of which 0 <= place < R is
  // stated, so that row r finds nothing but its own.
  Status check_row_table(const Table& table) const {
    const bool simple = table.columns.size() == 1 && table.columns[0] == TableColumn{} && table.rows <= kMaxTableRows &&
                        std::all_of(table.tensors.begin(), table.tensors.end(), [&](TensorId id) {
                          return model_[id].dims == Dims{table.rows} && part_.per_row(id);
                        });
    if (!simple) return refuse("a table of it depends on the inputs in a way that is not known");
    if (std::uint64_t{padded(table)} * n_ > kMaxPrivateRows)
      return refuse("at most " + std::to_string(kMaxPrivateRows / padded(table)) + " rows of its inputs fit a table");
    return Unit{};
  }
  static std::uint32_t padded(const Table& table) { return std::bit_ceil(table.rows); }

  void tables() {
    for (std::size_t i = 0; i < model_.tables.size(); ++i) {
      table_.push_back(static_cast<std::uint32_t>(rows_.circuit.tables.size()));
      Table table = model_.tables[i];
      if (!part_.kept(table.multiplicity)) continue;
      table.multiplicity = at(table.multiplicity);
      for (TensorId& id : table.tensors) id = at(id);
      if (row_table_[i]) {
        const std::uint32_t rows = padded(table);
        for (TensorId& id : table.tensors)
          if (rows != table.rows) id = append({Dims{rows, n_}, Map{id, 0, ShiftMatrix{0}}});
        table.rows = rows * n_;
        rows_.circuit.tensors[table.multiplicity].dims = {table.rows};
      }
      rows_.circuit.tables.push_back(std::move(table));
    }
  }

  void lookup(const Lookup& lookup) {
    const auto is_row = [&](TensorId id) { return part_.per_row(id); };
    const bool rows = row_table_[lookup.table] || std::any_of(lookup.columns.begin(), lookup.columns.end(), is_row);
    Lookup out{table_[lookup.table], 0, {}};
    for (const TensorId id : lookup.columns) out.columns.push_back(rows && !part_.per_row(id) ? repeated(id) : at(id));
    if (row_table_[lookup.table]) {
      const Table& table = model_.tables[lookup.table];
      rows_.circuit.lookups.push_back({interval(table.rows), 0, {out.columns[0]}});
      out.columns[0] = in_its_part(out.columns[0], padded(table));
    }
    rows_.circuit.lookups.push_back(std::move(out));
  }
  // place + r step, at each row r.
  TensorId in_its_part(TensorId place, std::uint32_t step) {
    if (numbers_ == kLeftOut) {
      std::vector<std::int64_t> r(n_);
      std::iota(r.begin(), r.end(), std::int64_t{0});
      numbers_ = append({Dims{n_}, Constant{false, std::move(r)}});
    }
    const Dims dims = rows_.circuit[place].dims;
    AffineTerm same{1, place, {}};
    for (std::uint32_t d = 0; d < dims.size(); ++d) same.dims.push_back({false, d});
    const AffineTerm part{step, numbers_, {same.dims.back()}};
    return append({dims, Affine{{same, part}, 0, 1}});
  }
  // The table 0 .. rows - 1.
  std::uint32_t interval(std::uint32_t rows) {
    std::vector<Table>& tables = rows_.circuit.tables;
    for (std::uint32_t i = 0; i < tables.size(); ++i)
      if (tables[i].rows == rows && tables[i].tensors.empty() && tables[i].columns == std::vector{TableColumn{}})
        return i;
    const TensorId multiplicity = append({Dims{rows}, Committed{Role::multiplicity, 0}});
    tables.push_back({rows, {TableColumn{}}, multiplicity, {}});
    return static_cast<std::uint32_t>(tables.size() - 1);
  }
  // One that is not per row, for each row.
  TensorId repeated(TensorId id) {
    TensorDef out{model_[id].dims, Affine{{{1, at(id), {}}}, 0, 1}};
    for (std::uint32_t d = 0; d < last(id); ++d) std::get<Affine>(out.def).terms[0].dims.push_back({false, d});
    out.dims.push_back(n_);
    return append(std::move(out));
  }

  const Circuit& model_;
  const Part& part_;
  std::uint32_t n_;
  std::vector<bool> row_table_;       // of each of the model's: its private columns are per row
  std::vector<std::uint32_t> table_;  // of each of the model's
  TensorId numbers_ = kLeftOut;       // 0 .. n - 1
  ModelRows rows_;
};

// In one row of M, outputs follow from inputs and weights.
Status check_function(const Circuit& model, const Part& part) {
  NESCIO_TRY(const ModelRows one, Writer(model, part, 1).run());
  const char* const no_circuit = "what is left of it without statements is no circuit";
  if (!check_circuit(one.circuit, false).ok()) return refuse(no_circuit);
  const auto bounds = derive_bounds(one.circuit);
  if (!bounds.ok()) return refuse(no_circuit);
  const std::vector<bool> determined = determined_tensors(one.circuit, *bounds);
  for (const OutputPort& port : model.outputs)
    if (!determined[one.tensor[port.tensor]]) return refuse("its outputs do not follow from inputs and weights alone");
  return Unit{};
}

}  // namespace

Result<ModelRows> make_rows(const Circuit& model, std::uint32_t n) {
  const Part part(model);
  for (const OutputPort& port : model.outputs)
    if (!part.kept(port.tensor) || !part.per_row(port.tensor))
      return refuse("the output '" + port.name + "' does not depend on its inputs");
  NESCIO_TRY_STATUS(check_function(model, part));
  return Writer(model, part, n).run();
}

}  // namespace nescio
