#include "nescio/pcs/verifier.h"

#include <vector>

#include "nescio/field/extension.h"
#include "nescio/merkle/verifier.h"
#include "nescio/pcs/opening.h"
#include "nescio/poly/eq.h"
#include "nescio/poly/mle.h"
#include "nescio/poly/univariate.h"

namespace nescio::pcs {
namespace {

// Folds the values of a message on the cosets of 2^k positions that are the leaves of its oracle.
class CosetFold {
 public:
  CosetFold(unsigned log_leaves, unsigned k)
      : log_leaves_(log_leaves),
        inverse_root_(F::root_of_unity(log_leaves + k).inverse()),
        scale_(F(std::uint64_t{1} << k).inverse()),
        twiddles_(k == 0 ? 0 : std::size_t{1} << (k - 1)) {
    const F root = F::root_of_unity(k).inverse();
    for (std::size_t j = 0; j < twiddles_.size(); ++j) twiddles_[j] = root.pow(reverse_bits(j, k - 1));
  }

  // The value at x^(2^k) of the message folded with r ([k]); values[2j] and values[2j+1] stand at y and -y, and one
  // fold is even + r (odd - even). Consumes `values`.
  template <class E>
  E operator()(std::vector<E>& values, std::uint32_t leaf, std::span<const E> r) const {
    // 1/y of pair j is this times a root of unity of order 2^k, in bit-reversed order; the same list serves all k.
    F first = inverse_root_.pow(reverse_bits(leaf, log_leaves_));
    for (const E& ri : r) {
      for (std::size_t j = 0; j < values.size() / 2; ++j) {
        const E even = values[2 * j] + values[2 * j + 1];
        const E odd = (values[2 * j] - values[2 * j + 1]) * (first * twiddles_[j]);
        values[j] = even + ri * (odd - even);
      }
      values.resize(values.size() / 2);
      first *= first;
    }
    return values[0] * scale_;
  }

 private:
  unsigned log_leaves_;
  F inverse_root_, scale_;
  std::vector<F> twiddles_;
};

template <class E>
class OpeningReplay {
 public:
  OpeningReplay(const Params& p, std::span<const TreeRef> trees, Transcript& tr, ProofReader& proof)
      : p_(p), trees_(trees), tr_(tr), proof_(proof) {}

  Status run(const WeightAt<E>& w_main, const E& sigma) {
    const std::vector<E> w_res = draw_mask_weights<E>(p_, tr_);
    NESCIO_TRY(const E sigma_res, proof_.ext<E>("open.sigma_res", tr_));
    const E eps = tr_.template challenge<E>("open.eps");
    claim_ = eps * sigma + sigma_res;
    NESCIO_TRY_STATUS(rounds(kColumnRound, p_.kappa, p_.fold_pow, columns_));
    column_eq_ = eq_table<E>(columns_);
    NESCIO_TRY(const E mu_g, proof_.ext<E>("open.mu_g", tr_));
    NESCIO_TRY_STATUS(proof_.nonce("open.gamma.pow", tr_, p_.fold_pow));
    gamma_ = tr_.template challenge<E>("open.gamma");
    claim_ = mu_g + gamma_ * claim_;

    for (std::size_t i = 0; i < p_.rounds.size(); ++i) NESCIO_TRY_STATUS(oracle(i));

    std::vector<E> last(std::size_t{1} << p_.final_log);
    for (E& x : last) {
      NESCIO_TRY(x, proof_.ext<E>("whir.final", tr_));
    }
    NESCIO_TRY(const std::vector<Value> values, open(p_.rounds.size()));
    for (const Value& v : values)
      NESCIO_VERIFY(at_base_point(last, v.x[0]) == v.y, ErrorCode::kVOpening, proof_.position());
    const std::size_t bound = rows_.size();
    NESCIO_TRY_STATUS(rounds(kLastRound, p_.final_log, 0, rows_));

    const E weight = eps * w_main(columns_, rows_) + mask_weight(w_res) + added_weight();
    const E f = mle_eval<E>(std::span<const E>(last), std::span<const E>(rows_).subspan(bound));
    NESCIO_VERIFY(weight * f == claim_, ErrorCode::kVOpening, proof_.position());
    return Unit{};
  }

 private:
  struct Value {  // of the folded oracle
    E x, y;
  };
  struct Added {  // the weight coef * pow(z) on the message that is left when `bound` row variables are bound
    E coef, z;
    std::size_t bound;
  };

  // The polynomial with these coefficients at a point of F.
  static E at_base_point(std::span<const E> coefficients, F x) {
    E y = E::zero();
    for (std::size_t i = coefficients.size(); i-- > 0;) y = y * x + coefficients[i];
    return y;
  }

  // n rounds of a quadratic sumcheck on claim_; appends the challenges to `point`.
  Status rounds(const RoundLabels& label, unsigned n, unsigned work, std::vector<E>& point) {
    for (unsigned i = 0; i < n; ++i) {
      NESCIO_TRY(const E c0, proof_.ext<E>(label.c0, tr_));
      NESCIO_TRY(const E c2, proof_.ext<E>(label.c2, tr_));
      NESCIO_TRY_STATUS(proof_.nonce(label.pow, tr_, work));
      point.push_back(tr_.template challenge<E>(label.r));
      claim_ = quadratic(c0, claim_ - c0 - c0 - c2, c2, point.back());
    }
    return Unit{};
  }

  // Everything about oracle i + 1 but the draws into it.
  Status oracle(std::size_t i) {
    const Round& round = p_.rounds[i];
    NESCIO_TRY(const Digest root, proof_.digest("whir.root", tr_));
    std::vector<Value> claims(round.ood);
    for (Value& c : claims) {
      c.x = tr_.template challenge<E>("whir.ood.z");
      NESCIO_TRY(c.y, proof_.ext<E>("whir.ood.y", tr_));
    }
    NESCIO_TRY(const std::vector<Value> values, open(i));
    claims.insert(claims.end(), values.begin(), values.end());
    const E xi = tr_.template challenge<E>("whir.xi");
    E coef = xi;
    for (const Value& c : claims) {
      added_.push_back({coef, c.x, rows_.size()});
      claim_ += coef * c.y;
      coef *= xi;
    }
    root_ = root;
    bound_before_ = rows_.size();
    return rounds(kFoldRound, round.fold, round.fold_pow, rows_);
  }

  // The values of oracle i, folded with all challenges so far, that the verifier draws.
  Result<std::vector<Value>> open(std::size_t i) {
    NESCIO_TRY_STATUS(proof_.nonce("query.pow", tr_, draw_work(p_, i)));
    const std::vector<std::uint32_t> leaves = draw_leaves(tr_, draws(p_, i), log_leaves(p_, i));
    const std::vector<F> points = leaf_points(leaves, log_leaves(p_, i));
    std::vector<Value> out(leaves.size());
    for (std::size_t s = 0; s < leaves.size(); ++s) out[s].x = E(points[s]);
    if (i == 0) {
      for (const TreeRef& tree : trees_) NESCIO_TRY_STATUS(open_rows(tree, leaves, out));
    } else {
      NESCIO_TRY_STATUS(open_cosets(i, leaves, out));
    }
    return out;
  }

  // Adds g(x) + gamma sum_j eq(r, position j) F_j(x) over the columns of one tree.
  Status open_rows(const TreeRef& tree, std::span<const std::uint32_t> leaves, std::vector<Value>& out) {
    const MatrixShape& shape = *tree.shape;
    std::vector<F> row(shape.stored_columns(p_));
    std::vector<merkle::IndexedDigest> digests;
    digests.reserve(leaves.size());
    for (std::size_t s = 0; s < leaves.size(); ++s) {
      NESCIO_TRY_STATUS(proof_.bases("row.cells", row));
      NESCIO_TRY(const Digest salt, proof_.digest("row.salt"));
      digests.push_back({leaves[s], merkle::row_leaf(salt, row, shape.groups)});
      E folded = E::zero();
      for (std::size_t j = 0; j < shape.positions.size(); ++j) folded += column_eq_[shape.positions[j]] * row[j];
      out[s].y += gamma_ * folded;
      if (!shape.fresh) continue;
      for (unsigned d = 0; d < E::D; ++d) out[s].y[d] += row[shape.positions.size() + d];
    }
    return under(tree.root, digests, p_.log_code(), "row.path");
  }

  Status open_cosets(std::size_t i, std::span<const std::uint32_t> leaves, std::vector<Value>& out) {
    const unsigned log = log_leaves(p_, i);
    const auto r = std::span<const E>(rows_).subspan(bound_before_);
    const CosetFold fold(log, static_cast<unsigned>(r.size()));
    std::vector<E> values;
    std::vector<merkle::IndexedDigest> digests;
    digests.reserve(leaves.size());
    for (std::size_t s = 0; s < leaves.size(); ++s) {
      values.resize(std::size_t{1} << r.size());
      for (E& v : values) {
        NESCIO_TRY(v, proof_.ext<E>("whir.leaf"));
      }
      digests.push_back({leaves[s], merkle::ext_leaf<E>(values)});
      out[s].y = fold(values, leaves[s], r);
    }
    return under(root_, digests, log, "whir.path");
  }

  Status under(const Digest& root, std::span<const merkle::IndexedDigest> leaves, unsigned log,
               std::string_view label) {
    NESCIO_TRY(const Digest found, merkle::root_from(leaves, log, proof_, label));
    NESCIO_VERIFY(found == root, ErrorCode::kVMerkle, proof_.position());
    return Unit{};
  }

  // The extension of w_res at the point.
  E mask_weight(std::span<const E> w_res) const {
    const std::size_t first = p_.rows() - p_.reserved_rows();
    std::vector<E> row_eq(p_.mask_rows());
    for (std::size_t y = 0; y < row_eq.size(); ++y) row_eq[y] = eq_index<E>(rows_, first + y);
    E sum = E::zero();
    for (std::size_t j = 0; j < p_.columns; ++j) {
      E column = E::zero();
      for (std::size_t y = 0; y < row_eq.size(); ++y) column += w_res[j * row_eq.size() + y] * row_eq[y];
      sum += column_eq_[trees_[0].shape->positions[j]] * column;
    }
    return sum;
  }

  E added_weight() const {
    E sum = E::zero();
    for (const Added& a : added_) sum += a.coef * pow_mle<E>(a.z, std::span<const E>(rows_).subspan(a.bound));
    return sum;
  }

  const Params& p_;
  std::span<const TreeRef> trees_;
  Transcript& tr_;
  ProofReader& proof_;
  E claim_, gamma_;
  std::vector<E> columns_, rows_;  // challenges of the column variables and of the row variables so far
  std::vector<E> column_eq_;       // [2^kappa]: eq(columns_, position)
  std::vector<Added> added_;
  Digest root_{};                 // of the newest oracle i >= 1
  std::size_t bound_before_ = 0;  // row variables that were bound when it was sent
};

}  // namespace

template <class E>
Status verify_opening(const Params& p, std::span<const TreeRef> trees, const WeightAt<E>& w_main, const E& sigma,
                      Transcript& tr, ProofReader& proof) {
  NESCIO_CHECK(well_formed(p).ok() && p.degree == E::D);
  std::vector<const MatrixShape*> shapes;
  for (const TreeRef& t : trees) shapes.push_back(t.shape);
  NESCIO_CHECK(check_shapes(p, shapes).ok());
  return OpeningReplay<E>(p, trees, tr, proof).run(w_main, sigma);
}

template Status verify_opening<Ext2>(const Params&, std::span<const TreeRef>, const WeightAt<Ext2>&, const Ext2&,
                                     Transcript&, ProofReader&);
template Status verify_opening<Ext3>(const Params&, std::span<const TreeRef>, const WeightAt<Ext3>&, const Ext3&,
                                     Transcript&, ProofReader&);

}  // namespace nescio::pcs
