#include "nescio/lookup/prover.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"

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
  Layer<E> out{ExtVector<E>::uninitialised(n), ExtVector<E>::uninitialised(n)};
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    combine_fractions<E>(below.p.subspan(2 * begin, 2 * (end - begin)), below.q.subspan(2 * begin, 2 * (end - begin)),
                         out.p.subspan(begin, end - begin), out.q.subspan(begin, end - begin));
  });
  return out;
}

// The four tables of a layer's gate: u = p0 + lambda q0, q1, p1, q0.
template <class E>
using Gate = std::array<ExtSpan<E>, 4>;

// Memory for the rounds of all layers, made once for the largest.
template <class E>
struct Workspace {
  explicit Workspace(std::size_t nodes) : eq(ExtVector<E>::uninitialised(nodes / 4)) {
    for (std::size_t k = 0; k < 4; ++k) {
      a[k] = ExtVector<E>::uninitialised(nodes / 4);
      b[k] = ExtVector<E>::uninitialised(nodes / 8);
    }
  }
  std::array<ExtVector<E>, 4> a, b;
  ExtVector<E> eq;
};

template <class E>
Gate<E> window(std::array<ExtVector<E>, 4>& t, std::size_t begin, std::size_t n) {
  return {t[0].subspan(begin, n), t[1].subspan(begin, n), t[2].subspan(begin, n), t[3].subspan(begin, n)};
}

// Entries [begin, begin + out size) of the gate's tables, from the nodes.
template <class E>
void gate_tables(const Layer<E>& layer, const E& lambda, std::size_t begin, const Gate<E>& out) {
  const std::size_t n = out[0].size();
  gkr_prepare<E>(layer.p.subspan(2 * begin, 2 * n), layer.q.subspan(2 * begin, 2 * n), lambda, out[0], out[1], out[2],
                 out[3]);
}

template <class E>
QuadraticRound<E> round(const ExtSpan<E>& w, const Gate<E>& t) {
  return gkr_round<E>(w, t[0], t[1], t[2], t[3]);
}

// Sums body(begin, end) over ranges of [0, n).
template <class E, class Body>
QuadraticRound<E> sum_ranges(std::size_t n, const Body& body) {
  QuadraticRound<E> total{};
  std::mutex mutex;
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    const QuadraticRound<E> part = body(begin, end);
    const std::lock_guard lock(mutex);
    total.c0 += part.c0;
    total.c2 += part.c2;
  });
  return total;
}

// Calls body(begin, n) for pieces of [begin, end) that stay in the cache.
template <class Body>
void for_pieces(std::size_t begin, std::size_t end, const Body& body) {
  constexpr std::size_t kPiece = 256;
  for (; begin < end; begin += kPiece) body(begin, std::min(kPiece, end - begin));
}

// One layer: from the point z of its parents to that of its nodes. A pass over the tables folds them at the last
// challenge and sums the next round while they are in the cache; the first two passes read the nodes themselves.
template <class E>
std::vector<E> prove_layer(zk::ProverChannel<E>& ch, const Layer<E>& layer, const std::vector<E>& z,
                           Workspace<E>& space) {
  const std::size_t n = layer.p.size() / 2;
  const E lambda = ch.challenge("lambda");  // V -> P
  std::vector<E> point = {E::zero()};
  Gate<E> t;
  std::array<ExtVector<E>, 4> single;
  if (n == 1) {
    for (ExtVector<E>& s : single) s.resize(1);
    t = window(single, 0, 1);
    gate_tables(layer, lambda, 0, t);
  }
  ExtSpan<E> w = space.eq.subspan(0, n / 2);
  if (n > 1) eq_table<E>(std::span<const E>(z).subspan(1), E::one(), w);
  QuadraticRound<E> h{};
  if (n > 1)
    h = sum_ranges<E>(n / 2, [&](std::size_t begin, std::size_t end) {
      std::array<ExtVector<E>, 4> scratch;
      for (ExtVector<E>& s : scratch) s = ExtVector<E>::uninitialised(512);
      QuadraticRound<E> sum{};
      for_pieces(begin, end, [&](std::size_t at, std::size_t len) {
        const Gate<E> piece = window(scratch, 0, 2 * len);
        gate_tables(layer, lambda, 2 * at, piece);
        const auto part = round(w.subspan(at, len), piece);
        sum.c0 += part.c0;
        sum.c2 += part.c2;
      });
      return sum;
    });
  for (std::size_t i = 0; i < z.size(); ++i) {
    ch.hidden("h0", h.c0);  // P -> V
    ch.hidden("h2", h.c2);
    const E r = ch.challenge("r");  // V -> P
    point.push_back(r);
    const std::size_t size = n >> (i + 1);
    const Gate<E> from = t;
    t = window(i % 2 == 0 ? space.a : space.b, 0, size);
    if (size > 1) {  // eq over the variables that are left: eq sums to 1 over the lowest
      const ExtSpan<E> rest = w.subspan(0, size / 2);
      add_pairs<E>(w, rest);
      w = rest;
    }
    h = sum_ranges<E>(std::max<std::size_t>(size / 2, 1), [&](std::size_t begin, std::size_t end) {
      std::array<ExtVector<E>, 4> scratch;
      if (i == 0)
        for (ExtVector<E>& s : scratch) s = ExtVector<E>::uninitialised(1024);
      QuadraticRound<E> sum{};
      for_pieces(begin, end, [&](std::size_t at, std::size_t len) {
        const std::size_t first = size == 1 ? 0 : 2 * at, count = size == 1 ? 1 : 2 * len;
        Gate<E> source, out;
        if (i == 0) {
          source = window(scratch, 0, 2 * count);
          gate_tables(layer, lambda, 2 * first, source);
        }
        for (std::size_t k = 0; k < 4; ++k) {
          out[k] = t[k].subspan(first, count);
          fold<E>(i == 0 ? source[k] : from[k].subspan(2 * first, 2 * count), r, out[k]);
        }
        if (size == 1) return;
        const auto part = round(w.subspan(at, len), out);
        sum.c0 += part.c0;
        sum.c2 += part.c2;
      });
      return sum;
    });
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
  if (layers.empty()) return {};
  Workspace<E> space(std::max<std::size_t>(layers.front().p.size(), 8));
  std::vector<E> z;
  for (; !layers.empty(); layers.pop_back()) z = prove_layer(ch, layers.back(), z, space);
  return z;
}

template std::vector<Ext2> prove_tree(zk::ProverChannel<Ext2>&, ExtVector<Ext2>, ExtVector<Ext2>);
template std::vector<Ext3> prove_tree(zk::ProverChannel<Ext3>&, ExtVector<Ext3>, ExtVector<Ext3>);

}  // namespace nescio::lookup
