// ops/tree_ensemble.cc -- ai.onnx.ml TreeEnsembleRegressor, TreeEnsembleClassifier and TreeEnsemble in terms of Trees.
//
// Where the ONNX text is silent this does as ONNX Runtime, and so it does of NaN: it answers no, except to BRANCH_NEQ
// or where missing values track true. As the text has it, and ONNX Runtime not: BRANCH_MEMBER compares the number
// itself (not its integer part), and a target of a regression without trees is its base value (not 0). A classifier of
// two classes with weights for the first alone has one score s: its label is the second when s is above 0.5 (no weight
// is negative) or above 0, its columns are [1 - s, s] or [-s, s]. Forms whose meaning is an accident of that program
// (other classes without a weight, base values that it drops) are refused.
#include <algorithm>
#include <cmath>
#include <map>

#include "nescio/ops/ai_onnx_ml.h"
#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/trees.h"

namespace nescio {
namespace {

enum class Mode : std::uint8_t { leq, lt, gte, gt, eq, neq, member, leaf };

struct Weight {
  std::int64_t target = 0;
  double value = 0;
};
// As an ensemble lists it; children are indices of nodes.
struct SourceNode {
  Mode mode = Mode::leaf;
  std::int64_t feature = 0;
  double value = 0;
  bool missing = false;
  std::size_t yes = 0, no = 0;
  std::vector<double> members = {};
  std::vector<Weight> weights = {};
};
struct Source {
  std::vector<SourceNode> nodes;
  std::vector<std::size_t> roots;
  std::int64_t targets = 1;
};

KeySet keys_of(const SourceNode& n) {
  switch (n.mode) {
    case Mode::leq:
      return KeySet::at_most(n.value);
    case Mode::lt:
      return KeySet::below(n.value);
    case Mode::gte:
      return std::isnan(n.value) ? KeySet{} : KeySet::below(n.value).complement();
    case Mode::gt:
      return std::isnan(n.value) ? KeySet{} : KeySet::at_most(n.value).complement();
    case Mode::eq:
      return KeySet::equal_to_one_of({n.value});
    case Mode::neq:
      return KeySet::equal_to_one_of({n.value}).complement();
    case Mode::member:
    case Mode::leaf:
      break;
  }
  return KeySet::equal_to_one_of(n.members);
}

// What the weights of the leaves are: a value for each column, or trees of one column each.
struct Columns {
  std::vector<std::int64_t> targets;  // of each tree, or none
  std::vector<bool> always;           // [targets]: some tree gives it a weight at each of its leaves
  bool everywhere = true;             // each leaf has a weight for each column that its tree counts for
  bool positive = true;               // all weights are above 0
  bool negative = false;              // some weight is below 0
};

// Walks below one root after another.
class Walk {
 public:
  explicit Walk(const Source& source) : source_(source), state_(source.nodes.size()) {}

  // visit(node) for each node below the root and the root itself, once, children first. kAttr: a circle. kMemory: more
  // nodes below all these roots than a table can have, one that is below several counted for each.
  template <class Visit>
  Status below(std::size_t root, const Visit& visit) {
    const std::uint64_t open = next_++, done = next_++;  // less: not seen below this root
    stack_ = {root};
    while (!stack_.empty()) {
      const std::size_t i = stack_.back();
      const SourceNode& n = source_.nodes[i];
      if (state_[i] == done || state_[i] == open || n.mode == Mode::leaf) {
        if (state_[i] != done) {
          if (++visited_ > kMaxTreeNodes) return Error{ErrorCode::kMemory, 0, "has too many nodes", {}};
          visit(i);
        }
        state_[i] = done;
        stack_.pop_back();
        continue;
      }
      state_[i] = open;
      for (const std::size_t child : {n.yes, n.no}) {
        if (state_[child] == open) return attr_error("its nodes form a circle");
        if (state_[child] != done) stack_.push_back(child);
      }
    }
    return Unit{};
  }

 private:
  const Source& source_;
  std::vector<std::uint64_t> state_;
  std::vector<std::size_t> stack_;
  std::uint64_t next_ = 1;
  std::int64_t visited_ = 0;
};

Result<Columns> columns_of(const Source& source) {
  Columns out;
  out.always.resize(static_cast<std::size_t>(source.targets));
  bool single = true;
  Walk walk(source);
  for (const std::size_t root : source.roots) {
    std::map<std::int64_t, std::size_t> seen;  // leaves with a weight for the target
    std::size_t leaves = 0;
    NESCIO_TRY_STATUS(walk.below(root, [&](std::size_t i) {
      const SourceNode& n = source.nodes[i];
      if (n.mode != Mode::leaf) return;
      ++leaves;
      std::map<std::int64_t, bool> here;
      for (const Weight& w : n.weights) {
        here[w.target] = true;
        out.positive = out.positive && w.value > 0;
        out.negative = out.negative || w.value < 0;
      }
      for (const auto& [target, yes] : here) ++seen[target];
    }));
    for (const auto& [target, count] : seen)
      if (count == leaves) out.always[static_cast<std::size_t>(target)] = true;
    single = single && seen.size() <= 1;
    out.targets.push_back(seen.empty() ? 0 : seen.begin()->first);
    for (const auto& [target, count] : seen) out.everywhere = out.everywhere && count == leaves;
    out.everywhere = out.everywhere && !seen.empty();
    if (!single) out.everywhere = out.everywhere && static_cast<std::int64_t>(seen.size()) == source.targets;
  }
  if (!single) out.targets.clear();
  return out;
}

// Leaf values times `factor`.
Result<TreeScores> normal_form(const Source& source, const Columns& columns, double factor) {
  TreeScores out;
  out.targets = columns.targets;
  out.columns = columns.targets.empty() ? source.targets : 1;
  const auto leaves =
      std::count_if(source.nodes.begin(), source.nodes.end(), [](const SourceNode& n) { return n.mode == Mode::leaf; });
  if (leaves > kMaxTreeNodes / out.columns)
    return Error{ErrorCode::kMemory, 0, "has too many leaves for " + std::to_string(out.columns) + " columns", {}};
  TreeBuilder builder;
  Walk walk(source);
  std::vector<TreeBuilder::Ref> made(source.nodes.size());
  std::vector<bool> is_made(source.nodes.size());  // also below another root: trees may share nodes
  for (const std::size_t root : source.roots) {
    NESCIO_TRY_STATUS(walk.below(root, [&](std::size_t i) {
      if (is_made[i]) return;
      is_made[i] = true;
      const SourceNode& n = source.nodes[i];
      if (n.mode == Mode::leaf) {
        std::vector<double> values(static_cast<std::size_t>(out.columns));
        for (const Weight& w : n.weights)
          values[columns.targets.empty() ? static_cast<std::size_t>(w.target) : 0] += w.value * factor;
        made[i] = builder.leaf(values);
      } else {
        const bool nan = n.missing || n.mode == Mode::neq;
        made[i] = builder.test(n.feature, keys_of(n), nan, made[n.yes], made[n.no]);
      }
    }));
    builder.root(made[root]);
  }
  NESCIO_TRY(out.table, builder.finish());
  return out;
}

// ---- the attributes of the older operators

// `name` as floats, or `name`_as_tensor in double precision.
std::vector<double> reals_or_tensor(AttributeReader& attributes, const std::string& name) {
  std::vector<double> out = attributes.reals(name);
  const auto tensor = attributes.tensor(name + "_as_tensor");
  return tensor == nullptr ? out : tensor->reals();
}

Result<Mode> mode_of(const std::string& text) {
  constexpr std::pair<const char*, Mode> kModes[] = {
      {"BRANCH_LEQ", Mode::leq}, {"BRANCH_LT", Mode::lt},   {"BRANCH_GTE", Mode::gte}, {"BRANCH_GT", Mode::gt},
      {"BRANCH_EQ", Mode::eq},   {"BRANCH_NEQ", Mode::neq}, {"LEAF", Mode::leaf}};
  for (const auto& [name, mode] : kModes)
    if (text == name) return mode;
  return attr_error("the node mode " + quote_name(text) + " is not known");
}

Result<Source> read_nodes(AttributeReader& attributes, const std::string& prefix, std::int64_t targets) {
  const auto trees = attributes.integers("nodes_treeids"), ids = attributes.integers("nodes_nodeids"),
             features = attributes.integers("nodes_featureids"), yes = attributes.integers("nodes_truenodeids"),
             no = attributes.integers("nodes_falsenodeids"),
             missing = attributes.integers("nodes_missing_value_tracks_true");
  const auto modes = attributes.texts("nodes_modes");
  const auto values = reals_or_tensor(attributes, "nodes_values");
  attributes.ignore("nodes_hitrates");
  attributes.ignore("nodes_hitrates_as_tensor");
  const std::size_t n = ids.size();
  if (n == 0) return attr_error("has no nodes");
  for (const std::size_t size : {trees.size(), features.size(), yes.size(), no.size(), modes.size(), values.size()})
    if (size != n) return attr_error("its lists of nodes are of different lengths");
  if (!missing.empty() && missing.size() != n) return attr_error("its lists of nodes are of different lengths");

  Source out;
  out.targets = targets;
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> at;
  for (std::size_t i = 0; i < n; ++i)
    if (!at.emplace(std::pair{trees[i], ids[i]}, i).second)
      return attr_error("node " + std::to_string(ids[i]) + " of tree " + std::to_string(trees[i]) + " is there twice");
  std::vector<bool> is_child(n);
  for (std::size_t i = 0; i < n; ++i) {
    SourceNode node;
    NESCIO_TRY(node.mode, mode_of(modes[i]));
    node.feature = features[i];
    node.value = values[i];
    node.missing = !missing.empty() && missing[i] != 0;
    if (node.mode != Mode::leaf) {
      const auto a = at.find({trees[i], yes[i]}), b = at.find({trees[i], no[i]});
      if (a == at.end() || b == at.end())
        return attr_error("node " + std::to_string(ids[i]) + " of tree " + std::to_string(trees[i]) +
                          " leads to one that does not exist");
      node.yes = a->second;
      node.no = b->second;
      is_child[node.yes] = is_child[node.no] = true;
    }
    out.nodes.push_back(std::move(node));
  }
  std::map<std::int64_t, std::size_t> root;
  for (std::size_t i = 0; i < n; ++i) {
    if (is_child[i]) continue;
    if (!root.emplace(trees[i], i).second)
      return attr_error("tree " + std::to_string(trees[i]) + " has more than one root");
    out.roots.push_back(i);
  }
  for (const std::int64_t tree : trees)
    if (!root.contains(tree)) return attr_error("tree " + std::to_string(tree) + " has no root");
  std::size_t reached = 0;
  Walk walk(out);
  for (const std::size_t i : out.roots) NESCIO_TRY_STATUS(walk.below(i, [&](std::size_t) { ++reached; }));
  if (reached != n) return attr_error("some of its nodes are not below a root");

  const auto leaf_trees = attributes.integers(prefix + "_treeids"),
             leaf_nodes = attributes.integers(prefix + "_nodeids"), leaf_targets = attributes.integers(prefix + "_ids");
  const auto weights = reals_or_tensor(attributes, prefix + "_weights");
  if (leaf_nodes.size() != leaf_trees.size() || leaf_targets.size() != leaf_trees.size() ||
      weights.size() != leaf_trees.size())
    return attr_error("its lists of leaf weights are of different lengths");
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto leaf = at.find({leaf_trees[i], leaf_nodes[i]});
    if (leaf == at.end() || out.nodes[leaf->second].mode != Mode::leaf)
      return attr_error("a weight is given to node " + std::to_string(leaf_nodes[i]) + " of tree " +
                        std::to_string(leaf_trees[i]) + ", which is no leaf");
    if (leaf_targets[i] < 0 || leaf_targets[i] >= targets)
      return attr_error("a weight is given to target " + std::to_string(leaf_targets[i]) + " of " +
                        std::to_string(targets));
    if (!std::isfinite(weights[i])) return attr_error("a weight of a leaf is infinite or not a number");
    out.nodes[leaf->second].weights.push_back({leaf_targets[i], weights[i]});
  }
  return out;
}

Status finite(const std::vector<double>& values) {
  for (const double v : values)
    if (!std::isfinite(v)) return attr_error("a base value is infinite or not a number");
  return Unit{};
}

// Scores of a regression, after its post transform.
Result<Values> regression(const OnnxNode& node, GraphBuilder& graph, const Source& source, const std::string& aggregate,
                          std::vector<double> base, const std::string& transform) {
  const bool average = aggregate == "AVERAGE";
  if (!average && aggregate != "SUM" && aggregate != "MIN" && aggregate != "MAX")
    return attr_error("aggregate_function " + quote_name(aggregate) + " is not known");
  if (!base.empty() && static_cast<std::int64_t>(base.size()) != source.targets)
    return attr_error("has " + std::to_string(base.size()) + " base values for " + std::to_string(source.targets) +
                      " targets");
  NESCIO_TRY_STATUS(finite(base));
  base.resize(static_cast<std::size_t>(source.targets));
  NESCIO_TRY(const Columns columns, columns_of(source));
  if ((aggregate == "MIN" || aggregate == "MAX") && !columns.everywhere)
    return attr_error("aggregate_function " + aggregate + " needs a weight for each target at each leaf");
  const double factor = average ? 1.0 / static_cast<double>(source.roots.size()) : 1.0;
  NESCIO_TRY(TreeScores scores, normal_form(source, columns, factor));
  scores.aggregate = aggregate == "MIN" ? "min" : aggregate == "MAX" ? "max" : "sum";
  scores.base = std::move(base);
  NESCIO_TRY(const ValueId x, feature_matrix(graph, node.inputs[0]));
  NESCIO_TRY(const ValueId raw, add_trees(graph, x, scores));
  NESCIO_TRY(const ValueId y, add_post_transform(graph, raw, transform));
  return Values{y};
}

Result<Values> import_regressor(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const std::int64_t targets = attributes.integer("n_targets", 1);
  const std::string transform = attributes.text("post_transform", "NONE"),
                    aggregate = attributes.text("aggregate_function", "SUM");
  const auto base = reals_or_tensor(attributes, "base_values");
  if (targets < 1 || targets > kMaxTreeNodes) return attr_error("n_targets must be at least 1, and not huge");
  NESCIO_TRY(const Source source, read_nodes(attributes, "target", targets));
  NESCIO_TRY_STATUS(attributes.finish());
  return regression(node, graph, source, aggregate, base, transform);
}

Result<Values> import_classifier(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  NESCIO_TRY_STATUS(expect_outputs(node, 2));
  AttributeReader attributes(node);
  ClassLabels labels = class_labels(attributes, "classlabels_int64s");
  const std::string transform = attributes.text("post_transform", "NONE");
  std::vector<double> base = reals_or_tensor(attributes, "base_values");
  const std::size_t count = labels.names.size();
  const auto classes = static_cast<std::int64_t>(count);
  if (classes < 2) return attr_error("has fewer than two class labels");
  NESCIO_TRY(const Source source, read_nodes(attributes, "class", classes));
  NESCIO_TRY_STATUS(attributes.finish());
  NESCIO_TRY_STATUS(finite(base));
  const bool wants_scores = node.output_is_used.size() > 1 && node.output_is_used[1];
  NESCIO_TRY(const Columns columns, columns_of(source));
  std::vector<bool> weighted(count);
  for (const SourceNode& n : source.nodes)
    for (const Weight& w : n.weights) weighted[static_cast<std::size_t>(w.target)] = true;
  const bool one_score = classes == 2 && weighted[0] && !weighted[1];
  if (classes == 2 && !weighted[0]) return attr_error("has weights for its second class only");
  if (base.size() > (one_score ? 1 : count) || (classes == 2 && base.size() == 2) ||
      (classes > 2 && !base.empty() && base.size() != count))
    return attr_error(std::to_string(base.size()) + " base values are not supported here");
  for (std::size_t c = 0; classes > 2 && base.empty() && c < count; ++c)
    if (!columns.always[c] && (!columns.positive || !weighted[c]))
      return attr_error("class " + quote_name(labels.names[c]) + " has no weight at some leaves");
  // Of two scores, ONNX Runtime gives the number of the class and not its label.
  if (classes == 2 && !one_score && !labels.are_indices())
    return attr_error("two classes with a score each must have the labels 0 and 1");

  NESCIO_TRY(TreeScores scores, normal_form(source, columns, 1.0));
  const bool above_half = one_score && !columns.negative;
  base.resize(count);
  if (one_score) {
    scores.targets.clear();
    scores.mirror = true;
    base = {(above_half && transform == "NONE" ? 1.0 : 0.0) - base[0], base[0]};
  }
  scores.base = base;
  NESCIO_TRY(const ValueId x, feature_matrix(graph, node.inputs[0]));
  NESCIO_TRY(const ValueId raw, add_trees(graph, x, scores));
  const std::int64_t batch = graph.shape(raw)[0];

  ValueId label = kNoValue;
  if (classes == 2) {
    NESCIO_TRY(label, graph.add("Slice", {raw},
                                {{"starts", Shape{0, 1}}, {"steps", Shape{1, 1}}, {"sizes", Shape{batch, 1}}}));
    NESCIO_TRY(label, label_above(graph, label, above_half ? 0.5 : 0.0));
  } else {
    NESCIO_TRY(label, label_of_largest(graph, raw));
  }
  label_classes(graph, label, std::move(labels));
  ValueId shown = raw;
  if (wants_scores) {
    if (one_score && transform != "NONE" && transform != "LOGISTIC")
      return attr_error("post_transform " + quote_name(transform) +
                        " of one score is not supported; export raw scores, or drop the output of scores");
    NESCIO_TRY(shown, add_post_transform(graph, raw, transform));
  }
  return Values{label, shown};
}

// ---- the newer operator

std::vector<std::int64_t> integers_of(const Tensor& t) {
  const auto x = t.as<std::int64_t>();
  return {x.begin(), x.end()};
}

Result<Values> import_ensemble(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const std::int64_t aggregate = attributes.integer("aggregate_function", 1),
                     transform = attributes.integer("post_transform", 0), targets = attributes.integer("n_targets", 1);
  const auto leaf_targets = attributes.integers("leaf_targetids"), roots = attributes.integers("tree_roots"),
             features = attributes.integers("nodes_featureids"), yes = attributes.integers("nodes_truenodeids"),
             no = attributes.integers("nodes_falsenodeids"), yes_leaf = attributes.integers("nodes_trueleafs"),
             no_leaf = attributes.integers("nodes_falseleafs"),
             missing = attributes.integers("nodes_missing_value_tracks_true");
  const auto modes = attributes.tensor("nodes_modes"), splits = attributes.tensor("nodes_splits"),
             weights = attributes.tensor("leaf_weights"), members = attributes.tensor("membership_values");
  attributes.ignore("nodes_hitrates");
  NESCIO_TRY_STATUS(attributes.finish());
  constexpr const char* kAggregates[] = {"AVERAGE", "SUM", "MIN", "MAX"};
  constexpr const char* kTransforms[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};
  if (aggregate < 0 || aggregate > 3 || transform < 0 || transform > 4)
    return attr_error("aggregate_function or post_transform is not known");
  if (targets < 1 || targets > kMaxTreeNodes) return attr_error("n_targets must be at least 1, and not huge");
  const std::size_t n = features.size(), leaves = leaf_targets.size();
  if (modes == nullptr || splits == nullptr || weights == nullptr || is_float(modes->dtype()) ||
      !is_float(splits->dtype()) || !is_float(weights->dtype()) || n == 0)
    return attr_error("nodes_modes, nodes_splits or leaf_weights is missing or of another type");
  for (const std::size_t size : {yes.size(), no.size(), yes_leaf.size(), no_leaf.size(), modes->size(), splits->size(),
                                 missing.empty() ? n : missing.size()})
    if (size != n) return attr_error("its lists of nodes are of different lengths");
  if (weights->size() != leaves) return attr_error("its lists of leaves are of different lengths");
  const auto out_of = [](std::int64_t id, std::size_t size) { return id < 0 || id >= static_cast<std::int64_t>(size); };

  Source source;
  source.targets = targets;
  source.nodes.resize(n + leaves);
  const std::vector<std::int64_t> mode = integers_of(*modes);
  std::size_t member = 0;
  for (std::size_t i = 0; i < n; ++i) {
    SourceNode& s = source.nodes[i];
    if (mode[i] < 0 || mode[i] > 6) return attr_error("a node mode is not known");
    s.mode = static_cast<Mode>(mode[i]);
    s.feature = features[i];
    s.value = splits->real(i);
    s.missing = !missing.empty() && missing[i] != 0;
    for (const auto& [id, leaf, to] : {std::tuple{yes[i], yes_leaf[i], &s.yes}, std::tuple{no[i], no_leaf[i], &s.no}}) {
      if (out_of(id, leaf != 0 ? leaves : n)) return attr_error("a node leads to one that does not exist");
      *to = static_cast<std::size_t>(id) + (leaf != 0 ? n : 0);
    }
    if (s.mode != Mode::member) continue;
    for (; members != nullptr && member < members->size() && !std::isnan(members->real(member)); ++member)
      s.members.push_back(members->real(member));
    if (members == nullptr || member == members->size()) return attr_error("a set of members does not end with NaN");
    ++member;
  }
  for (std::size_t i = 0; i < leaves; ++i) {
    if (out_of(leaf_targets[i], static_cast<std::size_t>(targets)) || !std::isfinite(weights->real(i)))
      return attr_error("a leaf has no valid target or weight");
    source.nodes[n + i].weights = {{leaf_targets[i], weights->real(i)}};
  }
  for (const std::int64_t root : roots) {
    if (out_of(root, n)) return attr_error("a root does not exist");
    // A tree that is a leaf is written as a node both of whose ways lead to it.
    source.roots.push_back(static_cast<std::size_t>(root));
  }
  if (roots.empty()) return attr_error("has no roots");
  return regression(node, graph, source, kAggregates[aggregate], {}, kTransforms[transform]);
}

constexpr OpRecord kRecords[] = {
    {.name = "TreeEnsembleRegressor", .domain = "ai.onnx.ml", .until = 5, .import = import_regressor},
    {.name = "TreeEnsembleClassifier", .domain = "ai.onnx.ml", .until = 5, .import = import_classifier},
    {.name = "TreeEnsemble", .domain = "ai.onnx.ml", .since = 5, .until = 5, .import = import_ensemble},
};

}  // namespace

std::span<const OpRecord> tree_ensemble_ops() {
  return kRecords;
}

}  // namespace nescio
