#include "nescio/lookup/prover.h"

#include <mutex>

#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"
#include "nescio/sumcheck/prover.h"

namespace nescio::lookup {
namespace {

constexpr std::size_t kGrain = std::size_t{1} << 12;

template <class E>
struct Layer {
  ExtVector<E> p, q;
};

template <class E>
Layer<E> combine(const Layer<E>& below) {
  const std::size_t n = below.p.size() / 2;
  Layer<E> out{ExtVector<E>(n), ExtVector<E>(n)};
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    combine_fractions<E>(below.p.subspan(2 * begin, 2 * (end - begin)), below.q.subspan(2 * begin, 2 * (end - begin)),
                         out.p.subspan(begin, end - begin), out.q.subspan(begin, end - begin));
  });
  return out;
}

template <class E>
void split(const ExtVector<E>& t, ExtVector<E>& even, ExtVector<E>& odd) {
  parallel_for(even.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (unsigned d = 0; d < E::D; ++d) {
      const F* in = t.plane(d);
      F *e = even.plane(d), *o = odd.plane(d);
      for (std::size_t i = begin; i < end; ++i) {
        e[i] = in[2 * i];
        o[i] = in[2 * i + 1];
      }
    }
  });
}

// eq(z, .) over all variables but the lowest, from eq over one variable more: eq sums to 1 over a variable.
template <class E>
void drop_variable(ExtVector<E>& w) {
  const std::size_t n = w.size() / 2;
  for (unsigned d = 0; d < E::D; ++d) {
    F* p = w.plane(d);
    for (std::size_t i = 0; i < n; ++i) p[i] = p[2 * i] + p[2 * i + 1];
  }
  w.resize(n);
}

template <class E>
QuadraticRound<E> round(const ExtVector<E>& w, const ExtVector<E> (&t)[4]) {
  QuadraticRound<E> total{};
  std::mutex mutex;
  parallel_for(w.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    const std::size_t at = 2 * begin, n = 2 * (end - begin);
    const auto part = gkr_round<E>(w.subspan(begin, end - begin), t[0].subspan(at, n), t[1].subspan(at, n), t[2].subspan(at, n),
                                   t[3].subspan(at, n));
    const std::lock_guard lock(mutex);
    total.c0 += part.c0;
    total.c2 += part.c2;
  });
  return total;
}

// One layer: from the point z of its parents to that of its nodes.
template <class E>
std::vector<E> prove_layer(zk::ProverChannel<E>& ch, const Layer<E>& layer, const std::vector<E>& z) {
  const std::size_t n = layer.p.size() / 2;
  const E lambda = ch.challenge("lambda");  // V -> P
  ExtVector<E> t[4] = {ExtVector<E>(n), ExtVector<E>(n), ExtVector<E>(n), ExtVector<E>(n)};  // u, q1, p1, q0
  split(layer.p, t[0], t[2]);
  split(layer.q, t[3], t[1]);
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    axpy<E>(lambda, t[3].subspan(begin, end - begin), t[0].subspan(begin, end - begin));
  });
  std::vector<E> point = {E::zero()};
  ExtVector<E> w;
  if (!z.empty()) {
    w.resize(n / 2);
    eq_table<E>(std::span<const E>(z).subspan(1), E::one(), w);
  }
  for (std::size_t i = 0; i < z.size(); ++i) {
    const auto h = round(w, t);
    ch.hidden("h0", h.c0);  // P -> V
    ch.hidden("h2", h.c2);
    const E r = ch.challenge("r");  // V -> P
    point.push_back(r);
    for (ExtVector<E>& table : t) {
      ExtVector<E> out(table.size() / 2);
      sumcheck::fold_parallel<E>(table, r, out);
      table = std::move(out);
    }
    drop_variable(w);
  }
  ch.product("u", "q1", t[0].get(0), t[1].get(0));  // P -> V
  ch.product("p1", "q0", t[2].get(0), t[3].get(0));
  point[0] = ch.challenge("mu");  // V -> P
  return point;
}

}  // namespace

template <class E>
std::vector<E> prove_tree(zk::ProverChannel<E>& ch, ExtVector<E> p, ExtVector<E> q) {
  std::vector<Layer<E>> layers;
  layers.push_back({std::move(p), std::move(q)});
  while (layers.back().p.size() > 1) layers.push_back(combine(layers.back()));
  ch.clear("root.q", layers.back().q.get(0));  // P -> V
  ch.hidden("root.p", layers.back().p.get(0));
  layers.pop_back();
  std::vector<E> z;
  for (; !layers.empty(); layers.pop_back()) z = prove_layer(ch, layers.back(), z);
  return z;
}

template std::vector<Ext2> prove_tree(zk::ProverChannel<Ext2>&, ExtVector<Ext2>, ExtVector<Ext2>);
template std::vector<Ext3> prove_tree(zk::ProverChannel<Ext3>&, ExtVector<Ext3>, ExtVector<Ext3>);

}  // namespace nescio::lookup
