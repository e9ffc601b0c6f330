#include "nescio/relation/claims.h"

#include <algorithm>

#include "nescio/base/bits.h"
#include "nescio/sponge/poseidon.h"

namespace nescio::relation {
namespace {

bool known(const TensorDef& t) {
  return std::holds_alternative<Constant>(t.def) || std::holds_alternative<Public>(t.def);
}

std::vector<F> known_values(const Circuit& circuit, const PublicValues& publics, TensorId id) {
  if (std::holds_alternative<Public>(circuit[id].def)) return publics[id];
  const auto& c = std::get<Constant>(circuit[id].def);
  if (c.poseidon) return poseidon_sbox_constants();
  std::vector<F> v;
  v.reserve(c.values.size());
  for (const std::int64_t x : c.values) v.push_back(F::from_signed(x));
  return v;
}

template <class E>
E known_claim(const Circuit& circuit, const PublicValues& publics, const Claim<E>& claim) {
  const Dims& dims = circuit[claim.tensor].dims;
  const std::vector<F> values = known_values(circuit, publics, claim.tensor);
  // Sums out one dimension after the other; the first of extent above 1 while the values are still in F.
  E coef = claim.coef;
  std::vector<E> sums;
  const auto sum_out = [&](const std::vector<E>& w, const auto& from) {
    std::vector<E> to(from.size() / w.size());
    for (std::size_t i = 0; i < from.size(); ++i) to[i / w.size()] += w[i % w.size()] * from[i];
    sums = std::move(to);
  };
  for (std::size_t d = 0; d < dims.size(); ++d) {
    const std::vector<E> w = claim.weights[d].table(dims[d]);
    if (dims[d] == 1) {
      coef *= w[0];
    } else if (sums.empty()) {
      sum_out(w, values);
    } else {
      sum_out(w, sums);
    }
  }
  return sums.empty() ? coef * values[0] : coef * sums[0];
}

template <class E>
void expand_affine(const Circuit& circuit, const PublicValues& publics, const Claim<E>& claim, const Affine& def,
                   Expanded<E>& out) {
  const Dims& dims = circuit[claim.tensor].dims;
  std::vector<E> sums;
  for (std::size_t d = 0; d < dims.size(); ++d) sums.push_back(claim.weights[d].sum(dims[d]));
  const E scaled = def.divisor == 1 ? claim.coef : claim.coef * F(def.divisor).inverse();
  E constant = scaled * F::from_signed(def.constant);
  for (const E& s : sums) constant *= s;
  out.constant += constant;
  for (const AffineTerm& term : def.terms) {
    Claim<E> next{scaled * F::from_signed(term.coef), term.source, {}};
    std::vector<bool> used(dims.size());
    for (const DimRef& ref : term.dims) {
      next.weights.push_back(ref.fixed ? Weight<E>::index(ref.value) : claim.weights[ref.value]);
      if (!ref.fixed) used[ref.value] = true;
    }
    for (std::size_t d = 0; d < dims.size(); ++d)
      if (!used[d]) next.coef *= sums[d];  // broadcast
    expand(circuit, publics, next, out);
  }
}

// blocks = sum over parts of digits: a claim on the source of each part, whose weight is a product again.
template <class E>
void expand_packing(const Circuit& circuit, const PublicValues& publics, const Claim<E>& claim, const Packing& def,
                    Expanded<E>& out) {
  const std::uint32_t blocks = circuit[claim.tensor].dims[1];
  const std::vector<E> lane = claim.weights[0].table(kPoseidonRate);
  const Weight<E>& block = claim.weights[1];
  for (const Packing::Part& part : def.parts) {
    const Dims& dims = circuit[part.source].dims;
    const unsigned per_cell = values_per_cell(part.bits);
    const bool runs = part.run != kNoRun;
    const std::uint32_t last = (part.lane + cells_of(part.count, part.bits) - 1) / kPoseidonRate;
    const std::vector<E> rows = runs ? std::vector<E>{E::one()} : block.table(part.block, part.block + last + 1);
    std::vector<E> digits;
    E sum;
    for (std::uint32_t i = 0; i < part.count; ++i) {
      const std::uint32_t cell = part.lane + i / per_cell;
      digits.push_back(rows[cell / kPoseidonRate] * lane[cell % kPoseidonRate] *
                       F(std::uint64_t{1} << (part.bits * (i % per_cell))));
      sum += digits.back();
    }
    Claim<E> next{claim.coef, part.source, {}};
    for (std::size_t d = 0; d < dims.size(); ++d) {
      if (d == part.along) {
        next.weights.push_back(Weight<E>::dense(digits, part.at[d]));
      } else if (d == part.run) {
        next.weights.push_back(block.shifted(part.block, blocks, dims[d]));
        sum *= next.weights[d].sum(dims[d]);
      } else {
        next.weights.push_back(Weight<E>::index(part.at[d]));
      }
    }
    out.constant -= claim.coef * sum * F::from_signed(part.lo);
    expand(circuit, publics, next, out);
  }
}

template <class E>
Weight<E> transpose_map(const Map& def, const Weight<E>& w, std::uint32_t rows, std::uint32_t cols) {
  if (const auto* shift = std::get_if<ShiftMatrix>(&def.matrix)) return w.shifted(shift->offset, rows, cols);
  const std::vector<E> t = w.table(rows);
  std::vector<E> out(cols);
  if (const auto* sparse = std::get_if<SparseMatrix>(&def.matrix)) {
    for (const auto& e : sparse->entries) out[e.col] += t[e.row] * F::from_signed(e.coef);
  } else {
    poseidon_linear_transpose<E>(t, out);
  }
  return Weight<E>::dense(std::move(out));
}

int find(const std::vector<std::uint8_t>& labels, std::uint8_t label) {
  const auto it = std::find(labels.begin(), labels.end(), label);
  return it == labels.end() ? -1 : static_cast<int>(it - labels.begin());
}

// Y = einsum(K, X), K known: a claim on X alone. K has one label of extent above 1 at most, and X has it too.
template <class E>
Claim<E> contract_known(const Circuit& circuit, const PublicValues& publics, const Claim<E>& claim,
                        const Contract& def) {
  const bool a_known = known(circuit[def.a]);
  const TensorId k = a_known ? def.a : def.b, x = a_known ? def.b : def.a;
  const auto& k_labels = a_known ? def.a_labels : def.b_labels;
  const auto& x_labels = a_known ? def.b_labels : def.a_labels;
  const std::vector<F> values = known_values(circuit, publics, k);
  Claim<E> next{claim.coef, x, {}};
  if (values.size() == 1) next.coef = next.coef * values[0];
  for (const std::uint8_t label : k_labels)  // free labels of K have extent 1
    if (const int y = find(def.y_labels, label); y >= 0 && find(x_labels, label) < 0)
      next.coef *= claim.weights[static_cast<std::size_t>(y)].table(1)[0];
  for (std::size_t d = 0; d < x_labels.size(); ++d) {
    const std::uint32_t n = circuit[x].dims[d];
    const int y = find(def.y_labels, x_labels[d]), in_k = find(k_labels, x_labels[d]);
    if (in_k < 0 || (n == 1 && y >= 0)) {
      next.weights.push_back(claim.weights[static_cast<std::size_t>(y)]);
    } else if (n == 1) {
      next.weights.push_back(Weight<E>::index(0));
    } else {
      NESCIO_CHECK(values.size() == n);
      std::vector<E> w = y >= 0 ? claim.weights[static_cast<std::size_t>(y)].table(n) : std::vector<E>(n, E::one());
      for (std::uint32_t i = 0; i < n; ++i) w[i] = w[i] * values[i];
      next.weights.push_back(Weight<E>::dense(std::move(w)));
    }
  }
  return next;
}

}  // namespace

template <class E>
void MergedClaims<E>::add(const Claim<E>& claim) {
  const auto [at, fresh] = place_.try_emplace({claim.tensor, claim.weights}, list_.size());
  if (fresh) {
    list_.push_back(claim);
  } else {
    list_[at->second].coef += claim.coef;
  }
}

template <class E>
void expand(const Circuit& circuit, const PublicValues& publics, const Claim<E>& claim, Expanded<E>& out) {
  const TensorDef& t = circuit[claim.tensor];
  NESCIO_CHECK(claim.weights.size() == t.dims.size());
  if (std::holds_alternative<Committed>(t.def)) {
    out.atoms.add(claim);
  } else if (known(t)) {
    out.constant += known_claim(circuit, publics, claim);
  } else if (const auto* affine = std::get_if<Affine>(&t.def)) {
    expand_affine(circuit, publics, claim, *affine, out);
  } else if (const auto* map = std::get_if<Map>(&t.def)) {
    Claim<E> next{claim.coef, map->source, claim.weights};
    next.weights[map->dim] =
        transpose_map(*map, claim.weights[map->dim], t.dims[map->dim], circuit[map->source].dims[map->dim]);
    expand(circuit, publics, next, out);
  } else if (const auto* packing = std::get_if<Packing>(&t.def)) {
    expand_packing(circuit, publics, claim, *packing, out);
  } else if (std::holds_alternative<Cubic>(t.def)) {
    out.instances.add(claim);
  } else {
    const auto& contract = std::get<Contract>(t.def);
    if (known(circuit[contract.a]) || known(circuit[contract.b])) {
      expand(circuit, publics, contract_known(circuit, publics, claim, contract), out);
    } else {
      out.instances.add(claim);
    }
  }
}

namespace {

// Adds the variable of one index; the weight of y there if it is batched.
template <class E>
void add_variable(std::uint32_t extent, const Weight<E>* weight, Instance<E>& inst) {
  typename Instance<E>::Variable v;
  v.extent = extent;
  v.bits = log2_ceil(extent);
  if (weight != nullptr) {
    v.weight = *weight;
    if (extent == 1) {
      inst.coef *= v.weight.table(1)[0];
    } else {
      v.batched = inst.weighted = true;
    }
  }
  inst.bits += v.bits;
  inst.variables.push_back(std::move(v));
}

template <class E>
void make_cubic(const Circuit& circuit, const Claim<E>& claim, const Cubic& def, Instance<E>& inst) {
  inst.a = def.a;
  inst.b = def.b;
  inst.c = def.c;
  inst.cubic = true;
  const Dims& dims = circuit[claim.tensor].dims;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    add_variable(dims[d], &claim.weights[d], inst);
    inst.side_a.variable.push_back(static_cast<int>(d));
    inst.side_a.weight.push_back(Weight<E>::index(0));
  }
  inst.side_b = inst.side_a;
}

}  // namespace

template <class E>
Instance<E> make_instance(const Circuit& circuit, const Claim<E>& claim) {
  Instance<E> inst;
  inst.coef = claim.coef;
  if (const auto* cubic = std::get_if<Cubic>(&circuit[claim.tensor].def)) {
    make_cubic(circuit, claim, *cubic, inst);
    return inst;
  }
  const auto& def = std::get<Contract>(circuit[claim.tensor].def);
  inst.a = def.a;
  inst.b = def.b;
  std::vector<std::uint8_t> labels;  // of the variables
  for (std::size_t d = 0; d < def.a_labels.size(); ++d) {
    const std::uint8_t label = def.a_labels[d];
    if (find(def.b_labels, label) < 0) continue;
    const int y = find(def.y_labels, label);
    add_variable(circuit[def.a].dims[d], y >= 0 ? &claim.weights[static_cast<std::size_t>(y)] : nullptr, inst);
    labels.push_back(label);
  }
  const auto side = [&](const std::vector<std::uint8_t>& operand_labels) {
    typename Instance<E>::Side s;
    for (const std::uint8_t label : operand_labels) {
      const int v = find(labels, label);
      s.variable.push_back(v);
      s.weight.push_back(v >= 0 ? Weight<E>::index(0)
                                : claim.weights[static_cast<std::size_t>(find(def.y_labels, label))]);
    }
    return s;
  };
  inst.side_a = side(def.a_labels);
  inst.side_b = side(def.b_labels);
  return inst;
}

template <class E>
E instance_weight(const Instance<E>& inst, std::span<const E> r) {
  E w = E::one();
  for (const auto& v : inst.variables) {
    if (v.batched) w *= v.weight.extension(r.first(v.bits));
    r = r.subspan(v.bits);
  }
  return w;
}

template <class E>
Weights<E> final_weights(const Instance<E>& inst, const typename Instance<E>::Side& side, std::span<const E> r) {
  std::vector<Weight<E>> points;
  for (const auto& v : inst.variables) {
    points.push_back(Weight<E>::point({r.begin(), r.begin() + v.bits}));
    r = r.subspan(v.bits);
  }
  Weights<E> out;
  for (std::size_t d = 0; d < side.variable.size(); ++d)
    out.push_back(side.variable[d] >= 0 ? points[static_cast<std::size_t>(side.variable[d])] : side.weight[d]);
  return out;
}

template <class E>
Weights<E> point_weights(const Dims& dims, std::span<const E> z) {
  Weights<E> out;
  for (const std::uint32_t n : dims) {
    const unsigned bits = log2_ceil(n);
    out.push_back(Weight<E>::point({z.begin(), z.begin() + bits}));
    z = z.subspan(bits);
  }
  return out;
}

#define NESCIO_INSTANTIATE(E)                                                                                   \
  template class MergedClaims<E>;                                                                               \
  template void expand(const Circuit&, const PublicValues&, const Claim<E>&, Expanded<E>&);                     \
  template Instance<E> make_instance(const Circuit&, const Claim<E>&);                                          \
  template E instance_weight(const Instance<E>&, std::span<const E>);                                           \
  template Weights<E> final_weights(const Instance<E>&, const typename Instance<E>::Side&, std::span<const E>); \
  template Weights<E> point_weights(const Dims&, std::span<const E>);
NESCIO_INSTANTIATE(Ext2)
NESCIO_INSTANTIATE(Ext3)
#undef NESCIO_INSTANTIATE

}  // namespace nescio::relation
