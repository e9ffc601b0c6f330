// merkle/prover.h -- trees and their leaves in bulk: hashed in lanes, by all threads, with the bytes of merkle/leaf.h.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nescio/hash/blake3.h"
#include "nescio/merkle/leaf.h"

namespace nescio::merkle {

class Tree {
 public:
  // leaves: [n], n a power of two, at most 2^32.
  explicit Tree(std::vector<Digest> leaves);
  const Digest& root() const { return level(log_n_)[0]; }
  unsigned log_n() const { return log_n_; }
  // The siblings that merkle::root_from reads. indices: strictly increasing, below n.
  std::vector<Digest> multiproof(std::span<const std::uint32_t> indices) const;

 private:
  const Digest* level(unsigned l) const;  // [n >> l]; 0: the leaves
  // Where level l >= 1 begins in nodes_: after n/2 + .. + n/2^(l-1) nodes.
  std::size_t offset(unsigned l) const { return leaves_.size() - (leaves_.size() >> (l - 1)); }
  unsigned log_n_;
  std::vector<Digest> leaves_;
  std::unique_ptr<Digest[]> nodes_;  // [n - 1]: level 1, level 2, .., root
};

// row_leaf(salts[i], row i, groups) for all rows of code[rows][stride], canonical words. salts: [rows]. -> [rows]
std::vector<Digest> row_leaves(const F* code, std::size_t rows, std::size_t stride, std::span<const ColumnGroup> groups,
                               std::span<const Digest> salts);

// ext_leaf of each coset of 2^k consecutive positions of a code over E of n positions, canonical words. The coefficient
// of X^d of position i is planes[d][i * step]: step 1 for planes, the row stride for D columns of a row-major matrix.
// -> [n >> k]
std::vector<Digest> coset_leaves(std::span<const F* const> planes, std::size_t step, std::size_t n, unsigned k);

}  // namespace nescio::merkle
