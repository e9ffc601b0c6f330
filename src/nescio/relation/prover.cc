#include "nescio/relation/prover.h"

#include <algorithm>
#include <chrono>

#include "nescio/base/bits.h"
#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"
#include "nescio/lookup/prover.h"
#include "nescio/relation/prover_tables.h"

namespace nescio::relation {
namespace {

// Numerators and denominators of the leaves up to the last block's.
template <class E>
struct Leaves {
  SecretVector<F> p;
  ExtVector<E> q;
};

template <class E>
void fill_lookup(const Circuit& circuit, const Values& values, const LeafBlock& block, const E& alpha, const E& beta,
                 Leaves<E>& leaves) {
  const Lookup& lookup = circuit.lookups[block.number];
  const Dims& dims = circuit[lookup.columns[0]].dims;
  const E base = alpha - E(F(lookup.table + 1));
  // Rows of dimension 0 of the block, each contiguous in the tensor and among the leaves.
  const std::uint32_t first0 = dims.empty() ? 0 : block.pieces[0].offset;
  const std::size_t size0 = dims.empty() ? 1 : std::size_t{1} << block.pieces[0].log;
  const std::size_t n0 = dims.empty() ? 1 : std::min<std::size_t>(size0, dims[0] - first0);
  const std::size_t rows = (std::size_t{1} << block.log) / size0;
  parallel_for(rows, std::max<std::size_t>(1, 4096 / size0), [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      std::size_t rest = row, source = first0, stride = dims.empty() ? 1 : dims[0];
      bool inside = true;
      for (std::size_t d = 1; d < dims.size(); ++d) {
        const std::size_t k = block.pieces[d].offset + (rest & ((std::size_t{1} << block.pieces[d].log) - 1));
        rest >>= block.pieces[d].log;
        inside = inside && k < dims[d];
        source += k * stride;
        stride *= dims[d];
      }
      if (!inside) continue;
      const std::size_t at = static_cast<std::size_t>(block.offset) + row * size0;
      const auto q = leaves.q.subspan(at, n0);
      for (std::size_t i = 0; i < n0; ++i) {
        leaves.p[at + i] = -F(1);
        q.set(i, base);
      }
      E power = beta;
      for (const TensorId column : lookup.columns) {
        axpy<E>(-power, values[column].subspan(source, n0), q);
        power *= beta;
      }
    }
  });
}

template <class E>
void fill_table(const Circuit& circuit, const Values& values, const LeafBlock& block, const E& alpha, const E& beta,
                Leaves<E>& leaves) {
  const Table& table = circuit.tables[block.number];
  const std::size_t n = std::size_t{1} << block.log;
  const std::uint32_t first = block.pieces[0].offset;
  const std::span<const F> m = values[table.multiplicity].subspan(first, n);
  const E base = alpha - E(F(block.number + 1));
  parallel_for(n, 4096, [&](std::size_t begin, std::size_t end) {
    const std::size_t at = static_cast<std::size_t>(block.offset) + begin;
    std::vector<F> column(end - begin);
    const auto q = leaves.q.subspan(at, end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      leaves.p[static_cast<std::size_t>(block.offset) + i] = m[i];
      q.set(i - begin, base);
    }
    E power = beta;
    for (const TableColumn& c : table.columns) {
      for (std::size_t i = begin; i < end; ++i)
        column[i - begin] = F::from_signed(c.at(first + static_cast<std::uint32_t>(i)));
      axpy<E>(-power, column, q);
      power *= beta;
    }
    for (const TensorId c : table.tensors) {
      axpy<E>(-power, values[c].subspan(first + begin, end - begin), q);
      power *= beta;
    }
  });
}

template <class E>
Leaves<E> make_leaves(const Circuit& circuit, const Values& values, const LeafPlan& plan, const E& alpha, const E& beta,
                      const E& dummy) {
  std::uint64_t last = 0;
  for (const LeafBlock& block : plan.blocks) last = std::max(last, block.offset + (std::uint64_t{1} << block.log));
  const auto n = static_cast<std::size_t>(last);
  Leaves<E> leaves{SecretVector<F>(n), ExtVector<E>(n)};
  std::fill_n(leaves.q.plane(0), n, F(1));
  for (const LeafBlock& block : plan.blocks) {
    switch (block.kind) {
      case LeafBlock::Kind::lookup:
        fill_lookup(circuit, values, block, alpha, beta, leaves);
        break;
      case LeafBlock::Kind::table:
        fill_table(circuit, values, block, alpha, beta, leaves);
        break;
      case LeafBlock::Kind::dummy:
        leaves.q.set(static_cast<std::size_t>(block.offset), dummy);
        break;
    }
  }
  return leaves;
}

template <class E>
using Claims = std::vector<std::vector<Claim<E>>>;  // by equation

template <class E>
Claims<E> prove_wave(const Circuit& circuit, const PublicValues& publics, const Values& values,
                     const Claims<E>& equations, zk::ProverChannel<E>& ch) {
  const E zeta = equations.size() > 1 ? ch.challenge("zeta") : E::one();  // V -> P
  MergedClaims<E> merged;
  Expanded<E> all;
  E power = E::one();
  for (const auto& claims : equations) {
    for (const Claim<E>& c : claims) merged.add({c.coef * power, c.tensor, c.weights});
    power *= zeta;
  }
  for (const Claim<E>& c : merged) expand(circuit, publics, c, all);
  if (all.instances.empty()) return {};
  std::vector<Instance<E>> instances;
  unsigned rounds = 0, degree = 2;
  for (const Claim<E>& c : all.instances) {
    instances.push_back(make_instance(circuit, c));
    rounds = std::max(rounds, instances.back().bits);
    degree = std::max(degree, instances.back().degree());
  }
  WaveTables<E> tables(circuit, values, instances);
  const auto proven = sumcheck::prove_plain(ch, rounds, degree, tables.take());
  Claims<E> next;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    const Instance<E>& inst = instances[i];
    const auto final_of = [&](std::size_t operand) {
      return proven.finals[tables.group(i)][tables.tables(i)[operand]];
    };
    ch.product("a", "b", final_of(0), final_of(1));                                 // P -> V
    if (inst.cubic) ch.product("ab", "c", final_of(0) * final_of(1), final_of(2));  // P -> V
    const std::span<const E> point = std::span<const E>(proven.point).subspan(rounds - inst.bits);
    const auto side = [&](TensorId tensor, const typename Instance<E>::Side& s) {
      if (circuit.committed(tensor) == nullptr) next.push_back({{E::one(), tensor, final_weights(inst, s, point)}});
    };
    side(inst.a, inst.side_a);
    side(inst.b, inst.side_b);
    if (inst.cubic) side(inst.c, inst.side_a);
  }
  return next;
}

// Few entries: scalar. sum_i eq(tau, i) (A_i B_i - C_i) = 0.
template <class E>
void prove_triples(zk::ProverChannel<E>& ch) {
  const std::size_t count = ch.used_triples() + 1;
  const unsigned bits = log2_ceil(count);
  std::vector<E> tau;
  for (unsigned i = 0; i < bits; ++i) tau.push_back(ch.challenge("tau"));  // V -> P
  SecretVector<E> a(ch.pads().triple_a), b(ch.pads().triple_b), c(ch.pads().triple_c);
  NESCIO_CHECK(a.size() == count && b.size() == count && c.size() == count);
  for (auto* t : {&a, &b, &c}) t->resize(std::size_t{1} << bits);
  for (unsigned i = 0; i < bits; ++i) {
    const std::vector<E> w = eq_table<E>(std::span<const E>(tau).subspan(i + 1));
    E h0, h2;
    for (std::size_t x = 0; x < w.size(); ++x) {
      h0 += w[x] * (a[2 * x] * b[2 * x] - c[2 * x]);
      h2 += w[x] * ((a[2 * x + 1] - a[2 * x]) * (b[2 * x + 1] - b[2 * x]));
    }
    ch.hidden("h0", h0);  // P -> V
    ch.hidden("h2", h2);
    const E r = ch.challenge("r");  // V -> P
    for (auto* t : {&a, &b, &c}) {
      for (std::size_t x = 0; x < w.size(); ++x) (*t)[x] = (*t)[2 * x] + r * ((*t)[2 * x + 1] - (*t)[2 * x]);
      t->resize(w.size());
    }
  }
  ch.clear("triple.a", a[0]);  // P -> V
  ch.clear("triple.b", b[0]);
}

}  // namespace

template <class E>
void prove_segment(const Circuit& circuit, const PublicValues& publics, const Values& values, std::uint32_t segment,
                   const E& alpha, const E& beta, zk::ProverChannel<E>& ch, SegmentTimes* times) {
  using Time = std::chrono::steady_clock;
  const Time::time_point start = Time::now();
  const LeafPlan plan = plan_leaves(circuit, segment);
  Leaves<E> leaves = make_leaves(circuit, values, plan, alpha, beta, ch.pads().dummy.value);
  const std::vector<E> z = lookup::prove_tree(ch, plan.log, std::move(leaves.p), std::move(leaves.q));
  const Time::time_point fractions_done = Time::now();
  Claims<E> equations = {leaf_claims(circuit, plan, z, alpha, beta).q_claims};
  unsigned bits = 0;
  for (const Zero& zero : circuit.zeros)
    if (zero.segment == segment) bits = std::max(bits, num_variables(circuit[zero.tensor].dims));
  std::vector<E> point;
  for (unsigned i = 0; i < bits; ++i) point.push_back(ch.challenge("point"));  // V -> P
  for (const Zero& zero : circuit.zeros)
    if (zero.segment == segment)
      equations.push_back({{E::one(), zero.tensor, point_weights<E>(circuit[zero.tensor].dims, point)}});
  while (!equations.empty()) equations = prove_wave(circuit, publics, values, equations, ch);
  const Time::time_point waves_done = Time::now();
  prove_triples(ch);
  if (times == nullptr) return;
  const auto ms = [](Time::time_point a, Time::time_point b) {
    return std::chrono::duration<double, std::milli>(b - a).count();
  };
  times->fractions += ms(start, fractions_done);
  times->products += ms(fractions_done, waves_done);
  times->triples += ms(waves_done, Time::now());
}

template <class E>
E claim_value(const Dims& dims, std::span<const F> values, const Weights<E>& weights) {
  SecretVector<E> t(values.begin(), values.end());
  for (std::size_t d = 0; d < dims.size(); ++d) {  // sum out dimension 0, again and again
    const std::vector<E> w = weights[d].table(dims[d]);
    SecretVector<E> next(t.size() / dims[d]);
    for (std::size_t i = 0; i < t.size(); ++i) next[i / dims[d]] += w[i % dims[d]] * t[i];
    t = std::move(next);
  }
  return t[0];
}

#define NESCIO_INSTANTIATE(E)                                                                                        \
  template void prove_segment(const Circuit&, const PublicValues&, const Values&, std::uint32_t, const E&, const E&, \
                              zk::ProverChannel<E>&, SegmentTimes*);                                                 \
  template E claim_value(const Dims&, std::span<const F>, const Weights<E>&);
NESCIO_INSTANTIATE(Ext2)
NESCIO_INSTANTIATE(Ext3)
#undef NESCIO_INSTANTIATE

}  // namespace nescio::relation
