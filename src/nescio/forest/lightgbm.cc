#include "nescio/forest/lightgbm.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

namespace nescio {
namespace {

// "name=value" lines up to an empty one. Lines without '=' have no value.
using Section = std::map<std::string_view, std::string_view>;

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Section take_section(std::string_view& text) {
  Section out;
  while (!text.empty() && (text.front() == '\n' || text.front() == '\r')) text.remove_prefix(1);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const std::size_t equals = line.find('=');
    out[line.substr(0, equals)] = equals == std::string_view::npos ? std::string_view() : line.substr(equals + 1);
  }
  return out;
}

Error absent(std::string_view name) {
  return malformed("'" + std::string(name) + "' is missing, or not what LightGBM writes there");
}

// Numbers with spaces between.
template <class T>
Result<SecretVector<T>> numbers(const Section& section, std::string_view name) {
  const auto it = section.find(name);
  if (it == section.end()) return absent(name);
  SecretVector<T> out;
  for (std::string_view left = it->second; !left.empty();) {
    T x{};
    const auto [end, error] = std::from_chars(left.data(), left.data() + left.size(), x);
    if (error != std::errc()) return absent(name);
    left.remove_prefix(static_cast<std::size_t>(end - left.data()));
    if (!left.empty() && left.front() != ' ') return absent(name);
    while (!left.empty() && left.front() == ' ') left.remove_prefix(1);
    out.push_back(x);
  }
  return out;
}
Result<std::int64_t> number(const Section& section, std::string_view name, std::optional<std::int64_t> otherwise = {}) {
  if (otherwise && !section.contains(name)) return *otherwise;
  NESCIO_TRY(const auto list, numbers<std::int64_t>(section, name));
  if (list.size() != 1) return absent(name);
  return list[0];
}

// ---- trees

enum : std::int64_t { kCategorical = 1, kDefaultLeft = 2 };  // bits of a node's decision_type
enum class Missing { none, zero, nan };                      // its bits 2 and 3

KeySet united(const KeySet& a, const KeySet& b) {
  KeySet out{a.first || b.first, {}};
  std::vector<std::int64_t> ends = a.ends;
  ends.insert(ends.end(), b.ends.begin(), b.ends.end());
  std::sort(ends.begin(), ends.end());
  bool inside = out.first;
  for (const std::int64_t end : ends) {
    const bool next = a.contains(end + 1) || b.contains(end + 1);
    if (next != inside) out.ends.push_back(end);
    inside = next;
  }
  return out;
}

// Who goes to the left by number. predict() takes what is at most float32's 1e-35 in size for 0.
void decide(ListedTree::Node& n, double threshold, bool default_left, Missing missing) {
  constexpr double kZero = 1e-35F;
  n.set = KeySet::at_most(threshold);
  n.nan_is_yes = missing == Missing::none ? 0 <= threshold : default_left;
  const KeySet zero = united(KeySet::below(-kZero), KeySet::at_most(kZero).complement()).complement();
  const bool zero_is_yes = missing == Missing::zero ? default_left : 0 <= threshold;
  n.set = zero_is_yes ? united(n.set, zero) : united(n.set.complement(), zero).complement();
}

// A number counts as the category that it is cut to: 0 is what lies between -1 and 1.
Result<KeySet> categories(const SecretVector<std::int64_t>& boundaries, const SecretVector<std::uint32_t>& words,
                          double index) {
  const auto sets = static_cast<double>(boundaries.size()) - 1;
  if (!(index >= 0) || !(index < sets) || index != std::floor(index)) return absent("threshold");
  const std::int64_t begin = boundaries[static_cast<std::size_t>(index)],
                     end = boundaries[static_cast<std::size_t>(index) + 1];
  if (begin < 0 || end < begin || end > static_cast<std::int64_t>(words.size()) || end - begin > (1 << 20))
    return absent("cat_boundaries");
  std::vector<std::pair<double, double>> intervals;
  for (std::int64_t c = 0; c < (end - begin) * 32; ++c) {
    if ((words[static_cast<std::size_t>(begin + c / 32)] >> (c % 32) & 1) == 0) continue;
    const double from = c != 0 ? static_cast<double>(c) : static_cast<double>(std::nextafter(-1.0F, 0.0F));
    intervals.emplace_back(from, c + 1);
  }
  return KeySet::within(intervals);
}

Result<ListedTree> tree_of(const Section& s) {
  NESCIO_TRY(const std::int64_t linear, number(s, "is_linear", 0));
  if (linear != 0) return unsupported("trees with linear models at their leaves (linear_tree)");
  NESCIO_TRY(const std::int64_t leaves, number(s, "num_leaves"));
  NESCIO_TRY(const std::int64_t sets, number(s, "num_cat", 0));
  NESCIO_TRY(const auto values, numbers<double>(s, "leaf_value"));
  if (leaves < 1 || static_cast<std::uint64_t>(leaves) != values.size()) return absent("leaf_value");
  ListedTree out;
  const std::size_t splits = values.size() - 1;
  if (splits != 0) {
    NESCIO_TRY(const auto feature, numbers<std::int64_t>(s, "split_feature"));
    NESCIO_TRY(const auto threshold, numbers<double>(s, "threshold"));
    NESCIO_TRY(const auto type, numbers<std::int64_t>(s, "decision_type"));
    NESCIO_TRY(const auto left, numbers<std::int64_t>(s, "left_child"));
    NESCIO_TRY(const auto right, numbers<std::int64_t>(s, "right_child"));
    SecretVector<std::int64_t> boundaries = {0};
    SecretVector<std::uint32_t> words;
    if (sets != 0) {
      NESCIO_TRY(boundaries, numbers<std::int64_t>(s, "cat_boundaries"));
      NESCIO_TRY(words, numbers<std::uint32_t>(s, "cat_threshold"));
      if (boundaries.empty()) return absent("cat_boundaries");
    }
    for (const std::size_t size : {feature.size(), threshold.size(), type.size(), left.size(), right.size()})
      if (size != splits) return malformed("the lists of a tree are of different lengths");
    // Splits come first, then leaves; leaf k is child ~k.
    const auto place = [&](std::int64_t id) {
      return id >= 0 ? static_cast<std::size_t>(id) : splits + static_cast<std::size_t>(~id);
    };
    for (std::size_t i = 0; i < splits; ++i) {
      ListedTree::Node n;
      n.feature = feature[i];
      n.yes = place(left[i]);
      n.no = place(right[i]);
      const std::int64_t missing = type[i] >> 2;
      if (type[i] < 0 || missing > 2) return absent("decision_type");
      if ((type[i] & kCategorical) != 0) {
        NESCIO_TRY(n.set, categories(boundaries, words, threshold[i]));
      } else {
        if (std::isnan(threshold[i])) return malformed("a threshold is not a number");
        decide(n, threshold[i], (type[i] & kDefaultLeft) != 0, static_cast<Missing>(missing));
      }
      out.nodes.push_back(std::move(n));
    }
  }
  for (const double v : values) {
    ListedTree::Node& n = out.nodes.emplace_back();
    n.leaf = true;
    n.value = v;
  }
  return out;
}

// ---- objectives

// `words`: the name, then parameters as "name:value".
Status set_link(std::string_view words, bool several, Ensemble& out) {
  const std::string_view name = words.substr(0, words.find(' '));
  const std::size_t steepness = words.find("sigmoid:");
  if (steepness != std::string_view::npos) {
    const std::string_view s = words.substr(steepness + 8);
    if (std::from_chars(s.data(), s.data() + s.size(), out.factor).ec != std::errc() || !std::isfinite(out.factor))
      return absent("objective");
  }
  if (name == "binary" && !several) {
    out.link = Link::two_classes;
  } else if (name == "multiclass") {
    out.link = Link::softmax;
  } else if (name == "multiclassova" || name == "cross_entropy") {
    out.link = Link::sigmoid;
  } else if (name == "poisson" || name == "gamma" || name == "tweedie") {
    out.link = Link::exp;
  } else if (name == "cross_entropy_lambda") {
    out.link = Link::softplus;
  } else {
    for (const std::string_view plain : {"regression", "regression_l1", "huber", "fair", "quantile", "mape",
                                         "lambdarank", "rank_xendcg", "custom", ""}) {
      if (name != plain) continue;
      const bool root = name == "regression" && words.find(" sqrt") != std::string_view::npos;
      out.link = root ? Link::signed_square : Link::none;
      out.factor = 1.0;
      return Unit{};
    }
    return unsupported("LightGBM's objective " + quote_name(name));
  }
  return Unit{};
}

}  // namespace

Result<Ensemble> read_lightgbm(std::string_view text) {
  const Section head = take_section(text);
  const auto version = head.find("version");
  if (!head.contains("tree") || version == head.end()) return malformed("not a model of LightGBM");
  if (version->second != "v2" && version->second != "v3" && version->second != "v4")
    return unsupported("version " + quote_name(version->second) + " of LightGBM's files; v2, v3 and v4 are known");
  Ensemble out;
  NESCIO_TRY(const std::int64_t last, number(head, "max_feature_idx"));
  NESCIO_TRY(const std::int64_t columns, number(head, "num_tree_per_iteration"));
  if (last < 0 || last >= kMaxFeatures || columns < 1 || columns > kMaxFeatures) return absent("max_feature_idx");
  out.features = last + 1;
  const auto objective = head.find("objective");
  NESCIO_TRY_STATUS(set_link(objective == head.end() ? "" : objective->second, columns > 1, out));

  while (true) {
    const Section section = take_section(text);
    if (section.contains("end of trees")) break;
    if (!section.contains("Tree")) return malformed("cut short: the list of trees has no end");
    NESCIO_TRY(ListedTree tree, tree_of(section));
    tree.column = static_cast<std::int64_t>(out.trees.size()) % columns;
    out.trees.push_back(std::move(tree));
  }
  if (out.trees.empty() || out.trees.size() % static_cast<std::size_t>(columns) != 0)
    return malformed("a class has no trees, or fewer than others");
  out.base.assign(static_cast<std::size_t>(columns), 0.0);
  if (head.contains("average_output"))
    out.factor *= static_cast<double>(columns) / static_cast<double>(out.trees.size());
  return out;
}

}  // namespace nescio
