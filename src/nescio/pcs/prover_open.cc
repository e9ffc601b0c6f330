// Steps P1 to P6 of an opening (pcs/opening.h).
#include <utility>

#include "nescio/base/check.h"
#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"
#include "nescio/pcs/mask_rank.h"
#include "nescio/pcs/opening.h"
#include "nescio/pcs/prover.h"
#include "nescio/pcs/prover_columns.h"
#include "nescio/pcs/prover_whir.h"
#include "nescio/poly/univariate.h"

namespace nescio::pcs {
namespace {

// The part of the functional on the mask rows: w_res, which is zero elsewhere, and all columns of F there.
template <class E>
class MaskRounds {
 public:
  MaskRounds(const Params& p, std::span<const CommittedMatrix* const> trees, std::span<const E> w_res)
      : rows_(p.mask_rows()), w_(rows_ << p.kappa), f_(rows_ << p.kappa) {
    const std::size_t first = p.rows() - p.reserved_rows();
    for (const CommittedMatrix* t : trees) {
      const std::vector<std::uint32_t>& at = t->shape().positions;
      for (std::size_t j = 0; j < at.size(); ++j)
        for (std::size_t y = 0; y < rows_; ++y) {
          f_[at[j] * rows_ + y] = E(t->message_row(first + y)[j]);
          if (t->shape().fresh) w_[at[j] * rows_ + y] = w_res[j * rows_ + y];
        }
    }
  }

  // <w_res, F>
  E sum() const {
    E s = E::zero();
    for (std::size_t i = 0; i < w_.size(); ++i) s += w_[i] * f_[i];
    return s;
  }
  QuadraticRound<E> round() const {
    QuadraticRound<E> c{};
    for (std::size_t k = 0; k < w_.size(); k += 2 * rows_)
      for (std::size_t i = k; i < k + rows_; ++i) {
        c.c0 += w_[i] * f_[i];
        c.c2 += (w_[i + rows_] - w_[i]) * (f_[i + rows_] - f_[i]);
      }
    return c;
  }
  void bind(const E& r) {
    bind(w_, r);
    bind(f_, r);
  }
  // [mask_rows], when all column variables are bound.
  const std::vector<E>& weight() const { return w_; }

 private:
  template <class Vector>
  void bind(Vector& v, const E& r) const {
    for (std::size_t k = 0; k < v.size() / 2; k += rows_)
      for (std::size_t y = 0; y < rows_; ++y) {
        const E &lo = v[2 * k + y], &hi = v[2 * k + rows_ + y];
        v[k + y] = lo + r * (hi - lo);
      }
    v.resize(v.size() / 2);
  }

  std::size_t rows_;
  std::vector<E> w_;
  SecretVector<E> f_;  // [2^(variables left)][rows_]
};

// The mask columns, as one column over E.
template <class E>
ExtVector<E> mask_column(const Params& p, const CommittedMatrix& fresh) {
  ExtVector<E> g(p.rows());
  const std::size_t first = fresh.shape().positions.size();
  parallel_for(p.rows(), 4096, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      for (unsigned d = 0; d < E::D; ++d) g.plane(d)[i] = fresh.message_row(i)[first + d];
  });
  return g;
}

template <class E>
void scale_in_place(const E& c, ExtVector<E>& v) {
  parallel_for(v.size(), 4096, [&](std::size_t begin, std::size_t end) {
    scale<E>(c, v.subspan(begin, end - begin), v.subspan(begin, end - begin));
  });
}

void write_rows(const Params& p, std::span<const CommittedMatrix* const> trees, std::span<const std::uint32_t> rows,
                ProofWriter& proof) {
  for (const CommittedMatrix* t : trees) {
    for (const std::uint32_t i : rows) {
      proof.bases("row.cells", {t->code_row(i), t->shape().stored_columns(p)});
      proof.digest("row.salt", t->salt(i));
    }
    for (const Digest& d : t->tree().multiproof(rows)) proof.digest("row.path", d);
  }
}

}  // namespace

template <class E>
Result<Opened> open(const Params& p, std::span<const CommittedMatrix* const> trees, std::vector<ExtVector<E>> w_main,
                    const E& sigma, Transcript& tr, ProofWriter& proof) {
  NESCIO_CHECK(well_formed(p).ok() && p.degree == E::D);
  std::vector<const MatrixShape*> shapes;
  for (const CommittedMatrix* t : trees) shapes.push_back(&t->shape());
  NESCIO_CHECK(check_shapes(p, shapes).ok());

  const std::vector<E> w_res = draw_mask_weights<E>(p, tr);
  MaskRounds<E> masks(p, trees, w_res);
  const E sigma_res = masks.sum();
  proof.ext("open.sigma_res", sigma_res, tr);
  const E eps = tr.challenge<E>("open.eps");

  ColumnRounds<E> columns(p, trees, std::move(w_main));
  std::vector<E> r;
  E claim = eps * sigma + sigma_res;
  for (unsigned i = 0; i < p.kappa; ++i) {
    const QuadraticRound<E> main = columns.round(), mask = masks.round();
    const E c0 = eps * main.c0 + mask.c0, c2 = eps * main.c2 + mask.c2;
    proof.ext(kColumnRound.c0, c0, tr);
    proof.ext(kColumnRound.c2, c2, tr);
    proof.nonce(kColumnRound.pow, tr, p.fold_pow);
    r.push_back(tr.challenge<E>(kColumnRound.r));
    columns.bind(r.back());
    masks.bind(r.back());
    claim = quadratic(c0, claim - c0 - c0 - c2, c2, r.back());
  }
  if (mask_rank<E>(trees[0]->shape().positions, w_res, r) != full_mask_rank(E::D, p.kappa)) return Opened::kRestart;

  auto [w, f] = std::move(columns).finish();
  scale_in_place(eps, w);
  const std::size_t first = p.rows() - p.reserved_rows();
  for (std::size_t y = 0; y < p.mask_rows(); ++y) w.set(first + y, w.get(first + y) + masks.weight()[y]);
  if (!(dot<E>(w, f) == claim)) return Error{ErrorCode::kSelfCheck, 0, "the opened functional has another value", {}};

  ExtVector<E> g = mask_column<E>(p, *trees[0]);
  proof.ext("open.mu_g", dot<E>(w, g), tr);
  proof.nonce("open.gamma.pow", tr, p.fold_pow);
  axpy<E>(tr.challenge<E>("open.gamma"), f, g);
  prove_whir<E>(
      p, std::move(g), std::move(w), [&](std::span<const std::uint32_t> rows) { write_rows(p, trees, rows, proof); },
      tr, proof);
  return Opened::kDone;
}

template Result<Opened> open<Ext2>(const Params&, std::span<const CommittedMatrix* const>, std::vector<ExtVector<Ext2>>,
                                   const Ext2&, Transcript&, ProofWriter&);
template Result<Opened> open<Ext3>(const Params&, std::span<const CommittedMatrix* const>, std::vector<ExtVector<Ext3>>,
                                   const Ext3&, Transcript&, ProofWriter&);

}  // namespace nescio::pcs
