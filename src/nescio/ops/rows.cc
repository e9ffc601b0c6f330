#include "nescio/ops/rows.h"

#include <algorithm>

namespace nescio {

Result<ValueId> reshaped(GraphBuilder& graph, ValueId x, const Shape& shape) {
  if (graph.shape(x) == shape) return x;
  if (!element_count(shape)) return attr_error(to_string(shape) + " is not a shape, or too large");
  return graph.add("Reshape", {x}, {{"shape", shape}});
}

Result<ValueId> transposed(GraphBuilder& graph, ValueId x, const std::vector<std::int64_t>& perm) {
  if (std::ranges::is_sorted(perm)) return x;
  return graph.add("Transpose", {x}, {{"perm", perm}});
}

Result<Rows> as_rows(GraphBuilder& graph, ValueId x, const std::vector<std::size_t>& axes) {
  const Shape shape = graph.shape(x);
  Rows out;
  out.keepdims = shape;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (std::ranges::find(axes, d) != axes.end()) continue;
    out.order.push_back(static_cast<std::int64_t>(d));
    out.kept.push_back(shape[d]);
  }
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (std::ranges::find(axes, d) == axes.end()) continue;
    out.order.push_back(static_cast<std::int64_t>(d));
    out.keepdims[d] = 1;
    out.n *= shape[d];
  }
  NESCIO_TRY(const ValueId turned, transposed(graph, x, out.order));
  Shape merged = out.kept;
  merged.push_back(out.n);
  NESCIO_TRY(out.value, reshaped(graph, turned, merged));
  return out;
}

Result<ValueId> from_rows(GraphBuilder& graph, ValueId y, const Rows& rows, const Shape& shape) {
  Shape turned;
  for (const std::int64_t d : rows.order) turned.push_back(shape[static_cast<std::size_t>(d)]);
  NESCIO_TRY(const ValueId apart, reshaped(graph, y, turned));
  std::vector<std::int64_t> back(rows.order.size());
  for (std::size_t i = 0; i < back.size(); ++i)
    back[static_cast<std::size_t>(rows.order[i])] = static_cast<std::int64_t>(i);
  return transposed(graph, apart, back);
}

}  // namespace nescio
