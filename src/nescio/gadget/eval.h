// gadget/eval.h -- the interpreter of a lowering that computes: the bit-exact specification of a quantised model.
//
// Integers are computed as int64: the bounds of every tensor are proven below 2^62 for values within the bounds of its
// sources, and a source that leaves its bound fails here before it is used. Every relation is checked where it is
// stated: kSelfCheck names it. Multiplicities are counted by the lookups. Field tensors are computed when somebody
// reads them, and their relations, those of sponges, are checked on request: they cost as much as all else, and the
// prover checks them anyway (prover/prove.h).
#pragma once
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nescio/gadget/backend.h"
#include "nescio/gadget/emit.h"
#include "nescio/witness/table_index.h"

namespace nescio {

class EvalBackend final : public Backend, private HintView {
 public:
  // Values of the public tensors of `emitted`, which the same lowering made. All must outlive this.
  enum class Check { all, integers };
  EvalBackend(const Emitted& emitted, const PublicValues& publics, Check check = Check::all)
      : emitted_(&emitted), publics_(&publics), check_(check) {}
  // For a lowering without public tensors, and no witness.
  EvalBackend() = default;

  // Values of an integer tensor, of a field tensor. None for what comes after an error.
  std::span<const std::int64_t> integers(Var v) const {
    return v.index < slots_.size() ? view(slots_[v.index]) : std::span<const std::int64_t>();
  }
  std::span<const F> elements(Var v) const {
    return v.index < slots_.size() && info(v).field ? std::span<const F>(as_field(v)) : std::span<const F>();
  }
  // The values of all committed tensors, or the first error.
  Result<Witness> witness() const;

 private:
  struct Slot {
    SecretArray<std::int64_t> integers;
    SecretVector<F> elements;                   // of a field tensor; or of an integer tensor that was read as one
    std::function<void(std::span<F>)> compute;  // of a field tensor that nobody has read; the span holds zeros
  };
  struct Counter {
    TableIndex index;
    SecretVector<std::uint64_t> rows;
  };

  static std::span<const std::int64_t> view(const Slot& s) { return {s.integers.data(), s.integers.size()}; }
  std::span<const std::int64_t> operator[](Var v) const override { return view(slots_[v.index]); }
  std::span<const F> field(Var v) const override { return as_field(v); }
  const SecretVector<F>& as_field(Var v) const;
  Slot& slot(Var v);
  // A field tensor, when it is first read.
  void later(Var v, std::function<void(std::span<F>)> compute);
  // kSelfCheck unless all values are within the bound that the lookups have given.
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
  void on_expect(std::string_view name, Var v, Bound range, ErrorCode code, std::string_view advice) override;

  const Emitted* emitted_ = nullptr;
  const PublicValues* publics_ = nullptr;
  Check check_ = Check::all;
  mutable std::deque<Slot> slots_;
  std::deque<Counter> counters_;  // of each table
};

}  // namespace nescio
