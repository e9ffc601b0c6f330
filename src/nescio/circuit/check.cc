#include "nescio/circuit/check.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <initializer_list>
#include <optional>
#include <set>
#include <string_view>

#include "nescio/base/float_key_range.h"
#include "nescio/base/utf8.h"
#include "nescio/circuit/work.h"
#include "nescio/sponge/poseidon.h"

namespace nescio {
namespace {

using Rule = CircuitRule;
#define NESCIO_RULE(cond, rule) NESCIO_VERIFY(cond, ErrorCode::kVKey, rule)

bool in_range(std::int64_t x) {
  return -kMaxInteger <= x && x <= kMaxInteger;
}

// What a definition, a lookup or a zero may name: values, not the argument's own tensors.
bool is_operand(const Circuit& circuit, TensorId id) {
  const Committed* committed = circuit.committed(id);
  return committed == nullptr || committed->role == Role::value;
}

Status check_committed(const Circuit& circuit, const Dims& dims, const Committed& committed) {
  NESCIO_RULE(committed.role <= Role::dummy && committed.segment < circuit.segments, Rule::kCommitted);
  if (committed.role >= Role::pad) {
    NESCIO_RULE(dims.size() == 2 && (dims[1] == 2 || dims[1] == 3), Rule::kCommitted);
    NESCIO_RULE(committed.role != Role::dummy || dims[0] == 1, Rule::kCommitted);
  }
  return Unit{};
}

Status check_affine(const Circuit& circuit, const Dims& dims, const Affine& affine) {
  NESCIO_RULE(in_range(affine.constant), Rule::kScalar);
  NESCIO_RULE(affine.divisor >= 1 && affine.divisor <= static_cast<std::uint64_t>(kMaxInteger), Rule::kScalar);
  for (const AffineTerm& term : affine.terms) {
    NESCIO_RULE(in_range(term.coef) && term.coef != 0, Rule::kScalar);
    const Dims& source = circuit[term.source].dims;
    NESCIO_RULE(term.dims.size() == source.size(), Rule::kIndex);
    std::bitset<kMaxDims> used;  // a diagonal is not a product of weights, one for each dimension
    for (std::size_t d = 0; d < source.size(); ++d) {
      const DimRef& ref = term.dims[d];
      if (ref.fixed) {
        NESCIO_RULE(ref.value < source[d], Rule::kIndex);
      } else {
        NESCIO_RULE(ref.value < dims.size() && dims[ref.value] == source[d] && !used[ref.value], Rule::kIndex);
        used.set(ref.value);
      }
    }
  }
  return Unit{};
}

// Extents by label; 0 for a label that does not occur.
using Extents = std::array<std::uint32_t, 256>;
std::optional<Extents> extents_of(const Dims& dims, const std::vector<std::uint8_t>& labels) {
  Extents extents{};
  if (labels.size() != dims.size()) return std::nullopt;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    if (extents[labels[d]] != 0) return std::nullopt;
    extents[labels[d]] = dims[d];
  }
  return extents;
}

Status check_contract(const Circuit& circuit, const Dims& dims, const Contract& contract) {
  const auto a = extents_of(circuit[contract.a].dims, contract.a_labels);
  const auto b = extents_of(circuit[contract.b].dims, contract.b_labels);
  const auto y = extents_of(dims, contract.y_labels);
  NESCIO_RULE(a && b && y, Rule::kLabels);
  for (std::size_t label = 0; label < a->size(); ++label) {
    const std::uint32_t in_a = (*a)[label], in_b = (*b)[label], in_y = (*y)[label];
    const std::uint32_t extent = std::max({in_a, in_b, in_y});
    int occurrences = 0;
    for (const std::uint32_t n : {in_a, in_b, in_y}) {
      NESCIO_RULE(n == 0 || n == extent, Rule::kLabels);
      occurrences += n != 0 ? 1 : 0;
    }
    NESCIO_RULE(occurrences != 1, Rule::kLabels);
  }
  return Unit{};
}

Status check_cubic(const Circuit& circuit, const Dims& dims, const Cubic& cubic) {
  for (const TensorId source : {cubic.a, cubic.b, cubic.c}) NESCIO_RULE(circuit[source].dims == dims, Rule::kLabels);
  return Unit{};
}

Status check_map(const Circuit& circuit, const Dims& dims, const Map& map) {
  const Dims& source = circuit[map.source].dims;
  NESCIO_RULE(dims.size() == source.size() && map.dim < dims.size(), Rule::kMatrix);
  for (std::size_t d = 0; d < dims.size(); ++d) NESCIO_RULE(d == map.dim || dims[d] == source[d], Rule::kMatrix);
  const std::uint32_t rows = dims[map.dim], cols = source[map.dim];
  if (const auto* sparse = std::get_if<SparseMatrix>(&map.matrix)) {
    const SparseMatrix::Entry* last = nullptr;
    for (const SparseMatrix::Entry& e : sparse->entries) {
      NESCIO_RULE(e.row < rows && e.col < cols && e.coef != 0 && in_range(e.coef), Rule::kMatrix);
      NESCIO_RULE(last == nullptr || last->row < e.row || (last->row == e.row && last->col < e.col), Rule::kMatrix);
      last = &e;
    }
  } else if (const auto* shift = std::get_if<ShiftMatrix>(&map.matrix)) {
    NESCIO_RULE(-std::int64_t{cols} < shift->offset && shift->offset < std::int64_t{rows}, Rule::kMatrix);
  } else {
    NESCIO_RULE(rows == kPoseidonSboxes && cols == kPoseidonInputs, Rule::kMatrix);
  }
  return Unit{};
}

// Cells first, first + 1, .. of one lane, by block.
struct LaneRange {
  std::uint32_t lane;
  std::uint64_t begin, end;
};

Status check_part(const Dims& dims, const Dims& source, const Packing::Part& part, std::vector<LaneRange>& used) {
  NESCIO_RULE(part.bits >= 1 && part.bits <= kPackingBits && in_range(part.lo), Rule::kPacking);
  NESCIO_RULE(part.lo <= kMaxInteger - ((std::int64_t{1} << part.bits) - 1), Rule::kPacking);
  NESCIO_RULE(part.at.size() == source.size() && part.along < source.size() && part.count >= 1, Rule::kPacking);
  for (std::size_t d = 0; d < source.size(); ++d) {
    const std::uint64_t last = std::uint64_t{part.at[d]} + (d == part.along ? part.count - 1 : 0);
    NESCIO_RULE(last < source[d] && (d != part.run || part.at[d] == 0), Rule::kPacking);
  }
  const bool runs = part.run != kNoRun;
  NESCIO_RULE(!runs || (part.run < source.size() && part.run != part.along), Rule::kPacking);
  const std::uint64_t cells = cells_of(part.count, part.bits), end = part.lane + cells;
  NESCIO_RULE(part.lane < kPoseidonRate && (end <= kPoseidonRate || (!runs && part.lane == 0)), Rule::kPacking);
  const std::uint64_t blocks = runs ? source[part.run] : (end + kPoseidonRate - 1) / kPoseidonRate;
  NESCIO_RULE(part.block + blocks <= dims[1], Rule::kPacking);
  for (std::uint32_t lane = part.lane; lane < std::min<std::uint64_t>(end, kPoseidonRate); ++lane) {
    const std::uint64_t here = runs ? blocks : (end - lane + kPoseidonRate - 1) / kPoseidonRate;
    used.push_back({lane, part.block, part.block + here});
  }
  return Unit{};
}

Status check_packing(const Circuit& circuit, const Dims& dims, const Packing& packing) {
  NESCIO_RULE(dims.size() == 2 && dims[0] == kPoseidonRate, Rule::kPacking);
  std::vector<LaneRange> used;
  for (const Packing::Part& part : packing.parts)
    NESCIO_TRY_STATUS(check_part(dims, circuit[part.source].dims, part, used));
  std::sort(used.begin(), used.end(), [](const LaneRange& a, const LaneRange& b) {
    return a.lane != b.lane ? a.lane < b.lane : a.begin < b.begin;
  });
  for (std::size_t i = 1; i < used.size(); ++i)
    NESCIO_RULE(used[i - 1].lane != used[i].lane || used[i - 1].end <= used[i].begin, Rule::kPacking);
  return Unit{};
}

Status check_constant(const Dims& dims, const Constant& constant) {
  if (constant.poseidon) {
    NESCIO_RULE(constant.values.empty() && dims == Dims{kPoseidonSboxes}, Rule::kConstant);
    return Unit{};
  }
  NESCIO_RULE(constant.values.size() == num_cells(dims), Rule::kConstant);
  NESCIO_RULE(std::all_of(constant.values.begin(), constant.values.end(), in_range), Rule::kConstant);
  return Unit{};
}

bool is_known(const TensorDef& tensor) {
  return std::holds_alternative<Constant>(tensor.def) || std::holds_alternative<Public>(tensor.def);
}

// A public operand only changes weights: a factor, or a vector along one index of the private operand.
bool is_weight(const TensorDef& known, const std::vector<std::uint8_t>& labels,
               const std::vector<std::uint8_t>& other) {
  unsigned vectors = 0;
  for (std::size_t d = 0; d < labels.size(); ++d)
    if (known.dims[d] > 1) {
      ++vectors;
      if (std::find(other.begin(), other.end(), labels[d]) == other.end()) return false;
    }
  return is_known(known) && vectors <= 1;
}

Status check_public_operands(const Circuit& circuit) {
  const std::vector<bool> is_private = private_tensors(circuit);
  for (const TensorDef& tensor : circuit.tensors) {
    if (const auto* map = std::get_if<Map>(&tensor.def)) NESCIO_RULE(is_private[map->source], Rule::kPublicOperand);
    if (const auto* cubic = std::get_if<Cubic>(&tensor.def))
      for (const TensorId source : {cubic->a, cubic->b, cubic->c})
        NESCIO_RULE(is_private[source], Rule::kPublicOperand);
    const auto* c = std::get_if<Contract>(&tensor.def);
    if (c == nullptr) continue;
    NESCIO_RULE(is_private[c->a] || is_private[c->b], Rule::kPublicOperand);
    NESCIO_RULE(is_private[c->a] || is_weight(circuit[c->a], c->a_labels, c->b_labels), Rule::kPublicOperand);
    NESCIO_RULE(is_private[c->b] || is_weight(circuit[c->b], c->b_labels, c->a_labels), Rule::kPublicOperand);
  }
  return Unit{};
}

Status check_totals(const Circuit& circuit) {
  std::uint64_t committed = 0, known = 0, looked_up = 0, listed = 0;  // no sum passes 2^61
  for (const TensorDef& tensor : circuit.tensors) {
    if (std::holds_alternative<Committed>(tensor.def)) committed += num_cells(tensor.dims);
    if (is_known(tensor)) known += num_cells(tensor.dims);
    if (const auto* constant = std::get_if<Constant>(&tensor.def)) listed += constant->values.size();
    const auto* map = std::get_if<Map>(&tensor.def);
    const auto* sparse = map == nullptr ? nullptr : std::get_if<SparseMatrix>(&map->matrix);
    if (sparse != nullptr) listed += 3 * sparse->entries.size();
  }
  for (const Table& table : circuit.tables)
    for (const TableColumn& column : table.columns) listed += column.values.size();
  for (const Lookup& lookup : circuit.lookups) looked_up += num_cells(circuit[lookup.columns[0]].dims);
  NESCIO_RULE(committed < kMaxCells && looked_up < kMaxCells && known < kMaxPublicCells && listed <= kMaxListed,
              Rule::kTotal);
  return Unit{};
}

Status check_multiplicities(const Circuit& circuit) {
  std::vector<bool> taken(circuit.tensors.size());
  for (const Table& table : circuit.tables) {
    NESCIO_RULE(!taken[table.multiplicity], Rule::kMultiplicity);
    taken[table.multiplicity] = true;
  }
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const Committed* committed = circuit.committed(id);
    NESCIO_RULE(committed == nullptr || committed->role != Role::multiplicity || taken[id], Rule::kMultiplicity);
  }
  return Unit{};
}

Status check_work(const Circuit& circuit) {
  for (const unsigned depth : depths(circuit)) NESCIO_RULE(depth <= kMaxDepth, Rule::kDepth);
  std::vector<unsigned> nesting(circuit.tensors.size());
  for (std::size_t id = 0; id < nesting.size(); ++id) {
    for_each_source(circuit.tensors[id],
                    [&](TensorId source) { nesting[id] = std::max(nesting[id], nesting[source] + 1); });
    NESCIO_RULE(nesting[id] <= kMaxNesting, Rule::kNesting);
  }
  NESCIO_RULE(verifier_work(circuit) <= kMaxWork, Rule::kWork);
  return Unit{};
}

Status check_constrained(const Circuit& circuit) {
  std::vector<bool> reached(circuit.tensors.size());
  for (const Lookup& lookup : circuit.lookups)
    for (const TensorId column : lookup.columns) reached[column] = true;
  for (const Table& table : circuit.tables)
    for (const TensorId column : table.tensors) reached[column] = true;
  for (const Zero& zero : circuit.zeros) reached[zero.tensor] = true;
  for (std::size_t id = reached.size(); id-- > 0;) {
    if (reached[id]) for_each_source(circuit.tensors[id], [&](TensorId source) { reached[source] = true; });
    const auto* committed = std::get_if<Committed>(&circuit.tensors[id].def);
    NESCIO_RULE(committed == nullptr || committed->role != Role::value || reached[id], Rule::kUnconstrained);
  }
  return Unit{};
}

// All five tensors in each segment, or none at all.
Status check_argument(const Circuit& circuit, bool with_argument) {
  constexpr std::size_t kRoles = 5;
  std::vector<std::array<const TensorDef*, kRoles>> found(circuit.segments);
  std::size_t count = 0;
  const TensorDef* first = nullptr;
  for (const TensorDef& tensor : circuit.tensors) {
    const auto* committed = std::get_if<Committed>(&tensor.def);
    if (committed == nullptr || committed->role < Role::pad) continue;
    if (first == nullptr) first = &tensor;
    const auto role = static_cast<std::size_t>(committed->role) - static_cast<std::size_t>(Role::pad);
    NESCIO_RULE(found[committed->segment][role] == nullptr && tensor.dims[1] == first->dims[1], Rule::kArgument);
    found[committed->segment][role] = &tensor;
    ++count;
  }
  NESCIO_RULE(count == (with_argument ? kRoles * circuit.segments : 0), Rule::kArgument);
  for (const auto& set : found)
    NESCIO_RULE(!with_argument || (set[1]->dims == set[2]->dims && set[1]->dims == set[3]->dims), Rule::kArgument);
  return Unit{};
}

// Names, shapes and ranges of the ports; who names which public tensor.
class PortCheck {
 public:
  explicit PortCheck(const Circuit& circuit)
      : circuit_(circuit), named_(circuit.tensors.size()), in_digest_(circuit.inputs.size()) {}

  Status inputs() {
    std::vector<bool> taken(circuit_.tensors.size());
    for (const InputPort& port : circuit_.inputs) {
      NESCIO_TRY_STATUS(common(port, circuit_.inputs));
      const Committed* committed = circuit_.committed(port.tensor);
      NESCIO_RULE(committed != nullptr && committed->role == Role::value && !taken[port.tensor], Rule::kPort);
      taken[port.tensor] = true;
      NESCIO_RULE(port.scales.size() == 1 || port.scales.size() == num_cells(port.dims), Rule::kPort);
      NESCIO_RULE(std::all_of(port.scales.begin(), port.scales.end(), scale_ok), Rule::kPort);
      NESCIO_RULE(!port.float_keys ||
                      (port.scales == std::vector<Scale>{Scale{}} && port.lo >= -kInfinityKey && port.hi <= kNanKey),
                  Rule::kPort);
      NESCIO_RULE(!port.missing || (!port.float_keys && port.categories.empty()), Rule::kPort);
      NESCIO_RULE(port.categories.empty() || categories_ok(port), Rule::kPort);
      if (port.disclosed) {
        NESCIO_RULE(names(port.pub, Public::Source::statement, circuit_[port.tensor].dims), Rule::kPort);
        NESCIO_RULE(equal(port.tensor, port.pub), Rule::kDisclosure);
      } else {
        NESCIO_RULE(port.pub == 0, Rule::kPort);
      }
    }
    return Unit{};
  }
  static bool categories_ok(const InputPort& port) {
    const auto ok = [](const std::string& c) { return c.size() <= kMaxName && is_printable_utf8(c); };
    return !port.float_keys && port.scales == std::vector<Scale>{Scale{}} && port.lo <= 0 &&
           port.hi >= static_cast<std::int64_t>(port.categories.size()) && port.categories.size() <= kMaxCategories &&
           std::set<std::string_view>(port.categories.begin(), port.categories.end()).size() ==
               port.categories.size() &&
           std::all_of(port.categories.begin(), port.categories.end(), ok);
  }
  Status outputs() {
    for (const OutputPort& port : circuit_.outputs) {
      NESCIO_TRY_STATUS(common(port, circuit_.outputs));
      NESCIO_RULE(is_operand(circuit_, port.tensor) && scale_ok(port.scale), Rule::kPort);
      const Dims& dims = circuit_[port.tensor].dims;
      NESCIO_RULE(dims.size() == 1, Rule::kPort);
      for (const TensorId id : {port.pub_lo, port.pub_hi, port.pub_outside})
        NESCIO_RULE(names(id, Public::Source::statement, dims), Rule::kPort);
      if (port.has_argmax) {
        NESCIO_RULE(dims[0] > 1 && names(port.pub_onehot, Public::Source::statement, dims) &&
                        names(port.pub_on, Public::Source::statement, {1}) &&
                        names(port.pub_tie, Public::Source::statement, dims),
                    Rule::kPort);
      } else {
        NESCIO_RULE(port.pub_onehot == 0 && port.pub_on == 0 && port.pub_tie == 0, Rule::kPort);
      }
    }
    return Unit{};
  }
  Status digests() {
    const Group* last = nullptr;
    for (const DigestPort& port : circuit_.digests) {
      NESCIO_RULE(port.group <= Group::outputs && (last == nullptr || *last < port.group ||
                                                   (*last == Group::inputs && port.group == Group::inputs)),
                  Rule::kPort);
      NESCIO_RULE(names(port.tensor, digest_source(port.group), {4}) && !port.bound.empty(), Rule::kPort);
      last = &port.group;
      for (const BoundRange& b : port.bound)
        NESCIO_RULE(b.tensor < circuit_.tensors.size() && is_operand(circuit_, b.tensor) && in_range(b.lo) &&
                        in_range(b.hi) && b.lo <= b.hi,
                    Rule::kPort);
      if (port.group == Group::outputs) NESCIO_RULE(port.bound == ranges_of(circuit_.outputs), Rule::kDisclosure);
      if (port.group == Group::inputs) NESCIO_RULE(are_inputs(port.bound), Rule::kDisclosure);
    }
    return Unit{};
  }
  Status all_named() {
    for (TensorId id = 0; id < circuit_.tensors.size(); ++id)
      NESCIO_RULE(!std::holds_alternative<Public>(circuit_[id].def) || named_[id], Rule::kPort);
    return Unit{};
  }

 private:
  static bool scale_ok(const Scale& s) {
    return s.mantissa != 0 && -kMaxScaleExponent <= s.exponent && s.exponent <= kMaxScaleExponent;
  }
  // Name, cells and range. Names differ among the ports of one kind.
  template <class Port>
  Status common(const Port& port, const std::vector<Port>& all) {
    NESCIO_RULE(!port.name.empty() && port.name.size() <= kMaxName, Rule::kPort);
    NESCIO_RULE(std::all_of(port.name.begin(), port.name.end(), [](char c) { return c >= ' ' && c <= '~'; }),
                Rule::kPort);
    for (const Port* p = all.data(); p != &port; ++p) NESCIO_RULE(p->name != port.name, Rule::kPort);
    NESCIO_RULE(port.dims.size() <= kMaxDims && port.tensor < circuit_.tensors.size(), Rule::kPort);
    const Dims& dims = circuit_[port.tensor].dims;
    NESCIO_RULE(num_cells(port.dims) == num_cells(dims), Rule::kPort);
    NESCIO_RULE(in_range(port.lo) && in_range(port.hi) && port.lo <= port.hi, Rule::kPort);
    return Unit{};
  }
  template <class Port>
  static std::vector<BoundRange> ranges_of(const std::vector<Port>& ports) {
    std::vector<BoundRange> out;
    for (const Port& port : ports) out.push_back({port.tensor, port.lo, port.hi});
    return out;
  }
  // Ports in their order, in no digest before.
  bool are_inputs(const std::vector<BoundRange>& bound) {
    std::size_t i = 0;
    for (const BoundRange& b : bound) {
      while (i < circuit_.inputs.size() && circuit_.inputs[i].tensor != b.tensor) ++i;
      if (i == circuit_.inputs.size() || in_digest_[i] || b.lo != circuit_.inputs[i].lo ||
          b.hi != circuit_.inputs[i].hi)
        return false;
      in_digest_[i] = true;
    }
    return true;
  }
  // Whether the circuit states x - y = 0, cell by cell; both of the same dims.
  bool equal(TensorId x, TensorId y) const {
    std::vector<DimRef> each;
    for (std::uint32_t d = 0; d < circuit_[x].dims.size(); ++d) each.push_back({false, d});
    const std::vector<AffineTerm> difference = {{1, x, each}, {-1, y, each}};
    return std::any_of(circuit_.zeros.begin(), circuit_.zeros.end(), [&](const Zero& zero) {
      const auto* affine = std::get_if<Affine>(&circuit_[zero.tensor].def);
      return affine != nullptr && affine->constant == 0 && affine->terms == difference &&
             circuit_[zero.tensor].dims == circuit_[x].dims;
    });
  }
  // `id` is a public tensor of these dims and that source which no port named before.
  bool names(TensorId id, Public::Source source, const Dims& dims) {
    if (id >= circuit_.tensors.size() || named_[id]) return false;
    named_[id] = true;
    const auto* known = std::get_if<Public>(&circuit_[id].def);
    return known != nullptr && known->source == source && circuit_[id].dims == dims;
  }

  const Circuit& circuit_;
  std::vector<bool> named_, in_digest_;
};

Status check_ports(const Circuit& circuit) {
  PortCheck ports(circuit);
  NESCIO_TRY_STATUS(ports.inputs());
  NESCIO_TRY_STATUS(ports.outputs());
  NESCIO_TRY_STATUS(ports.digests());
  return ports.all_named();
}

}  // namespace

Status check_tensor(const Circuit& circuit, TensorId id) {
  const TensorDef& tensor = circuit[id];
  const Dims& dims = tensor.dims;
  NESCIO_RULE(dims.size() <= kMaxDims && num_cells(dims) < kMaxCells, Rule::kDims);
  NESCIO_RULE(std::all_of(dims.begin(), dims.end(), [](std::uint32_t n) { return n >= 1 && n <= kMaxExtent; }),
              Rule::kDims);
  bool sources_ok = true;
  for_each_source(tensor,
                  [&](TensorId source) { sources_ok = sources_ok && source < id && is_operand(circuit, source); });
  NESCIO_RULE(sources_ok, Rule::kSource);
  if (const auto* committed = std::get_if<Committed>(&tensor.def)) return check_committed(circuit, dims, *committed);
  if (const auto* affine = std::get_if<Affine>(&tensor.def)) return check_affine(circuit, dims, *affine);
  if (const auto* contract = std::get_if<Contract>(&tensor.def)) return check_contract(circuit, dims, *contract);
  if (const auto* cubic = std::get_if<Cubic>(&tensor.def)) return check_cubic(circuit, dims, *cubic);
  if (const auto* map = std::get_if<Map>(&tensor.def)) return check_map(circuit, dims, *map);
  if (const auto* constant = std::get_if<Constant>(&tensor.def)) return check_constant(dims, *constant);
  if (const auto* packing = std::get_if<Packing>(&tensor.def)) return check_packing(circuit, dims, *packing);
  NESCIO_RULE(std::get<Public>(tensor.def).source <= Public::Source::statement, Rule::kPort);
  return Unit{};
}

// [rows], or [2^a, rows / 2^a], whose cells in order are the rows.
bool are_rows(const Dims& dims, std::uint32_t rows) {
  return dims == Dims{rows} ||
         (dims.size() == 2 && std::has_single_bit(dims[0]) && std::uint64_t{dims[0]} * dims[1] == rows);
}

Status check_table(const Circuit& circuit, const Table& table) {
  NESCIO_RULE(table.rows >= 1 && table.rows <= (table.tensors.empty() ? kMaxTableRows : kMaxPrivateRows), Rule::kTable);
  NESCIO_RULE(!table.columns.empty() && table.width() <= kMaxLookupWidth, Rule::kTable);
  for (const TensorId id : table.tensors)
    NESCIO_RULE(id < circuit.tensors.size() && is_operand(circuit, id) && are_rows(circuit[id].dims, table.rows),
                Rule::kTable);
  for (const TableColumn& column : table.columns) {
    if (column.explicit_values) {
      NESCIO_RULE(column.start == 0 && column.step == 1 && column.values.size() == table.rows, Rule::kTable);
      NESCIO_RULE(std::all_of(column.values.begin(), column.values.end(), in_range), Rule::kTable);
    } else {  // both ends in range: so is everything between
      const __int128 last = column.start + static_cast<__int128>(column.step) * (table.rows - 1);
      NESCIO_RULE(column.values.empty() && in_range(column.start) && -kMaxInteger <= last && last <= kMaxInteger,
                  Rule::kTable);
    }
  }
  NESCIO_RULE(table.multiplicity < circuit.tensors.size(), Rule::kMultiplicity);
  const Committed* committed = circuit.committed(table.multiplicity);
  NESCIO_RULE(committed != nullptr && committed->role == Role::multiplicity &&
                  circuit[table.multiplicity].dims == Dims{table.rows},
              Rule::kMultiplicity);
  return Unit{};
}

Status check_lookup(const Circuit& circuit, const Lookup& lookup) {
  NESCIO_RULE(lookup.table < circuit.tables.size() && lookup.segment < circuit.segments, Rule::kLookup);
  NESCIO_RULE(lookup.columns.size() == circuit.tables[lookup.table].width(), Rule::kLookup);
  for (const TensorId column : lookup.columns) {
    NESCIO_RULE(column < circuit.tensors.size() && is_operand(circuit, column), Rule::kLookup);
    NESCIO_RULE(circuit[column].dims == circuit[lookup.columns[0]].dims, Rule::kLookup);
  }
  return Unit{};
}

Status check_circuit(const Circuit& circuit, bool with_argument) {
  NESCIO_RULE(circuit.segments >= 1 && circuit.segments <= kMaxSegments, Rule::kCount);
  NESCIO_RULE(circuit.tensors.size() <= kMaxTensors && circuit.tables.size() <= kMaxTables, Rule::kCount);
  NESCIO_RULE(circuit.lookups.size() <= kMaxLookups && circuit.zeros.size() <= kMaxLookups, Rule::kCount);
  for (const std::size_t ports : {circuit.inputs.size(), circuit.outputs.size(), circuit.digests.size()})
    NESCIO_RULE(ports <= kMaxPorts, Rule::kCount);

  for (TensorId id = 0; id < circuit.tensors.size(); ++id) NESCIO_TRY_STATUS(check_tensor(circuit, id));
  for (const Table& table : circuit.tables) NESCIO_TRY_STATUS(check_table(circuit, table));
  for (const Lookup& lookup : circuit.lookups) NESCIO_TRY_STATUS(check_lookup(circuit, lookup));
  for (const Zero& zero : circuit.zeros)
    NESCIO_RULE(
        zero.tensor < circuit.tensors.size() && is_operand(circuit, zero.tensor) && zero.segment < circuit.segments,
        Rule::kZero);
  NESCIO_TRY_STATUS(check_totals(circuit));
  NESCIO_TRY_STATUS(check_public_operands(circuit));
  NESCIO_TRY_STATUS(check_multiplicities(circuit));
  NESCIO_TRY_STATUS(check_work(circuit));
  NESCIO_TRY_STATUS(check_constrained(circuit));
  NESCIO_TRY_STATUS(check_argument(circuit, with_argument));
  return check_ports(circuit);
}

}  // namespace nescio
