// ops/constant.cc -- Cast{to}; Constant, ConstantOfShape, Shape, Size: known when importing; CastLike in terms of Cast.
#include <algorithm>

#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"

namespace nescio {
namespace {

constexpr DType kTypes[] = {DType::kFloat32, DType::kFloat64, DType::kInt32, DType::kInt64, DType::kBool};

Result<std::vector<TensorType>> infer_cast(const Node& node, std::span<const Value* const> in) {
  const auto* const to = std::find_if(std::begin(kTypes), std::end(kTypes),
                                      [&](DType t) { return node.attributes.text("to") == dtype_name(t); });
  NESCIO_CHECK(to != std::end(kTypes));
  return std::vector<TensorType>{{*to, in[0]->type.shape}};
}

Status evaluate_cast(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  out[0] = in[0]->cast(out[0].dtype());
  return Unit{};
}

Result<Values> add_cast(GraphBuilder& graph, ValueId x, DType to) {
  if (graph.dtype(x) == to) return Values{x};
  NESCIO_TRY(const ValueId y, graph.add("Cast", {x}, {{"to", std::string(dtype_name(to))}}));
  return Values{y};
}

Result<Values> import_cast(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const std::int64_t to = attributes.integer("to", 0);
  // Both concern types of 8 bits and fewer only.
  if (node.version >= 19) attributes.ignore("saturate");
  if (node.version >= 24) attributes.ignore("round_mode");
  NESCIO_TRY_STATUS(attributes.finish());
  const auto type = dtype_of_onnx(to);
  if (!type) return dtype_error("cannot cast to " + onnx_dtype_name(to));
  return add_cast(graph, node.inputs[0], *type);
}

Result<Values> import_cast_like(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  AttributeReader attributes(node);
  if (node.version >= 19) attributes.ignore("saturate");
  if (node.version >= 24) attributes.ignore("round_mode");
  NESCIO_TRY_STATUS(attributes.finish());
  return add_cast(graph, node.inputs[0], graph.dtype(node.inputs[1]));
}

template <class T>
Tensor list_tensor(DType dtype, const std::vector<T>& values) {
  const Shape shape{static_cast<std::int64_t>(values.size())};
  if constexpr (std::is_integral_v<T>) {
    return Tensor::of_ints(dtype, shape, values);
  } else {
    return Tensor::of(dtype, shape, values);
  }
}

Result<Values> import_constant(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 0, 0));
  AttributeReader attributes(node);
  std::shared_ptr<const Tensor> value = attributes.tensor("value");
  const bool short_forms = node.version >= 12;
  const auto made = [](Tensor t) { return std::make_shared<const Tensor>(std::move(t)); };
  if (short_forms && attributes.has("value_float")) {
    value = made(Tensor::scalar(DType::kFloat32, attributes.real("value_float", 0)));
  } else if (short_forms && attributes.has("value_floats")) {
    value = made(list_tensor(DType::kFloat32, attributes.reals("value_floats")));
  } else if (short_forms && attributes.has("value_int")) {
    const std::int64_t v = attributes.integer("value_int", 0);
    value = made(Tensor::of_ints(DType::kInt64, {}, std::span(&v, 1)));
  } else if (short_forms && attributes.has("value_ints")) {
    value = made(list_tensor(DType::kInt64, attributes.integers("value_ints")));
  }
  NESCIO_TRY_STATUS(attributes.finish());
  if (!value) return attr_error("has no dense numeric value");
  return Values{graph.constant("constant", value)};
}

Result<Values> import_constant_of_shape(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const std::shared_ptr<const Tensor> value = attributes.tensor("value");
  NESCIO_TRY_STATUS(attributes.finish());
  if (value && value->size() != 1) return attr_error("its value is not one element");
  NESCIO_TRY(const Shape shape, known_integers(graph, node.inputs[0], "its shape"));
  const auto n = element_count(shape);
  if (!n) return attr_error(to_string(shape) + " is not a shape, or too large");
  NESCIO_TRY_STATUS(graph.afford(*n));
  Tensor filled(value ? value->dtype() : DType::kFloat32, shape);
  if (value) {
    std::visit(
        [&](auto& to) {
          using T = typename std::decay_t<decltype(to)>::value_type;
          std::fill(to.begin(), to.end(), value->as<T>()[0]);
        },
        filled.data());
  }
  return Values{graph.constant("constant", std::move(filled))};
}

Result<Values> import_shape(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const Shape& shape = graph.shape(node.inputs[0]);
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto clamp = [rank](std::int64_t v) {
    return std::clamp<std::int64_t>(v < -rank ? 0 : v < 0 ? v + rank : v, 0, rank);
  };
  std::int64_t start = 0, end = rank;
  if (node.version >= 15) {
    start = clamp(attributes.integer("start", 0));
    end = clamp(attributes.integer("end", rank));
  }
  NESCIO_TRY_STATUS(attributes.finish());
  const Shape part(shape.begin() + start, shape.begin() + std::max(start, end));
  return Values{graph.constant("shape", list_tensor(DType::kInt64, part))};
}

Result<Values> import_size(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  const std::int64_t n = *element_count(graph.shape(node.inputs[0]));
  return Values{graph.constant("size", Tensor::of_ints(DType::kInt64, {}, std::span(&n, 1)))};
}

constexpr OpRecord kRecords[] = {
    {.name = "Cast", .since = 6, .import = import_cast, .infer = infer_cast, .evaluate = evaluate_cast},
    // Of the graph alone: a Cast of reals to integers, which takes their fractions away.
    {.name = "Truncate", .infer = infer_cast, .evaluate = evaluate_cast},
    {.name = "CastLike", .since = 15, .import = import_cast_like},
    {.name = "Constant", .since = 6, .import = import_constant},
    {.name = "ConstantOfShape", .since = 9, .import = import_constant_of_shape},
    {.name = "Shape", .since = 6, .import = import_shape},
    {.name = "Size", .since = 6, .import = import_size},
};

}  // namespace

std::span<const OpRecord> constant_ops() {
  return kRecords;
}

}  // namespace nescio
