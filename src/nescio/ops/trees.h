// ops/trees.h -- the graph's operator Trees, which every tree ensemble becomes.
//
//   Trees(x, nodes, leaves, base){trees, depth, aggregate, targets, mirror}
// x [batch, features], float32. nodes [N, 5], int64: feature, key, missing, yes, no of a TreeTable. leaves [L, K] and
// base [C], float64. y [batch, C], float32:
//   y[c] = base[c] + aggregate over trees of the value of the leaf that x reaches
// aggregate is "sum", "min" or "max". Without targets K = C: a leaf has a value for each column. With targets K = 1:
// tree t counts for column targets[t] alone; a column without trees is its base. mirror (C = 2, K = 1, sum): the
// columns are base[0] - s and base[1] + s, s the sum over all trees.
#pragma once
#include <string>
#include <vector>

#include "nescio/ops/builder.h"
#include "nescio/ops/tree_table.h"

namespace nescio {

inline constexpr std::int64_t kNodeFields = 5;

struct TreeScores {
  TreeTable table;
  std::int64_t columns = 1;  // of leaves
  std::string aggregate = "sum";
  std::vector<std::int64_t> targets;
  std::vector<double> base;
  bool mirror = false;
};
// y. kAttr: a feature that x does not have. kDtype: x is not float32.
Result<ValueId> add_trees(GraphBuilder& graph, ValueId x, const TreeScores& scores);

}  // namespace nescio
