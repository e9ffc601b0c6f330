// sumcheck/prover.h -- the prover of sumcheck/verifier.h (plain, batched). The eq-weighted one lives where its gate is
// known: lookup/prover.cc and relation/prover.cc.
//
// Tables     multilinear, over 2^bits points, the first `size` values given and all others 0; over F until the first
//            fold. Terms of equal bits share them: a table is folded once a round, whatever the number of its terms.
// Weights    an equality polynomial is never made as a table: its factor of the bound variables is a number, that of
//            the variables to bind splits into a small table in a smaller one (Gruen, ePrint 2024/108, section 3).
// Cost       a pass over the tables folds them at the last challenge and sums the next round of all terms while they
//            are in the cache; per entry and over all rounds about two extension multiplications for each table and 4,
//            6 or 12 for a term's round polynomial (two factors, two and a weight, three and a weight).
#pragma once
#include <array>
#include <cstddef>
#include <variant>
#include <vector>

#include "nescio/base/secret.h"
#include "nescio/field/ext_vector.h"
#include "nescio/zk/prover.h"

namespace nescio::sumcheck {

template <class E>
using Table = std::variant<SecretVector<F>, ExtVector<E>>;

// coef * sum_x W(x) prod_k T_k(x): two or three factors, numbers of tables of the group. W(x) = eq(point, x), or 1 if
// there is no point; any other weight is one more table (four factors then).
template <class E>
struct Term {
  E coef;
  std::vector<std::size_t> factors;
  std::vector<E> point;  // [bits] or empty
};
// All terms of as many variables.
template <class E>
struct Group {
  unsigned bits = 0;
  std::vector<Table<E>> tables;
  std::vector<Term<E>> terms;
};

template <class E>
struct Proven {
  std::vector<E> point;                 // [rounds]
  std::vector<SecretVector<E>> finals;  // [groups][tables]
};
// Runs `rounds` rounds of round polynomials of that degree, at least that of every term; groups of fewer variables join
// late.
template <class E>
Proven<E> prove_plain(zk::ProverChannel<E>& ch, unsigned rounds, unsigned degree, std::vector<Group<E>> groups);

}  // namespace nescio::sumcheck
