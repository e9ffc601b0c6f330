// ops/tree_table.h -- tree ensembles of any source as one table of nodes: the form in which they are proven.
//
// A node tests one feature x, a float32, by its key (base/float_key.h): it goes to `yes` if key(x) <= key, or if x is
// NaN and `missing` is set; else to `no`. Every test that libraries know is one such node or a few of them: the set of
// keys that answers yes is cut at its ends (KeySet). So a leaf is reached exactly if the library reaches it.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/base/secret.h"

namespace nescio {

// A set of keys: those up to ends[0] are in it if `first`, those in (ends[0], ends[1]] if not `first`, and so on.
struct KeySet {
  bool first = false;
  std::vector<std::int64_t> ends;  // increasing

  // {x : x ? t}. A threshold of double precision is compared exactly. NaN: no number compares with it.
  static KeySet at_most(double t);
  static KeySet below(double t);
  static KeySet equal_to_one_of(const std::vector<double>& values);
  // {x : from <= x < to for one of them}; in order, none begins before the one in front of it ends.
  static KeySet within(const std::vector<std::pair<double, double>>& intervals);
  KeySet complement() const { return {!first, ends}; }
  bool contains(std::int64_t key) const;
};

// Nodes 0 .. trees - 1 are the roots; all other nodes have a larger number than each node that leads to them. A child
// c < nodes is a node, c >= nodes is leaf c - nodes.
struct TreeTable {
  struct Node {
    std::int64_t feature = 0, key = 0, missing = 0, yes = 0, no = 0;
  };
  SecretVector<Node> nodes;
  SecretVector<double> leaves;  // [leaves][columns]
  std::int64_t trees = 0;
  std::int64_t depth = 0;  // most tests before a leaf, at least 1
};

class TreeBuilder {
 public:
  // A node (>= 0) or a leaf (< 0) that was made before.
  using Ref = std::int64_t;

  Ref leaf(const std::vector<double>& values);
  // To `yes` if x is in the set, or if x is NaN and `nan_is_yes`; else to `no`.
  Ref test(std::int64_t feature, const KeySet& set, bool nan_is_yes, Ref yes, Ref no);
  void root(Ref ref);
  // kMemory: too many nodes.
  Result<TreeTable> finish();

 private:
  Ref node(std::int64_t feature, std::int64_t key, bool missing, Ref yes, Ref no);

  SecretVector<TreeTable::Node> nodes_;  // children as Ref
  SecretVector<double> leaves_;
  std::int64_t num_leaves_ = 0;
  std::vector<Ref> roots_;
};

inline constexpr std::int64_t kMaxTreeNodes = std::int64_t{1} << 22;

}  // namespace nescio
