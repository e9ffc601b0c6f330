// compile/fuse.h -- fewer nodes, and fewer roundings when they are quantised.
#pragma once
#include "nescio/graph/graph.h"

namespace nescio {

// Rewrites a graph of canonical operators (compile/canonical.h) into an equivalent one, equal up to rounding of
// doubles: Affine into the Linear or Affine behind it, or into the Linear before it, also when only Reshape and
// Transpose lie between; Reshape of Reshape, Transpose of Transpose; nodes that change nothing go. A Linear that others
// also read is not touched. Fusions that would overflow to infinity are left out.
Graph fuse(Graph graph);

}  // namespace nescio
