// relation/leaves.h -- which fraction stands at which leaf of a segment's lookup tree, and the two equations at its
// end.
//
// Leaves      row i of a lookup into table t:  -1 / (alpha - fp(t, columns[..][i]));  row j of a table: m_j / (alpha -
//             fp(t, row j));  one dummy 0 / r, r random and not zero;  all others 0 / 1.
//             fp(t, v) = (t + 1) + sum_k beta^(k+1) v_k: the table's number has its own slot.
// Order       a lookup is cut into aligned pieces of its last dimension of extent above 1 (of every dimension, if all
//             its columns are committed); the other dimensions are padded to a power of two. Tables are cut likewise.
//             All blocks are sorted by size, largest first, ties in order of creation (lookups, tables, dummy); so each
//             is aligned to its size.
// Equations   p and q at z are linear in the extensions of columns and multiplicities: two equations, no message.
// Soundness   sum of N_b (W_b + 2) over |E| for alpha and beta, W_b columns: soundness/terms.h
#pragma once
#include <vector>

#include "nescio/circuit/circuit.h"
#include "nescio/circuit/layout.h"
#include "nescio/lookup/verifier.h"
#include "nescio/relation/claims.h"

namespace nescio::relation {

struct LeafBlock {
  enum class Kind : std::uint8_t { lookup, table, dummy } kind = Kind::dummy;
  std::uint32_t number = 0;   // of the lookup or table
  std::vector<Piece> pieces;  // in each dimension; a padded dimension is the piece {0, ceil(log2 n)}
  unsigned log = 0;           // the block has 2^log leaves
  std::uint64_t offset = 0;   // multiple of 2^log
};
struct LeafPlan {
  std::vector<LeafBlock> blocks;
  unsigned log = 0;  // the tree has 2^log leaves
};
LeafPlan plan_leaves(const Circuit& circuit, std::uint32_t segment);

// What is left to show after the tree: atoms and instances sum to `rest`.
template <class E>
struct Equation {
  zk::Form<E> lhs;
  std::vector<Claim<E>> claims;  // sum of claims = lhs
};

// The claims on columns and multiplicities that stand in the two leaf equations at z. Both the replay and the prover
// use it.
template <class E>
struct LeafClaims {
  E p_constant, q_constant, dummy;  // p = p_constant + sum p_claims; q = q_constant + dummy * r + sum q_claims
  std::vector<Claim<E>> p_claims, q_claims;
};
template <class E>
LeafClaims<E> leaf_claims(const Circuit& circuit, const LeafPlan& plan, const std::vector<E>& z, const E& alpha,
                          const E& beta);

}  // namespace nescio::relation
