#include "nescio/pcs/prover_whir.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"
#include "nescio/pcs/opening.h"
#include "nescio/pcs/prover_oracle.h"

namespace nescio::pcs {
namespace {

constexpr std::size_t kTile = 4096;

template <class E>
class Whir {
 public:
  Whir(const Params& p, ExtVector<E> f, ExtVector<E> v, const OpenRows& open_rows, Transcript& tr, ProofWriter& proof)
      : p_(p), f_(std::move(f)), v_(std::move(v)), open_rows_(open_rows), tr_(tr), proof_(proof) {}

  void run() {
    for (std::size_t i = 0; i < p_.rounds.size(); ++i) {
      const Round& round = p_.rounds[i];
      auto next = std::make_unique<Oracle<E>>(f_.view(), round.log_inv_rate, round.fold);
      proof_.digest("whir.root", next->tree().root(), tr_);
      std::vector<E> samples(round.ood);
      for (E& z : samples) z = sample();
      const std::vector<std::uint32_t> leaves = open(i);
      add_claims(samples, leaves, log_leaves(p_, i));
      oracle_ = std::move(next);
      rounds(kFoldRound, round.fold, round.fold_pow);
    }
    for (std::size_t j = 0; j < f_.size(); ++j) proof_.ext("whir.final", f_.get(j), tr_);
    open(p_.rounds.size());
    rounds(kLastRound, p_.final_log, 0);
  }

 private:
  // Draws z and sends f(z).
  E sample() {
    const E z = tr_.template challenge<E>("whir.ood.z");
    ExtVector<E> powers(f_.size());
    power_table<E>(z, E::one(), powers);
    proof_.ext("whir.ood.y", dot<E>(powers, f_), tr_);
    return z;
  }

  std::vector<std::uint32_t> open(std::size_t i) {
    proof_.nonce("query.pow", tr_, draw_work(p_, i));
    const std::vector<std::uint32_t> leaves = draw_leaves(tr_, draws(p_, i), log_leaves(p_, i));
    if (i == 0) {
      open_rows_(leaves);
      return leaves;
    }
    const unsigned fold = p_.rounds[i - 1].fold;
    for (const std::uint32_t leaf : leaves)
      for (std::size_t j = 0; j >> fold == 0; ++j)
        proof_.ext("whir.leaf", oracle_->at((std::size_t{leaf} << fold) + j));
    for (const Digest& d : oracle_->tree().multiproof(leaves)) proof_.digest("whir.path", d);
    return leaves;
  }

  // v += sum xi^s pow(z_s): samples first, then the points of the leaves.
  void add_claims(std::span<const E> samples, std::span<const std::uint32_t> leaves, unsigned log) {
    const E xi = tr_.template challenge<E>("whir.xi");
    std::vector<E> coef(samples.size() + leaves.size());
    coef[0] = xi;
    for (std::size_t s = 1; s < coef.size(); ++s) coef[s] = coef[s - 1] * xi;
    for (std::size_t s = 0; s < samples.size(); ++s) {
      ExtVector<E> powers(v_.size());
      power_table<E>(samples[s], coef[s], powers);
      add<E>(v_, powers, v_);
    }
    add_powers<E>(leaves, std::span<const E>(coef).subspan(samples.size()), log, v_);
  }

  void rounds(const RoundLabels& label, unsigned n, unsigned work) {
    for (unsigned i = 0; i < n; ++i) {
      const QuadraticRound<E> c = round();
      proof_.ext(label.c0, c.c0, tr_);
      proof_.ext(label.c2, c.c2, tr_);
      proof_.nonce(label.pow, tr_, work);
      bind(tr_.template challenge<E>(label.r));
    }
  }
  QuadraticRound<E> round() const {
    std::vector<QuadraticRound<E>> sums((f_.size() + kTile - 1) / kTile);
    parallel_for(sums.size(), 1, [&](std::size_t first, std::size_t last) {
      for (std::size_t t = first; t < last; ++t) {
        const std::size_t begin = t * kTile, n = std::min(kTile, f_.size() - begin);
        sums[t] = product_round<E>(v_.subspan(begin, n), f_.subspan(begin, n));
      }
    });
    QuadraticRound<E> total{};
    for (const QuadraticRound<E>& s : sums) {
      total.c0 += s.c0;
      total.c2 += s.c2;
    }
    return total;
  }
  void bind(const E& r) {
    ExtVector<E> f(f_.size() / 2), v(v_.size() / 2);
    parallel_for(f.size(), kTile, [&](std::size_t begin, std::size_t end) {
      fold<E>(f_.subspan(2 * begin, 2 * (end - begin)), r, f.subspan(begin, end - begin));
      fold<E>(v_.subspan(2 * begin, 2 * (end - begin)), r, v.subspan(begin, end - begin));
    });
    f_ = std::move(f);
    v_ = std::move(v);
  }

  const Params& p_;
  ExtVector<E> f_, v_;
  const OpenRows& open_rows_;
  Transcript& tr_;
  ProofWriter& proof_;
  std::unique_ptr<Oracle<E>> oracle_;  // the newest that can be opened
};

}  // namespace

template <class E>
void prove_whir(const Params& p, ExtVector<E> f, ExtVector<E> v, const OpenRows& open_rows, Transcript& tr,
                ProofWriter& proof) {
  Whir<E>(p, std::move(f), std::move(v), open_rows, tr, proof).run();
}

template void prove_whir<Ext2>(const Params&, ExtVector<Ext2>, ExtVector<Ext2>, const OpenRows&, Transcript&,
                               ProofWriter&);
template void prove_whir<Ext3>(const Params&, ExtVector<Ext3>, ExtVector<Ext3>, const OpenRows&, Transcript&,
                               ProofWriter&);

}  // namespace nescio::pcs
