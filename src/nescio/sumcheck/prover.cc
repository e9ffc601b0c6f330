#include "nescio/sumcheck/prover.h"

#include <mutex>

#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"

namespace nescio::sumcheck {
namespace {

constexpr std::size_t kGrain = std::size_t{1} << 13;  // entries a task

BaseView slice(const SecretVector<F>& t, std::size_t begin, std::size_t n) {
  return BaseView(t).subspan(begin, n);
}
template <class E>
ExtView<E> slice(const ExtVector<E>& t, std::size_t begin, std::size_t n) {
  return t.subspan(begin, n);
}

template <class E>
ExtVector<E> lift(const SecretVector<F>& t) {
  ExtVector<E> out(t.size());
  std::copy(t.begin(), t.end(), out.plane(0));
  return out;
}

// Both tables over F, or both over E, or (without weight) one each with the base table first.
template <class E>
void normalise(Term<E>& term) {
  const bool base_a = std::holds_alternative<SecretVector<F>>(term.a),
             base_b = std::holds_alternative<SecretVector<F>>(term.b);
  if (base_a == base_b || term.weight.empty()) return;
  Table<E>& t = base_a ? term.a : term.b;
  t = lift<E>(std::get<SecretVector<F>>(t));
}

template <class E, class Body>
CubicRound<E> sum_chunks(std::size_t n, const Body& body) {
  CubicRound<E> total{};
  std::mutex mutex;
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    const CubicRound<E> part = body(begin, end - begin);
    const std::lock_guard lock(mutex);
    total.c0 += part.c0;
    total.c2 += part.c2;
    total.c3 += part.c3;
  });
  return total;
}
template <class E>
CubicRound<E> cubic(const QuadraticRound<E>& q) {
  return {q.c0, q.c2, E::zero()};
}

template <class E>
CubicRound<E> round(const Term<E>& term) {
  using Base = SecretVector<F>;
  using Ext = ExtVector<E>;
  const std::size_t size = std::visit([](const auto& t) { return t.size(); }, term.a);
  return sum_chunks<E>(size, [&](std::size_t at, std::size_t n) {
    if (const auto *a = std::get_if<Base>(&term.a), *b = std::get_if<Base>(&term.b); a != nullptr && b != nullptr)
      return term.weight.empty() ? cubic(product_round<E>(slice(*a, at, n), slice(*b, at, n)))
                                 : product_round3<E>(slice(term.weight, at, n), slice(*a, at, n), slice(*b, at, n));
    if (const auto* a = std::get_if<Base>(&term.a))
      return cubic(product_round<E>(slice(*a, at, n), slice(std::get<Ext>(term.b), at, n)));
    if (const auto* b = std::get_if<Base>(&term.b))
      return cubic(product_round<E>(slice(*b, at, n), slice(std::get<Ext>(term.a), at, n)));
    const Ext &a = std::get<Ext>(term.a), &b = std::get<Ext>(term.b);
    return term.weight.empty() ? cubic(product_round<E>(slice(a, at, n), slice(b, at, n)))
                               : product_round3<E>(slice(term.weight, at, n), slice(a, at, n), slice(b, at, n));
  });
}

template <class E>
void fold_parallel(ExtView<E> t, const E& r, ExtSpan<E> out) {
  parallel_for(out.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    fold<E>(t.subspan(2 * begin, 2 * (end - begin)), r, out.subspan(begin, end - begin));
  });
}

template <class E>
void fold_in(Table<E>& t, const E& r) {
  if (const auto* base = std::get_if<SecretVector<F>>(&t)) {
    ExtVector<E> out(base->size() / 2);
    parallel_for(out.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      fold<E>(slice(*base, 2 * begin, 2 * (end - begin)), r, out.subspan(begin, end - begin));
    });
    t = std::move(out);
  } else {
    const auto& ext = std::get<ExtVector<E>>(t);
    ExtVector<E> out(ext.size() / 2);
    fold_parallel<E>(ext, r, out);
    t = std::move(out);
  }
}

template <class E>
E value(const Table<E>& t) {
  if (const auto* base = std::get_if<SecretVector<F>>(&t)) return E((*base)[0]);
  return std::get<ExtVector<E>>(t).get(0);
}

// The whole sum of a term.
template <class E>
E total(const Term<E>& term) {
  const auto lifted = [](const Table<E>& t) {
    if (const auto* base = std::get_if<SecretVector<F>>(&t)) return lift<E>(*base);
    return std::get<ExtVector<E>>(t).clone();
  };
  ExtVector<E> a = lifted(term.a);
  const ExtVector<E> b = lifted(term.b);
  if (!term.weight.empty()) mul<E>(a, term.weight, a);
  return dot<E>(a, b);
}

}  // namespace

template <class E>
Proven<E> prove_plain(zk::ProverChannel<E>& ch, unsigned rounds, unsigned degree, std::vector<Term<E>> terms) {
  const E half = E(F(2).inverse());
  SecretVector<E> waiting;  // coef * sum of a term, halved each round until it joins
  for (Term<E>& term : terms) {
    normalise(term);
    waiting.push_back(term.bits < rounds ? total(term) * term.coef : E::zero());
  }
  Proven<E> out;
  for (unsigned i = 0; i < rounds; ++i) {
    CubicRound<E> h{};
    for (std::size_t j = 0; j < terms.size(); ++j) {
      if (rounds - i > terms[j].bits) {
        waiting[j] *= half;
        terms[j].coef *= half;
        h.c0 += waiting[j];
        continue;
      }
      const CubicRound<E> part = round(terms[j]);
      h.c0 += terms[j].coef * part.c0;
      h.c2 += terms[j].coef * part.c2;
      h.c3 += terms[j].coef * part.c3;
    }
    ch.hidden("c0", h.c0);  // P -> V
    ch.hidden("c2", h.c2);
    if (degree == 3) ch.hidden("c3", h.c3);
    const E r = ch.challenge("r");  // V -> P
    out.point.push_back(r);
    for (Term<E>& term : terms) {
      if (rounds - i > term.bits) continue;
      fold_in(term.a, r);
      fold_in(term.b, r);
      if (term.weight.empty()) continue;
      ExtVector<E> w(term.weight.size() / 2);
      fold_parallel<E>(term.weight, r, w);
      term.weight = std::move(w);
    }
  }
  for (const Term<E>& term : terms) out.finals.push_back({value(term.a), value(term.b)});
  return out;
}

template Proven<Ext2> prove_plain(zk::ProverChannel<Ext2>&, unsigned, unsigned, std::vector<Term<Ext2>>);
template Proven<Ext3> prove_plain(zk::ProverChannel<Ext3>&, unsigned, unsigned, std::vector<Term<Ext3>>);

}  // namespace nescio::sumcheck
