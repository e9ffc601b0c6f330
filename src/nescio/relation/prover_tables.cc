#include "nescio/relation/prover_tables.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"

namespace nescio::relation {
namespace {

// Where index 1 of each variable lies in a table over all variables.
template <class E>
std::vector<std::size_t> variable_strides(const Instance<E>& inst) {
  std::vector<std::size_t> strides;
  unsigned bits = 0;
  for (const auto& v : inst.variables) {
    strides.push_back(std::size_t{1} << bits);
    bits += v.bits;
  }
  return strides;
}

// Calls row(flat index of the row's first cell, table offset, weight) for every row along dimension 0.
template <class E, class Row>
void for_each_row(const Dims& dims, const typename Instance<E>::Side& side, const std::vector<std::size_t>& strides,
                  const Row& row) {
  std::vector<std::vector<E>> weight(dims.size());
  std::size_t rows = 1;
  for (std::size_t d = 1; d < dims.size(); ++d) {
    rows *= dims[d];
    if (side.variable[d] < 0) weight[d] = side.weight[d].table(dims[d]);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    std::size_t rest = i, offset = 0;
    E w = E::one();
    for (std::size_t d = 1; d < dims.size(); ++d) {
      const std::size_t k = rest % dims[d];
      rest /= dims[d];
      if (side.variable[d] < 0) {
        w *= weight[d][k];
      } else {
        offset += k * strides[static_cast<std::size_t>(side.variable[d])];
      }
    }
    row(dims.empty() ? 0 : i * dims[0], offset, w);
  }
}

template <class E>
bool has_free_dims(const typename Instance<E>::Side& side) {
  return std::any_of(side.variable.begin(), side.variable.end(), [](int v) { return v < 0; });
}

}  // namespace

template <class E>
sumcheck::Table<E> operand_table(const Instance<E>& inst, const typename Instance<E>::Side& side, const Dims& dims,
                                 std::span<const F> values) {
  const std::vector<std::size_t> strides = variable_strides(inst);
  std::size_t size = 1;
  for (std::size_t d = 0; d < dims.size(); ++d)
    if (side.variable[d] >= 0) size += (dims[d] - 1) * strides[static_cast<std::size_t>(side.variable[d])];
  const bool free = has_free_dims<E>(side);
  const std::size_t n0 = dims.empty() ? 1 : dims[0];
  const int v0 = dims.empty() ? 0 : side.variable[0];
  const std::size_t stride0 = dims.empty() || v0 < 0 ? 0 : strides[static_cast<std::size_t>(v0)];
  if (!free) {
    SecretVector<F> table(size);
    for_each_row<E>(dims, side, strides, [&](std::size_t at, std::size_t offset, const E&) {
      for (std::size_t k = 0; k < n0; ++k) table[offset + k * stride0] = values[at + k];
    });
    return table;
  }
  ExtVector<E> table(size);
  if (v0 < 0) {
    const std::vector<E> w0 = side.weight[0].table(dims[0]);
    ExtVector<E> weights(n0);
    for (std::size_t k = 0; k < n0; ++k) weights.set(k, w0[k]);
    for_each_row<E>(dims, side, strides, [&](std::size_t at, std::size_t offset, const E& w) {
      table.set(offset, table.get(offset) + w * dot<E>(weights, values.subspan(at, n0)));
    });
  } else if (stride0 == 1) {
    for_each_row<E>(dims, side, strides, [&](std::size_t at, std::size_t offset, const E& w) {
      axpy<E>(w, values.subspan(at, n0), table.subspan(offset, n0));
    });
  } else {
    for_each_row<E>(dims, side, strides, [&](std::size_t at, std::size_t offset, const E& w) {
      for (std::size_t k = 0; k < n0; ++k)
        table.set(offset + k * stride0, table.get(offset + k * stride0) + w * values[at + k]);
    });
  }
  return table;
}

template <class E>
ExtVector<E> weight_table(const Instance<E>& inst) {
  ExtVector<E> table(std::size_t{1} << inst.bits);
  table.set(0, E::one());
  std::size_t size = 1;
  for (const auto& v : inst.variables) {
    const std::size_t n = std::size_t{1} << v.bits;
    const std::vector<E> w = v.batched ? v.weight.extended_table(v.bits) : std::vector<E>(n, E::one());
    for (std::size_t i = n; i-- > 0;) scale<E>(w[i], table.subspan(0, size), table.subspan(i * size, size));
    size *= n;
  }
  return table;
}

template <class E>
std::vector<E> weight_point(const Instance<E>& inst) {
  std::vector<E> z;
  for (const auto& v : inst.variables) {
    const std::vector<E>* point = v.batched ? v.weight.as_point() : nullptr;
    if (v.bits > 0 && (point == nullptr || point->size() != v.bits)) return {};
    if (point != nullptr) z.insert(z.end(), point->begin(), point->end());
  }
  return z;
}

template <class E>
WaveTables<E>::WaveTables(const Circuit& circuit, const std::vector<std::span<const F>>& values,
                          const std::vector<Instance<E>>& instances) {
  struct Job {
    const Instance<E>* inst = nullptr;
    const typename Instance<E>::Side* side = nullptr;  // none: the weight
    TensorId tensor = 0;
  };
  std::vector<std::vector<Job>> jobs;  // [groups][tables]
  std::map<unsigned, std::size_t> group_of;
  using Reading = std::tuple<std::size_t, TensorId, std::vector<std::size_t>>;  // group, tensor, stride by dimension
  std::map<Reading, std::size_t> known;
  for (const Instance<E>& inst : instances) {
    const auto [at, fresh] = group_of.try_emplace(inst.bits, groups_.size());
    const std::size_t g = at->second;
    if (fresh) {
      groups_.emplace_back().bits = inst.bits;
      jobs.emplace_back();
    }
    const auto add = [&](const Job& job) {
      jobs[g].push_back(job);
      return jobs[g].size() - 1;
    };
    Place place{g, {}};
    const auto operand = [&](TensorId tensor, const typename Instance<E>::Side& side) {
      const Job job{&inst, &side, tensor};
      if (has_free_dims<E>(side)) return place.tables.push_back(add(job));
      const std::vector<std::size_t> strides = variable_strides(inst);
      Reading reading{g, tensor, {}};
      for (const int v : side.variable) std::get<2>(reading).push_back(strides[static_cast<std::size_t>(v)]);
      const auto [found, is_new] = known.try_emplace(std::move(reading), jobs[g].size());
      place.tables.push_back(is_new ? add(job) : found->second);
    };
    operand(inst.a, inst.side_a);
    operand(inst.b, inst.side_b);
    if (inst.cubic) operand(inst.c, inst.side_a);
    sumcheck::Term<E> term{inst.coef, place.tables, {}};
    if (inst.weighted) term.point = weight_point(inst);
    if (inst.weighted && term.point.empty()) term.factors.push_back(add({&inst, nullptr, 0}));
    groups_[g].terms.push_back(std::move(term));
    place_.push_back(std::move(place));
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    groups_[g].tables.resize(jobs[g].size());
    parallel_for(jobs[g].size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const Job& job = jobs[g][i];
        groups_[g].tables[i] = job.side == nullptr
                                   ? sumcheck::Table<E>(weight_table(*job.inst))
                                   : operand_table(*job.inst, *job.side, circuit[job.tensor].dims, values[job.tensor]);
      }
    });
  }
}

#define NESCIO_INSTANTIATE(E)                                                                                   \
  template sumcheck::Table<E> operand_table(const Instance<E>&, const typename Instance<E>::Side&, const Dims&, \
                                            std::span<const F>);                                                \
  template ExtVector<E> weight_table(const Instance<E>&);                                                       \
  template std::vector<E> weight_point(const Instance<E>&);                                                     \
  template class WaveTables<E>;
NESCIO_INSTANTIATE(Ext2)
NESCIO_INSTANTIATE(Ext3)
#undef NESCIO_INSTANTIATE

}  // namespace nescio::relation
