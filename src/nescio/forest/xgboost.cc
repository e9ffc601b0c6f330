#include "nescio/forest/xgboost.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace nescio {
namespace {

constexpr std::int64_t kCategories = std::int64_t{1} << 24;  // what is not below is no category

// ---- typed access

const Document* find(const Document& at, const char* name) {
  if (!at.is_object()) return nullptr;
  const auto it = at.find(name);
  return it == at.end() ? nullptr : &*it;
}
Error absent(const std::string& name) {
  return malformed("'" + name + "' is missing, or not what XGBoost writes there");
}
Result<const Document*> child(const Document& at, const char* name) {
  const Document* out = find(at, name);
  if (out == nullptr || !out->is_object()) return absent(name);
  return out;
}
Result<std::string> text_of(const Document& at, const char* name) {
  const Document* out = find(at, name);
  if (out == nullptr || !out->is_string()) return absent(name);
  return out->get<std::string>();
}

// Parameters are numbers written as text.
template <class T>
bool parse(std::string_view s, T& out) {
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), out);
  return error == std::errc() && end == s.data() + s.size();
}
Result<std::int64_t> integer_of(const Document& at, const char* name, std::int64_t absent_value) {
  if (find(at, name) == nullptr) return absent_value;
  NESCIO_TRY(const std::string s, text_of(at, name));
  std::int64_t out = 0;
  if (!parse(s, out)) return absent(name);
  return out;
}

// A list of numbers or truth values; null (NaN) is NaN.
Result<SecretVector<double>> list_of(const Document& at, const char* name) {
  const Document* list = find(at, name);
  if (list == nullptr || !list->is_array()) return absent(name);
  SecretVector<double> out;
  out.reserve(list->size());
  for (const Document& x : *list) {
    if (!x.is_number() && !x.is_boolean() && !x.is_null()) return absent(name);
    out.push_back(x.is_number() ? x.get<double>() : x.is_boolean() ? (x.get<bool>() ? 1.0 : 0.0) : std::nan(""));
  }
  return out;
}
// The same where each is an integer below 2^53 in size.
Result<std::vector<std::int64_t>> indices_of(const Document& at, const char* name) {
  NESCIO_TRY(const SecretVector<double> list, list_of(at, name));
  std::vector<std::int64_t> out;
  for (const double x : list) {
    if (!(std::abs(x) < 0x1p53) || x != std::floor(x)) return absent(name);
    out.push_back(static_cast<std::int64_t>(x));
  }
  return out;
}

// ---- trees

// For each node, the categories that go to the right.
Result<std::vector<std::vector<std::int64_t>>> categories_of(const Document& tree, std::size_t count) {
  std::vector<std::vector<std::int64_t>> out(count);
  if (find(tree, "categories") == nullptr) return out;
  NESCIO_TRY(const auto all, indices_of(tree, "categories"));
  NESCIO_TRY(const auto nodes, indices_of(tree, "categories_nodes"));
  NESCIO_TRY(const auto begins, indices_of(tree, "categories_segments"));
  NESCIO_TRY(const auto sizes, indices_of(tree, "categories_sizes"));
  if (begins.size() != nodes.size() || sizes.size() != nodes.size()) return absent("categories_segments");
  const auto most = static_cast<std::int64_t>(all.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i] < 0 || nodes[i] >= static_cast<std::int64_t>(count) || begins[i] < 0 || begins[i] > most ||
        sizes[i] < 0 || sizes[i] > most - begins[i] || !out[static_cast<std::size_t>(nodes[i])].empty())
      return absent("categories_nodes");
    auto& set = out[static_cast<std::size_t>(nodes[i])];
    set.assign(all.begin() + begins[i], all.begin() + begins[i] + sizes[i]);
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
    if (!set.empty() && (set.front() < 0 || set.back() >= kCategories)) return absent("categories");
  }
  return out;
}

// A number counts as the category that it is rounded down to.
KeySet all_but(const std::vector<std::int64_t>& categories) {
  std::vector<std::pair<double, double>> intervals;
  for (const std::int64_t c : categories) intervals.emplace_back(c, c + 1);
  return KeySet::within(intervals).complement();
}

Result<ListedTree> tree_of(const Document& tree, double weight) {
  NESCIO_TRY(const Document* param, child(tree, "tree_param"));
  NESCIO_TRY(const std::int64_t width, integer_of(*param, "size_leaf_vector", 0));
  if (width > 1) return unsupported("trees with several values at a leaf (multi_strategy='multi_output_tree')");
  NESCIO_TRY(const auto left, indices_of(tree, "left_children"));
  NESCIO_TRY(const auto right, indices_of(tree, "right_children"));
  NESCIO_TRY(const auto feature, indices_of(tree, "split_indices"));
  NESCIO_TRY(const auto missing, indices_of(tree, "default_left"));
  NESCIO_TRY(const auto split, list_of(tree, "split_conditions"));
  const std::size_t count = left.size();
  std::vector<std::int64_t> type(count);
  if (find(tree, "split_type") != nullptr) {
    NESCIO_TRY(type, indices_of(tree, "split_type"));
  }
  for (const std::size_t size : {right.size(), feature.size(), missing.size(), split.size(), type.size()})
    if (size != count) return malformed("the lists of a tree are of different lengths");
  NESCIO_TRY(const auto categories, categories_of(tree, count));
  ListedTree out;
  out.nodes.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    ListedTree::Node& n = out.nodes[i];
    const auto t = static_cast<float>(split[i]);
    n.leaf = left[i] == -1;
    n.value = static_cast<double>(t) * weight;
    if (n.leaf) continue;
    n.feature = feature[i];
    n.nan_is_yes = missing[i] != 0;
    if (left[i] < 0 || right[i] < 0) return malformed("a node of a tree leads to one that does not exist");
    n.yes = static_cast<std::size_t>(left[i]);
    n.no = static_cast<std::size_t>(right[i]);
    if (type[i] != 0 && type[i] != 1) return unsupported("a split of kind " + std::to_string(type[i]));
    if (type[i] == 0 && std::isnan(t)) return malformed("a threshold is not a number");
    n.set = type[i] == 1 ? all_but(categories[i]) : KeySet::below(static_cast<double>(t));
  }
  return out;
}

// ---- objectives

struct Objective {
  std::string_view name;
  Link link;
  enum class Base { score, logit, log } base;  // what the base score is turned into before trees are added
};
constexpr Objective kObjectives[] = {
    {"reg:squarederror", Link::none, Objective::Base::score},
    {"reg:linear", Link::none, Objective::Base::score},
    {"reg:squaredlogerror", Link::none, Objective::Base::score},
    {"reg:pseudohubererror", Link::none, Objective::Base::score},
    {"reg:absoluteerror", Link::none, Objective::Base::score},
    {"reg:quantileerror", Link::none, Objective::Base::score},
    {"reg:logistic", Link::sigmoid, Objective::Base::logit},
    {"binary:logistic", Link::two_classes, Objective::Base::logit},
    {"binary:logitraw", Link::none, Objective::Base::score},
    {"multi:softmax", Link::none, Objective::Base::score},
    {"multi:softprob", Link::softmax, Objective::Base::score},
    {"count:poisson", Link::exp, Objective::Base::log},
    {"reg:gamma", Link::exp, Objective::Base::log},
    {"reg:tweedie", Link::exp, Objective::Base::log},
    {"survival:cox", Link::exp, Objective::Base::log},
    {"survival:aft", Link::exp, Objective::Base::log},
    {"rank:pairwise", Link::none, Objective::Base::score},
    {"rank:ndcg", Link::none, Objective::Base::score},
    {"rank:map", Link::none, Objective::Base::score},
};

// "5E-1", or since 3.1 "[5E-1,2E-1]".
Result<std::vector<double>> base_of(const Document& parameters, Objective::Base kind, std::size_t columns) {
  NESCIO_TRY(const std::string text, text_of(parameters, "base_score"));
  std::string_view left = text;
  const bool listed = left.starts_with('[') && left.ends_with(']');
  if (listed) left = left.substr(1, left.size() - 2);
  std::vector<double> out;
  for (bool more = true; more;) {
    const std::size_t comma = left.find(',');
    float b = 0;
    if (!parse(left.substr(0, comma), b) || out.size() == columns) return absent("base_score");
    if (kind == Objective::Base::logit) b = -std::log(1.0F / b - 1.0F);
    if (kind == Objective::Base::log) b = std::log(b);
    out.push_back(static_cast<double>(b));
    more = listed && comma != std::string_view::npos;
    if (more) left.remove_prefix(comma + 1);
  }
  if (out.size() == 1) out.resize(columns, out[0]);
  if (out.size() != columns) return absent("base_score");
  return out;
}

}  // namespace

Result<Ensemble> read_xgboost(const Document& model) {
  NESCIO_TRY(const Document* learner, child(model, "learner"));
  NESCIO_TRY(const Document* parameters, child(*learner, "learner_model_param"));
  NESCIO_TRY(const Document* objective, child(*learner, "objective"));
  NESCIO_TRY(const std::string name, text_of(*objective, "name"));
  NESCIO_TRY(const Document* booster, child(*learner, "gradient_booster"));
  NESCIO_TRY(const std::string kind, text_of(*booster, "name"));
  const auto* known =
      std::find_if(std::begin(kObjectives), std::end(kObjectives), [&](const Objective& o) { return o.name == name; });
  if (known == std::end(kObjectives))
    return unsupported("XGBoost's objective " + quote_name(name) + "; export it as ONNX with raw scores");
  if (kind != "gbtree" && kind != "dart") return unsupported("XGBoost's booster " + quote_name(kind));

  Ensemble out;
  NESCIO_TRY(out.features, integer_of(*parameters, "num_feature", 0));
  NESCIO_TRY(const std::int64_t classes, integer_of(*parameters, "num_class", 0));
  NESCIO_TRY(const std::int64_t targets, integer_of(*parameters, "num_target", 1));
  const std::int64_t columns = std::max({classes, targets, std::int64_t{1}});
  if (columns > kMaxFeatures || (columns > 1 && (known->link == Link::two_classes || name == "reg:quantileerror")))
    return unsupported(std::to_string(columns) + " outputs of objective " + quote_name(name));
  out.link = known->link;

  const Document* holder = booster;
  SecretVector<double> weights;
  if (kind == "dart") {
    NESCIO_TRY(holder, child(*booster, "gbtree"));
    NESCIO_TRY(weights, list_of(*booster, "weight_drop"));
  }
  NESCIO_TRY(const Document* inside, child(*holder, "model"));
  const Document* trees = find(*inside, "trees");
  NESCIO_TRY(const auto column, indices_of(*inside, "tree_info"));
  if (trees == nullptr || !trees->is_array() || trees->size() != column.size()) return absent("trees");
  if (static_cast<std::size_t>(columns) > column.size()) return malformed("a class has no trees");
  NESCIO_TRY(out.base, base_of(*parameters, known->base, static_cast<std::size_t>(columns)));
  if (kind == "dart" && weights.size() != column.size()) return absent("weight_drop");
  for (std::size_t t = 0; t < column.size(); ++t) {
    NESCIO_TRY(ListedTree tree, tree_of((*trees)[t], weights.empty() ? 1.0 : weights[t]));
    tree.column = column[t];
    out.trees.push_back(std::move(tree));
  }
  if (name == "multi:softmax") out.notes.push_back("'scores' are sums of leaves; the class is their argmax");
  if (const Document* attributes = find(*learner, "attributes");
      attributes != nullptr && find(*attributes, "best_iteration") != nullptr)
    out.notes.push_back("training stopped early; all its rounds count, as in Booster.predict");
  return out;
}

}  // namespace nescio
