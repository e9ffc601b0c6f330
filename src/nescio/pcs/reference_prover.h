// pcs/reference_prover.h -- for tests: the opening of pcs/opening.h by definition, one scalar at a time, sharing no
// code with the prover. It can lie: `tamper` sees every element before it is sent, and `substitute` may replace the
// message of an oracle. It follows what the verifier will believe (`claim`) and what is true (`truth`), so that a lie
// can be chosen to cancel an error once a challenge is known.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "nescio/merkle/leaf.h"
#include "nescio/merkle/prover.h"
#include "nescio/pcs/opening.h"
#include "nescio/pcs/sample_opening.h"
#include "nescio/poly/univariate.h"

namespace nescio::pcs {

inline F leaf_point(std::uint64_t leaf, unsigned log_leaves) {
  return F::root_of_unity(log_leaves).pow(reverse_bits(leaf, log_leaves));
}

template <class E>
class ReferenceProver {
 public:
  struct Message {
    std::string_view label;
    unsigned count;    // messages with this label before
    E error;           // claim - truth
    Transcript ahead;  // a copy of the transcript as it is now
  };
  // What to send in place of `honest`.
  std::function<E(const Message&, const E& honest)> tamper = [](const Message&, const E& honest) { return honest; };
  // May change the message f of oracle i >= 1, or the last message (i = M + 1), given the functional v; what follows is
  // computed from the changed f.
  std::function<void(std::size_t i, std::vector<E>& f, const std::vector<E>& v, const E& error, Transcript ahead)>
      substitute;
  // The matrix that the messages are computed from, if not the committed one.
  const std::vector<SecretVector<F>>* messages = nullptr;

  void run(const Sample<E>& s, const E& sigma, Transcript& tr, ProofWriter& proof) {
    tr_ = &tr;
    proof_ = &proof;
    const Params& p = s.p;
    const std::size_t rows = p.rows(), mask0 = rows - p.reserved_rows();
    auto [f, g] = columns(s, messages != nullptr ? *messages : s.messages);
    std::vector<std::vector<E>> w(f.size(), std::vector<E>(rows));
    std::vector<E> r;

    const std::vector<E> w_res = draw_mask_weights<E>(p, tr);
    E sigma_res = E::zero();
    for (std::size_t j = 0; j < p.columns; ++j)
      for (std::size_t y = 0; y < p.mask_rows(); ++y) {
        w[s.shapes[0].positions[j]][mask0 + y] = w_res[j * p.mask_rows() + y];
        sigma_res += w_res[j * p.mask_rows() + y] * f[s.shapes[0].positions[j]][mask0 + y];
      }
    truth = s.sigma;
    claim = sigma;
    const E sent = send("open.sigma_res", sigma_res);
    const E eps = tr.challenge<E>("open.eps");
    claim = eps * sigma + sent;
    truth = eps * truth + sigma_res;
    for (std::size_t j = 0; j < w.size(); ++j)
      for (std::size_t i = 0; i < s.w[j].size(); ++i) w[j][i] += eps * s.w[j][i];

    for (unsigned k = 0; k < p.kappa; ++k) {
      E c0 = E::zero(), c2 = E::zero();
      for (std::size_t j = 0; j < f.size(); j += 2)
        for (std::size_t i = 0; i < rows; ++i) {
          c0 += w[j][i] * f[j][i];
          c2 += (w[j + 1][i] - w[j][i]) * (f[j + 1][i] - f[j][i]);
        }
      r.push_back(round(kColumnRound, c0, c2, p.fold_pow));
      for (auto* table : {&w, &f}) {
        for (std::size_t j = 0; j < table->size() / 2; ++j)
          for (std::size_t i = 0; i < rows; ++i) {
            const E lo = (*table)[2 * j][i], hi = (*table)[2 * j + 1][i];
            (*table)[j][i] = lo + r.back() * (hi - lo);
          }
        table->resize(table->size() / 2);
      }
    }
    const E mu = inner(w[0], g);
    const E sent_mu = send("open.mu_g", mu);
    proof.nonce("open.gamma.pow", tr, p.fold_pow);
    const E gamma = tr.challenge<E>("open.gamma");
    claim = sent_mu + gamma * claim;
    truth = mu + gamma * truth;
    for (std::size_t i = 0; i < rows; ++i) g[i] += gamma * f[0][i];
    auto [all, committed] = columns(s, s.messages);
    for (std::size_t j = 0; j < all.size(); ++j)
      for (std::size_t i = 0; i < rows; ++i) committed[i] += gamma * eq_index<E>(r, j) * all[j][i];
    folded_ = std::move(committed);
    whir(s, std::move(g), std::move(w[0]));
  }

  E claim, truth;

 private:
  struct Columns {
    std::vector<std::vector<E>> f;  // by position
    std::vector<E> g;
  };
  static Columns columns(const Sample<E>& s, const std::vector<SecretVector<F>>& source) {
    const std::size_t rows = s.p.rows();
    Columns out{std::vector(std::size_t{1} << s.p.kappa, std::vector<E>(rows)), std::vector<E>(rows)};
    for (std::size_t t = 0; t < s.shapes.size(); ++t)
      for (std::size_t i = 0; i < rows; ++i) {
        const F* row = source[t].data() + i * row_stride(s.p, s.shapes[t]);
        const std::size_t n = s.shapes[t].positions.size();
        for (std::size_t j = 0; j < n; ++j) out.f[s.shapes[t].positions[j]][i] = E(row[j]);
        if (t == 0)
          for (unsigned d = 0; d < E::D; ++d) out.g[i][d] = row[n + d];
      }
    return out;
  }
  static E inner(const std::vector<E>& a, const std::vector<E>& b) {
    E s = E::zero();
    for (std::size_t i = 0; i < a.size(); ++i) s += a[i] * b[i];
    return s;
  }
  E send(std::string_view label, const E& honest) {
    unsigned count = 0;
    for (const std::string_view l : sent_) count += l == label;
    sent_.push_back(label);
    const E x = tamper({label, count, claim - truth, *tr_}, honest);
    proof_->ext(label, x, *tr_);
    return x;
  }
  E round(const RoundLabels& label, const E& c0, const E& c2, unsigned work) {
    const E s0 = send(label.c0, c0), s2 = send(label.c2, c2);
    proof_->nonce(label.pow, *tr_, work);
    const E r = tr_->challenge<E>(label.r);
    claim = quadratic(s0, claim - s0 - s0 - s2, s2, r);
    truth = quadratic(c0, truth - c0 - c0 - c2, c2, r);
    return r;
  }
  void rounds(const RoundLabels& label, unsigned n, unsigned work, std::vector<E>& f, std::vector<E>& v) {
    for (unsigned k = 0; k < n; ++k) {
      E c0 = E::zero(), c2 = E::zero();
      for (std::size_t i = 0; i < f.size(); i += 2) {
        c0 += v[i] * f[i];
        c2 += (v[i + 1] - v[i]) * (f[i + 1] - f[i]);
      }
      const E r = round(label, c0, c2, work);
      for (auto* t : {&f, &v}) {
        for (std::size_t i = 0; i < t->size() / 2; ++i) (*t)[i] = (*t)[2 * i] + r * ((*t)[2 * i + 1] - (*t)[2 * i]);
        t->resize(t->size() / 2);
      }
    }
  }

  struct Oracle {
    std::vector<E> code;
    unsigned fold;
    std::unique_ptr<merkle::Tree> tree;
  };
  void replace(std::size_t i, std::vector<E>& f, const std::vector<E>& v) {
    if (!substitute) return;
    substitute(i, f, v, claim - truth, *tr_);
    truth = inner(f, v);
  }
  void whir(const Sample<E>& s, std::vector<E> f, std::vector<E> v) {
    const Params& p = s.p;
    Oracle previous{};
    for (std::size_t i = 0; i < p.rounds.size(); ++i) {
      replace(i + 1, f, v);
      const Round& round = p.rounds[i];
      const unsigned log_n = p.log_code(i);
      Oracle next{{}, round.fold, nullptr};
      for (std::size_t j = 0; j >> log_n == 0; ++j)
        next.code.push_back(horner<E>(std::span<const E>(f), E(leaf_point(j, log_n))));
      std::vector<Digest> leaves;
      for (std::size_t j = 0; j < next.code.size(); j += std::size_t{1} << round.fold)
        leaves.push_back(merkle::ext_leaf<E>(std::span<const E>(next.code).subspan(j, std::size_t{1} << round.fold)));
      next.tree = std::make_unique<merkle::Tree>(std::move(leaves));
      proof_->digest("whir.root", next.tree->root(), *tr_);
      std::vector<E> points, sent;
      for (unsigned o = 0; o < round.ood; ++o) {
        points.push_back(tr_->challenge<E>("whir.ood.z"));
        sent.push_back(send("whir.ood.y", horner<E>(std::span<const E>(f), points.back())));
      }
      for (const std::uint32_t leaf : open(s, i, previous)) {
        points.push_back(E(leaf_point(leaf, log_leaves(p, i))));
        sent.push_back(horner<E>(std::span<const E>(folded_), points.back()));
      }
      const E xi = tr_->challenge<E>("whir.xi");
      E coef = xi;
      for (std::size_t c = 0; c < points.size(); ++c, coef *= xi) {
        E power = coef;
        for (E& x : v) {
          x += power;
          power *= points[c];
        }
        claim += coef * sent[c];
      }
      truth = inner(f, v);
      previous = std::move(next);
      rounds(kFoldRound, round.fold, round.fold_pow, f, v);
      folded_ = f;
    }
    replace(p.rounds.size() + 1, f, v);
    for (const E& x : f) proof_->ext("whir.final", x, *tr_);
    open(s, p.rounds.size(), previous);
    rounds(kLastRound, p.final_log, 0, f, v);
  }
  std::vector<std::uint32_t> open(const Sample<E>& s, std::size_t i, const Oracle& previous) {
    const Params& p = s.p;
    proof_->nonce("query.pow", *tr_, draw_work(p, i));
    const auto leaves = draw_leaves(*tr_, draws(p, i), log_leaves(p, i));
    if (i == 0) {
      for (const auto& t : s.trees) {
        for (const std::uint32_t l : leaves) {
          proof_->bases("row.cells", {t->code_row(l), t->shape().stored_columns(p)});
          proof_->digest("row.salt", t->salt(l));
        }
        for (const Digest& d : t->tree().multiproof(leaves)) proof_->digest("row.path", d);
      }
      return leaves;
    }
    for (const std::uint32_t l : leaves)
      for (std::size_t j = 0; j >> previous.fold == 0; ++j)
        proof_->ext("whir.leaf", previous.code[(std::size_t{l} << previous.fold) + j]);
    for (const Digest& d : previous.tree->multiproof(leaves)) proof_->digest("whir.path", d);
    return leaves;
  }

  Transcript* tr_ = nullptr;
  ProofWriter* proof_ = nullptr;
  std::vector<std::string_view> sent_;
  std::vector<E> folded_;  // what the newest oracle folds to
};

}  // namespace nescio::pcs
