// pcs/shape.h -- the committed trees of one opening: which columns each stores, at which column positions, and how a
// row is cut into hashed groups.
//
// One opening has one fresh tree (first) and any number of static ones, all of params.rows() rows and one code. A tree
// stores positions.size() columns, in the order of `positions`; the fresh tree stores `degree` mask columns after them,
// which have no position. Column positions that no tree holds are zero columns.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/hash/blake3.h"
#include "nescio/merkle/leaf.h"
#include "nescio/pcs/params.h"

namespace nescio::pcs {

inline constexpr std::size_t kMaxTrees = 3;  // fresh; static: one, two while a root is rotated

struct MatrixShape {
  bool fresh = true;
  std::vector<std::uint32_t> positions;     // of the stored columns
  std::vector<merkle::ColumnGroup> groups;  // partition of the stored columns, one a segment; last, if fresh, the masks

  std::size_t stored_columns(const Params& p) const { return positions.size() + (fresh ? p.degree : 0); }
};

// A tree as the verifier knows it. The shape must outlive it.
struct TreeRef {
  Digest root;
  const MatrixShape* shape;
};

// One group for each run of columns with the same segment, then the mask columns' group.
// segments: [positions.size()], the segment of each stored column, not decreasing.
MatrixShape fresh_shape(const Params& p, std::vector<std::uint32_t> positions, std::span<const std::uint32_t> segments);

// The rules that the opening relies on; kVKey with where = 32 + the number of the rule that fails:
//  1  1 to kMaxTrees trees, the first fresh and no other
//  2  the fresh tree has params.columns columns, a static one at least one
//  3  positions below 2^kappa, no two columns at one position
//  4  positions 0 and 2^i, i < kappa, are fresh columns: so that the mask map has full rank (pcs/mask_rank.h)
//  5  groups are not empty and partition the stored columns in order
//  6  the mask columns are a group of their own
// `shapes` are pointers so that TreeRef lists and prover matrices can both be checked.
Status check_shapes(const Params& p, std::span<const MatrixShape* const> shapes);

}  // namespace nescio::pcs
