// pcs/prover_columns.h -- the column rounds of an opening: the quadratic sumcheck of <w, F> over the column variables.
//
// kappa + 1 passes over the rows. A pass binds the variable of the round before and sums for the next one, tile by tile
// of rows, so that memory is read once a pass. w is bound in place; F stays in the base field, and is bound anew from
// it, until two variables are bound.
#pragma once
#include <span>
#include <vector>

#include "nescio/field/ext_vector.h"
#include "nescio/field/kernels.h"
#include "nescio/pcs/prover.h"

namespace nescio::pcs {

template <class E>
class ColumnRounds {
 public:
  // weights: [2^kappa], by column position, each empty (zero) or of params.rows() elements.
  ColumnRounds(const Params& p, std::span<const CommittedMatrix* const> trees, std::vector<ExtVector<E>> weights);

  // c0 and c2 of the next round. To be called kappa times, each time followed by bind.
  QuadraticRound<E> round();
  void bind(const E& r);

  struct Bound {
    ExtVector<E> w, f;  // [rows]: w(r,.) and F(r,.)
  };
  // After kappa rounds.
  Bound finish() &&;

 private:
  struct Column {  // a stored column of a tree; null: zero
    const CommittedMatrix* tree = nullptr;
    std::size_t index = 0;
  };
  class Tile;

  // Binds the pending challenge; with `sum`, sums for the next round.
  QuadraticRound<E> pass(bool sum);
  bool pending() const { return r_.size() > bound_; }
  std::size_t width() const { return columns_.size() >> r_.size(); }  // columns when r_ is bound
  // Where column j of F has cells when `bound` variables are bound.
  bool present(std::size_t j, std::size_t bound) const;

  const Params& p_;
  std::span<const CommittedMatrix* const> trees_;
  std::vector<Column> columns_;  // [2^kappa]
  std::vector<ExtVector<E>> w_;  // [2^(kappa - bound_)]
  std::vector<ExtVector<E>> f_;  // the same, from two bound variables on
  std::vector<E> r_;
  std::size_t bound_ = 0;  // r_.size(), or one less while a challenge is pending
};

}  // namespace nescio::pcs
