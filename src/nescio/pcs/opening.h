// pcs/opening.h -- the masked opening of one linear functional of a committed matrix: what both sides share.
//
// Statement   <w_main, F> = sigma, where F[column position][row] is the matrix under the roots of the trees
// (pcs/shape.h)
//             and w_main, over E, is zero on the reserved rows. The D mask columns are g in E^H, outside F.
// Paper       WHIR (ePrint 2024/1586) from oracle 1 on; masking: docs/spec/pcs.md, docs/spec/zero-knowledge.md
// Order       transcript: roots, and everything that w_main and sigma depend on, is absorbed before
//   P1  V -> P  w_res: weights on the 2D mask rows [H - R_a, H - t0) of every fresh column
//   P2  P -> V  sigma_res = <w_res, F>
//   P3  V -> P  eps; w = eps w_main + w_res; claim eps sigma + sigma_res
//   P4  kappa column rounds, bit 0 of the position first: P -> V c0, c2; work; V -> P r_i
//   P5  P -> V  mu_g = <w(r,.), g>
//   P6  work; V -> P gamma; f = g + gamma F(r,.), v = w(r,.), claim mu_g + gamma * (claim)
//   P7  for oracle i = 1..M, message f of 2^m elements:
//         P -> V root of the code of f; V -> P z, P -> V y = f(z) for each out-of-domain sample
//         work; V -> P draws into oracle i-1; P -> V the rows (i = 1) or cosets drawn: values f(x) of the folded oracle
//         V -> P xi; the claims <pow(z), f> = y join with weights xi, xi^2, ..: samples, then draws by increasing index
//         `fold` rounds of <v, f>: P -> V c0, c2; work; V -> P r
//   P8  P -> V f; work; V -> P draws into the last oracle, P -> V its rows or cosets, checked on f
//   P9  log2 |f| plain rounds, so that v is evaluated at one point
// Soundness   soundness/terms.h: column folds and gamma (unique decoding), folds, samples and draws of each oracle
// Zero kn.    sigma_res and P4 are uniform if the mask map has full rank (pcs/mask_rank.h), f is uniform because g is,
//             opened rows because each column ends in t0 random rows; the rest follows from f
// Cost        prover: kappa passes over the matrix, then oracles of 2^log_rows elements; verifier: O(t (C + log n))
// Deviations  two-tree oracle 0 folded with eq(r,.); the last message is sent in the evaluation basis with P9
// Trust       randomness of reserved rows, mask columns and salts; Fiat-Shamir
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "nescio/base/bits.h"
#include "nescio/pcs/params.h"
#include "nescio/transcript/transcript.h"

namespace nescio::pcs {

struct RoundLabels {
  std::string_view c0, c2, pow, r;
};
inline constexpr RoundLabels kColumnRound{"open.col.c0", "open.col.c2", "open.col.pow", "open.col.r"};
inline constexpr RoundLabels kFoldRound{"whir.fold.c0", "whir.fold.c2", "whir.fold.pow", "whir.fold.r"};
inline constexpr RoundLabels kLastRound{"whir.last.c0", "whir.last.c2", "whir.last.pow", "whir.last.r"};

// P1. [params.columns][mask_rows], columns in the order of storage.
template <class E>
std::vector<E> draw_mask_weights(const Params& p, Transcript& tr) {
  std::vector<E> w(std::size_t{p.columns} * p.mask_rows());
  for (E& x : w) x = tr.challenge<E>("open.w_res");
  return w;
}

// `draws` indices of leaves with replacement; the distinct ones, increasing.
inline std::vector<std::uint32_t> draw_leaves(Transcript& tr, unsigned draws, unsigned log_leaves) {
  std::vector<std::uint32_t> leaves = tr.indices("query.idx", draws, log_leaves);
  std::sort(leaves.begin(), leaves.end());
  leaves.erase(std::unique(leaves.begin(), leaves.end()), leaves.end());
  return leaves;
}

// Where leaf l of 2^log_leaves evaluates the folded oracle: position l of the code on that domain.
inline std::vector<F> leaf_points(std::span<const std::uint32_t> leaves, unsigned log_leaves) {
  const F root = F::root_of_unity(log_leaves);
  std::vector<F> points(leaves.size());
  for (std::size_t s = 0; s < leaves.size(); ++s) points[s] = root.pow(reverse_bits(leaves[s], log_leaves));
  return points;
}

// Draws into oracle i, and the work before them; oracle 0 is the matrix.
inline unsigned draws(const Params& p, std::size_t i) {
  return i == 0 ? p.queries : p.rounds[i - 1].queries;
}
inline unsigned draw_work(const Params& p, std::size_t i) {
  return i == 0 ? p.query_pow : p.rounds[i - 1].query_pow;
}
// Leaves of oracle i.
inline unsigned log_leaves(const Params& p, std::size_t i) {
  return i == 0 ? p.log_code() : p.log_leaves(i - 1);
}

}  // namespace nescio::pcs
