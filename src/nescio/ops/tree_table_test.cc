// Sets of keys against comparisons of floats; nodes against the tests that they stand for; the order of a table.
#include "nescio/ops/tree_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "nescio/base/float_key.h"

namespace nescio {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();
constexpr float kLeast = std::numeric_limits<float>::denorm_min(), kMost = std::numeric_limits<float>::max();

std::vector<float> numbers() {
  std::vector<float> out = {0.0F, -0.0F, kInf, -kInf};
  for (const float x : {kLeast, 1e-40F, std::numeric_limits<float>::min(), 0.1F, 1.0F, 16777216.0F, 1e30F, kMost})
    for (const float s : {x, -x}) out.insert(out.end(), {s, std::nextafter(s, kInf), std::nextafter(s, -kInf)});
  return out;
}

TEST(FloatKey, OrdersAsFloatsDo) {
  for (const float a : numbers()) {
    EXPECT_EQ(float_of_key(float_key(a)), a);
    EXPECT_LT(float_key(a), kNanKey);
    EXPECT_GE(float_key(a), -kInfinityKey);
    for (const float b : numbers()) {
      EXPECT_EQ(float_key(a) <= float_key(b), a <= b) << a << " " << b;
      EXPECT_EQ(float_key(a) == float_key(b), a == b) << a << " " << b;
    }
  }
  EXPECT_EQ(float_key(kNan), kNanKey);
  EXPECT_EQ(float_key(-kNan), kNanKey);
  EXPECT_TRUE(std::isnan(float_of_key(kNanKey)));
  EXPECT_EQ(float_key(kLeast), 1);
}

// Thresholds in double precision, between floats too.
std::vector<double> thresholds() {
  std::vector<double> out = {1e-50, -1e-50, 1e300, -1e300, 0.1, -0.1, std::numeric_limits<double>::quiet_NaN()};
  for (const float x : numbers()) out.push_back(static_cast<double>(x));
  return out;
}

TEST(KeySet, IsTheComparison) {
  for (const double t : thresholds())
    for (const float x : numbers()) {
      const auto v = static_cast<double>(x);
      const std::int64_t key = float_key(x);
      EXPECT_EQ(KeySet::at_most(t).contains(key), v <= t) << v << " " << t;
      EXPECT_EQ(KeySet::below(t).contains(key), v < t) << v << " " << t;
      EXPECT_EQ(KeySet::equal_to_one_of({t}).contains(key), v == t) << v << " " << t;
      if (std::isnan(t)) continue;
      EXPECT_EQ(KeySet::at_most(t).complement().contains(key), v > t) << v << " " << t;
      EXPECT_EQ(KeySet::below(t).complement().contains(key), v >= t) << v << " " << t;
      EXPECT_EQ(KeySet::equal_to_one_of({t}).complement().contains(key), v != t) << v << " " << t;
    }
}
TEST(KeySet, OfSeveralNumbers) {
  std::mt19937 rng(1);
  const std::vector<float> all = numbers();
  for (int round = 0; round < 200; ++round) {
    std::vector<double> members;
    for (std::size_t i = 0; i < rng() % 6; ++i) members.push_back(static_cast<double>(all[rng() % all.size()]));
    const KeySet set = KeySet::equal_to_one_of(members);
    for (const float x : all) {
      bool is = false;
      for (const double m : members) is = is || m == static_cast<double>(x);
      EXPECT_EQ(set.contains(float_key(x)), is);
    }
    for (std::size_t i = 1; i < set.ends.size(); ++i) EXPECT_LT(set.ends[i - 1], set.ends[i]);
  }
}

double walk(const TreeTable& t, std::size_t tree, float x) {
  std::size_t at = tree, steps = 0;
  const std::int64_t key = float_key(x);
  while (at < t.nodes.size()) {
    const TreeTable::Node& n = t.nodes[at];
    at = static_cast<std::size_t>(key <= n.key || (key == kNanKey && n.missing != 0) ? n.yes : n.no);
    EXPECT_LE(++steps, static_cast<std::size_t>(t.depth));
  }
  return t.leaves[at - t.nodes.size()];
}
void expect_order(const TreeTable& t) {
  for (std::size_t n = 0; n < t.nodes.size(); ++n)
    for (const std::int64_t child : {t.nodes[n].yes, t.nodes[n].no}) {
      EXPECT_GT(child, static_cast<std::int64_t>(n));
      EXPECT_GE(child, t.trees);
      EXPECT_LT(child, static_cast<std::int64_t>(t.nodes.size() + t.leaves.size()));
    }
}

TEST(TreeBuilder, ATestOfAnySet) {
  std::mt19937 rng(2);
  const std::vector<float> all = numbers();
  for (int round = 0; round < 100; ++round) {
    std::vector<double> members;
    for (std::size_t i = 0; i < rng() % 8; ++i) members.push_back(static_cast<double>(all[rng() % all.size()]));
    const double t = static_cast<double>(all[rng() % all.size()]);
    for (const KeySet& set : {KeySet::equal_to_one_of(members), KeySet::equal_to_one_of(members).complement(),
                              KeySet::at_most(t), KeySet::below(t).complement(), KeySet{}, KeySet{true, {}}})
      for (const bool nan_is_yes : {false, true}) {
        TreeBuilder b;
        const auto yes = b.leaf({1}), no = b.leaf({2});
        b.root(b.test(0, set, nan_is_yes, yes, no));
        const auto table = b.finish();
        ASSERT_TRUE(table.ok());
        expect_order(*table);
        for (const float x : all) EXPECT_EQ(walk(*table, 0, x), set.contains(float_key(x)) ? 1 : 2);
        EXPECT_EQ(walk(*table, 0, kNan), nan_is_yes ? 1 : 2);
      }
  }
}

TEST(TreeBuilder, ASetOfManyIsSearchedInHalves) {
  TreeBuilder b;
  std::vector<double> members;
  for (int i = 0; i < 100; ++i) members.push_back(2 * i);
  const auto yes = b.leaf({1}), no = b.leaf({0});
  b.root(b.test(0, KeySet::equal_to_one_of(members), false, yes, no));
  const auto table = b.finish();
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table->nodes.size(), 200U);
  EXPECT_EQ(table->depth, 8);
}

TEST(TreeBuilder, RootsFirstAndEachTreeHasOne) {
  TreeBuilder b;
  const KeySet set = KeySet::at_most(1);
  const auto leaf = b.leaf({5});
  const auto shared = b.test(0, set, false, b.leaf({6}), leaf);
  b.root(leaf);
  b.root(b.test(1, set, false, shared, b.test(0, set, false, shared, leaf)));
  b.root(shared);
  b.root(shared);
  const auto table = b.finish();
  // The last two roots are a node of the second tree, which cannot stand before and behind its own root.
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table->trees, 4);
  expect_order(*table);
  EXPECT_EQ(walk(*table, 0, 0), 5);
  EXPECT_EQ(walk(*table, 1, 0), 6);
  EXPECT_EQ(walk(*table, 2, 2), 5);
  EXPECT_EQ(walk(*table, 3, 0), 6);
}

}  // namespace
}  // namespace nescio
