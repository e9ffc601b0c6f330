// gadget/eval.h -- the interpreter of a lowering that computes: the bit-exact specification of a quantised model.
//
// Integers are computed as int64: the bounds of every tensor are proven below 2^62 for values within the bounds of its
// sources, and a source that leaves its bound fails here before it is used. Every relation is checked: kSelfCheck names
// it. Multiplicities are counted by the lookups.
//
// What works cell by cell -- hints, sums, products, lookups, checks -- is put on a tape, and the tape runs over one
// block of cells after the other when somebody needs a value of another kind: a block of every tensor of a gadget fits
// the cache, and virtual tensors that only such steps read are never stored (gadget/tape.cc). So the first error is
// that of the first block with one. Field tensors are computed when somebody reads them, and their relations, those of
// sponges, are checked on request: they cost as much as all else, and the prover checks them anyway (prover/prove.h).
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

class EvalBackend final : public Backend {
 public:
  // Values of the public tensors of `emitted`, which the same lowering made. All must outlive this.
  enum class Check { all, integers };
  EvalBackend(const Emitted& emitted, const PublicValues& publics, Check check = Check::all)
      : emitted_(&emitted), publics_(&publics), check_(check) {}
  // The values of tensors that are adopted. Where there are any, witness() is not for this lowering to give.
  using Adopted = std::function<std::span<const std::int64_t>(TensorId id)>;
  EvalBackend(const Emitted& emitted, const PublicValues& publics, Adopted adopted)
      : emitted_(&emitted), publics_(&publics), adopted_(std::move(adopted)) {}
  // For a lowering without public tensors, and no witness.
  EvalBackend() = default;

  // Values of an integer tensor, and of any as elements. After an error: those that were known before, or none.
  std::span<const std::int64_t> integers(Var v) { return whole(v); }
  std::span<const F> elements(Var v);
  Status status() override;
  // The values of all committed tensors, or the first error. The last call: it takes the values out.
  Result<Witness> witness();

 private:
  // Cells [first, first + n) of a virtual tensor, into out.
  using Recipe = std::function<void(std::size_t first, std::int64_t* out, std::size_t n)>;
  // An integer tensor has one of `integers`, `elements`, `publics`, `recipe`, or more of them, all equal.
  struct Slot {
    SecretArray<std::int64_t> integers;
    SecretVector<F> elements;
    const F* publics = nullptr;
    Recipe recipe;
    std::function<void(std::span<F>)> compute;  // of a field tensor that nobody has read; the span holds zeros
    SecretArray<std::int64_t> block;            // cells from `at` on, while the tape runs
    std::size_t at = 0;
  };
  struct Counter {
    TableIndex index;
    SecretVector<F> rows;  // how often each was looked up
  };
  using Step = std::function<void(std::size_t first, std::size_t n)>;

  std::size_t cells(Var v) const { return static_cast<std::size_t>(num_cells(dims(v))); }
  Slot& slot(Var v);
  // A new slot with memory for all of the integers.
  SecretArray<std::int64_t>& stored(Var v);
  // A field tensor, when it is first read.
  void later(Var v, std::function<void(std::span<F>)> compute);
  const SecretVector<F>& as_field(Var v);

  // ---- gadget/tape.cc
  // All integers of v, after the tape has run; none after an error.
  std::span<const std::int64_t> whole(Var v);
  // A step over the cells of a tensor with n of them.
  void record(std::size_t n, Step step);
  // Runs the tape. Whether there was no error.
  bool settle();
  // Cells [first, first + n), n at most a block, from wherever they are: good until the tape ends.
  const std::int64_t* block(Var v, std::size_t first, std::size_t n);
  std::int64_t* new_block(Slot& s, std::size_t first);
  void release_blocks();
  void commit_cells(Var v, const CellHint& hint);
  // False for a tensor that is not made cell by cell.
  bool affine_cells(Var v, const std::vector<Term>& terms, std::int64_t constant);
  bool product_cells(Var v, Var a, Var b, const Contract& labels);
  void count_rows(Counter& counter, std::int64_t start, const std::vector<Var>& columns, const std::string& name,
                  std::size_t first, std::size_t n);

  void on_adopt(Var v, TensorId id) override;
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

  // What hints read.
  class View final : public HintView {
   public:
    explicit View(EvalBackend* b) : b_(b) {}
    std::span<const std::int64_t> operator[](Var v) const override { return b_->whole(v); }
    std::span<const F> field(Var v) const override { return b_->as_field(v); }

   private:
    EvalBackend* b_;
  };

  const Emitted* emitted_ = nullptr;
  const PublicValues* publics_ = nullptr;
  Check check_ = Check::all;
  Adopted adopted_;
  std::deque<Slot> slots_;
  std::deque<Counter> counters_;  // of each table
  std::vector<Step> tape_;
  std::size_t tape_cells_ = 0;  // of every step on the tape
  std::vector<Slot*> blocks_;   // that hold one
  std::vector<SecretArray<std::int64_t>> free_blocks_;
  SecretArray<F> words_;  // of a block that is committed
};

}  // namespace nescio
