#include "nescio/prover/memory.h"

#include <algorithm>
#include <set>

#include "nescio/base/bits.h"
#include "nescio/base/parallel.h"
#include "nescio/pcs/prover.h"
#include "nescio/proof/opening_shape.h"
#include "nescio/relation/leaves.h"
#include "nescio/witness/evaluate.h"

namespace nescio {
namespace {

constexpr std::uint64_t kWord = 8, kDigest = 32;
constexpr std::uint64_t kSlack = std::uint64_t{8} << 20, kSlackOfAThread = std::uint64_t{2} << 20;
constexpr std::uint64_t kUnevenSizes = 3;   // released blocks are kept, and seldom fit what comes next
constexpr std::uint64_t kSummedTables = 4;  // claims on one contraction whose operands are summed apart, at most

std::uint64_t witness_words(const Circuit& circuit) {
  std::uint64_t n = 0;
  for (TensorId id = 0; id < circuit.tensors.size(); ++id)
    if (const Committed* c = circuit.committed(id); c != nullptr && c->role <= Role::multiplicity)
      n += num_cells(circuit[id].dims);
  return n;
}

// Numerators and denominators, the layers above them, and the gates' tables while the lowest is proven.
std::uint64_t tree_words(const Circuit& circuit, std::uint32_t segment, std::uint64_t degree) {
  std::uint64_t leaves = 0;
  for (const relation::LeafBlock& b : relation::plan_leaves(circuit, segment).blocks)
    leaves = std::max(leaves, b.offset + (std::uint64_t{1} << b.log));
  return leaves * (1 + degree) + leaves * 2 * degree + leaves * 3 * degree / 2;
}

// Tables of the products of a circuit's waves.
class Waves {
 public:
  Waves(const Circuit& circuit, std::uint64_t degree)
      : circuit_(circuit), degree_(degree), private_(private_tensors(circuit)) {}

  std::uint64_t words() {
    std::set<TensorId> from;
    for (const Lookup& l : circuit_.lookups) from.insert(l.columns.begin(), l.columns.end());
    for (const Table& t : circuit_.tables) from.insert(t.tensors.begin(), t.tensors.end());
    for (const Zero& z : circuit_.zeros) from.insert(z.tensor);
    std::uint64_t most = 0;
    while (!from.empty()) {
      std::set<TensorId> next;
      most = std::max(most, wave(from, next));
      from = std::move(next);
    }
    return most;
  }

 private:
  // A wave begins at claims on `from`; `operands`: what the next one begins at.
  std::uint64_t wave(const std::set<TensorId>& from, std::set<TensorId>& operands) const {
    std::vector<bool> reached(circuit_.tensors.size());
    for (const TensorId id : from) reached[id] = true;
    std::uint64_t summed = 0, whole = 0;
    std::set<std::pair<TensorId, std::uint64_t>> read;
    for (TensorId id = static_cast<TensorId>(reached.size()); id-- > 0;) {
      if (!reached[id]) continue;
      const auto* contract = std::get_if<Contract>(&circuit_[id].def);
      const auto* cubic = std::get_if<Cubic>(&circuit_[id].def);
      if (cubic == nullptr && (contract == nullptr || !private_[contract->a] || !private_[contract->b])) {
        for_each_source(circuit_[id], [&](TensorId source) { reached[source] = true; });
        continue;
      }
      const auto operand = [&](TensorId x, std::uint64_t entries, bool sums) {
        if (sums) {
          summed += kSummedTables * entries;
        } else if (read.emplace(x, entries).second) {
          whole += entries;
        }
        if (circuit_.committed(x) == nullptr) operands.insert(x);
      };
      if (cubic != nullptr) {
        for (const TensorId x : {cubic->a, cubic->b, cubic->c}) operand(x, padded(circuit_[id].dims), false);
        continue;
      }
      const auto side = [&](TensorId x, const std::vector<std::uint8_t>& own, const std::vector<std::uint8_t>& other) {
        Dims shared;
        for (std::size_t d = 0; d < own.size(); ++d)
          if (std::find(other.begin(), other.end(), own[d]) != other.end()) shared.push_back(circuit_[x].dims[d]);
        operand(x, padded(shared), shared.size() < own.size());
      };
      side(contract->a, contract->a_labels, contract->b_labels);
      side(contract->b, contract->b_labels, contract->a_labels);
    }
    // Over F, then folded once over E; or over E from the first.
    return whole + whole * degree_ * 3 / 4 + summed * degree_ * 3 / 2;
  }
  static std::uint64_t padded(const Dims& dims) {
    std::uint64_t n = 1;
    for (const std::uint32_t d : dims) n <<= log2_ceil(d);
    return n;
  }

  const Circuit& circuit_;
  std::uint64_t degree_;
  std::vector<bool> private_;
};

}  // namespace

std::uint64_t prove_memory(const VerifyingKey& key) {
  const pcs::Params& p = key.params;
  const std::uint64_t degree = p.degree, rows = p.rows(), code = rows << p.log_inv_rate;
  const std::uint64_t stride = pcs::row_stride(p, matrix_shape(p, key.layout));
  const std::uint64_t matrix = kWord * stride * (rows + code) + 3 * kDigest * code;
  std::uint64_t working = kWord * Waves(key.circuit, degree).words();
  for (std::uint32_t s = 0; s < key.circuit.segments; ++s)
    working = std::max(working, kWord * tree_words(key.circuit, s, degree));
  // The weights of all columns, and a quarter of the columns folded.
  working = std::max(working, kWord * degree * rows * (p.columns + p.columns / 4 + 4));
  std::uint64_t oracles = 4 * kWord * degree * rows;
  if (!p.rounds.empty()) oracles += (kWord * (degree + 8) + 2 * kDigest) * (rows << p.rounds[0].log_inv_rate);
  working = std::max(working, oracles);
  const std::uint64_t values = kWord * evaluated_peak(key.circuit, Keep::operands);
  const std::uint64_t all = kWord * witness_words(key.circuit) + kUnevenSizes * values + matrix + working;
  return all + all / 8 + kSlack + num_threads() * kSlackOfAThread;
}

}  // namespace nescio
