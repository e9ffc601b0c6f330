// pcs/frozen/simulator.h -- for tests: the simulator of an opening (docs/spec/zero-knowledge.md, steps 3 to 6). It
// knows the parameters, the shapes, the functional and its value, but no matrix. Needs challenges that are known in
// advance (pcs/frozen/transcript.cc).
//
// sigma_res, c0, c2 uniform; f uniform; mu_g = <w(r,.), f> - gamma * claim; cells of the opened rows uniform, mask
// cells g(x) = f(x) - gamma F(r,x); then plain WHIR on f. Leaves that are not opened are random digests.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "nescio/merkle/leaf.h"
#include "nescio/pcs/opening.h"
#include "nescio/pcs/prover_oracle.h"
#include "nescio/pcs/prover_whir.h"
#include "nescio/pcs/shape.h"
#include "nescio/poly/eq.h"
#include "nescio/poly/univariate.h"
#include "nescio/transcript/prf.h"

namespace nescio::pcs {

// Writes the opening of <w_main, F> = sigma and returns the roots of the trees that it made. w_main: [2^kappa], by
// position; an empty column is zero. Randomness: streams "sim.columns", "sim.folded", "sim.rows", "sim.digests" of key.
template <class E>
std::vector<Digest> simulate_opening(const Params& p, std::span<const MatrixShape> shapes,
                                     const std::vector<std::vector<E>>& w_main, const E& sigma, const Digest& key,
                                     Transcript& tr, ProofWriter& proof) {
  Prf columns(key, "sim.columns", 0), folded_column(key, "sim.folded", 0), cells(key, "sim.rows", 0),
      digests(key, "sim.digests", 0);
  const auto uniform = [&](std::string_view label) {
    const E x = columns.ext<E>();
    proof.ext(label, x, tr);
    return x;
  };
  const std::vector<E> w_res = draw_mask_weights<E>(p, tr);
  const E sigma_res = uniform("open.sigma_res");
  const E eps = tr.challenge<E>("open.eps");
  E claim = eps * sigma + sigma_res;
  std::vector<E> r;
  for (unsigned i = 0; i < p.kappa; ++i) {
    const E c0 = uniform(kColumnRound.c0), c2 = uniform(kColumnRound.c2);
    proof.nonce(kColumnRound.pow, tr, p.fold_pow);
    r.push_back(tr.challenge<E>(kColumnRound.r));
    claim = quadratic(c0, claim - c0 - c0 - c2, c2, r.back());
  }
  const std::vector<E> eq = eq_table<E>(r);

  ExtVector<E> w(p.rows()), f(p.rows());
  E inner = E::zero();
  for (std::size_t i = 0; i < p.rows(); ++i) {
    E wi = E::zero();
    for (std::size_t j = 0; j < eq.size(); ++j)
      if (!w_main[j].empty()) wi += eps * eq[j] * w_main[j][i];
    const std::size_t mask0 = p.rows() - p.reserved_rows();
    if (i >= mask0 && i < mask0 + p.mask_rows())
      for (std::size_t j = 0; j < p.columns; ++j)
        wi += eq[shapes[0].positions[j]] * w_res[j * p.mask_rows() + i - mask0];
    const E fi = folded_column.ext<E>();
    w.set(i, wi);
    f.set(i, fi);
    inner += wi * fi;
  }
  Transcript ahead = tr;  // gamma is known before mu_g is sent
  if (p.fold_pow > 0) ahead.check_nonce("open.gamma.pow", p.fold_pow, 0);
  const E gamma = ahead.challenge<E>("open.gamma");
  proof.ext("open.mu_g", inner - gamma * claim, tr);
  proof.nonce("open.gamma.pow", tr, p.fold_pow);
  NESCIO_CHECK(tr.challenge<E>("open.gamma") == gamma);

  const Oracle<E> code(f.view(), p.log_inv_rate, 0);
  std::vector<Digest> roots(shapes.size());
  const OpenRows open_rows = [&](std::span<const std::uint32_t> rows) {
    std::vector<E> folded(rows.size(), E::zero());
    std::vector<ProofWriter> parts(shapes.size(), ProofWriter(true));
    for (std::size_t t = shapes.size(); t-- > 0;) {  // the fresh tree last: its mask cells depend on all others
      const MatrixShape& shape = shapes[t];
      std::vector<Digest> leaves(std::size_t{1} << p.log_code());
      digests.fill(std::span(leaves));
      for (std::size_t k = 0; k < rows.size(); ++k) {
        std::vector<F> row(shape.positions.size());
        cells.fill(std::span(row));
        for (std::size_t j = 0; j < row.size(); ++j) folded[k] += eq[shape.positions[j]] * row[j];
        if (shape.fresh) {
          const E g = code.at(rows[k]) - gamma * folded[k];
          for (unsigned d = 0; d < E::D; ++d) row.push_back(g[d]);
        }
        const Digest salt = digests.bytes32();
        leaves[rows[k]] = merkle::row_leaf(salt, row, shape.groups);
        parts[t].bases("row.cells", row);
        parts[t].digest("row.salt", salt);
      }
      const merkle::Tree tree(std::move(leaves));
      for (const Digest& d : tree.multiproof(rows)) parts[t].digest("row.path", d);
      roots[t] = tree.root();
    }
    for (const ProofWriter& part : parts) proof.append(part);
  };
  prove_whir<E>(p, std::move(f), std::move(w), open_rows, tr, proof);
  return roots;
}

}  // namespace nescio::pcs
