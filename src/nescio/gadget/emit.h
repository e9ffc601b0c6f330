// gadget/emit.h -- the interpreter of a lowering that writes the Circuit. It never calls a hint and sees no value.
#pragma once
#include <string>
#include <vector>

#include "nescio/circuit/builder.h"
#include "nescio/gadget/backend.h"
#include "nescio/witness/evaluate.h"

namespace nescio {

// A circuit, and how the tensors of the lowering are called in it.
struct Emitted {
  Circuit circuit;
  std::vector<TensorId> tensor;  // of each Var
  RelationNames names;
  std::vector<std::string> cells;  // by tensor id: the name of a committed tensor of role value
};

class EmitBackend final : public Backend {
 public:
  EmitBackend() = default;
  // Goes on with this circuit, of which adopt() takes tensors; what it holds has no names.
  explicit EmitBackend(Circuit base) : builder_(std::move(base)) {
    out_.names.lookups.resize(builder_.circuit().lookups.size());
    out_.names.zeros.resize(builder_.circuit().zeros.size());
  }

  TensorId tensor(Var v) const { return out_.tensor[v.index]; }
  // Ports, which are no part of a lowering's values.
  CircuitBuilder& builder() { return builder_; }
  // The result, or the first error. Call once.
  Result<Emitted> finish();

 private:
  void on_adopt(Var, TensorId id) override { record(id); }
  void on_commit(Var v, std::string_view name, const Hint& hint) override;
  void on_commit_field(Var v, std::string_view name, const FieldHint& hint) override;
  void on_affine(Var v, const std::vector<Term>& terms, std::int64_t constant, std::uint64_t divisor) override;
  void on_contract(Var v, Var a, Var b, const Contract& labels) override;
  void on_cubic(Var v, Var a, Var b, Var c) override;
  void on_map(Var v, Var source, const Map& map) override;
  void on_packing(Var v, const std::vector<PackedDigits>& parts) override;
  void on_constant(Var v, Constant constant) override;
  void on_public(Var v, std::string_view name, Public::Source source) override;
  void on_table(TableVar t) override;
  void on_lookup(std::string_view name, TableVar t, const std::vector<Var>& columns) override;
  void on_zero(std::string_view name, Var v) override;
  void record(TensorId id) { out_.tensor.push_back(id); }

  CircuitBuilder builder_;
  std::vector<std::uint32_t> table_;  // of each TableVar
  Emitted out_;
};

}  // namespace nescio
