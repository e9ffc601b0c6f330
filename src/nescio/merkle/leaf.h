// merkle/leaf.h -- what is hashed at the bottom of a tree, one row at a time. prover.h does the same for many rows.
//
// Row of a committed matrix: d_s = Hash("seg"; the row's cells of column group s), leaf = Hash("leaf"; salt || d_0 ||
// ..). Coset of a WHIR oracle:    leaf = Hash("ext"; D words a value, value after value), unsalted. Cells are canonical
// little-endian words; messages are zero-padded to whole blocks, their lengths fixed by the key.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "nescio/field/goldilocks.h"
#include "nescio/hash/blake3.h"
#include "nescio/transcript/encoding.h"

namespace nescio::merkle {

// Columns [begin, end) of a row: one segment's.
struct ColumnGroup {
  std::size_t begin, end;
};

Digest row_leaf(const Digest& salt, std::span<const F> row, std::span<const ColumnGroup> groups);

template <class E>
Digest ext_leaf(std::span<const E> values) {
  std::vector<std::uint8_t> bytes(values.size() * E::kBytes);
  for (std::size_t i = 0; i < values.size(); ++i) encode(values[i], bytes.data() + i * E::kBytes);
  return hash_padded(HashContext::kExt, bytes);
}

}  // namespace nescio::merkle
