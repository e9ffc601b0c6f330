// lookup/prover.h -- the prover of lookup/verifier.h.
//
// Cost  about 14 extension multiplications per leaf over all layers; memory: two extension elements per leaf and twice
//       that for the layers above.
#pragma once
#include <vector>

#include "nescio/field/ext_vector.h"
#include "nescio/zk/prover.h"

namespace nescio::lookup {

// Leaves p_i / q_i; p.size() == q.size() == 2^n. Returns the point z of the leaf claims.
template <class E>
std::vector<E> prove_tree(zk::ProverChannel<E>& ch, ExtVector<E> p, ExtVector<E> q);

}  // namespace nescio::lookup
