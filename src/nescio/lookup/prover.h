// lookup/prover.h -- the prover of lookup/verifier.h.
//
// Leaves beyond the last given one are 0/1, and so are all nodes above them alone: no layer holds them. In a round
// their gates are constant, u = lambda, q1 = q0 = 1, p1 = 0, and add lambda times the weight that is left. Cost  about
// 14 extension multiplications per given leaf over all layers; memory: numerator (in F) and denominator of
//       each, two extension elements per leaf for the layers above, and two more while the leaves' layer is proven.
#pragma once
#include <vector>

#include "nescio/base/secret.h"
#include "nescio/field/ext_vector.h"
#include "nescio/zk/prover.h"

namespace nescio::lookup {

// Leaves p_i / q_i of a tree of 2^log; 1 <= p.size() == q.size() <= 2^log. Returns the point z of the leaf claims.
template <class E>
std::vector<E> prove_tree(zk::ProverChannel<E>& ch, unsigned log, SecretVector<F> p, ExtVector<E> q);

}  // namespace nescio::lookup
