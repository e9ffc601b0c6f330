// compile/lower_trees.h -- a node `trees` of a model in integers: its tables, its paths, its scores.
#pragma once
#include <vector>

#include "nescio/compile/lower.h"

namespace nescio {

// The output, in the layout of `to` [batch, columns]; `x` has the features of all rows in order, [features * batch].
// The tables' cells are appended to `weights`: words of fields (gadget/trees.h, pack_fields), leaves, base.
Var lower_trees(Backend& b, const GadgetPlan& plan, const QuantNode& node, const QuantShape& from, const QuantShape& to,
                Var x, std::vector<GroupTensor>& weights);

// The integers that a node's weights are in a digest, one list for each GroupTensor that it makes.
std::vector<SecretVector<std::int64_t>> bound_weights(const QuantNode& node);

}  // namespace nescio
