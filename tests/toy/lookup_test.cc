// The tree of fractions over the toy field: the best cheating prover against all challenges, and the identity of
// fractions itself for values that are in no row of a table.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "game.h"
#include "nescio/lookup/verifier.h"
#include "polynomial.h"

namespace nescio::toy {
namespace {

// Numerators and denominators of a layer: children of node i are 2i and 2i + 1.
struct Layer {
  Multilinear p, q;
};
std::vector<Layer> tree_of(const Layer& leaves) {  // the root first
  std::vector<Layer> out{leaves};
  while (out[0].p.size() > 1) {
    Layer up;
    for (std::size_t i = 0; i < out[0].p.size(); i += 2) {
      up.p.push_back(out[0].p[i] * out[0].q[i + 1] + out[0].p[i + 1] * out[0].q[i]);
      up.q.push_back(out[0].q[i] * out[0].q[i + 1]);
    }
    out.insert(out.begin(), std::move(up));
  }
  return out;
}
// The four multilinear functions of the children of a layer's nodes.
struct Children {
  Multilinear p0, p1, q0, q1;
  explicit Children(const Layer& below) {
    for (std::size_t i = 0; i < below.p.size(); i += 2) {
      p0.push_back(below.p[i]), p1.push_back(below.p[i + 1]);
      q0.push_back(below.q[i]), q1.push_back(below.q[i + 1]);
    }
  }
};

// A claim on both functions of a layer, and what it is off by.
struct Off {
  E p, q;
  bool none() const { return p.is_zero() && q.is_zero(); }
};

// Values of the children that are off by (p0, p1, q0, q1), with the given combination u q1 + p1 q0 off by `delta`, such
// that both claims at mu = `hope` are true, and where they are not lambda = `next` hides it.
struct Choice {
  E p0, p1, q0, q1;
};
Choice choose(const E& p0, const E& p1, const E& q0, const E& q1, const E& lambda, const E& delta, const E& hope) {
  const E ratio = -hope * (E::one() - hope).inverse();  // e0 = ratio e1 makes e0 (1 - mu) + e1 mu vanish at hope
  const E target = (p0 + q0 * lambda) * q1 + p1 * q0 + delta;
  for (const E& next : challenges())
    for (const E& e : challenges()) {  // q1 is off by e, p1 by -next e: p + next q is not off at all
      const Choice c{p0 - ratio * next * e, p1 - next * e, q0 + ratio * e, q1 + e};
      if ((c.p0 + c.q0 * lambda) * c.q1 + c.p1 * c.q0 == target) return c;
    }
  // Only one of the two is off.
  for (const E& e : challenges()) {
    const Choice c{p0 + ratio * e, p1 + e, q0, q1};
    if ((c.p0 + c.q0 * lambda) * c.q1 + c.p1 * c.q0 == target) return c;
  }
  // Any that the verifier's equation takes.
  const E there = q1.is_zero() ? q0 : q1;
  if (there.is_zero()) return {p0, p1, q0, q1};
  return q1.is_zero() ? Choice{p0, p1 + delta * q0.inverse(), q0, q1} : Choice{p0 + delta * q1.inverse(), p1, q0, q1};
}

// The messages of a prover who says that the sum of fractions is 0.
std::vector<E> messages(const std::vector<Layer>& tree, const std::vector<E>& tuple, bool honest) {
  std::vector<E> out;
  std::size_t next = 0;
  const E truth_p = tree[0].p[0], truth_q = tree[0].q[0];
  Off off{honest ? E::zero() : -truth_p, E::zero()};
  if (!honest)                              // a denominator with which some lambda hides the numerator
    for (const E& lambda : challenges()) {  // the first that can be
      const E q = truth_p * lambda.inverse();
      if (!(truth_q + q).is_zero()) {
        off.q = q;
        break;
      }
    }
  out.push_back(truth_q + off.q);
  out.push_back(truth_p + off.p);
  std::vector<E> z;
  for (std::size_t layer = 0; layer + 1 < tree.size(); ++layer) {
    const E lambda = tuple[next++];
    Children below(tree[layer + 1]);
    Multilinear u;
    for (std::size_t i = 0; i < below.p0.size(); ++i) u.push_back(below.p0[i] + below.q0[i] * lambda);
    // The claim is off by this; the sum of two products goes through a sumcheck.
    E delta = off.p + off.q * lambda;
    std::vector<E> r;
    Product first{u, below.q1}, second{below.p1, below.q0};
    for (std::size_t i = 0; i < z.size(); ++i) {
      Poly h = plus(round_of(first, z.data() + i + 1), round_of(second, z.data() + i + 1), E::one());
      if (!delta.is_zero()) {
        const Poly d = error(delta, 2, E::one() - z[i], z[i]);
        h = plus(h, d, E::one());
        delta = at(d, tuple[next]);
      }
      out.push_back(h[0]);
      out.push_back(h[2]);
      r.push_back(tuple[next++]);
      first = bound(first, r.back());
      second = bound(second, r.back());
      for (Multilinear* f : {&below.p0, &below.p1, &below.q0, &below.q1}) *f = bound(*f, r.back());
    }
    const E p0 = below.p0[0], p1 = below.p1[0], q0 = below.q0[0], q1 = below.q1[0];
    Choice said{p0, p1, q0, q1};
    if (!delta.is_zero()) said = choose(p0, p1, q0, q1, lambda, delta, challenges()[3]);
    for (const E& m : {said.p0 + said.q0 * lambda, said.q1, said.p1, said.q0}) out.push_back(m);
    const E mu = tuple[next++];
    const auto between = [&mu](const E& a, const E& b) { return a * (E::one() - mu) + b * mu; };
    off = {between(said.p0 - p0, said.p1 - p1), between(said.q0 - q0, said.q1 - q1)};
    z.assign(1, mu);
    z.insert(z.end(), r.begin(), r.end());
  }
  return out;
}

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

// Of each layer lambda, a sumcheck and mu: 1 + 3 (rounds) + 1 of the challenges.
TEST(ToyTree, TheBestCheatStaysBelowTheBound) {
  const auto n = static_cast<double>(challenges().size());
  const auto expect = [](const char* name, double measured, double bound) {
    std::printf("%-22s %8.4f of at most %8.4f\n", name, measured, bound);
    EXPECT_LE(measured, bound) << name;
    EXPECT_GE(measured, bound / 2) << name;
  };
  const Layer two = some_leaves(1), four = some_leaves(2);
  std::uint64_t won = 0, all = 0;
  for_all(2, [&](const std::vector<E>& tuple) {
    ++all;
    won += accepted(two, 1, tuple, messages(tree_of(two), tuple, false), true) ? 1 : 0;
    EXPECT_TRUE(accepted(two, 1, tuple, messages(tree_of(two), tuple, true), false));
  });
  expect("tree, one layer", static_cast<double>(won) / static_cast<double>(all), 2 / n);
  expect("tree, two layers", share_of_two_layers(four, tree_of(four)), (2 + 5) / n);
}

// Two rows of two columns are looked up in a table of two rows, and one of them is not there: whatever the
// multiplicities, the sum of fractions vanishes for few alpha and beta. The tree itself is honest.
TEST(ToyTree, AValueThatIsInNoRow) {
  const E rows[2][2] = {{E(F(1)), E(F(2))}, {E(F(3)), E(F(4))}}, table[2][2] = {{E(F(1)), E(F(2))}, {E(F(3)), E(F(1))}};
  const std::vector<E> later(5, challenges()[2]);
  double most = 0;
  for (std::uint64_t m = 0; m < F::kModulus * F::kModulus; ++m) {
    std::uint64_t won = 0, all = 0;
    for_all(2, [&](const std::vector<E>& drawn) {
      const E alpha = drawn[0], beta = drawn[1];
      const auto q = [&](const E(&row)[2]) { return alpha - row[0] - beta * row[1]; };
      const Layer leaves{{E::one(), E::one(), -E(F(m % F::kModulus)), -E(F(m / F::kModulus))},
                         {q(rows[0]), q(rows[1]), q(table[0]), q(table[1])}};
      ++all;
      won += accepted(leaves, 2, later, messages(tree_of(leaves), later, true), true) ? 1 : 0;
    });
    most = std::max(most, static_cast<double>(won) / static_cast<double>(all));
  }
  const double bound = 4.0 * (2 + 2) / static_cast<double>(challenges().size());
  std::printf("%-22s %8.4f of at most %8.4f\n", "value in no row", most, bound);
  EXPECT_GT(most, 0);
  EXPECT_LE(most, bound);
}

}  // namespace
}  // namespace nescio::toy
