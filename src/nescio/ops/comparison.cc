// ops/comparison.cc -- ArgMax{axis, keepdims, select_last_index, and least if it is the smallest} to int64;
// Compare{mode} to bool with broadcasting, mode one of greater, less, greater_or_equal, less_or_equal, equal.
#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

Result<std::vector<TensorType>> infer_argmax(const Node& node, std::span<const Value* const> in) {
  if (in[0]->type.dtype == DType::kBool) return dtype_error("its input is bool");
  const std::int64_t axis = node.attributes.integer("axis");
  Shape shape = in[0]->type.shape;
  if (shape[static_cast<std::size_t>(axis)] == 0) return attr_error("has nothing to choose from");
  if (node.attributes.integer("keepdims") != 0) {
    shape[static_cast<std::size_t>(axis)] = 1;
  } else {
    shape.erase(shape.begin() + axis);
  }
  return std::vector<TensorType>{{DType::kInt64, shape}};
}

Status evaluate_argmax(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));
  const bool last = node.attributes.integer("select_last_index") != 0;
  const bool least = node.attributes.has("least") && node.attributes.integer("least") != 0;
  const std::int64_t n = in[0]->shape()[axis];
  const std::int64_t inner = row_major_strides(in[0]->shape())[axis];
  const std::span<std::int64_t> y = out[0].as<std::int64_t>();
  std::visit(
      [&](const auto& x) {
        for (std::int64_t i = 0; i < static_cast<std::int64_t>(y.size()); ++i) {
          const std::int64_t base = i / inner * n * inner + i % inner;
          std::int64_t best = 0;
          for (std::int64_t k = 1; k < n; ++k) {
            const auto a = x[base + k * inner], b = x[base + best * inner];
            if ((least ? a < b : a > b) || (last && a == b)) best = k;
          }
          y[i] = best;
        }
      },
      in[0]->data());
  return Unit{};
}

template <bool kLeast>
Result<Values> import_argmax(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const std::int64_t axis_attribute = attributes.integer("axis", 0);
  const std::int64_t keep = attributes.integer("keepdims", 1);
  const std::int64_t last = node.version >= 12 ? attributes.integer("select_last_index", 0) : 0;
  NESCIO_TRY_STATUS(attributes.finish());
  NESCIO_TRY(const std::size_t axis, normal_axis(axis_attribute, graph.shape(node.inputs[0]).size()));
  NESCIO_TRY(const ValueId y, graph.add("ArgMax", {node.inputs[0]},
                                        {{"axis", static_cast<std::int64_t>(axis)},
                                         {"keepdims", std::int64_t{keep != 0}},
                                         {"select_last_index", std::int64_t{last != 0}},
                                         {"least", std::int64_t{kLeast}}}));
  return Values{y};
}

Result<std::vector<TensorType>> infer_compare(const Node&, std::span<const Value* const> in) {
  const TensorType &a = in[0]->type, &b = in[1]->type;
  if (a.dtype != b.dtype) {
    return dtype_error(std::string("operands are of types ") + dtype_name(a.dtype) + " and " + dtype_name(b.dtype));
  }
  const auto shape = broadcast_shape(a.shape, b.shape);
  if (!shape) {
    return attr_error("operands of shapes " + to_string(a.shape) + " and " + to_string(b.shape) + " do not broadcast");
  }
  return std::vector<TensorType>{{DType::kBool, *shape}};
}

Status evaluate_compare(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const std::string& mode = node.attributes.text("mode");
  const bool if_less = mode == "less" || mode == "less_or_equal";
  const bool if_greater = mode == "greater" || mode == "greater_or_equal";
  const bool if_equal = mode != "less" && mode != "greater";
  const Shape& shape = out[0].shape();
  const std::span<std::int64_t> y = out[0].as<std::int64_t>();
  std::visit(
      [&](const auto& a) {
        using T = typename std::decay_t<decltype(a)>::value_type;
        const std::span<const T> b = in[1]->as<T>();
        walk_rows<2>(shape, {broadcast_strides(in[0]->shape(), shape), broadcast_strides(in[1]->shape(), shape)},
                     {0, 0}, [&](auto at, auto offset, auto step, auto length) {
                       for (std::int64_t i = 0; i < length; ++i) {
                         const T u = a[offset[0] + i * step[0]], v = b[offset[1] + i * step[1]];
                         y[at + i] = (if_less && u < v) || (if_greater && u > v) || (if_equal && u == v);
                       }
                     });
      },
      in[0]->data());
  return Unit{};
}

template <const char* kMode>
Result<Values> import_compare(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY(const auto operands, binary_operands(node, graph));
  NESCIO_TRY(const ValueId y, graph.add("Compare", {operands.first, operands.second}, {{"mode", std::string(kMode)}}));
  return Values{y};
}

constexpr char kGreater[] = "greater", kLess[] = "less", kGreaterOrEqual[] = "greater_or_equal",
               kLessOrEqual[] = "less_or_equal", kEqual[] = "equal";

constexpr OpRecord kRecords[] = {
    {.name = "ArgMax", .since = 6, .import = import_argmax<false>, .infer = infer_argmax, .evaluate = evaluate_argmax},
    {.name = "ArgMin", .since = 6, .import = import_argmax<true>},
    {.name = "Compare", .infer = infer_compare, .evaluate = evaluate_compare},
    {.name = "Greater", .since = 6, .import = import_compare<kGreater>},
    {.name = "Less", .since = 6, .import = import_compare<kLess>},
    {.name = "GreaterOrEqual", .since = 12, .import = import_compare<kGreaterOrEqual>},
    {.name = "LessOrEqual", .since = 12, .import = import_compare<kLessOrEqual>},
    {.name = "Equal", .since = 6, .import = import_compare<kEqual>},
};

}  // namespace

std::span<const OpRecord> comparison_ops() {
  return kRecords;
}

}  // namespace nescio
