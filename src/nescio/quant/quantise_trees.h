// quant/quantise_trees.h -- tree ensembles in integers: the nodes as they are, leaves on one scale.
//
// Leaves  24 bits, the scale s the least power of two on which all of them fit, and all base values in 32 bits: each is
//         off by at most s / 2. So a sum over T trees is off by at most (T + 1) s / 2 from that of the real leaves.
// Tables  filled up to a multiple of 16 nodes, which no path reaches, and leaves, which are zero.
// Fields  pointers to children and features in as many whole bytes as the largest of them needs.
#pragma once
#include <string>

#include "nescio/graph/graph.h"
#include "nescio/quant/quant_graph.h"

namespace nescio {

// Of each value: whether a Trees reads it, or what is moved from it, missing ones imputed. Its numbers are compared
// exactly: they may be infinite or NaN, and only an input can be one.
std::vector<bool> compared_values(const Graph& graph);
// kOp, naming nodes, all at once: a compared value that is calculated, calculated with, or an output.
Status check_compared(const Graph& graph, const std::vector<bool>& compared);

struct QuantisedTrees {
  QuantNode node;          // without ids
  double scale = 1;        // of the scores
  std::int64_t reach = 0;  // |integer| of a score is at most this
};
// kOverflow: values too far apart, too many nodes.
Result<QuantisedTrees> quantise_trees(const Graph& graph, const Node& node);

}  // namespace nescio
