// ops/arithmetic.cc -- Add, Sub, Mul, Div, Neg: elementwise with NumPy's broadcasting; integers wrap.
#include <cmath>

#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

template <char kOp>
constexpr std::string_view kOpName = kOp == '+'   ? "Add"
                                     : kOp == '-' ? "Sub"
                                     : kOp == '*' ? "Mul"
                                                  : "Div";

template <char kOp, class T>
T apply(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return kOp == '+' ? a + b : kOp == '-' ? a - b : kOp == '*' ? a * b : a / b;
  } else {
    const auto x = static_cast<std::uint64_t>(a), y = static_cast<std::uint64_t>(b);
    if constexpr (kOp == '/') return b == -1 ? static_cast<T>(-x) : a / b;  // the caller has refused b = 0
    return static_cast<T>(kOp == '+' ? x + y : kOp == '-' ? x - y : x * y);
  }
}

template <char kOp>
Result<std::vector<TensorType>> infer_binary(const Node&, std::span<const Value* const> in) {
  const TensorType &a = in[0]->type, &b = in[1]->type;
  if (a.dtype != b.dtype) {
    return dtype_error(std::string("operands are of types ") + dtype_name(a.dtype) + " and " + dtype_name(b.dtype));
  }
  if (a.dtype == DType::kBool) return dtype_error("arithmetic on bool");
  const auto shape = broadcast_shape(a.shape, b.shape);
  if (!shape) {
    return attr_error("operands of shapes " + to_string(a.shape) + " and " + to_string(b.shape) + " do not broadcast");
  }
  return std::vector<TensorType>{{a.dtype, *shape}};
}

template <char kOp>
Status evaluate_binary(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const Shape& shape = out[0].shape();
  const bool narrow = out[0].dtype() == DType::kInt32;
  return std::visit(
      [&](auto& y) -> Status {
        using T = typename std::decay_t<decltype(y)>::value_type;
        const std::span<const T> a = in[0]->as<T>(), b = in[1]->as<T>();
        if constexpr (kOp == '/' && std::is_integral_v<T>) {
          for (const T v : b) NESCIO_VERIFY(v != 0, ErrorCode::kDivZero, 0);
        }
        walk_rows<2>(shape, {broadcast_strides(in[0]->shape(), shape), broadcast_strides(in[1]->shape(), shape)},
                     {0, 0}, [&](auto at, auto offset, auto step, auto length) {
                       for (std::int64_t i = 0; i < length; ++i) {
                         T v = apply<kOp, T>(a[offset[0] + i * step[0]], b[offset[1] + i * step[1]]);
                         if constexpr (std::is_integral_v<T>) v = narrow ? static_cast<std::int32_t>(v) : v;
                         y[at + i] = v;
                       }
                     });
        return Unit{};
      },
      out[0].data());
}

template <char kOp>
Result<Values> import_binary(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY(const auto operands, binary_operands(node, graph));
  const auto [a, b] = operands;
  const bool known = graph.constant_of(a) && graph.constant_of(b);
  if (kOp == '/' && !known) {
    NESCIO_TRY_STATUS(expect_float(graph, a, "the dividend"));
  }
  NESCIO_TRY(const ValueId y, graph.add(kOpName<kOp>, {a, b}));
  return Values{y};
}

Result<Values> import_neg(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  NESCIO_TRY(const ValueId y, graph.add("Neg", {node.inputs[0]}));
  return Values{y};
}

Result<std::vector<TensorType>> infer_neg(const Node&, std::span<const Value* const> in) {
  if (in[0]->type.dtype == DType::kBool) return dtype_error("arithmetic on bool");
  return std::vector<TensorType>{in[0]->type};
}

Status evaluate_neg(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const bool narrow = out[0].dtype() == DType::kInt32;
  std::visit(
      [&](auto& y) {
        using T = typename std::decay_t<decltype(y)>::value_type;
        const std::span<const T> x = in[0]->as<T>();
        for (std::size_t i = 0; i < x.size(); ++i) {
          if constexpr (std::is_integral_v<T>) {
            const T v = apply<'-', T>(0, x[i]);
            y[i] = narrow ? static_cast<std::int32_t>(v) : v;
          } else {
            y[i] = -x[i];
          }
        }
      },
      out[0].data());
  return Unit{};
}

template <char kOp>
constexpr OpRecord binary() {
  return {.name = kOpName<kOp>,
          .since = 6,
          .import = import_binary<kOp>,
          .infer = infer_binary<kOp>,
          .evaluate = evaluate_binary<kOp>};
}

constexpr OpRecord kRecords[] = {
    binary<'+'>(),
    binary<'-'>(),
    binary<'*'>(),
    binary<'/'>(),
    {.name = "Neg", .since = 6, .import = import_neg, .infer = infer_neg, .evaluate = evaluate_neg},
};

}  // namespace

std::span<const OpRecord> arithmetic_ops() {
  return kRecords;
}

}  // namespace nescio
