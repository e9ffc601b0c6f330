// forest/ensemble.h -- what all tree libraries have in common, on the way to a Graph.
#pragma once
#include <string>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/graph/graph.h"
#include "nescio/ops/tree_table.h"

namespace nescio {

// A tree as a file lists it; children are indices of nodes, node 0 is the root.
struct ListedTree {
  struct Node {
    bool leaf = false;
    double value = 0;  // of a leaf
    std::int64_t feature = 0;
    KeySet set = {};  // who goes to `yes`
    bool nan_is_yes = false;
    std::size_t yes = 0, no = 0;
  };
  std::vector<Node> nodes;
  std::int64_t column = 0;  // that it counts for
};

// What becomes of the sums of leaves.
enum class Link { none, sigmoid, two_classes, softmax, exp, softplus, signed_square };

struct Ensemble {
  std::vector<ListedTree> trees;
  std::int64_t features = 0;
  std::vector<double> base = {0.0};  // one for each column, added to the sum of its trees
  Link link = Link::none;
  double factor = 1.0;  // of the sums, before the link
  std::vector<std::string> notes = {};
};

inline constexpr std::int64_t kMaxFeatures = std::int64_t{1} << 20;

// kModel: a feature, a column or a child that does not exist, a node with two ways to it, a number that is not finite.
// kMemory: too many nodes.
Result<Graph> graph_of(const Ensemble& ensemble);

Error malformed(const std::string& what);    // kModel
Error unsupported(const std::string& what);  // kOp

}  // namespace nescio
