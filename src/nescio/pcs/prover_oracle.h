// pcs/prover_oracle.h -- an oracle of WHIR: the Reed-Solomon code of a message over E under a Merkle tree whose leaves
// are cosets of 2^fold consecutive positions; and the weights that drawn points add to the next functional.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "nescio/field/ext_vector.h"
#include "nescio/merkle/prover.h"

namespace nescio::pcs {

template <class E>
class Oracle {
 public:
  // message: [2^m], m >= fold. Position j of the code holds f(w_n^rev(j)), n = 2^(m + log_inv_rate).
  Oracle(ExtView<E> message, unsigned log_inv_rate, unsigned fold);
  const merkle::Tree& tree() const { return tree_; }
  E at(std::size_t position) const;

 private:
  // Block b of 2^m positions is one transform for each of the D planes. These lanes, b D + d, stand eight to a matrix
  // [2^m][8], in canonical words.
  using Lanes = std::vector<SecretArray<F>>;
  static Lanes encode(ExtView<E> message, unsigned log_inv_rate);
  static merkle::Tree hash(const Lanes& lanes, unsigned log_message, unsigned log_inv_rate, unsigned fold);

  unsigned log_message_;
  Lanes lanes_;
  merkle::Tree tree_;
};

// v[i] += sum_s coef[s] x_s^i, x_s the point of leaves[s] (leaf_points); log2 v.size() <= log_leaves.
template <class E>
void add_powers(std::span<const std::uint32_t> leaves, std::span<const E> coef, unsigned log_leaves, ExtSpan<E> v);

// v[i] = first * z^i.
template <class E>
void power_table(const E& z, const E& first, ExtSpan<E> v);

}  // namespace nescio::pcs
