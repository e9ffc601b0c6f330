// sumcheck/verifier.h -- reduces a claim about a sum over the cube to a claim at one random point. Replay: the claim is
// a form (zk/tape.h), the messages are hidden.
//
// Paper       [LFKN92]; eq factored out: Gruen (ePrint 2024/108) section 3
// Notation    n rounds, r_i the challenge of round i, bound to variable i
// eq-weighted c = sum_x eq(z,x) g(x), g of degree 2 in each variable. Round i: h(X) = sum_{x'} eq(z_{>i}, x')
// g(r_{<i},X,x').
//             P -> V h(0) and the coefficient of X^2 (2 hidden). From c = (1-z_i) h(0) + z_i h(1):
//             h(r) = (r/z) c + (1 - r/z) h0 + (r^2 - r) h2. Ends with c = g(r): no eq factor is left.
// plain       c = sum_j c_j sum_x W_j(x) A_j(x) B_j(x) (C_j(x)). P -> V the coefficients of 1, X^2 and, up to the
//             degree, X^3, X^4.  h(r) = r c + (1-2r) c0 + (r^2 - r) c2 + (r^3 - r) c3 + (r^4 - r) c4.
// Soundness   3/|E| a round (eq-weighted), degree/|E| (plain): soundness/terms.h
// Deviations  z_i is a challenge, so it must be invertible: challenges exclude 0 and 1
#pragma once
#include <string_view>
#include <vector>

#include "nescio/zk/channel.h"

namespace nescio::sumcheck {

template <class E>
struct Reduced {
  zk::Form<E> claim;
  std::vector<E> point;  // [n], point[0] bound first
};

template <class E>
Reduced<E> replay_eq(zk::Channel<E>& ch, const std::vector<E>& z, zk::Form<E> claim);

// degree 2, 3 or 4.
template <class E>
Reduced<E> replay_plain(zk::Channel<E>& ch, unsigned rounds, unsigned degree, zk::Form<E> claim);

}  // namespace nescio::sumcheck
