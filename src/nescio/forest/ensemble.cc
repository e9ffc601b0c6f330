#include "nescio/forest/ensemble.h"

#include <cmath>

#include "nescio/ops/builder.h"
#include "nescio/ops/softmax.h"
#include "nescio/ops/trees.h"

namespace nescio {
namespace {

// Parents before their children: node 0 and all below it, each once.
Result<std::vector<std::size_t>> downwards(const ListedTree& tree) {
  if (tree.nodes.empty()) return malformed("a tree has no nodes");
  std::vector<std::size_t> order, open = {0};
  std::vector<bool> seen(tree.nodes.size());
  while (!open.empty()) {
    const std::size_t i = open.back();
    open.pop_back();
    if (i >= tree.nodes.size()) return malformed("a node of a tree leads to one that does not exist");
    if (seen[i]) return malformed("two nodes of a tree lead to the same one");
    seen[i] = true;
    order.push_back(i);
    const ListedTree::Node& n = tree.nodes[i];
    if (!n.leaf) open.insert(open.end(), {n.yes, n.no});
  }
  return order;
}

Status add_tree(TreeBuilder& builder, const ListedTree& tree, double factor, std::int64_t features) {
  NESCIO_TRY(const std::vector<std::size_t> order, downwards(tree));
  std::vector<TreeBuilder::Ref> made(tree.nodes.size());
  for (std::size_t k = order.size(); k-- > 0;) {
    const ListedTree::Node& n = tree.nodes[order[k]];
    if (n.leaf) {
      const double value = n.value * factor;
      if (!std::isfinite(value)) return malformed("the value of a leaf is infinite or not a number");
      made[order[k]] = builder.leaf({value});
      continue;
    }
    if (n.feature < 0 || n.feature >= features)
      return malformed("a tree tests feature " + std::to_string(n.feature) + " of " + std::to_string(features));
    made[order[k]] = builder.test(n.feature, n.set, n.nan_is_yes, made[n.yes], made[n.no]);
  }
  builder.root(made[0]);
  return Unit{};
}

Result<ValueId> linked(GraphBuilder& graph, ValueId y, Link link) {
  switch (link) {
    case Link::none:
      break;
    case Link::sigmoid:
    case Link::two_classes:
      return graph.add("Sigmoid", {y});
    case Link::softmax:
      return add_softmax(graph, y);
    case Link::exp:
      return graph.add("Exp", {y}, {{"a", 0.0}, {"b", 0.0}});
    case Link::softplus:
      return graph.add("Softplus", {y}, {{"a", 0.0}, {"b", 0.0}});
    case Link::signed_square: {
      NESCIO_TRY(const ValueId size, graph.add("Abs", {y}, {{"a", 0.0}, {"b", 0.0}}));
      return graph.add("Mul", {y, size});
    }
  }
  return y;
}

}  // namespace

Error malformed(const std::string& what) {
  return Error{ErrorCode::kModel, 0, what, {}};
}
Error unsupported(const std::string& what) {
  return Error{ErrorCode::kOp, 0, what, {}};
}

Result<Graph> graph_of(const Ensemble& ensemble) {
  if (ensemble.features < 1 || ensemble.features > kMaxFeatures)
    return malformed("the number of features is " + std::to_string(ensemble.features) + "; between 1 and " +
                     std::to_string(kMaxFeatures) + " are possible");
  if (ensemble.trees.empty()) return malformed("the model has no trees");
  const auto columns = static_cast<std::int64_t>(ensemble.base.size());
  NESCIO_CHECK(columns >= 1 && (ensemble.link != Link::two_classes || columns == 1));
  TreeScores scores;
  TreeBuilder builder;
  for (const ListedTree& tree : ensemble.trees) {
    NESCIO_TRY_STATUS(add_tree(builder, tree, ensemble.factor, ensemble.features));
    if (tree.column < 0 || tree.column >= columns) return malformed("a tree counts for a class that does not exist");
    if (columns > 1) scores.targets.push_back(tree.column);
  }
  NESCIO_TRY(scores.table, builder.finish());
  for (const double b : ensemble.base) {
    if (!std::isfinite(b * ensemble.factor)) return malformed("the base score is infinite or not a number");
    scores.base.push_back(b * ensemble.factor);
  }
  scores.mirror = ensemble.link == Link::two_classes;
  if (scores.mirror) scores.base.insert(scores.base.begin(), -scores.base[0]);

  const auto size = static_cast<std::int64_t>(scores.table.nodes.size() + scores.table.leaves.size());
  GraphBuilder graph(std::int64_t{1} << 24);
  graph.grant(kNodeFields * size);
  graph.scope("trees");
  const ValueId x = graph.input("x", {DType::kFloat32, {1, ensemble.features}});
  NESCIO_TRY(ValueId y, add_trees(graph, x, scores));
  NESCIO_TRY(y, linked(graph, y, ensemble.link));
  const bool probable = ensemble.link == Link::two_classes || ensemble.link == Link::softmax;
  graph.output(probable ? "probabilities" : columns > 1 ? "scores" : "score", y);
  for (const std::string& note : ensemble.notes) graph.note(note);
  return graph.take();
}

}  // namespace nescio
