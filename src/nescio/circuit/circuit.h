// circuit/circuit.h -- what is proven: relations over tensors of integers mod p. No operators, no floats, no weights.
//
// A tensor has logical dimensions n_0 x n_1 x .. (n_0 fastest in memory, at most kMaxDims, each at least 1). Its
// multilinear extension is that of its cells, zero-extended to a power of two in each dimension; so padding never
// matters. Committed tensors are cells of the proof's matrix; all other tensors are defined by earlier ones and are
// never sent ("virtual"), or are known to the verifier ("constant", "public").
//
// The circuit states: every row of every lookup is a row of its table, and every tensor in `zeros` vanishes.
// Spec: docs/spec/relations.md.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "nescio/field/goldilocks.h"
#include "nescio/hash/blake3.h"
#include "nescio/sponge/cell.h"

namespace nescio {

using TensorId = std::uint32_t;
using Dims = std::vector<std::uint32_t>;

inline constexpr std::size_t kMaxDims = 6;
inline constexpr std::size_t kMaxLookupWidth = 8;         // columns of a bus, the table id apart
inline constexpr std::size_t kMaxTableRows = 1U << 16;    // larger tables are not evaluated by the verifier
inline constexpr std::size_t kMaxPrivateRows = 1U << 20;  // of a table with private columns
inline constexpr unsigned kMaxDepth = 2;                  // docs/spec/relations.md, depth

// What a committed tensor is for. Roles from pad on belong to the argument: one set for each segment, extension
// valued, stored as [n, D] with the coefficient of X^d at index d of dimension 1.
enum class Role : std::uint8_t { value, multiplicity, pad, triple_a, triple_b, triple_c, dummy };

struct Committed {
  Role role = Role::value;
  std::uint32_t segment = 0;
  friend bool operator==(const Committed&, const Committed&) = default;
};

// divisor * y = constant + sum_k coef_k * x_k over the integers; in the field y = (..)/divisor.
// A term reads its source at the indices of y: dimension d of the source runs with dimension `value` of y, or is fixed
// at index `value`. Dimensions of y that a term does not use are broadcast.
struct DimRef {
  bool fixed = false;
  std::uint32_t value = 0;
  friend bool operator==(const DimRef&, const DimRef&) = default;
};
struct AffineTerm {
  std::int64_t coef = 1;
  TensorId source = 0;
  std::vector<DimRef> dims;  // one for each dimension of the source
  friend bool operator==(const AffineTerm&, const AffineTerm&) = default;
};
struct Affine {
  std::vector<AffineTerm> terms;
  std::int64_t constant = 0;
  std::uint64_t divisor = 1;
  friend bool operator==(const Affine&, const Affine&) = default;
};

// Y[y_labels] = sum over labels not in y of A[a_labels] * B[b_labels]. A label names an index; it appears at most once
// in each operand. Labels in A, B and Y are batched (elementwise product if all are); in A and B only: summed; in one
// operand and Y: free. A label in one operand alone is not allowed.
struct Contract {
  TensorId a = 0, b = 0;
  std::vector<std::uint8_t> a_labels, b_labels, y_labels;
  friend bool operator==(const Contract&, const Contract&) = default;
};

// Y[i] = A[i] B[i] C[i], cell by cell, for field tensors: S-boxes. One sumcheck instead of the two of nested products.
struct Cubic {
  TensorId a = 0, b = 0, c = 0;
  friend bool operator==(const Cubic&, const Cubic&) = default;
};

// y[.., o, ..] = sum_k M[o,k] x[.., k, ..] along one dimension, M public and x private.
struct SparseMatrix {  // entries sorted by (row, col), no duplicates
  struct Entry {
    std::uint32_t row = 0, col = 0;
    std::int64_t coef = 1;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::vector<Entry> entries;
  friend bool operator==(const SparseMatrix&, const SparseMatrix&) = default;
};
struct ShiftMatrix {  // M[o,k] = [o = k + offset]
  std::int64_t offset = 0;
  friend bool operator==(const ShiftMatrix&, const ShiftMatrix&) = default;
};
struct PoseidonMatrix {  // the linear layers of the permutation (sponge/poseidon.h): S-box inputs from sponge inputs
                         // and x^7 cells
  friend bool operator==(const PoseidonMatrix&, const PoseidonMatrix&) = default;
};
struct Map {
  TensorId source = 0;
  std::uint32_t dim = 0;
  std::variant<SparseMatrix, ShiftMatrix, PoseidonMatrix> matrix;
  friend bool operator==(const Map&, const Map&) = default;
};

// The blocks that a digest absorbs, [8, blocks]: sums of digits of integers (sponge/packing.h; docs/spec/digest.md).
// For each i < count and each index o of dimension `run` of its source, a part adds (x - lo) 2^(bits (i mod k)) to the
// cell (lane + i / k, block + o), k = values_per_cell(bits). x stands at index at[along] + i of dimension `along`, o of
// `run`, at[d] of every other d. Without `run` o is 0, and cells go on in the next block: (c mod 8, block + c / 8), c =
// lane + i / k. Parts share no cell, and 0 <= x - lo < 2^bits (circuit/bounds.h): a block tells its integers.
struct Packing {
  struct Part {
    TensorId source = 0;
    std::int64_t lo = 0;
    std::uint8_t bits = 1, along = 0, run = kNoRun, lane = 0;
    std::vector<std::uint32_t> at;  // one for each dimension of the source; 0 at `run`
    std::uint32_t count = 1, block = 0;
    friend bool operator==(const Part&, const Part&) = default;
  };
  std::vector<Part> parts;
  friend bool operator==(const Packing&, const Packing&) = default;
};

// Values fixed by the circuit itself.
struct Constant {
  bool poseidon = false;  // the round constants as seen by the S-boxes (sponge/poseidon.h); then `values` is empty
  std::vector<std::int64_t> values;  // logical order
  friend bool operator==(const Constant&, const Constant&) = default;
};
// Values that the verifier learns beside the circuit: bindings in the key, or the statement.
struct Public {
  enum class Source : std::uint8_t { key, statement } source = Source::statement;
  friend bool operator==(const Public&, const Public&) = default;
};

struct TensorDef {
  Dims dims;
  std::variant<Committed, Affine, Contract, Map, Constant, Public, Packing, Cubic> def;
  friend bool operator==(const TensorDef&, const TensorDef&) = default;
};

// A table of `rows` rows. A public column is an arithmetic progression start + i*step, or explicit values; after those
// come private ones: tensors [rows], whose values the prover commits to like all others.
struct TableColumn {
  bool explicit_values = false;
  std::int64_t start = 0, step = 1;
  std::vector<std::int64_t> values;
  std::int64_t at(std::uint32_t i) const {
    return explicit_values ? values[i] : start + step * static_cast<std::int64_t>(i);
  }
  friend bool operator==(const TableColumn&, const TableColumn&) = default;
};
struct Table {
  std::uint32_t rows = 0;
  std::vector<TableColumn> columns;
  TensorId multiplicity = 0;  // committed, role multiplicity, dims [rows]; its segment holds the table's leaves
  std::vector<TensorId> tensors = {};
  std::size_t width() const { return columns.size() + tensors.size(); }
  friend bool operator==(const Table&, const Table&) = default;
};

// For each index i of the columns (equal dims): (columns[0][i], .., columns[w-1][i]) is a row of the table.
struct Lookup {
  std::uint32_t table = 0;
  std::uint32_t segment = 0;
  std::vector<TensorId> columns;
  friend bool operator==(const Lookup&, const Lookup&) = default;
};

// A tensor that must vanish; claimed in `segment`.
struct Zero {
  TensorId tensor = 0;
  std::uint32_t segment = 0;
  friend bool operator==(const Zero&, const Zero&) = default;
};

// real = integer * mantissa * 2^exponent, exactly.
struct Scale {
  std::uint64_t mantissa = 1;
  std::int32_t exponent = 0;
  friend bool operator==(const Scale&, const Scale&) = default;
};

struct InputPort {
  std::string name;
  Dims dims;                    // ONNX order, outermost first
  TensorId tensor = 0;          // committed; its cells in memory order are the port's
  std::vector<Scale> scales;    // one for all, or one for each cell
  std::int64_t lo = 0, hi = 0;  // proven range of the integers
  bool disclosed = false;       // every proof tells the integers: then pub is Public, statement, and the circuit
  TensorId pub = 0;             // states that tensor - pub vanishes
  bool missing = false;         // the integer lo stands for a missing value
  bool float_keys = false;      // the integers are keys of float32 numbers (base/float_key.h): the scale is 1
  // If not empty: the integer i stands for categories[i], any other for none of them; the scale is 1, and 0 to n are in
  // range.
  std::vector<std::string> categories = {};
  friend bool operator==(const InputPort&, const InputPort&) = default;
};
// How its integers are to be read (docs/spec/format.md).
inline std::uint8_t port_kind(const InputPort& port) {
  return port.float_keys ? 1 : !port.categories.empty() ? 2 : port.missing ? 3 : 0;
}

// A named output y[n] and its gadget of public switches (gadget/output.h):
// for each cell lo_i <= y_i <= hi_i, or outside of it where outside_i = 1; and argmax = k where argmax_on = 1.
struct OutputPort {
  std::string name;
  Dims dims;            // ONNX order
  TensorId tensor = 0;  // [n]
  Scale scale;
  std::int64_t lo = 0, hi = 0;                       // proven range of the integers
  TensorId pub_lo = 0, pub_hi = 0;                   // Public, statement, [n]
  TensorId pub_outside = 0;                          // Public, statement, [n], 0 or 1
  bool has_argmax = false;                           // n > 1
  TensorId pub_onehot = 0, pub_on = 0, pub_tie = 0;  // [n], [1], [n]: on*[i = k], on, on*[i < k]
  bool disclosed = false;                            // every proof tells the integers: pub_lo = pub_hi, no outside
  friend bool operator==(const OutputPort&, const OutputPort&) = default;
};

// A salted digest, bound by a sponge in the circuit (docs/spec/digest.md): at most one of weights, then any number of
// inputs, then at most one of outputs. That of the weights is in the key, the others are values of the statement.
enum class Group : std::uint8_t { weights, inputs, outputs };
struct BoundRange {
  TensorId tensor = 0;
  std::int64_t lo = 0, hi = 0;  // declared: the width of its digits
  friend bool operator==(const BoundRange&, const BoundRange&) = default;
};
struct DigestPort {
  Group group = Group::weights;
  TensorId tensor = 0;  // Public, [4]
  // What it is a digest of, in order. Of inputs: of ports in order, none in two digests; of outputs: of all ports.
  std::vector<BoundRange> bound;
  friend bool operator==(const DigestPort&, const DigestPort&) = default;
};
inline Public::Source digest_source(Group group) {
  return group == Group::weights ? Public::Source::key : Public::Source::statement;
}

struct Circuit {
  std::uint32_t segments = 1;
  std::vector<TensorDef> tensors;  // a definition refers to earlier tensors only
  std::vector<Table> tables;
  std::vector<Lookup> lookups;
  std::vector<Zero> zeros;
  std::vector<InputPort> inputs;
  std::vector<OutputPort> outputs;
  std::vector<DigestPort> digests;

  const TensorDef& operator[](TensorId id) const { return tensors[id]; }
  const Committed* committed(TensorId id) const { return std::get_if<Committed>(&tensors[id].def); }
  friend bool operator==(const Circuit&, const Circuit&) = default;
};

std::uint64_t num_cells(const Dims& dims);  // product; 2^64 - 1 if it is larger
unsigned num_variables(const Dims& dims);   // sum of ceil(log2 n_d)

// calls visit(source) for each tensor that the definition of `tensor` names; twice if it is named twice.
template <class Visit>
void for_each_source(const TensorDef& tensor, const Visit& visit) {
  if (const auto* affine = std::get_if<Affine>(&tensor.def))
    for (const AffineTerm& term : affine->terms) visit(term.source);
  if (const auto* contract = std::get_if<Contract>(&tensor.def)) {
    visit(contract->a);
    visit(contract->b);
  }
  if (const auto* cubic = std::get_if<Cubic>(&tensor.def))
    for (const TensorId source : {cubic->a, cubic->b, cubic->c}) visit(source);
  if (const auto* map = std::get_if<Map>(&tensor.def)) visit(map->source);
  if (const auto* packing = std::get_if<Packing>(&tensor.def))
    for (const Packing::Part& part : packing->parts) visit(part.source);
}

// Every cell of the source is read, whatever the result's dimensions.
bool reads_all(const Circuit& circuit, const AffineTerm& term);

// The next two take a circuit whose definitions refer to earlier tensors (circuit/check.h).
// [tensors]: whether its values depend on a committed tensor; if not, the verifier computes them.
std::vector<bool> private_tensors(const Circuit& circuit);

// [tensors]: the number of nested contractions of two private operands. 0 for committed, constant and public tensors;
// affine and packing: the maximum of their sources; map: its source; contract: with at most one private operand, that
// operand's depth, else 1 + the maximum of both; cubic: 1 + the maximum.
std::vector<unsigned> depths(const Circuit& circuit);

}  // namespace nescio
