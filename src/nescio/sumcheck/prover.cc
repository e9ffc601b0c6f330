#include "nescio/sumcheck/prover.h"

#include <algorithm>
#include <mutex>

#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"
#include "nescio/sumcheck/prover_eq.h"

namespace nescio::sumcheck {
namespace {

constexpr std::size_t kGrain = std::size_t{1} << 13;  // entries a task

// Coefficients of 1, X, .., X^4.
template <class E>
using Poly = std::array<E, 5>;

template <class E>
using Chunk = std::variant<BaseView, ExtView<E>>;

template <class E>
std::size_t size_of(const Table<E>& t) {
  return std::visit([](const auto& x) { return x.size(); }, t);
}
template <class E>
Chunk<E> slice(const Table<E>& t, std::size_t begin, std::size_t n) {
  if (const auto* base = std::get_if<SecretVector<F>>(&t)) return BaseView(*base).subspan(begin, n);
  return std::get<ExtVector<E>>(t).subspan(begin, n);
}

// (p + q X) times a polynomial.
template <class E, std::size_t N>
Poly<E> times_line(const E& p, const E& q, const std::array<E, N>& g) {
  Poly<E> out{};
  for (std::size_t k = 0; k < N; ++k) {
    out[k] += p * g[k];
    out[k + 1] += q * g[k];
  }
  return out;
}

// Any number of factors up to four, value by value: for terms that no kernel knows.
template <class E>
Poly<E> any_product(const std::vector<Chunk<E>>& factors) {
  const auto at = [](const Chunk<E>& c, std::size_t i) {
    if (const auto* base = std::get_if<BaseView>(&c)) return E((*base)[i]);
    return std::get<ExtView<E>>(c).get(i);
  };
  const std::size_t n = std::visit([](const auto& x) { return x.size(); }, factors[0]);
  Poly<E> sum{};
  for (std::size_t i = 0; i < n; i += 2) {
    std::array<E, 4> p{E::one()};
    Poly<E> all{E::one()};
    for (std::size_t k = 0; k < factors.size(); ++k) {
      const E lo = at(factors[k], i);
      all = times_line(lo, at(factors[k], i + 1) - lo, p);
      std::copy_n(all.begin(), p.size(), p.begin());
    }
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += all[k];
  }
  return sum;
}

// All tables over F, or all over E; two factors without weights may also be one of each, that over F first.
template <class E>
bool has_kernel(const std::vector<Chunk<E>>& f) {
  bool alike = true;
  for (const auto& c : f) alike = alike && c.index() == f[0].index();
  return f.size() <= 3 && (alike || f.size() == 2);
}

template <class E, std::size_t N>
std::array<E, 4> widened(const std::array<E, N>& g) {
  std::array<E, 4> out{};
  std::copy(g.begin(), g.end(), out.begin());
  return out;
}

// sum_i w[i] prod_k (f_k[2i] + X (f_k[2i+1] - f_k[2i])), two or three factors, all over F or all over E.
template <class E>
std::array<E, 4> weighted(ExtView<E> w, const std::vector<Chunk<E>>& f) {
  if (std::holds_alternative<BaseView>(f[0])) {
    const auto at = [&](std::size_t k) { return std::get<BaseView>(f[k]); };
    return f.size() == 2 ? widened<E>(weighted_round<E>(w, at(0), at(1))) : weighted_round3<E>(w, at(0), at(1), at(2));
  }
  const auto at = [&](std::size_t k) { return std::get<ExtView<E>>(f[k]); };
  return f.size() == 2 ? widened<E>(weighted_round<E>(w, at(0), at(1))) : weighted_round3<E>(w, at(0), at(1), at(2));
}

// The same without weights; the coefficient of X is left out where a kernel does not give it.
template <class E>
Poly<E> unweighted(const std::vector<Chunk<E>>& f) {
  if (!has_kernel<E>(f)) return any_product<E>(f);
  const auto quadratic = [](const QuadraticRound<E>& q) { return Poly<E>{q.c0, E::zero(), q.c2}; };
  const auto* a = std::get_if<BaseView>(&f[0]);
  const auto* b = std::get_if<BaseView>(&f[1]);
  if (f.size() == 3) {
    if (a != nullptr) return any_product<E>(f);
    const auto c =
        product_round3<E>(std::get<ExtView<E>>(f[0]), std::get<ExtView<E>>(f[1]), std::get<ExtView<E>>(f[2]));
    return {c.c0, E::zero(), c.c2, c.c3};
  }
  if (a != nullptr && b != nullptr) return quadratic(product_round<E>(*a, *b));
  if (a != nullptr) return quadratic(product_round<E>(*a, std::get<ExtView<E>>(f[1])));
  if (b != nullptr) return quadratic(product_round<E>(*b, std::get<ExtView<E>>(f[0])));
  return quadratic(product_round<E>(std::get<ExtView<E>>(f[0]), std::get<ExtView<E>>(f[1])));
}

// An equality weight and its factor of the variables that are bound.
template <class E>
class EqWeight {
 public:
  explicit EqWeight(std::vector<E> z) : split_(std::move(z)) {}
  bool empty() const { return split_.empty(); }
  const EqSplit<E>& split() const { return split_; }
  // The round polynomial from the sum over all chunks.
  Poly<E> round(const std::array<E, 4>& g) const {
    const E& z = split_.now();
    return times_line(bound_ * (E::one() - z), bound_ * (z + z - E::one()), g);
  }
  void bind(const E& r) {
    const E& z = split_.now();
    bound_ *= E::one() - z + r * (z + z - E::one());
    split_.advance();
  }

 private:
  EqSplit<E> split_;
  E bound_ = E::one();
};

// The state of a group from round to round.
template <class E>
class Running {
 public:
  Running(Group<E>&& group, unsigned rounds) : bits_(group.bits), tables_(std::move(group.tables)) {
    for (Term<E>& t : group.terms) {
      NESCIO_CHECK(t.point.empty() || t.point.size() == bits_);
      terms_.push_back({t.coef, std::move(t.factors), EqWeight<E>(std::move(t.point)), {}});
    }
    for (Table<E>& t : tables_) pad(t);
    lift_mixed();
    if (bits_ == 0) {
      for (const State& t : terms_) constant_ += t.coef * value(t);
      return;
    }
    sum_rounds(nullptr);
    if (bits_ < rounds)
      for (const State& t : terms_) constant_ += t.coef * total(t);
  }

  unsigned bits() const { return bits_; }
  // The sum of all terms.
  const E& constant() const { return constant_; }
  // The round polynomial of all terms.
  Poly<E> round() const {
    Poly<E> h{};
    for (const State& t : terms_)
      for (std::size_t k = 0; k < h.size(); ++k) h[k] += t.coef * t.round[k];
    return h;
  }
  void bind(const E& r) {
    for (State& t : terms_)
      if (!t.eq.empty()) t.eq.bind(r);
    --bits_;
    sum_rounds(&r);
  }
  SecretVector<E> finals() const {
    SecretVector<E> out;
    for (const Table<E>& t : tables_) out.push_back(first(t));
    return out;
  }

 private:
  struct State {
    E coef;
    std::vector<std::size_t> factors;
    EqWeight<E> eq;
    Poly<E> round;
  };

  static E first(const Table<E>& t) {
    if (const auto* base = std::get_if<SecretVector<F>>(&t)) return E((*base)[0]);
    return std::get<ExtVector<E>>(t).get(0);
  }
  E value(const State& t) const {
    E v = E::one();
    for (const std::size_t k : t.factors) v *= first(tables_[k]);
    return v;
  }
  // An even number of entries, or one.
  void pad(Table<E>& t) const {
    const std::size_t n = size_of(t);
    NESCIO_CHECK(n >= 1 && n <= std::size_t{1} << bits_);
    if (bits_ > 0 && n % 2 == 1) std::visit([&](auto& x) { x.resize(n + 1); }, t);
  }
  // Base tables beside extension tables become extension tables, but for plain products of two.
  void lift_mixed() {
    for (bool again = true; again;) {
      again = false;
      for (const State& t : terms_) {
        bool ext = false;
        for (const std::size_t k : t.factors) ext = ext || std::holds_alternative<ExtVector<E>>(tables_[k]);
        if (!ext || (t.eq.empty() && t.factors.size() == 2)) continue;
        for (const std::size_t k : t.factors) {
          const auto* base = std::get_if<SecretVector<F>>(&tables_[k]);
          if (base == nullptr) continue;
          ExtVector<E> lifted(base->size());
          std::copy(base->begin(), base->end(), lifted.plane(0));
          tables_[k] = std::move(lifted);
          again = true;
        }
      }
    }
  }
  std::size_t size(const State& t) const {
    std::size_t n = size_of(tables_[t.factors[0]]);
    for (const std::size_t k : t.factors) n = std::min(n, size_of(tables_[k]));
    return n;
  }
  // h(0) + h(1), with the coefficient that `unweighted` leaves out.
  E total(const State& t) const {
    if (!t.eq.empty()) return t.round[0] + t.round[0] + t.round[1] + t.round[2] + t.round[3] + t.round[4];
    const std::size_t n = size(t);
    const auto lifted = [&](std::size_t k) {
      ExtVector<E> out(n);
      if (const auto* base = std::get_if<SecretVector<F>>(&tables_[k])) {
        std::copy_n(base->begin(), n, out.plane(0));
      } else {
        for (unsigned d = 0; d < E::D; ++d) std::copy_n(std::get<ExtVector<E>>(tables_[k]).plane(d), n, out.plane(d));
      }
      return out;
    };
    ExtVector<E> product = lifted(t.factors[0]);
    for (std::size_t k = 1; k + 1 < t.factors.size(); ++k) mul<E>(product, lifted(t.factors[k]), product);
    const Table<E>& last = tables_[t.factors.back()];
    if (const auto* base = std::get_if<SecretVector<F>>(&last)) return dot<E>(product, BaseView(*base).subspan(0, n));
    return dot<E>(product, std::get<ExtVector<E>>(last).subspan(0, n));
  }

  // Folds the tables at r, if there is one, and sums the round polynomials of the terms over what is left.
  void sum_rounds(const E* r) {
    std::vector<ExtVector<E>> next(r == nullptr ? 0 : tables_.size());
    std::size_t most = 0;
    for (std::size_t k = 0; k < tables_.size(); ++k) {
      const std::size_t n = r == nullptr ? size_of(tables_[k]) : size_of(tables_[k]) / 2;
      if (r != nullptr) next[k] = ExtVector<E>::uninitialised(n + (bits_ > 0 ? n % 2 : 0));
      if (r != nullptr && next[k].size() > n) next[k].set(n, E::zero());
      most = std::max(most, n);
    }
    SecretVector<std::array<E, 4>> weighted_sums(terms_.size());
    SecretVector<Poly<E>> plain_sums(terms_.size());
    unsigned chunk_bits = std::min(bits_, kInner);
    for (const State& t : terms_)  // alike in all
      if (!t.eq.empty() && bits_ > 0) chunk_bits = t.eq.split().chunk_bits();
    const std::size_t chunk = std::size_t{1} << chunk_bits;
    std::mutex mutex;
    parallel_for((most + chunk - 1) / chunk, std::max<std::size_t>(1, kGrain / chunk),
                 [&](std::size_t begin, std::size_t end) {
                   SecretVector<std::array<E, 4>> w(terms_.size());
                   SecretVector<Poly<E>> p(terms_.size());
                   for (std::size_t c = begin; c < end; ++c) {
                     if (r != nullptr) fold_chunk(*r, c * chunk, chunk, next);
                     for (std::size_t j = 0; j < terms_.size() && bits_ > 0; ++j)
                       sum_chunk(terms_[j], r == nullptr ? nullptr : &next, c, chunk, w[j], p[j]);
                   }
                   const std::lock_guard lock(mutex);
                   for (std::size_t j = 0; j < terms_.size(); ++j) {
                     for (std::size_t k = 0; k < w[j].size(); ++k) weighted_sums[j][k] += w[j][k];
                     for (std::size_t k = 0; k < p[j].size(); ++k) plain_sums[j][k] += p[j][k];
                   }
                 });
    for (std::size_t k = 0; k < next.size(); ++k) tables_[k] = std::move(next[k]);
    for (std::size_t j = 0; j < terms_.size() && bits_ > 0; ++j)
      terms_[j].round = terms_[j].eq.empty() ? plain_sums[j] : terms_[j].eq.round(weighted_sums[j]);
  }
  void fold_chunk(const E& r, std::size_t begin, std::size_t chunk, std::vector<ExtVector<E>>& next) const {
    for (std::size_t k = 0; k < tables_.size(); ++k) {
      const std::size_t all = size_of(tables_[k]) / 2;
      if (begin >= all) continue;
      const std::size_t n = std::min(chunk, all - begin);
      const auto out = next[k].subspan(begin, n);
      const Chunk<E> from = slice(tables_[k], 2 * begin, 2 * n);
      if (const auto* base = std::get_if<BaseView>(&from)) {
        fold<E>(*base, r, out);
      } else {
        fold<E>(std::get<ExtView<E>>(from), r, out);
      }
    }
  }
  void sum_chunk(const State& t, const std::vector<ExtVector<E>>* folded, std::size_t c, std::size_t chunk,
                 std::array<E, 4>& weighted_sum, Poly<E>& plain_sum) const {
    std::size_t n = ~std::size_t{0};
    for (const std::size_t k : t.factors) n = std::min(n, folded ? (*folded)[k].size() : size_of(tables_[k]));
    const std::size_t begin = c * chunk;
    if (begin >= n) return;
    n = std::min(chunk, n - begin);
    std::vector<Chunk<E>> f;
    for (const std::size_t k : t.factors)
      f.push_back(folded ? Chunk<E>((*folded)[k].subspan(begin, n)) : slice(tables_[k], begin, n));
    if (t.eq.empty()) {
      const Poly<E> part = unweighted<E>(f);
      for (std::size_t k = 0; k < part.size(); ++k) plain_sum[k] += part[k];
      return;
    }
    const auto part = weighted<E>(t.eq.split().inner().subspan(0, n / 2), f);
    const E outer = t.eq.split().outer(c);
    for (std::size_t k = 0; k < part.size(); ++k) weighted_sum[k] += outer * part[k];
  }

  unsigned bits_;
  std::vector<Table<E>> tables_;
  SecretVector<State> terms_;
  E constant_;
};

}  // namespace

template <class E>
Proven<E> prove_plain(zk::ProverChannel<E>& ch, unsigned rounds, unsigned degree, std::vector<Group<E>> groups) {
  const E half = E(F(2).inverse());
  SecretVector<Running<E>> running;
  running.reserve(groups.size());
  for (Group<E>& g : groups) running.emplace_back(std::move(g), rounds);
  groups.clear();
  Proven<E> out;
  E scale = E::one();  // of groups that join in this round
  std::vector<E> joined(running.size(), E::one());
  for (unsigned i = 0; i < rounds; ++i) {
    Poly<E> h{};
    for (std::size_t g = 0; g < running.size(); ++g) {
      if (rounds - i > running[g].bits()) {
        joined[g] = scale * half;
        h[0] += joined[g] * running[g].constant();
        continue;
      }
      const Poly<E> part = running[g].round();
      for (std::size_t k = 0; k < h.size(); ++k) h[k] += joined[g] * part[k];
    }
    scale *= half;
    ch.hidden("c0", h[0]);  // P -> V
    ch.hidden("c2", h[2]);
    if (degree >= 3) ch.hidden("c3", h[3]);
    if (degree >= 4) ch.hidden("c4", h[4]);
    const E r = ch.challenge("r");  // V -> P
    out.point.push_back(r);
    for (Running<E>& g : running)
      if (rounds - i == g.bits()) g.bind(r);
  }
  for (const Running<E>& g : running) out.finals.push_back(g.finals());
  return out;
}

template Proven<Ext2> prove_plain(zk::ProverChannel<Ext2>&, unsigned, unsigned, std::vector<Group<Ext2>>);
template Proven<Ext3> prove_plain(zk::ProverChannel<Ext3>&, unsigned, unsigned, std::vector<Group<Ext3>>);

}  // namespace nescio::sumcheck
