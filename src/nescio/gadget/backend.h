// gadget/backend.h -- the language that lowerings and gadgets are written in: tensors, relations, hints.
//
// One text, run by two interpreters: EmitBackend (gadget/emit.h) writes the Circuit and never calls a hint; EvalBackend
// (gadget/eval.h) computes every value, checks every relation as it is stated and names the one that fails. A call has
// the same effect on shapes, bounds and depth in both, so that neither can drift from the other.
//
// Tensors   dimension 0 is the fastest. Integer tensors carry a Bound: an interval that follows from enforced facts
// only
//           (rows of tables, public ranges, interval arithmetic). A bound of 2^62 or more is kOverflow. Field tensors
//           (hash states) are values mod p without a bound; what is computed from one is one.
// Errors    the first one sticks: later calls keep shapes going but do nothing else. Ask status() at the end.
// Names     relations and commitments are called by the open scopes and their own name: "fc1/requant/remainder".
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/circuit/circuit.h"

namespace nescio {

// A tensor of the lowering. The n-th tensor made is number n in every backend.
struct Var {
  std::uint32_t index = ~std::uint32_t{0};
  friend bool operator==(Var, Var) = default;
};
struct TableVar {
  std::uint32_t index = ~std::uint32_t{0};
};

// lo <= x <= hi.
struct Bound {
  std::int64_t lo = 0, hi = 0;
  friend bool operator==(const Bound&, const Bound&) = default;
};
inline constexpr std::int64_t kMaxMagnitude = std::int64_t{1} << 62;  // |x| < this, on each side of every identity

// coef * source, read at the indices of the result (see DimRef). Without dims: dimension d runs with dimension d.
struct Term {
  std::int64_t coef = 1;
  Var source;
  std::vector<DimRef> dims = {};
};

// A part of a Packing (circuit.h): `layout.source` is not set.
struct PackedDigits {
  Var source;
  Packing::Part layout;
};

// What a hint may read. Integer tensors as int64, field tensors as F.
class HintView {
 public:
  virtual std::span<const std::int64_t> operator[](Var v) const = 0;
  virtual std::span<const F> field(Var v) const = 0;

 protected:
  ~HintView() = default;
};
using WholeHint = std::function<void(const HintView& view, std::span<std::int64_t> out)>;
// ((x + base) >> shift) & mask, the shift arithmetic.
struct Digit {
  std::int64_t base = 0;
  unsigned shift = 0;
  std::int64_t mask = -1;
  friend bool operator==(const Digit&, const Digit&) = default;
};
// A hint whose cell i depends on cell i of its sources alone, tensors of the same dims: the digit of what `compute`
// gives, or of the first source if it is empty. Called for one run of cells after the other: cells
// [first, first + out.size()), of which x[k] holds those of source k. It may run later than it is given: what it refers
// to must outlive the backend.
struct CellHint {
  std::vector<Var> sources = {};
  std::function<void(std::size_t first, const std::int64_t* const* x, std::span<std::int64_t> out)> compute = {};
  Digit digit = {};
};
using Hint = std::variant<WholeHint, CellHint>;
using FieldHint = std::function<void(const HintView& view, std::span<F> out)>;

// What is known of a tensor without its values; the same in both backends.
struct VarInfo {
  Dims dims;
  bool committed = false;
  bool known = false;    // constant or public: the verifier has the values
  bool field = false;    // values mod p
  bool bounded = false;  // `bound` is enforced
  Bound bound;
  unsigned depth = 0;
  std::uint64_t divisor = 1;
  // An affine tensor  coef * source + rest  over one source that has no bound yet: a lookup of it, or its
  // vanishing, gives the source one. Only for coef = 1 or -1 and a source read cell by cell.
  struct Pending {
    Var source;
    std::int64_t coef = 1;
    Bound rest;
  };
  std::optional<Pending> pending = std::nullopt;
  // coef * source + constant, cell by cell, over a source that has a bound: what narrows it narrows the source.
  struct Multiple {
    Var source;
    std::int64_t coef = 1, constant = 0;
  };
  std::optional<Multiple> multiple = std::nullopt;
};

// What a tensor or relation is there for: to account for costs, nothing else.
enum class Part : std::uint8_t { activations, weights, digest };
inline constexpr std::size_t kParts = 3;

class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  // ---- names
  // Names made while the Scope lives begin with `name` and a slash.
  class Scope {
   public:
    Scope(Backend& b, std::string_view name) : b_(b), length_(b.path_.size()) { b.path_.append(name).push_back('/'); }
    ~Scope() { b_.path_.resize(length_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Backend& b_;
    std::size_t length_;
  };
  // What is made while it lives is of this part: activations where none is open.
  class PartScope {
   public:
    PartScope(Backend& b, Part part) : b_(b), before_(b.part_) { b.part_ = part; }
    ~PartScope() { b_.part_ = before_; }
    PartScope(const PartScope&) = delete;
    PartScope& operator=(const PartScope&) = delete;

   private:
    Backend& b_;
    Part before_;
  };

  // ---- committed tensors: role value
  // Cells that the prover chooses; the hint says how. They have no bound until a lookup or a zero gives them one, and
  // take part in nothing else before that.
  Var commit(std::string_view name, Dims dims, const Hint& hint);
  // Values mod p.
  Var commit_field(std::string_view name, Dims dims, const FieldHint& hint);
  // A committed copy of a virtual tensor: commit, and zero(copy - v). Cuts depth. One cell each.
  Var materialise(std::string_view name, Var v);

  // A tensor that the circuit held before this lowering (EmitBackend), with what is known of it; one of integers.
  Var adopt(TensorId id, VarInfo info);

  // ---- virtual tensors
  // divisor * y = constant + sum of terms. With a divisor above 1, y has no bound until a lookup gives it one.
  Var affine(std::string_view name, Dims dims, const std::vector<Term>& terms, std::int64_t constant = 0,
             std::uint64_t divisor = 1);
  // Y[y_labels] = sum A[a_labels] B[b_labels]: see circuit.h, Contract. An operand of constant or public values has at
  // most one label of extent above 1, which the other operand has too.
  Var contract(std::string_view name, Var a, std::vector<std::uint8_t> a_labels, Var b,
               std::vector<std::uint8_t> b_labels, std::vector<std::uint8_t> y_labels);
  // a[i] b[i], equal dims.
  Var product(std::string_view name, Var a, Var b);
  // a[i] b[i] c[i] of field tensors, equal dims.
  Var cubic(std::string_view name, Var a, Var b, Var c);
  // y[.., o, ..] = sum_k M[o,k] x[.., k, ..], o < extent, along dimension `dim`.
  Var map(std::string_view name, Var source, std::uint32_t dim, std::uint32_t extent, SparseMatrix matrix);
  Var map(std::string_view name, Var source, std::uint32_t dim, std::uint32_t extent, ShiftMatrix matrix);
  Var map(std::string_view name, Var source, std::uint32_t dim, std::uint32_t extent, PoseidonMatrix matrix);
  // The blocks that a digest absorbs, [8, blocks]: see circuit.h, Packing. A field tensor. Every source lies within
  // [lo, lo + 2^bits).
  Var packing(std::string_view name, std::uint32_t blocks, const std::vector<PackedDigits>& parts);

  // ---- what the verifier knows
  Var constant(std::string_view name, Dims dims, std::vector<std::int64_t> values);
  // The round constants as seen by the S-boxes (circuit.h, Constant::poseidon); a field tensor.
  Var poseidon_constants(Dims dims);
  // Values of the statement, which the verifier computes and keeps within `bound`.
  Var statement(std::string_view name, Dims dims, Bound bound);
  // Digests, values mod p; a field tensor.
  Var public_field(std::string_view name, Dims dims, Public::Source source);

  // ---- relations
  // A table with these columns; equal ones are one table. kTableSize above kMaxTableRows.
  TableVar table(std::string_view name, std::uint32_t rows, std::vector<TableColumn> columns);
  // As above, for columns that take time to make: `key` tells them, `make` is called the first time.
  TableVar table_once(const std::string& key, std::uint32_t rows,
                      const std::function<std::vector<TableColumn>()>& make);
  // Rows (i, tensors[0][i], tensors[1][i], ..), i from 0: integer tensors with bounds, all [rows], or all [2^a, rows /
  // 2^a], whose cells in order are the rows.
  TableVar private_table(std::string_view name, const std::vector<Var>& tensors);
  // The table start, start + 1, .., start + rows - 1.
  TableVar interval_table(std::int64_t start, std::uint32_t rows);
  // Each (columns[0][i], columns[1][i], ..) is a row of the table. Tightens the bounds of the columns.
  void lookup(std::string_view name, TableVar table, const std::vector<Var>& columns);
  // v = 0.
  void zero(std::string_view name, Var v);
  // No relation: values that an honest run must have, or its error is `code` (kRange, kInRange, ..) and this advice.
  // For what the relations after it enforce, so that the message comes before a failed self-check.
  void expect(std::string_view name, Var v, Bound range, ErrorCode code, std::string_view advice);

  // ---- what is known about a tensor
  const VarInfo& info(Var v) const { return info_[v.index]; }
  const Dims& dims(Var v) const { return info_[v.index].dims; }
  // Must have one.
  Bound bound(Var v) const;
  std::uint32_t size() const { return static_cast<std::uint32_t>(info_.size()); }

  // ---- errors
  // The first error of the run, or success.
  virtual Status status();
  bool failed() const { return error_.has_value(); }
  // Records an error unless there is one; `detail` is prefixed with the path and `name`.
  void fail(ErrorCode code, std::string_view name, std::string_view detail);

 protected:
  struct TableInfo {
    std::uint32_t rows = 0;
    std::vector<TableColumn> columns;
    std::vector<Bound> bounds;  // of each column, the tensors' after the public ones'
    std::vector<Var> tensors;   // private columns
  };
  const TableInfo& table_info(TableVar t) const { return tables_[t.index]; }
  // As fail(), for something that was named before.
  void fail_at(ErrorCode code, const std::string& full_name, std::string_view detail);
  // "scope/scope/name"
  std::string full_name(std::string_view name) const { return path_ + std::string(name); }
  Part part() const { return part_; }

  // What an interpreter does. Called after the shared part, in order, and not after an error.
  virtual void on_adopt(Var v, TensorId id) = 0;
  virtual void on_commit(Var v, std::string_view name, const Hint& hint) = 0;
  virtual void on_commit_field(Var v, std::string_view name, const FieldHint& hint) = 0;
  virtual void on_affine(Var v, const std::vector<Term>& terms, std::int64_t constant, std::uint64_t divisor) = 0;
  virtual void on_contract(Var v, Var a, Var b, const Contract& labels) = 0;  // labels.a, labels.b are not set
  virtual void on_cubic(Var v, Var a, Var b, Var c) = 0;
  virtual void on_map(Var v, Var source, const Map& map) = 0;  // map.source is not set
  virtual void on_packing(Var v, const std::vector<PackedDigits>& parts) = 0;
  virtual void on_constant(Var v, Constant constant) = 0;
  virtual void on_public(Var v, std::string_view name, Public::Source source) = 0;
  virtual void on_table(TableVar t) = 0;
  virtual void on_lookup(std::string_view name, TableVar t, const std::vector<Var>& columns) = 0;
  virtual void on_zero(std::string_view name, Var v) = 0;
  virtual void on_expect(std::string_view, Var, Bound, ErrorCode, std::string_view) {}

 private:
  Var make(VarInfo info);
  Var map_any(std::string_view name, Var source, Map map, std::uint32_t extent);
  // kOverflow unless the magnitude is below 2^62.
  bool fits(std::string_view name, __int128 magnitude);
  void give_bound(std::string_view name, Var v, Bound bound);

  std::string path_;
  Part part_ = Part::activations;
  std::deque<VarInfo> info_;  // references stay good while a lowering goes on
  std::deque<TableInfo> tables_;
  std::map<std::string, TableVar> keys_;  // of table_once
  std::optional<Error> error_;
};

}  // namespace nescio
