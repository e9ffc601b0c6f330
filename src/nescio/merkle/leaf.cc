#include "nescio/merkle/leaf.h"

#include "nescio/base/check.h"

namespace nescio::merkle {

Digest row_leaf(const Digest& salt, std::span<const F> row, std::span<const ColumnGroup> groups) {
  std::vector<std::uint8_t> leaf(salt.bytes.begin(), salt.bytes.end());
  std::vector<std::uint8_t> cells;
  for (const ColumnGroup& g : groups) {
    NESCIO_CHECK(g.begin <= g.end && g.end <= row.size());
    cells.resize((g.end - g.begin) * F::kBytes);
    for (std::size_t c = g.begin; c < g.end; ++c) encode(row[c], cells.data() + (c - g.begin) * F::kBytes);
    const Digest d = hash_padded(HashContext::kSeg, cells);
    leaf.insert(leaf.end(), d.bytes.begin(), d.bytes.end());
  }
  return hash_padded(HashContext::kLeaf, leaf);
}

}  // namespace nescio::merkle
