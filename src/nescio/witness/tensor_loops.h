// witness/tensor_loops.h -- the definitions of circuit/circuit.h as loops over memory, for values of type T: F (the
// meaning of a circuit) or std::int64_t (the integer interpreter).
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "nescio/circuit/circuit.h"

namespace nescio {

using Strides = std::array<std::size_t, kMaxDims>;

inline Strides strides_of(const Dims& dims) {
  Strides s{};
  std::size_t step = 1;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    s[d] = step;
    step *= dims[d];
  }
  return s;
}

// Visits the indices of `dims` row by row: row(offset in memory order, {offset of each operand}), a row being dimension
// 0.
template <std::size_t N, class Row>
void for_each_row(const Dims& dims, const std::array<Strides, N>& strides, std::array<std::size_t, N> start,
                  Row&& row) {
  const std::size_t n0 = dims.empty() ? 1 : dims[0];
  const std::size_t rows = static_cast<std::size_t>(num_cells(dims)) / n0;
  std::array<std::uint32_t, kMaxDims> index{};
  for (std::size_t i = 0; i < rows; ++i) {
    row(i * n0, start);
    for (std::size_t d = 1; d < dims.size(); ++d) {
      for (std::size_t k = 0; k < N; ++k) start[k] += strides[k][d];
      if (++index[d] < dims[d]) break;
      for (std::size_t k = 0; k < N; ++k) start[k] -= strides[k][d] * dims[d];
      index[d] = 0;
    }
  }
}

// out[i] = start[i] + coef * x[refs(i)], i over `dims`, where start is out itself or, if `fresh`, the constant `base`;
// `refs` has one entry for each dimension of x.
template <class T>
void add_affine_term(const Dims& dims, const Dims& source, const std::vector<DimRef>& refs, T coef, const T* x,
                     std::span<T> out, bool fresh = false, T base = T{}) {
  const std::size_t n0 = dims.empty() ? 1 : dims[0];
  const Strides from = strides_of(source);
  Strides strides{};
  std::size_t first = 0;
  for (std::size_t d = 0; d < refs.size(); ++d) {
    if (refs[d].fixed) {
      first += from[d] * refs[d].value;
    } else {
      strides[refs[d].value] = from[d];
    }
  }
  const std::size_t step = strides[0];
  const bool one = coef == T(1);
  for_each_row<1>(dims, {strides}, {first}, [&](std::size_t o, const std::array<std::size_t, 1>& at) {
    const T* p = x + at[0];
    T* y = out.data() + o;
    if (fresh && step == 1) {
      for (std::size_t i = 0; i < n0; ++i) y[i] = base + coef * p[i];
    } else if (fresh) {
      for (std::size_t i = 0; i < n0; ++i) y[i] = base + coef * p[i * step];
    } else if (step == 1 && one) {
      for (std::size_t i = 0; i < n0; ++i) y[i] += p[i];
    } else if (step == 1) {
      for (std::size_t i = 0; i < n0; ++i) y[i] += coef * p[i];
    } else {
      for (std::size_t i = 0; i < n0; ++i) y[i] += coef * p[i * step];
    }
  });
}

// Strides of both operands along a list of labels, 0 where an operand does not have one.
struct LabelStrides {
  Dims extents;
  Strides a{}, b{};
};
inline LabelStrides label_strides(const Contract& def, const Dims& a, const Dims& b,
                                  const std::vector<std::uint8_t>& labels) {
  const Strides sa = strides_of(a), sb = strides_of(b);
  LabelStrides out;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::uint32_t extent = 1;
    for (std::size_t d = 0; d < a.size(); ++d)
      if (def.a_labels[d] == labels[i]) {
        out.a[i] = sa[d];
        extent = a[d];
      }
    for (std::size_t d = 0; d < b.size(); ++d)
      if (def.b_labels[d] == labels[i]) {
        out.b[i] = sb[d];
        extent = b[d];
      }
    out.extents.push_back(extent);
  }
  return out;
}

// out = the contraction of a and b. dot(x, y, n) sums n products of neighbours.
template <class T, class Dot>
void contract_loops(const Contract& def, const Dims& a_dims, const T* a, const Dims& b_dims, const T* b,
                    std::span<T> out, Dot&& dot) {
  std::vector<std::uint8_t> summed;
  for (const std::uint8_t label : def.a_labels)
    if (std::find(def.y_labels.begin(), def.y_labels.end(), label) == def.y_labels.end()) summed.push_back(label);
  const LabelStrides y = label_strides(def, a_dims, b_dims, def.y_labels),
                     k = label_strides(def, a_dims, b_dims, summed);
  const std::size_t n0 = y.extents.empty() ? 1 : y.extents[0];
  const std::size_t k0 = k.extents.empty() ? 1 : k.extents[0];
  const bool neighbours = k.a[0] == 1 && k.b[0] == 1;
  for_each_row<2>(y.extents, {y.a, y.b}, {0, 0}, [&](std::size_t o, const std::array<std::size_t, 2>& at) {
    for (std::size_t i = 0; i < n0; ++i) {
      const std::array<std::size_t, 2> start{at[0] + i * y.a[0], at[1] + i * y.b[0]};
      if (summed.empty()) {
        out[o + i] = a[start[0]] * b[start[1]];
        continue;
      }
      T sum{};
      for_each_row<2>(k.extents, {k.a, k.b}, start, [&](std::size_t, const std::array<std::size_t, 2>& row) {
        if (neighbours) {
          sum += dot(a + row[0], b + row[1], k0);
        } else {
          for (std::size_t j = 0; j < k0; ++j) sum += a[row[0] + j * k.a[0]] * b[row[1] + j * k.b[0]];
        }
      });
      out[o + i] = sum;
    }
  });
}

// out[.., o, ..] = sum_k M[o,k] x[.., k, ..] along `dim`; out has `rows` entries along it. Sparse and shift matrices.
template <class T, class FromInt>
void map_loops(const Map& def, const Dims& source, std::size_t rows, const T* x, std::span<T> out, FromInt&& from_int) {
  std::size_t inner = 1;
  for (std::size_t d = 0; d < def.dim; ++d) inner *= source[d];
  const std::size_t cols = source[def.dim], outer = out.size() / (inner * rows);
  std::fill(out.begin(), out.end(), T{});
  const auto add_row = [&](std::size_t u, std::size_t row, std::size_t col, T coef) {
    T* y = out.data() + (u * rows + row) * inner;
    const T* p = x + (u * cols + col) * inner;
    for (std::size_t i = 0; i < inner; ++i) y[i] += coef * p[i];
  };
  for (std::size_t u = 0; u < outer; ++u) {
    if (const auto* sparse = std::get_if<SparseMatrix>(&def.matrix)) {
      for (const SparseMatrix::Entry& e : sparse->entries) add_row(u, e.row, e.col, from_int(e.coef));
    } else {
      const std::int64_t offset = std::get<ShiftMatrix>(def.matrix).offset;
      for (std::size_t k = 0; k < cols; ++k) {
        const std::int64_t o = static_cast<std::int64_t>(k) + offset;
        if (o >= 0 && o < static_cast<std::int64_t>(rows)) add_row(u, static_cast<std::size_t>(o), k, from_int(1));
      }
    }
  }
}

// out[8, blocks] += the digits of a part (circuit/circuit.h, Packing).
void add_packed(const Packing::Part& part, const Dims& source, const F* x, std::span<F> out);

// The permutation's linear layers along `def.dim` (sponge/poseidon.h).
void map_poseidon(const Map& def, const Dims& source, std::size_t rows, const F* x, std::span<F> out);

}  // namespace nescio
