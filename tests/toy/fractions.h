// For tests: a tree of fractions, and what its provers send: an honest one, and one who says that the sum is 0.
#pragma once
#include <vector>

#include "polynomial.h"

namespace nescio::toy {

// Numerators and denominators of a layer: children of node i are 2i and 2i + 1.
struct Layer {
  Multilinear p, q;
};
inline std::vector<Layer> tree_of(const Layer& leaves) {  // the root first
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
inline Choice choose(const E& p0, const E& p1, const E& q0, const E& q1, const E& lambda, const E& delta,
                     const E& hope) {
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
inline std::vector<E> messages(const std::vector<Layer>& tree, const std::vector<E>& tuple, bool honest) {
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

}  // namespace nescio::toy
