// ops/logic.cc -- Logic{constant, first, second, both} on truth values: c + p x + q y + r x y, which is 0 or 1;
// Select(c, x, y): x where c, else y. And, Or, Xor, Not, Where in terms of them, with NumPy's broadcasting.
#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

Result<std::vector<TensorType>> infer_logic(const Node&, std::span<const Value* const> in) {
  Shape shape;
  for (const Value* v : in) {
    if (v->type.dtype != DType::kBool) return dtype_error("its operands must be bool");
    const auto wider = broadcast_shape(shape, v->type.shape);
    if (!wider) return attr_error("its operands do not broadcast");
    shape = *wider;
  }
  return std::vector<TensorType>{{DType::kBool, shape}};
}

Status evaluate_logic(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const auto c = [&](const char* name) { return node.attributes.integer(name); };
  const std::int64_t constant = c("constant"), first = c("first"), second = c("second"), both = c("both");
  const Shape& shape = out[0].shape();
  const auto x = in[0]->as<std::int64_t>(), y = in.back()->as<std::int64_t>();
  const auto to = out[0].as<std::int64_t>();
  walk_rows<2>(shape, {broadcast_strides(in[0]->shape(), shape), broadcast_strides(in.back()->shape(), shape)}, {0, 0},
               [&](auto at, auto offset, auto step, auto length) {
                 for (std::int64_t i = 0; i < length; ++i) {
                   const std::int64_t p = x[offset[0] + i * step[0]], q = y[offset[1] + i * step[1]];
                   to[at + i] = constant + first * p + second * q + both * p * q;
                 }
               });
  return Unit{};
}

Attributes logic(std::int64_t constant, std::int64_t first, std::int64_t second, std::int64_t both) {
  return {{"constant", constant}, {"first", first}, {"second", second}, {"both", both}};
}

template <char kOp>
Result<Values> import_binary(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY(const auto operands, binary_operands(node, graph));
  NESCIO_TRY(const ValueId y, graph.add("Logic", {operands.first, operands.second},
                                        kOp == '&'   ? logic(0, 0, 0, 1)
                                        : kOp == '|' ? logic(0, 1, 1, -1)
                                                     : logic(0, 1, 1, -2)));
  return Values{y};
}

Result<Values> import_not(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  NESCIO_TRY(const ValueId y, graph.add("Logic", {node.inputs[0]}, logic(1, -1, 0, 0)));
  return Values{y};
}

Result<std::vector<TensorType>> infer_select(const Node&, std::span<const Value* const> in) {
  if (in[0]->type.dtype != DType::kBool) return dtype_error("its condition is not bool");
  if (in[1]->type.dtype != in[2]->type.dtype) return dtype_error("its operands are of different types");
  const auto two = broadcast_shape(in[1]->type.shape, in[2]->type.shape);
  const auto all = two ? broadcast_shape(in[0]->type.shape, *two) : two;
  if (!all) return attr_error("its operands do not broadcast");
  return std::vector<TensorType>{{in[1]->type.dtype, *all}};
}

Status evaluate_select(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const Shape& shape = out[0].shape();
  const auto c = in[0]->as<std::int64_t>();
  std::visit(
      [&](auto& to) {
        using T = typename std::decay_t<decltype(to)>::value_type;
        const std::span<const T> x = in[1]->as<T>(), y = in[2]->as<T>();
        walk_rows<3>(shape,
                     {broadcast_strides(in[0]->shape(), shape), broadcast_strides(in[1]->shape(), shape),
                      broadcast_strides(in[2]->shape(), shape)},
                     {0, 0, 0}, [&](auto at, auto offset, auto step, auto length) {
                       for (std::int64_t i = 0; i < length; ++i)
                         to[at + i] =
                             c[offset[0] + i * step[0]] != 0 ? x[offset[1] + i * step[1]] : y[offset[2] + i * step[2]];
                     });
      },
      out[0].data());
  return Unit{};
}

Result<Values> import_where(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 3, 3));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  NESCIO_TRY(const ValueId y, graph.add("Select", node.inputs));
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "Logic", .infer = infer_logic, .evaluate = evaluate_logic},
    {.name = "And", .since = 6, .import = import_binary<'&'>},
    {.name = "Or", .since = 6, .import = import_binary<'|'>},
    {.name = "Xor", .since = 6, .import = import_binary<'^'>},
    {.name = "Not", .since = 6, .import = import_not},
    {.name = "Select", .infer = infer_select, .evaluate = evaluate_select},
    {.name = "Where", .since = 9, .import = import_where},
};

}  // namespace

std::span<const OpRecord> logic_ops() {
  return kRecords;
}

}  // namespace nescio
