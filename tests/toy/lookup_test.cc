// The tree of fractions over the toy field: the best cheating prover against all challenges.
#include <gtest/gtest.h>

#include "bounds.h"
#include "fractions.h"
#include "game.h"
#include "nescio/lookup/verifier.h"

namespace nescio::toy {
namespace {

bool accepted(const Layer& leaves, unsigned n, const std::vector<E>& tuple, const std::vector<E>& sent, bool zero_sum) {
  return Game(tuple, sent).accepts([&](zk::Channel<E>& ch) {
    auto tree = lookup::replay_tree(ch, n);
    return [&leaves, zero_sum, tree = std::move(tree)](const auto& value) {
      Multilinear p = leaves.p, q = leaves.q;
      for (const E& x : tree.z) p = bound(p, x), q = bound(q, x);
      return value(tree.p) == p[0] && value(tree.q) == q[0] && (!zero_sum || value(tree.root_p).is_zero());
    };
  });
}

Layer some_leaves(unsigned n) {
  Layer out;
  for (std::uint64_t i = 0; i < std::uint64_t{1} << n; ++i) {
    out.p.push_back(E({F(1 + i), F(i * i)}));
    out.q.push_back(E({F(2 + 3 * i), F(1 + i % 4)}));
  }
  return out;
}

// The share of all challenges that are accepted, those of the first layer's lambda told by two: the one that hides the
// lie about the root, and another.
double share_of_two_layers(const Layer& leaves, const std::vector<Layer>& tree) {
  const E hiding = challenges()[0];
  std::uint64_t hidden = 0, seen = 0, all = 0;
  for_all(4, [&](std::vector<E> tuple) {  // mu, lambda, r, mu
    ++all;
    tuple.insert(tuple.begin(), hiding);
    hidden += accepted(leaves, 2, tuple, messages(tree, tuple, false), true) ? 1 : 0;
    tuple[0] = challenges()[7];
    seen += accepted(leaves, 2, tuple, messages(tree, tuple, false), true) ? 1 : 0;
  });
  EXPECT_EQ(hidden, all);
  const auto n = static_cast<double>(challenges().size()), share = static_cast<double>(seen) / static_cast<double>(all);
  return (1 + (n - 1) * share) / n;
}

// Each layer has lambda, a sumcheck of as many rounds as there are layers above it, and mu.
TEST(ToyTree, TheBestCheatStaysBelowTheBound) {
  soundness::CircuitCounts counts;
  counts.buses = {{1, 1}};
  const double merge = error_bound("gkr merge", counts), round = error_bound("gkr round", counts);
  const auto expect = [](const char* name, double measured, double most) {
    std::printf("%-22s %8.4f of at most %8.4f\n", name, measured, most);
    EXPECT_LE(measured, most) << name;
    EXPECT_GE(measured, most / 2) << name;
  };
  const Layer two = some_leaves(1), four = some_leaves(2);
  std::uint64_t won = 0, all = 0;
  for_all(2, [&](const std::vector<E>& tuple) {
    ++all;
    won += accepted(two, 1, tuple, messages(tree_of(two), tuple, false), true) ? 1 : 0;
    EXPECT_TRUE(accepted(two, 1, tuple, messages(tree_of(two), tuple, true), false));
  });
  // Lies about the root alone: some lambda hides them, and without it the layer's own claim is false.
  std::uint64_t hidden = 0;
  for_all(2, [&](const std::vector<E>& tuple) {
    std::vector<E> sent = messages(tree_of(two), tuple, true);
    const std::vector<E> lie = messages(tree_of(two), tuple, false);
    sent[0] = lie[0];
    sent[1] = lie[1];
    hidden += accepted(two, 1, tuple, sent, true) ? 1 : 0;
  });
  expect("tree, false root", static_cast<double>(hidden) / static_cast<double>(all), merge);
  expect("tree, one layer", static_cast<double>(won) / static_cast<double>(all), 2 * merge);
  expect("tree, two layers", share_of_two_layers(four, tree_of(four)), 4 * merge + round);
}

}  // namespace
}  // namespace nescio::toy
