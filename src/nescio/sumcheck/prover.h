// sumcheck/prover.h -- the prover of sumcheck/verifier.h (plain, batched). The eq-weighted one lives where its gate is
// known: lookup/prover.cc and relation/prover.cc.
//
// Cost  per entry and over all rounds about two extension multiplications for each table (fold) and two or five for the
//       round polynomial (degree 2 or 3); the first round of base tables is cheaper. Threads: field/kernels on chunks.
#pragma once
#include <string_view>
#include <variant>
#include <vector>

#include "nescio/base/secret.h"
#include "nescio/field/ext_vector.h"
#include "nescio/zk/prover.h"

namespace nescio::sumcheck {

// A multilinear table of 2^bits entries, in F until its first round.
template <class E>
using Table = std::variant<SecretVector<F>, ExtVector<E>>;

// coef * sum_x W(x) A(x) B(x); without W if `weight` is empty.
template <class E>
struct Term {
  E coef;
  unsigned bits = 0;
  Table<E> a, b;
  ExtVector<E> weight;
};

template <class E>
struct Finals {
  E a, b;
};
// Runs `rounds` rounds of the given degree (3 if any term has a weight); shorter terms join late.
template <class E>
struct Proven {
  std::vector<E> point;            // [rounds]
  SecretVector<Finals<E>> finals;  // [terms]
};
template <class E>
Proven<E> prove_plain(zk::ProverChannel<E>& ch, unsigned rounds, unsigned degree, std::vector<Term<E>> terms);

}  // namespace nescio::sumcheck
