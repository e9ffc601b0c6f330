// lookup/verifier.h -- the sum of 2^n fractions p_i / q_i by a binary tree of fraction additions (GKR): reduces claims
// on the root to claims on the extensions of the leaves' numerators and denominators at one point.
//
// Paper       LogUp-GKR (ePrint 2023/1284) section 3; LogUp (ePrint 2022/1530)
// Statement   root numerator P and denominator Q of the tree with nodes (p0 q1 + p1 q0, q0 q1), children 2i and 2i+1
// Transcript  P -> V Q in clear, P hidden. Per layer, root first: V -> P lambda; eq-weighted sumcheck of
//             u q1 + p1 q0 with u = p0 + lambda q0; P -> V products (u, q1), (p1, q0); V -> P mu.
// Soundness   per layer 1/|E| (lambda), 3/|E| a round, 1/|E| (mu). Q != 0 is required, so no denominator is zero.
// Deviations  u is sent instead of p0 (p0 = u - lambda q0 as a form), because the pads of a product must be fixed
// before
//             lambda; Q may be sent in clear because one leaf 0/r with r random makes it uniform.
// Trust       messages are hostile. The caller owes the two equations at the leaves.
#pragma once
#include <vector>

#include "nescio/zk/channel.h"

namespace nescio::lookup {

template <class E>
struct Tree {
  zk::Form<E> root_p;
  E root_q;          // not zero unless the channel's status is an error
  zk::Form<E> p, q;  // claims on the leaves' extensions at z
  std::vector<E> z;  // [n]
};

template <class E>
Tree<E> replay_tree(zk::Channel<E>& ch, unsigned n);

}  // namespace nescio::lookup
