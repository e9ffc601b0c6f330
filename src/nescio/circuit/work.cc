#include "nescio/circuit/work.h"

#include <algorithm>
#include <bit>

#include "nescio/sponge/poseidon.h"

namespace nescio {
namespace {

constexpr std::uint64_t kMany = std::uint64_t{1} << 62;

std::uint64_t num_products(const Dims& dims) {
  std::uint64_t n = 1;
  for (const std::uint32_t d : dims) n = saturating_mul(n, static_cast<std::uint64_t>(std::popcount(d)));
  return n;
}

// The blocks of leaves of a lookup. If all of its columns are committed, each is a claim on each column, in pieces in
// every dimension; else they are one claim, in pieces of the last dimension that is cut.
struct LeafBlocks {
  std::uint64_t blocks = 1, claims = 1;
  std::size_t first = 0;  // dimension in pieces
};
LeafBlocks leaf_blocks(const Circuit& circuit, const Lookup& lookup) {
  const Dims& dims = circuit[lookup.columns[0]].dims;
  if (std::all_of(lookup.columns.begin(), lookup.columns.end(),
                  [&](TensorId id) { return circuit.committed(id) != nullptr; }))
    return {num_products(dims), num_products(dims), 0};
  LeafBlocks out;
  for (std::size_t d = 0; d < dims.size(); ++d)
    if (d == 0 || dims[d] > 1) out = {static_cast<std::uint64_t>(std::popcount(dims[d])), 1, d};
  return out;
}

void add(std::uint64_t more, std::uint64_t& count) {
  count = saturating_add(count, more);
}

bool contains(const std::vector<std::uint8_t>& labels, std::uint8_t label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

// From the claims on a tensor to those on what its definition names.
class Downwards {
 public:
  Downwards(const Circuit& circuit, const std::vector<bool>& is_private, std::vector<ClaimCounts>& counts)
      : circuit_(circuit), private_(is_private), counts_(counts) {}

  void from(TensorId id) {
    const TensorDef& tensor = circuit_[id];
    here_ = counts_[id];
    if (const auto* affine = std::get_if<Affine>(&tensor.def)) {
      for (const AffineTerm& term : affine->terms) {
        add(here_.all, counts_[term.source].all);
        for (std::size_t d = 0; d < term.dims.size(); ++d)
          if (!term.dims[d].fixed) keep(term.dims[d].value, term.source, d);
      }
    } else if (const auto* contract = std::get_if<Contract>(&tensor.def)) {
      const bool both = private_[contract->a] && private_[contract->b];
      operand(*contract, both, contract->a, contract->a_labels, contract->b_labels);
      operand(*contract, both, contract->b, contract->b_labels, contract->a_labels);
    } else if (const auto* cubic = std::get_if<Cubic>(&tensor.def)) {
      for (const TensorId source : {cubic->a, cubic->b, cubic->c}) add(here_.all, counts_[source].all);  // at a point
    } else if (const auto* map = std::get_if<Map>(&tensor.def)) {
      add(here_.all, counts_[map->source].all);
      for (std::size_t d = 0; d < tensor.dims.size(); ++d)
        if (d != map->dim) keep(d, map->source, d);
      const bool shift = std::holds_alternative<ShiftMatrix>(map->matrix);
      new_vectors(shift ? here_.pieces[map->dim] : here_.all, map->source, map->dim);
      if (shift) add(here_.vectors[map->dim], counts_[map->source].vectors[map->dim]);
    } else if (const auto* packing = std::get_if<Packing>(&tensor.def)) {
      for (const Packing::Part& part : packing->parts) {
        ClaimCounts& source = counts_[part.source];
        add(here_.all, source.all);
        add(saturating_mul(here_.all, part.count), source.vectors[part.along]);
        if (part.run == kNoRun) continue;
        new_vectors(here_.pieces[1], part.source, part.run);
        add(here_.vectors[1], source.vectors[part.run]);
      }
    }
  }

 private:
  // The weights of dimension `from` here are those of dimension d of the source.
  void keep(std::size_t from, TensorId source, std::size_t d) {
    add(here_.pieces[from], counts_[source].pieces[d]);
    add(here_.vectors[from], counts_[source].vectors[d]);
  }
  void new_vectors(std::uint64_t claims, TensorId source, std::size_t d) {
    add(saturating_mul(claims, circuit_[source].dims[d]), counts_[source].vectors[d]);
  }
  // With two private operands a label of both is a variable of a sumcheck: a point. A known operand multiplies the
  // weights of its own label entry by entry.
  void operand(const Contract& c, bool both, TensorId id, const std::vector<std::uint8_t>& labels,
               const std::vector<std::uint8_t>& other_labels) {
    add(here_.all, counts_[id].all);
    if (!private_[id]) return;
    for (std::size_t d = 0; d < labels.size(); ++d) {
      const auto y = std::find(c.y_labels.begin(), c.y_labels.end(), labels[d]);
      if (contains(other_labels, labels[d])) {
        if (!both && circuit_[id].dims[d] > 1) new_vectors(here_.all, id, d);
      } else if (y != c.y_labels.end()) {
        keep(static_cast<std::size_t>(y - c.y_labels.begin()), id, d);
      }
    }
  }

  const Circuit& circuit_;
  const std::vector<bool>& private_;
  std::vector<ClaimCounts>& counts_;
  ClaimCounts here_;
};

// Steps of one claim, the entries of its own weights apart.
std::uint64_t steps_of_claim(const Circuit& circuit, const TensorDef& tensor, bool product) {
  std::uint64_t n = kClaimSteps;
  if (std::holds_alternative<Constant>(tensor.def) || std::holds_alternative<Public>(tensor.def))
    n += kValueSteps * num_cells(tensor.dims);
  if (std::holds_alternative<Committed>(tensor.def)) n += kBlockSteps * num_products(tensor.dims);
  if (product) n += kRelationSteps * (std::holds_alternative<Cubic>(tensor.def) ? 2 : 1);
  if (const auto* contract = std::get_if<Contract>(&tensor.def); contract != nullptr && !product)
    n += kEntrySteps * std::min(num_cells(circuit[contract->a].dims), num_cells(circuit[contract->b].dims));
  if (const auto* packing = std::get_if<Packing>(&tensor.def))
    for (const Packing::Part& part : packing->parts) n += kEntrySteps * (std::uint64_t{part.count} + 16);
  if (const auto* map = std::get_if<Map>(&tensor.def); map && !std::holds_alternative<ShiftMatrix>(map->matrix)) {
    n += kEntrySteps * (std::uint64_t{tensor.dims[map->dim]} + circuit[map->source].dims[map->dim]);
    if (const auto* sparse = std::get_if<SparseMatrix>(&map->matrix)) n += kEntrySteps * sparse->entries.size();
    if (std::holds_alternative<PoseidonMatrix>(map->matrix)) n += kPoseidonSboxes * kPoseidonInputs;
  }
  return n;
}

// Steps for the entries of the weights of all claims: a vector is handed on, at a product and a committed tensor it is
// evaluated; weights in pieces are written down where they are shifted, whatever is left of them.
std::uint64_t steps_of_weights(const TensorDef& tensor, const ClaimCounts& claims, bool product) {
  const bool evaluated = product || std::holds_alternative<Committed>(tensor.def);
  std::uint64_t n = 0;
  for (const std::uint64_t entries : claims.vectors) add(saturating_mul(entries, evaluated ? kEntrySteps : 1), n);
  std::uint64_t written = 0;
  if (const auto* map = std::get_if<Map>(&tensor.def); map && std::holds_alternative<ShiftMatrix>(map->matrix))
    written = saturating_mul(claims.pieces[map->dim], tensor.dims[map->dim]);
  if (const auto* packing = std::get_if<Packing>(&tensor.def))
    written = saturating_mul(claims.pieces[1], saturating_mul(packing->parts.size(), tensor.dims[1]));
  add(saturating_mul(written, kEntrySteps), n);
  return n;
}

}  // namespace

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  return std::min(a + b, kMany);
}
std::uint64_t saturating_mul(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>(std::min<unsigned __int128>(static_cast<unsigned __int128>(a) * b, kMany));
}

std::vector<ClaimCounts> claim_counts(const Circuit& circuit) {
  const std::vector<bool> is_private = private_tensors(circuit);
  std::vector<ClaimCounts> counts(circuit.tensors.size());
  for (const Lookup& lookup : circuit.lookups)
    for (const TensorId column : lookup.columns) {
      const LeafBlocks blocks = leaf_blocks(circuit, lookup);
      add(blocks.claims, counts[column].all);
      for (std::size_t d = blocks.first; d < circuit[column].dims.size(); ++d)
        add(blocks.claims, counts[column].pieces[d]);
    }
  for (const Table& table : circuit.tables) {
    const auto blocks = static_cast<std::uint64_t>(std::popcount(table.rows));
    add(blocks, counts[table.multiplicity].all);
    add(blocks, counts[table.multiplicity].pieces[0]);
    for (const TensorId column : table.tensors) {
      add(1, counts[column].all);
      add(1, counts[column].pieces[circuit[column].dims.size() - 1]);
    }
  }
  for (const Zero& zero : circuit.zeros) add(1, counts[zero.tensor].all);
  Downwards downwards(circuit, is_private, counts);
  for (TensorId id = static_cast<TensorId>(counts.size()); id-- > 0;) downwards.from(id);
  return counts;
}

std::uint64_t verifier_work(const Circuit& circuit) {
  std::uint64_t work = saturating_mul(circuit.zeros.size(), kRelationSteps);
  for (const Lookup& lookup : circuit.lookups)
    add(saturating_mul(leaf_blocks(circuit, lookup).blocks, lookup.columns.size() * kRelationSteps), work);
  for (const Table& table : circuit.tables) {
    add(static_cast<std::uint64_t>(std::popcount(table.rows)) * (1 + table.tensors.size()) * kRelationSteps, work);
    for (const TableColumn& column : table.columns) add(column.values.size() * kValueSteps, work);
  }
  const std::vector<bool> is_private = private_tensors(circuit);
  const std::vector<ClaimCounts> claims = claim_counts(circuit);
  for (std::size_t id = 0; id < claims.size(); ++id) {
    const auto* contract = std::get_if<Contract>(&circuit.tensors[id].def);
    const bool product = std::holds_alternative<Cubic>(circuit.tensors[id].def) ||
                         (contract != nullptr && is_private[contract->a] && is_private[contract->b]);
    add(saturating_mul(claims[id].all, steps_of_claim(circuit, circuit.tensors[id], product)), work);
    add(steps_of_weights(circuit.tensors[id], claims[id], product), work);
  }
  return work;
}

}  // namespace nescio
