#include "nescio/lookup/prover.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <variant>

#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"
#include "nescio/poly/eq.h"
#include "nescio/sumcheck/prover_eq.h"

namespace nescio::lookup {
namespace {

constexpr std::size_t kGrain = std::size_t{1} << 12;

// The fractions of a layer of 2^log nodes; those that are left out are 0/1.
template <class E>
struct Layer {
  unsigned log = 0;
  std::variant<SecretVector<F>, ExtVector<E>> p;
  ExtVector<E> q;

  // Adds nodes until there are whole pairs of gates: 4 nodes, or all of them.
  void pad() {
    const std::size_t n = q.size(), unit = std::size_t{1} << std::min(log, 2U), all = (n + unit - 1) / unit * unit;
    if (all == n) return;
    std::visit([&](auto& x) { x.resize(all); }, p);
    q.resize(all);
    std::fill(q.plane(0) + n, q.plane(0) + all, F(1));
  }
  E numerator(std::size_t i) const {
    if (const auto* base = std::get_if<SecretVector<F>>(&p)) return E((*base)[i]);
    return std::get<ExtVector<E>>(p).get(i);
  }
  // body(p[begin, begin + n), q[begin, begin + n)), p over F or E.
  template <class Body>
  auto on_nodes(std::size_t begin, std::size_t n, const Body& body) const {
    if (const auto* base = std::get_if<SecretVector<F>>(&p))
      return body(BaseView(*base).subspan(begin, n), q.subspan(begin, n));
    return body(std::get<ExtVector<E>>(p).subspan(begin, n), q.subspan(begin, n));
  }
};

template <class E>
Layer<E> combine(const Layer<E>& below) {
  const std::size_t n = below.q.size() / 2;
  ExtVector<E> p = ExtVector<E>::uninitialised(n), q = ExtVector<E>::uninitialised(n);
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    below.on_nodes(2 * begin, 2 * (end - begin), [&](const auto& p_in, const auto& q_in) {
      combine_fractions<E>(p_in, q_in, p.subspan(begin, end - begin), q.subspan(begin, end - begin));
    });
  });
  Layer<E> out{below.log - 1, std::move(p), std::move(q)};
  out.pad();
  return out;
}

// The four tables of a layer's gate after some rounds; entries from `size` on are lambda, 1, 0, 1.
template <class E>
struct Gates {
  std::array<ExtVector<E>, 4> table;  // u, q1, p1, q0
  std::size_t size = 0;

  GateTables<E> part(std::size_t begin, std::size_t n) {
    return {table[0].subspan(begin, n), table[1].subspan(begin, n), table[2].subspan(begin, n),
            table[3].subspan(begin, n)};
  }
  // n entries to be written; one more follows if that makes them even.
  void reset(std::size_t n, bool even, const E& lambda) {
    size = even ? n + n % 2 : n;
    if (size == n) return;
    const E rest[4] = {lambda, E::one(), E::zero(), E::one()};
    for (std::size_t k = 0; k < 4; ++k) table[k].set(n, rest[k]);
  }
};

// Memory for the rounds of all layers, made once for the largest.
template <class E>
struct Workspace {
  explicit Workspace(std::size_t nodes) {
    for (std::size_t k = 0; k < 4; ++k) {
      a.table[k] = ExtVector<E>::uninitialised(nodes / 4 + 2);
      b.table[k] = ExtVector<E>::uninitialised(nodes / 8 + 2);
    }
  }
  Gates<E> a, b;
};

// Sums body(chunk, first pair, pairs) over the chunks of `pairs` pairs of gates, weighted by eq.
template <class E, class Body>
QuadraticRound<E> sum_chunks(const sumcheck::EqSplit<E>& eq, std::size_t pairs, const Body& body) {
  const std::size_t chunk = std::size_t{1} << (eq.chunk_bits() - 1);
  QuadraticRound<E> total{};
  std::mutex mutex;
  parallel_for((pairs + chunk - 1) / chunk, std::max<std::size_t>(1, kGrain / chunk),
               [&](std::size_t begin, std::size_t end) {
                 QuadraticRound<E> sum{};
                 for (std::size_t c = begin; c < end; ++c) {
                   const std::size_t first = c * chunk, n = std::min(chunk, pairs - first);
                   const QuadraticRound<E> part = body(eq.inner().subspan(0, n), first, n);
                   const E outer = eq.outer(c);
                   sum.c0 += outer * part.c0;
                   sum.c2 += outer * part.c2;
                 }
                 const std::lock_guard lock(mutex);
                 total.c0 += sum.c0;
                 total.c2 += sum.c2;
               });
  return total;
}

// One layer: from the point z of its parents to that of its nodes. A pass over the tables folds them at the last
// challenge and sums the next round while they are in the cache; the first two passes read the nodes themselves.
template <class E>
std::vector<E> prove_layer(zk::ProverChannel<E>& ch, const Layer<E>& layer, const std::vector<E>& z,
                           Workspace<E>& space) {
  const E lambda = ch.challenge("lambda");  // V -> P
  std::vector<E> point = {E::zero()};
  Gates<E>*now = &space.a, *next = &space.b;
  if (z.empty()) {
    const E last[4] = {layer.numerator(0) + lambda * layer.q.get(0), layer.q.get(1), layer.numerator(1),
                       layer.q.get(0)};
    for (std::size_t k = 0; k < 4; ++k) now->table[k].set(0, last[k]);
  }
  sumcheck::EqSplit<E> eq(z);
  // The gates that no table holds.
  const auto add_rest = [&](std::size_t pairs, QuadraticRound<E>& h) {
    h.c0 += lambda * (E::one() - lt_sum<E>(eq.above(), pairs));
  };
  QuadraticRound<E> h{};
  std::size_t gates = layer.q.size() / 2;
  if (!z.empty()) {
    h = sum_chunks<E>(eq, gates / 2, [&](ExtView<E> w, std::size_t first, std::size_t n) {
      return layer.on_nodes(4 * first, 4 * n,
                            [&](const auto& p, const auto& q) { return gkr_first_round<E>(w, p, q, lambda); });
    });
    add_rest(gates / 2, h);
  }
  for (std::size_t i = 0; i < z.size(); ++i) {
    ch.hidden("h0", h.c0);  // P -> V
    ch.hidden("h2", h.c2);
    const E r = ch.challenge("r");  // V -> P
    point.push_back(r);
    const bool more = i + 1 < z.size();
    const std::size_t written = gates / 2;
    Gates<E>& from = *now;
    Gates<E>& to = i == 0 ? *now : *next;
    to.reset(written, more, lambda);
    gates = to.size;
    const auto fold_gates = [&](std::size_t begin, std::size_t n) {
      n = std::min(n, written - begin);
      const GateTables<E> out = to.part(begin, n);
      if (i == 0) {
        layer.on_nodes(4 * begin, 4 * n,
                       [&](const auto& p, const auto& q) { gkr_first_fold<E>(p, q, lambda, r, out); });
        return;
      }
      const GateTables<E> in = from.part(2 * begin, 2 * n);
      fold<E>(in.u, r, out.u);
      fold<E>(in.q1, r, out.q1);
      fold<E>(in.p1, r, out.p1);
      fold<E>(in.q0, r, out.q0);
    };
    eq.advance();
    if (more) {
      h = sum_chunks<E>(eq, gates / 2, [&](ExtView<E> w, std::size_t first, std::size_t n) {
        fold_gates(2 * first, 2 * n);
        const GateTables<E> t = to.part(2 * first, 2 * n);
        return gkr_round<E>(w, t.u, t.q1, t.p1, t.q0);
      });
      add_rest(gates / 2, h);
    } else {
      fold_gates(0, 1);
    }
    if (i > 0) std::swap(now, next);
  }
  const auto last = [&](std::size_t k) { return now->table[k].get(0); };
  ch.product("u", "q1", last(0), last(1));  // P -> V
  ch.product("p1", "q0", last(2), last(3));
  point[0] = ch.challenge("mu");  // V -> P
  return point;
}

}  // namespace

template <class E>
std::vector<E> prove_tree(zk::ProverChannel<E>& ch, unsigned log, SecretVector<F> p, ExtVector<E> q) {
  NESCIO_CHECK(!p.empty() && p.size() == q.size() && q.size() <= std::size_t{1} << log);
  std::vector<Layer<E>> layers;
  layers.push_back({log, std::move(p), std::move(q)});
  layers.back().pad();
  while (layers.back().log > 0) layers.push_back(combine(layers.back()));
  ch.clear("root.q", layers.back().q.get(0));  // P -> V
  ch.hidden("root.p", layers.back().numerator(0));
  layers.pop_back();
  if (layers.empty()) return {};
  Workspace<E> space(layers.front().q.size());
  std::vector<E> z;
  for (; !layers.empty(); layers.pop_back()) z = prove_layer(ch, layers.back(), z, space);
  return z;
}

template std::vector<Ext2> prove_tree(zk::ProverChannel<Ext2>&, unsigned, SecretVector<F>, ExtVector<Ext2>);
template std::vector<Ext3> prove_tree(zk::ProverChannel<Ext3>&, unsigned, SecretVector<F>, ExtVector<Ext3>);

}  // namespace nescio::lookup
