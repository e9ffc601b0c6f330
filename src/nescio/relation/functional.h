// relation/functional.h -- all claims of a proof as one linear functional on the committed matrix: <w, M> = sigma.
//
// w has the weight coef * prod_d w_d(i_d) at the cell that holds index i of a claim's tensor, summed over claims, and
// zero elsewhere: on reserved rows, unused cells and mask columns. The verifier evaluates the extension of w at one
// point: claims x blocks of their tensors, each O(log).
#pragma once
#include <span>
#include <vector>

#include "nescio/circuit/layout.h"
#include "nescio/relation/verifier.h"

namespace nescio::relation {

template <class E>
using Functional = std::vector<Claim<E>>;  // claims on committed tensors

// The combination sum_i seed_i * form_i of a segment's ledger, as claims; returns its constant and appends the claims.
template <class E>
E add_segment(const zk::Tape<E>& tape, std::span<const std::pair<zk::Form<E>, E>> seeds,
              const std::vector<Atom<E>>& atoms, const SegmentTensors& tensors, const Circuit& circuit,
              Functional<E>& out);

// The extension of w at (column, row); column[kappa], row[log_rows].
template <class E>
E evaluate(const Functional<E>& functional, const Circuit& circuit, const Layout& layout, std::span<const E> column,
           std::span<const E> row);

}  // namespace nescio::relation
