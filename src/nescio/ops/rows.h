// ops/rows.h -- some axes of a tensor as the last one: what reductions, choices and softmaxes work on.
#pragma once
#include <vector>

#include "nescio/ops/builder.h"
#include "nescio/ops/operands.h"

namespace nescio {

struct Rows {
  ValueId value = kNoValue;  // [kept.., n]: the axes to work on merged into the last, in their order
  Shape kept;                // extents that stay, in their order
  Shape keepdims;            // the whole shape, with 1 at the axes
  std::int64_t n = 1;
  std::vector<std::int64_t> order;  // axes of the tensor: those that stay, then the others
};
// `axes` each once; none of them: n = 1.
Result<Rows> as_rows(GraphBuilder& graph, ValueId x, const std::vector<std::size_t>& axes);
// Undoes as_rows for y of its shape.
Result<ValueId> from_rows(GraphBuilder& graph, ValueId y, const Rows& rows, const Shape& shape);

Result<ValueId> reshaped(GraphBuilder& graph, ValueId x, const Shape& shape);
Result<ValueId> transposed(GraphBuilder& graph, ValueId x, const std::vector<std::int64_t>& perm);

}  // namespace nescio
