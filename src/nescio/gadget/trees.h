// gadget/trees.h -- the leaves that rows of features reach in private trees, and what the leaves hold.
//
// Model      nodes 0 .. I-1, of which 0 .. T-1 are the roots, and leaves I .. I+L-1, each with K values. Node n tests
//            feature[n] of a row x of float32 keys (base/float_key.h): yes if x <= key[n], or if x is NaN and
//            missing[n]. Then on to n + yes[n], or else to n + no[n].
// Relations  for each tree t, row s and level d, from n = t on:
//   node     (n; feature, key, missing, yes, no) is a row of the node table
//   feature  (s F + feature; x, nan) is a row of the table of features
//   row      with more than one row, feature < F in each row of the node table
//   answer   [key - x + W missing nan >= 0] with W = 2^31 + kNanKey: a sign of 33 bits, which both cases keep to
//   next     n' = n + no + answer (yes - no)
//   leaf     after the last level: (n K + k; value) is a row of the table of leaves, which begins at I K; so n is one
//   nan      of each feature: [x >= kNanKey]; x is at most that
// A leaf     stays where it is: its row of the node table is zero.
// So         for given tables and x there is one n at each level, one x, one answer: nothing is chosen. What ties the
//            tables to a model is their digest, which has all of their cells (pack_fields).
// Codes      keys of nodes stand as key + 2^31, unsigned, in 32 bits.
// Cost       with D levels, B rows, b(n) limbs for n bits and signs of one bit; the tables' cells are the caller's:
//   features B F b(32) cells, B F (1 + b(32)) lookups
//   paths    T B (D (8 + b(32)) - 1 + K) cells, T B (D (3 + b(32)) + K) lookups
//   rows     I (b(log2 F) - 1) cells, I b(log2 F) lookups, if B > 1; I + L and B F and L K rows of tables
#pragma once
#include <vector>

#include "nescio/gadget/range.h"

namespace nescio {

struct TreeShape {
  std::uint32_t trees = 1, depth = 1;    // depth: levels of tests, at least 1
  std::uint32_t features = 1, rows = 1;  // rows of x
  std::uint32_t nodes = 1, leaves = 1, columns = 1;
};

// The cells of a model, in their ranges.
struct TreeTables {
  Var feature, key, missing, yes, no;  // [nodes] or [2^a, nodes / 2^a], none negative
  Var leaf;                            // leaves * columns, column fastest, as above
};

// What leaf each tree reaches in each row: [trees, rows, columns]. x: [features * rows], feature fastest, which
// relations before the call keep within [-kInfinityKey, kNanKey].
Var tree_values(Backend& b, const GadgetPlan& plan, std::string_view name, const TreeShape& shape, const TreeTables& m,
                Var x);

// How fields of these widths share words of at most 62 bits, first fit: lists of fields, the first the lowest.
std::vector<std::vector<std::size_t>> pack_fields(const std::vector<unsigned>& bits);

}  // namespace nescio
