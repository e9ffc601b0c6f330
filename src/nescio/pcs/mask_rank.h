// pcs/mask_rank.h -- do the mask rows hide the column rounds?
//
// The 1 + 2 kappa elements sigma_res, c0_i, c2_i that the prover sends in clear (pcs/opening.h) are an affine image of
// the 2D mask cells of every fresh column. The linear part depends on public challenges only. If its rank over F is
// D (1 + 2 kappa), these elements are uniform whatever the matrix holds; if not, a combination of them is a function of
// the data, in clear.
//
// Layout rule: with fresh columns at positions 0 and 2^i, i < kappa, and 2D mask rows the generic rank is full, with D
// base dimensions to spare: at random challenges it fails with probability about p^-(D+1). Without the rule it can be
// deficient for every challenge, and more mask rows do not help.
// Cost  O(n^3) for n = D (1 + 2 kappa): rows are taken in the order of the rule and the search stops at full rank.
#pragma once
#include <cstdint>
#include <span>

#include "nescio/field/extension.h"

namespace nescio::pcs {

// D (1 + 2 kappa).
constexpr unsigned full_mask_rank(unsigned degree, unsigned kappa) {
  return degree * (1 + 2 * kappa);
}

// Rank of the map at the challenges r ([kappa]) and weights w_res ([positions.size()][rows], rows = mask rows a
// column). positions: of the fresh columns, distinct, below 2^kappa.
template <class E>
unsigned mask_rank(std::span<const std::uint32_t> positions, std::span<const E> w_res, std::span<const E> r);

// The same at fixed pseudo-random points: the generic rank, except with probability about 2^-64.
template <class E>
unsigned generic_mask_rank(unsigned kappa, std::span<const std::uint32_t> positions, unsigned rows = 2 * E::D);

}  // namespace nescio::pcs
