// gadget/lying_trees.h -- for tests: paths through private trees of which a prover tells lies, and the relations that
// each breaks. What follows a lie is consistent with it.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "nescio/base/float_key.h"
#include "nescio/gadget/range.h"
#include "nescio/gadget/testing.h"
#include "nescio/gadget/trees.h"

namespace nescio::trees {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();
inline constexpr std::int64_t kHalf = std::int64_t{1} << 31;
// One limb of 16 bits under a sign of its own, one that is virtual.
inline const GadgetPlan kPlan{.widths = 1U << 16, .sign_bits = 1, .unary_tables = false};

struct SampleNode {
  std::int64_t feature;
  float threshold;
  bool missing;
  std::int64_t yes, no;  // numbers of nodes, then of leaves
};
struct SampleForest {
  std::uint32_t trees = 1, depth = 1, features = 1, columns = 1;
  std::vector<SampleNode> nodes;
  std::vector<std::int64_t> leaves;  // [leaves * columns]

  TreeShape shape(std::uint32_t rows) const {
    const auto n = static_cast<std::uint32_t>(nodes.size());
    return {trees, depth, features, rows, n, static_cast<std::uint32_t>(leaves.size()) / columns, columns};
  }
  std::int64_t field(std::size_t f, std::size_t n) const {
    const SampleNode& node = nodes[n];
    switch (f) {
      case 0:
        return node.feature;
      case 1:
        return float_key(node.threshold) + kHalf;
      case 2:
        return node.missing;
      default:
        return (f == 3 ? node.yes : node.no) - static_cast<std::int64_t>(n);
    }
  }
  // Without a key.
  std::size_t leaf(std::size_t tree, const float* x) const {
    std::size_t at = tree;
    while (at < nodes.size()) {
      const SampleNode& n = nodes[at];
      const float v = x[n.feature];
      at = static_cast<std::size_t>((std::isnan(v) ? n.missing : v <= n.threshold) ? n.yes : n.no);
    }
    return at - nodes.size();
  }
};

// The model's tables, x, and what is reached. Committed: the fields, the leaves, x.
inline std::vector<Var> lower(Backend& b, const SampleForest& f, const std::vector<float>& x, const GadgetPlan& plan) {
  const auto rows = static_cast<std::uint32_t>(x.size()) / f.features;
  const auto n = static_cast<std::uint32_t>(f.nodes.size());
  const auto field = [&](std::size_t k, const char* name, unsigned bits) {
    const auto given = [&f, k](std::size_t first, const std::int64_t* const*, std::span<std::int64_t> out) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = f.field(k, first + i);
    };
    return commit_bits(b, plan, name, {n}, bits, CellHint{{}, given});
  };
  TreeTables m;
  m.feature = field(0, "feature", 16);
  m.key = field(1, "key", 32);
  m.missing = b.commit("missing", {n}, [&f](const HintView&, std::span<std::int64_t> out) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = f.field(2, i);
  });
  b.lookup("missing", b.interval_table(0, 2), {m.missing});
  m.yes = field(3, "yes", 16);
  m.no = field(4, "no", 16);
  m.leaf = b.commit(
      "leaf", {static_cast<std::uint32_t>(f.leaves.size())},
      [&f](const HintView&, std::span<std::int64_t> out) { std::copy(f.leaves.begin(), f.leaves.end(), out.begin()); });
  b.lookup("leaf", b.interval_table(0, 1000), {m.leaf});
  const Var keys =
      b.commit("x", {static_cast<std::uint32_t>(x.size())}, [&x](const HintView&, std::span<std::int64_t> out) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = float_key(x[i]);
      });
  range_between(b, plan, "x", keys, {-kInfinityKey, kNanKey});
  return {
      tree_values(b, plan, "paths", f.shape(rows), m, keys), m.feature, m.key, m.missing, m.yes, m.no, m.leaf, keys};
}

// Two trees of three levels over three features; one row. The first tree goes: node 0 (x0 = 1 <= 1), node 2 (x1 = NaN,
// missing), node 4 (x2 = 5 > 4), leaf 3.
inline const SampleForest kForest{2,
                                  3,
                                  3,
                                  1,
                                  {{0, 1.0F, false, 2, 7},
                                   {2, 4.0F, false, 3, 9},
                                   {1, 2.0F, true, 4, 8},
                                   {2, 5.0F, false, 5, 10},
                                   {2, 4.0F, false, 6 + 5, 9},
                                   {0, 0.0F, false, 10, 12}},
                                  {10, 20, 30, 40, 50, 60, 70}};
inline const std::vector<float> kRow = {1.0F, kNan, 5.0F};

using Names = std::set<std::string>;

// The names of all relations that do not hold.
inline Names failing(const Emitted& emitted, const Witness& witness, const PublicValues& publics) {
  const auto values = evaluate_virtual(emitted.circuit, witness, publics);
  EXPECT_TRUE(values.ok());
  Names out;
  Circuit one = emitted.circuit;
  for (std::size_t i = 0; i < emitted.circuit.lookups.size(); ++i) {
    one.lookups = {emitted.circuit.lookups[i]};
    one.zeros.clear();
    const Status s = check_relations(one, *values);
    if (!s.ok() && s.error().where == 0) out.insert(emitted.names.lookups[i]);
  }
  for (std::size_t i = 0; i < emitted.circuit.zeros.size(); ++i) {
    one.lookups.clear();
    one.zeros = {emitted.circuit.zeros[i]};
    const Status s = check_relations(one, *values);
    if (!s.ok() && s.error().where == 0) out.insert(emitted.names.zeros[i]);
  }
  return out;
}

inline SecretVector<F>& cells_of(const Emitted& emitted, Witness& witness, const std::string& name) {
  for (TensorId id = 0; id < emitted.cells.size(); ++id)
    if (emitted.cells[id] == name) return witness.values[id];
  ADD_FAILURE() << "no cell " << name;
  static SecretVector<F> nowhere(64);
  return nowhere;
}

struct TreeLie {
  std::string what;
  std::map<std::string, std::int64_t> told;  // LyingTrees::say
  Names relations;                           // all that fail
  std::vector<std::string> both = {};        // cells of the other tree that say the same, 1
};

class LyingTrees {
 public:
  LyingTrees() : emitted(testing::emit([this](Backend& b) { return vars = lower(b, kForest, kRow, kPlan); })) {
    EvalBackend eval(emitted, none);
    lower(eval, kForest, kRow, kPlan);
    auto run = eval.witness();
    EXPECT_TRUE(run.ok()) << (run.ok() ? "" : to_string(run.error()));
    witness = std::move(*run);
  }

  F& at(const std::string& name, std::size_t i) { return cells_of(emitted, witness, name)[i]; }

  // The first tree's path, from the root on as the relations say, except where a lie tells the value: a name as
  // "level1/key". What follows is consistent with the lie.
  void say(std::map<std::string, std::int64_t> lies) {
    const auto value = [&](const std::string& name, std::int64_t truth) {
      const auto lie = lies.find(name);
      return lie == lies.end() ? truth : lie->second;
    };
    const auto nodes = static_cast<std::int64_t>(kForest.nodes.size());
    std::vector<std::int64_t> x, nan;
    for (std::size_t i = 0; i < kRow.size(); ++i) {
      x.push_back(value("key" + std::to_string(i), float_key(kRow[i])));
      nan.push_back(value("nan" + std::to_string(i), x[i] >= kNanKey));
      at("x", i) = F::from_signed(x[i]);
      at("x/above/limb1/cell", i) = upper(x[i] + kInfinityKey);
      at("x/below/limb1/cell", i) = upper(kNanKey - x[i]);
      limbs("paths/nan/", i, x[i] - kNanKey, nan[i]);
    }
    std::int64_t n = 0;
    for (std::uint32_t d = 0; d < kForest.depth; ++d) {
      const std::string level = "level" + std::to_string(d) + "/", path = "paths/" + level;
      constexpr const char* kFields[] = {"feature", "key", "missing", "yes", "no"};
      std::array<std::int64_t, 5> field{};
      const std::int64_t row = value(level + "row", n);
      for (std::size_t f = 0; f < 5; ++f) {
        field[f] = value(level + kFields[f], row < nodes ? kForest.field(f, static_cast<std::size_t>(row)) : 0);
        at(path + kFields[f], 0) = F::from_signed(field[f]);
      }
      const auto place = static_cast<std::size_t>(value(level + "place", field[0]));
      const std::int64_t here = value(level + "x", x[place]), is_nan = value(level + "nan", nan[place]);
      at(path + "x", 0) = F::from_signed(here);
      at(path + "nan", 0) = F::from_signed(is_nan);
      const std::int64_t distance = field[1] - kHalf - here + (kHalf + kNanKey) * field[2] * is_nan;
      const std::int64_t answer = value(level + "answer", distance >= 0);
      limbs(path + "answer/", 0, distance, answer);
      n = value(level + "next", n + field[4] + answer * (field[3] - field[4]));
      if (d + 1 < kForest.depth) at(path + "next/cell", 0) = F::from_signed(n);
    }
    at("paths/leaves/value", 0) =
        F::from_signed(value("value", n >= nodes ? kForest.leaves[static_cast<std::size_t>(n - nodes)] : 0));
  }

  void tell(const TreeLie& lie) {
    say(lie.told);
    for (const std::string& cell : lie.both) at(cell, 1) = F(1);
  }
  Names failing() { return trees::failing(emitted, witness, none); }

  PublicValues none;
  std::vector<Var> vars;
  Emitted emitted;
  Witness witness;

 private:
  // The sign as told; the upper limb of what is then left, below 2^16 if it can be.
  void limbs(const std::string& name, std::size_t i, std::int64_t v, std::int64_t sign) {
    at(name + "top/sign", i) = F::from_signed(sign);
    const std::int64_t rest = v - (std::int64_t{1} << 32) * (sign - 1);
    at(name + "limb1/cell", i) = upper(rest);
  }
  static F upper(std::int64_t x) { return F::from_signed(std::clamp<std::int64_t>(x >> 16, 0, 65535)); }
};

inline const std::vector<TreeLie> kTreeLies = {
    {"another leaf", {{"value", 50}}, {"paths/leaves/leaf"}},
    {"a wrong answer: 5 <= 4", {{"level2/answer", 1}}, {"paths/level2/answer/limb0/range"}},
    {"a wrong answer at equality: not 1 <= 1", {{"level0/answer", 0}}, {"paths/level0/answer/limb0/range"}},
    {"a node off by one", {{"level0/next", 3}}, {"paths/level0/next/copy"}},
    {"a node of another tree", {{"level1/next", 5}}, {"paths/level1/next/copy"}},
    {"the fields of another node", {{"level1/row", 5}}, {"paths/level1/node"}},
    {"another feature of a node", {{"level1/feature", 2}}, {"paths/level1/node"}},
    {"another key of a node", {{"level2/key", float_key(5.0F) + kHalf}}, {"paths/level2/node"}},
    {"another missing bit of a node", {{"level1/missing", 0}}, {"paths/level1/node"}},
    {"another yes of a node", {{"level1/yes", 5 - 2}}, {"paths/level1/node"}},
    {"another no of a node", {{"level2/no", 10 - 4}}, {"paths/level2/node"}},
    {"on from a leaf", {{"level0/answer", 1}, {"level1/missing", 0}}, {"paths/level1/node"}},
    {"on from a leaf to the next",
     {{"level1/missing", 0}, {"level2/no", 1}},
     {"paths/level1/node", "paths/level2/node"}},
    {"a swapped feature", {{"level2/place", 0}}, {"paths/level2/feature"}},
    {"another number for a feature", {{"level2/x", float_key(4.0F)}}, {"paths/level2/feature"}},
    {"a forged missing bit of a path: none", {{"level1/nan", 0}}, {"paths/level1/feature"}},
    {"a forged missing bit of a path: one that changes nothing", {{"level0/nan", 1}}, {"paths/level0/feature"}},
    {"a forged missing bit of the features: none", {{"nan1", 0}}, {"paths/nan/limb0/range"}},
    {"a forged missing bit of the features: one", {{"nan2", 1}}, {"paths/nan/limb0/range"}, {"paths/level0/nan"}},
    {"an input above NaN", {{"key1", kNanKey + 1}}, {"x/below/limb0/range"}},
    {"an input below -infinity", {{"key1", -kInfinityKey - 1}}, {"x/above/limb0/range"}},
};

}  // namespace nescio::trees
