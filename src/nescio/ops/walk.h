// ops/walk.h -- loops over row-major tensors whose operands are addressed by strides: broadcast, transpose, slice.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "nescio/graph/tensor.h"

namespace nescio {

// The shape that both broadcast to by the rule of NumPy, or nothing.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);
// Strides that read a tensor of shape `from` as if it had shape `to`: 0 along repeated dimensions.
std::vector<std::int64_t> broadcast_strides(const Shape& from, const Shape& to);

// Visits `shape` row by row: row(position, {offset of each operand}, {its step within the row}, length), where an
// operand's offset at index i is start + sum_d strides[d] * i[d].
template <std::size_t N, class Row>
void walk_rows(const Shape& shape, const std::array<std::vector<std::int64_t>, N>& strides,
               std::array<std::int64_t, N> start, Row&& row) {
  const std::int64_t total = *element_count(shape);
  if (total == 0) return;
  const std::size_t rank = shape.size();
  const std::int64_t length = rank == 0 ? 1 : shape[rank - 1];
  std::array<std::int64_t, N> steps{};
  for (std::size_t k = 0; k < N; ++k) steps[k] = rank == 0 ? 0 : strides[k][rank - 1];
  std::vector<std::int64_t> index(rank, 0);
  for (std::int64_t position = 0; position < total; position += length) {
    row(position, start, steps, length);
    for (std::size_t d = rank < 2 ? 0 : rank - 1; d-- > 0;) {
      for (std::size_t k = 0; k < N; ++k) start[k] += strides[k][d];
      if (++index[d] < shape[d]) break;
      for (std::size_t k = 0; k < N; ++k) start[k] -= strides[k][d] * shape[d];
      index[d] = 0;
    }
  }
}

// Copies: out[i] = in[start + sum_d strides[d] * i[d]] for every index i of out. The types are equal.
void gather_strided(const Tensor& in, const std::vector<std::int64_t>& strides, std::int64_t start, Tensor& out);

}  // namespace nescio
