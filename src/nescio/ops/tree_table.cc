// ops/tree_table.cc -- sets of keys, and nodes in the order of their distance from the root.
#include "nescio/ops/tree_table.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "nescio/base/check.h"
#include "nescio/base/float_key.h"

namespace nescio {
namespace {

// Of the largest float32 that is at most t, and of the least that is at least t. t is not NaN.
std::int64_t key_below(double t) {
  const auto nearest = static_cast<float>(t);
  return float_key(nearest) - (static_cast<double>(nearest) > t ? 1 : 0);
}
std::int64_t key_above(double t) {
  return -key_below(-t);
}

}  // namespace

KeySet KeySet::at_most(double t) {
  if (std::isnan(t)) return {};
  return {true, {key_below(t)}};
}
KeySet KeySet::below(double t) {
  if (std::isnan(t)) return {};
  return {true, {key_above(t) - 1}};
}
KeySet KeySet::equal_to_one_of(const std::vector<double>& values) {
  std::vector<std::int64_t> keys;
  for (const double v : values)
    if (!std::isnan(v) && key_below(v) == key_above(v)) keys.push_back(key_below(v));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  KeySet set;
  for (const std::int64_t key : keys) {
    if (!set.ends.empty() && set.ends.back() == key - 1) {  // neighbours are one interval
      set.ends.back() = key;
    } else {
      set.ends.insert(set.ends.end(), {key - 1, key});
    }
  }
  return set;
}
KeySet KeySet::within(const std::vector<std::pair<double, double>>& intervals) {
  KeySet set;
  for (const auto& [from, to] : intervals) {
    const std::int64_t before = key_above(from) - 1, last = key_above(to) - 1;
    if (last <= before) continue;
    if (!set.ends.empty() && set.ends.back() == before) {
      set.ends.back() = last;
    } else {
      set.ends.insert(set.ends.end(), {before, last});
    }
  }
  return set;
}

bool KeySet::contains(std::int64_t key) const {
  const auto passed = std::lower_bound(ends.begin(), ends.end(), key) - ends.begin();
  return first == (passed % 2 == 0);
}

TreeBuilder::Ref TreeBuilder::leaf(const std::vector<double>& values) {
  leaves_.insert(leaves_.end(), values.begin(), values.end());
  return ~num_leaves_++;
}

TreeBuilder::Ref TreeBuilder::node(std::int64_t feature, std::int64_t key, bool missing, Ref yes, Ref no) {
  nodes_.push_back({feature, key, missing ? 1 : 0, yes, no});
  return static_cast<Ref>(nodes_.size()) - 1;
}

TreeBuilder::Ref TreeBuilder::test(std::int64_t feature, const KeySet& set, bool nan_is_yes, Ref yes, Ref no) {
  const std::size_t last = set.ends.size();  // intervals 0 .. last
  const auto answer = [&](std::size_t interval) { return set.first == (interval % 2 == 0); };
  if (last == 0) {
    const Ref to = set.first ? yes : no;
    return set.first == nan_is_yes ? to : node(feature, -kNanKey, true, set.first ? no : yes, to);
  }
  // NaN follows the interval `like`. It goes to `no` by itself, so to the last one.
  const std::size_t like = answer(last) == nan_is_yes ? last : last - 1;
  const std::function<Ref(std::size_t, std::size_t)> search = [&](std::size_t from, std::size_t to) -> Ref {
    if (from == to) return answer(from) ? yes : no;
    const std::size_t middle = (from + to) / 2;
    const Ref low = search(from, middle), high = search(middle + 1, to);
    return node(feature, set.ends[middle], from <= like && like <= middle, low, high);
  };
  return search(0, last);
}

void TreeBuilder::root(Ref ref) {
  roots_.push_back(ref);
}

Result<TreeTable> TreeBuilder::finish() {
  // A root that is a leaf, or in another tree too, stands below one of its own.
  std::vector<bool> taken(nodes_.size());
  for (const TreeTable::Node& n : nodes_)
    for (const Ref child : {n.yes, n.no})
      if (child >= 0) taken[static_cast<std::size_t>(child)] = true;
  for (Ref& r : roots_) {
    const bool own = r >= 0 && !taken[static_cast<std::size_t>(r)];
    if (own) taken[static_cast<std::size_t>(r)] = true;
    if (!own) r = node(0, -kNanKey, false, r, r);
  }
  const std::size_t count = nodes_.size();
  if (static_cast<std::int64_t>(count) + num_leaves_ > kMaxTreeNodes)
    return Error{ErrorCode::kMemory, 0, "has too many nodes", {}};
  // Tests before each node on its longest way; children were made before their parents.
  std::vector<std::int64_t> level(count, -1);
  for (const Ref r : roots_) level[static_cast<std::size_t>(r)] = 0;
  TreeTable out;
  for (std::size_t i = count; i-- > 0;) {
    if (level[i] < 0) continue;  // in no tree
    out.depth = std::max(out.depth, level[i] + 1);
    for (const Ref child : {nodes_[i].yes, nodes_[i].no})
      if (child >= 0) {
        std::int64_t& there = level[static_cast<std::size_t>(child)];
        there = std::max(there, level[i] + 1);
      }
  }
  std::vector<std::size_t> order;
  for (const Ref r : roots_) order.push_back(static_cast<std::size_t>(r));
  std::vector<std::size_t> rest;
  std::vector<bool> is_root(count);
  for (const std::size_t i : order) is_root[i] = true;
  for (std::size_t i = 0; i < count; ++i)
    if (level[i] >= 0 && !is_root[i]) rest.push_back(i);
  std::sort(rest.begin(), rest.end(),
            [&](std::size_t a, std::size_t b) { return level[a] != level[b] ? level[a] < level[b] : a < b; });
  order.insert(order.end(), rest.begin(), rest.end());
  std::vector<std::int64_t> number(count, -1);
  for (std::size_t i = 0; i < order.size(); ++i) number[order[i]] = static_cast<std::int64_t>(i);
  const auto renumbered = [&](Ref child) {
    return child >= 0 ? number[static_cast<std::size_t>(child)] : static_cast<std::int64_t>(order.size()) + ~child;
  };
  for (const std::size_t i : order) {
    TreeTable::Node n = nodes_[i];
    n.yes = renumbered(n.yes);
    n.no = renumbered(n.no);
    out.nodes.push_back(n);
  }
  out.leaves = std::move(leaves_);
  out.trees = static_cast<std::int64_t>(roots_.size());
  return out;
}

}  // namespace nescio
