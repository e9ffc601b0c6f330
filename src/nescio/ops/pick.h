// ops/pick.h -- Pick{shape, indices}: cell i of the result is cell indices[i] of the operand, in row-major order, or 0
// where the index is -1. All that ONNX has for moving cells by public indices, beyond slices and transposes.
#pragma once
#include <span>
#include <vector>

#include "nescio/ops/builder.h"
#include "nescio/ops/operands.h"

namespace nescio {

// kMemory; kAttr: an index outside of x.
Result<ValueId> add_pick(GraphBuilder& graph, ValueId x, const Shape& shape, std::vector<std::int64_t> indices);
// Repeated along dimensions as NumPy's broadcasting does; `shape` is one that x broadcasts to.
Result<ValueId> expanded(GraphBuilder& graph, ValueId x, const Shape& shape);

// Index of a cell from its coordinates: called for each cell of `shape` in row-major order.
template <class IndexOf>
std::vector<std::int64_t> indices_of(const Shape& shape, IndexOf&& index_of) {
  std::vector<std::int64_t> out, at(shape.size());
  const std::int64_t n = *element_count(shape);
  out.reserve(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) {
    out.push_back(index_of(std::as_const(at)));
    for (std::size_t d = shape.size(); d-- > 0;) {
      if (++at[d] < shape[d]) break;
      at[d] = 0;
    }
  }
  return out;
}

}  // namespace nescio
