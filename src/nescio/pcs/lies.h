// pcs/lies.h -- for tests: what a prover of a false claim can do (pcs/reference_prover.h). Each lie looks at a copy of
// the transcript, guesses the challenges that come next, and chooses its message so that the error cancels if the guess
// is right. With challenges that are known in advance (pcs/frozen) it is; with Fiat-Shamir it is not.
#pragma once
#include <string_view>
#include <vector>

#include "nescio/pcs/reference_prover.h"

namespace nescio::pcs {

struct Lie {
  std::string_view label;  // the message that is changed; "substitute": the message of an oracle
  unsigned count;          // how many with this label come before; for substitute, the oracle
};

// All the lies that parameters have room for.
inline std::vector<Lie> all_lies(const Params& p) {
  std::vector<Lie> out = {{"open.sigma_res", 0}, {"open.mu_g", 0}};
  for (unsigned i = 0; i < p.kappa; ++i) {
    out.push_back({kColumnRound.c0, i});
    out.push_back({kColumnRound.c2, i});
  }
  unsigned folds = 0, samples = 0;
  for (unsigned i = 0; i < p.rounds.size(); ++i) {
    for (unsigned o = 0; o < p.rounds[i].ood; ++o) out.push_back({"whir.ood.y", samples++});
    for (unsigned k = 0; k < p.rounds[i].fold; ++k, ++folds) {
      out.push_back({kFoldRound.c0, folds});
      out.push_back({kFoldRound.c2, folds});
    }
    out.push_back({"substitute", i + 1});
  }
  for (unsigned k = 0; k < p.final_log; ++k) {
    out.push_back({kLastRound.c0, k});
    out.push_back({kLastRound.c2, k});
  }
  out.push_back({"substitute", static_cast<unsigned>(p.rounds.size()) + 1});
  return out;
}

// The change of the message that cancels `error`, if the challenges that `ahead` gives are those of the verifier.
template <class E>
E cancelling_change(const Params& p, const Lie& lie, const E& error, Transcript ahead) {
  if (lie.label == "open.sigma_res") return -(ahead.challenge<E>("open.eps") * error);
  if (lie.label == "open.mu_g") return -(ahead.challenge<E>("open.gamma") * error);
  if (lie.label == "whir.ood.y") {
    std::size_t i = 0;
    unsigned s = lie.count;
    for (; s >= p.rounds[i].ood; ++i) s -= p.rounds[i].ood;
    for (unsigned o = s + 1; o < p.rounds[i].ood; ++o) (void)ahead.challenge<E>("whir.ood.z");
    (void)draw_leaves(ahead, draws(p, i), log_leaves(p, i));
    return -(error * ahead.challenge<E>("whir.xi").pow(s + 1).inverse());
  }
  // h(r) = r claim + (1 - 2r) c0 + (r^2 - r) c2
  for (const RoundLabels& l : {kColumnRound, kFoldRound, kLastRound}) {
    if (lie.label != l.c0 && lie.label != l.c2) continue;
    const E r = ahead.challenge<E>(l.r);
    return -(error * r * (lie.label == l.c0 ? E::one() - r - r : r * r - r).inverse());
  }
  detail::check_failed("unknown lie", __FILE__, __LINE__);
}

// A prover of the false claim <w_main, F> = sigma that tells `lie`.
template <class E>
void prove_falsely(const Sample<E>& s, const Lie& lie, const E& sigma, Transcript& tr, ProofWriter& proof) {
  ReferenceProver<E> prover;
  if (lie.label == "substitute") {
    // Another message with the claimed value that agrees with the honest one wherever the previous oracle is opened:
    // f + c Z, Z zero there. It would pass if the draws were known before the message is fixed.
    prover.substitute = [&](std::size_t i, std::vector<E>& f, const std::vector<E>& v, const E& error,
                            Transcript ahead) {
      if (i != lie.count) return;
      if (i <= s.p.rounds.size())
        for (unsigned o = 0; o < s.p.rounds[i - 1].ood; ++o) (void)ahead.challenge<E>("whir.ood.z");
      std::vector<E> z(f.size());
      z[0] = E::one();
      for (const std::uint32_t leaf : draw_leaves(ahead, draws(s.p, i - 1), log_leaves(s.p, i - 1))) {
        const F x = leaf_point(leaf, log_leaves(s.p, i - 1));
        NESCIO_CHECK(z.back().is_zero());
        for (std::size_t j = z.size(); j-- > 0;) z[j] = (j > 0 ? z[j - 1] : E::zero()) - z[j] * x;
      }
      E at = E::zero();
      for (std::size_t j = 0; j < z.size(); ++j) at += v[j] * z[j];
      const E c = error * at.inverse();
      for (std::size_t j = 0; j < z.size(); ++j) f[j] += c * z[j];
    };
  } else {
    prover.tamper = [&](const typename ReferenceProver<E>::Message& m, const E& honest) {
      if (m.label != lie.label || m.count != lie.count) return honest;
      return honest + cancelling_change<E>(s.p, lie, m.error, m.ahead);
    };
  }
  prover.run(s, sigma, tr, proof);
}

}  // namespace nescio::pcs
