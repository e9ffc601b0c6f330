// ops/gather.cc -- Gather: entries of one dimension by index. On constants it folds; with constant indices it becomes
// Slices; the graph never keeps one otherwise.
#include <algorithm>

#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/slice.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

// Slices that a list of constant indices may fall into.
constexpr std::size_t kMaxRuns = 64;

Result<std::vector<TensorType>> infer_gather(const Node& node, std::span<const Value* const> in) {
  const auto axis = node.attributes.integer("axis");
  const Shape &x = in[0]->type.shape, &indices = in[1]->type.shape;
  Shape shape(x.begin(), x.begin() + axis);
  shape.insert(shape.end(), indices.begin(), indices.end());
  shape.insert(shape.end(), x.begin() + axis + 1, x.end());
  return std::vector<TensorType>{{in[0]->type.dtype, shape}};
}

Status evaluate_gather(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));
  const Shape& x = in[0]->shape();
  const std::int64_t n = x[axis];
  const std::int64_t inner = *element_count(Shape(x.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.end()));
  const auto indices = in[1]->as<std::int64_t>();
  for (const std::int64_t i : indices) NESCIO_VERIFY(i >= -n && i < n, ErrorCode::kIndex, 0);
  std::visit(
      [&](auto& y) {
        using T = typename std::decay_t<decltype(y)>::value_type;
        const std::span<const T> from = in[0]->as<T>();
        auto to = y.begin();
        if (y.empty()) return;
        for (std::int64_t base = 0; base < static_cast<std::int64_t>(from.size()); base += n * inner) {
          for (const std::int64_t i : indices) {
            to = std::copy_n(from.begin() + base + (i < 0 ? i + n : i) * inner, inner, to);
          }
        }
      },
      out[0].data());
  return Unit{};
}

// Constant indices as Slices and a Concat: each run is an arithmetic progression.
Result<ValueId> gather_by_slices(GraphBuilder& graph, ValueId x, std::size_t axis,
                                 const std::vector<std::int64_t>& at) {
  Values parts;
  for (std::size_t i = 0; i < at.size();) {
    std::size_t end = i + 1;
    const std::int64_t step = end < at.size() && at[end] != at[i] ? at[end] - at[i] : 1;
    while (end < at.size() && at[end] - at[end - 1] == step) ++end;
    if (parts.size() == kMaxRuns) {
      return attr_error("its indices fall into more than " + std::to_string(kMaxRuns) + " ranges");
    }
    NESCIO_TRY(const ValueId part,
               add_slice(graph, x, axis, at[i], end == i + 1 ? 1 : step, static_cast<std::int64_t>(end - i)));
    parts.push_back(part);
    i = end;
  }
  if (parts.size() == 1) return parts[0];
  return graph.add("Concat", parts, {{"axis", static_cast<std::int64_t>(axis)}});
}

Result<Values> import_gather(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  AttributeReader attributes(node);
  const std::int64_t axis_attribute = attributes.integer("axis", 0);
  NESCIO_TRY_STATUS(attributes.finish());
  const ValueId x = node.inputs[0];
  NESCIO_TRY(const std::size_t axis, normal_axis(axis_attribute, graph.shape(x).size()));
  const Tensor* indices = graph.constant_of(node.inputs[1]);
  if (indices == nullptr) return attr_error("indices that depend on the input are not supported");
  if (is_float(indices->dtype()) || indices->dtype() == DType::kBool)
    return dtype_error("its indices are not integers");
  if (graph.constant_of(x) != nullptr) {
    NESCIO_TRY(const ValueId y, graph.add("Gather", {x, node.inputs[1]}, {{"axis", static_cast<std::int64_t>(axis)}}));
    return Values{y};
  }
  const std::int64_t n = graph.shape(x)[axis];
  std::vector<std::int64_t> at;
  for (const std::int64_t i : indices->as<std::int64_t>()) {
    if (i < -n || i >= n) return attr_error("index " + std::to_string(i) + " is outside " + std::to_string(n));
    at.push_back(i < 0 ? i + n : i);
  }
  if (at.empty()) return attr_error("has no indices");
  NESCIO_TRY(ValueId y, gather_by_slices(graph, x, axis, at));
  if (indices->rank() != 1) {
    const Shape& from = graph.shape(x);
    Shape shape(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(axis));
    shape.insert(shape.end(), indices->shape().begin(), indices->shape().end());
    shape.insert(shape.end(), from.begin() + static_cast<std::ptrdiff_t>(axis) + 1, from.end());
    NESCIO_TRY(y, graph.add("Reshape", {y}, {{"shape", shape}}));
  }
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "Gather", .since = 6, .import = import_gather, .infer = infer_gather, .evaluate = evaluate_gather},
};

}  // namespace

std::span<const OpRecord> gather_ops() {
  return kRecords;
}

}  // namespace nescio
