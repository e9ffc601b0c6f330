// ops/activation.cc -- Relu, LeakyRelu{alpha}, Clip{lo, hi}, and PRelu: piecewise linear, one tensor in, the same shape
// out. Reference values are computed in double and rounded once.
#include <cmath>
#include <limits>

#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"

namespace nescio {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

Result<std::vector<TensorType>> infer_float(const Node&, std::span<const Value* const> in) {
  if (!is_float(in[0]->type.dtype)) {
    return dtype_error(std::string("its input is ") + dtype_name(in[0]->type.dtype) + "; cast it to float32 first");
  }
  return std::vector<TensorType>{in[0]->type};
}

Result<std::vector<TensorType>> infer_number(const Node&, std::span<const Value* const> in) {
  if (in[0]->type.dtype == DType::kBool) return dtype_error("its input is bool");
  return std::vector<TensorType>{in[0]->type};
}

// y[i] = f(x[i]) on floats; integers by `g`.
template <class F, class G>
Status map_elements(const Tensor& x, Tensor& y, F&& f, G&& g) {
  std::visit(
      [&](auto& to) {
        using T = typename std::decay_t<decltype(to)>::value_type;
        const std::span<const T> from = x.as<T>();
        for (std::size_t i = 0; i < from.size(); ++i) {
          if constexpr (std::is_integral_v<T>) {
            to[i] = g(from[i]);
          } else {
            to[i] = static_cast<T>(f(static_cast<double>(from[i])));
          }
        }
      },
      y.data());
  return Unit{};
}

Status evaluate_relu(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  return map_elements(
      *in[0], out[0], [](double x) { return x < 0 ? 0.0 : x; },
      [](std::int64_t x) { return x < 0 ? std::int64_t{0} : x; });
}

Status evaluate_leaky_relu(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const double alpha = node.attributes.real("alpha");
  return map_elements(
      *in[0], out[0], [alpha](double x) { return x < 0 ? alpha * x : x; }, [](std::int64_t x) { return x; });
}

Status evaluate_clip(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const double lo = node.attributes.real("lo"), hi = node.attributes.real("hi");
  const auto bound = [](double v) { return Tensor::scalar(DType::kInt64, v).as<std::int64_t>()[0]; };
  return map_elements(
      *in[0], out[0], [=](double x) { return x > hi   ? hi
                                             : x < lo ? (lo > hi ? hi : lo)
                                                      : x; },
      [lo = bound(lo), hi = bound(hi)](std::int64_t x) { return std::min(std::max(x, lo), hi); });
}

Result<Values> import_relu(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  NESCIO_TRY(const ValueId y, graph.add("Relu", {node.inputs[0]}));
  return Values{y};
}

// max(x, 0) - slope max(-x, 0).
Result<Values> import_prelu(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  const ValueId x = node.inputs[0];
  NESCIO_TRY(const ValueId positive, graph.add("Relu", {x}));
  NESCIO_TRY(const ValueId minus, graph.add("Neg", {x}));
  NESCIO_TRY(const ValueId negative, graph.add("Relu", {minus}));
  NESCIO_TRY(const ValueId sloped, graph.add("Mul", {negative, node.inputs[1]}));
  NESCIO_TRY(const ValueId y, graph.add("Sub", {positive, sloped}));
  return Values{y};
}

Result<Values> import_leaky_relu(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const double alpha = attributes.real("alpha", static_cast<double>(0.01f));
  NESCIO_TRY_STATUS(attributes.finish());
  if (!std::isfinite(alpha)) return attr_error("alpha is not finite");
  NESCIO_TRY(const ValueId y, graph.add("LeakyRelu", {node.inputs[0]}, {{"alpha", alpha}}));
  return Values{y};
}

// One bound of Clip since opset 11: an optional constant scalar.
Result<double> bound_operand(const OnnxNode& node, const GraphBuilder& graph, std::size_t i, double otherwise) {
  if (!node.has_input(i)) return otherwise;
  const Tensor* t = graph.constant_of(node.inputs[i]);
  if (t == nullptr || t->size() != 1) return attr_error("its bounds must be constant scalars");
  return t->real(0);
}

Result<Values> import_clip(const OnnxNode& node, GraphBuilder& graph) {
  double lo = -kInf, hi = kInf;
  AttributeReader attributes(node);
  if (node.version < 11) {
    NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
    lo = attributes.real("min", -kInf);
    hi = attributes.real("max", kInf);
  } else {
    NESCIO_TRY_STATUS(expect_inputs(node, 1, 3));
    NESCIO_TRY(lo, bound_operand(node, graph, 1, lo));
    NESCIO_TRY(hi, bound_operand(node, graph, 2, hi));
  }
  NESCIO_TRY_STATUS(attributes.finish());
  if (std::isnan(lo) || std::isnan(hi)) return attr_error("a bound is not a number");
  NESCIO_TRY(const ValueId y, graph.add("Clip", {node.inputs[0]}, {{"lo", lo}, {"hi", hi}}));
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "Relu", .since = 6, .import = import_relu, .infer = infer_number, .evaluate = evaluate_relu},
    {.name = "LeakyRelu",
     .since = 6,
     .import = import_leaky_relu,
     .infer = infer_float,
     .evaluate = evaluate_leaky_relu},
    {.name = "PRelu", .since = 7, .import = import_prelu},
    {.name = "Clip", .since = 6, .import = import_clip, .infer = infer_number, .evaluate = evaluate_clip},
};

}  // namespace

std::span<const OpRecord> activation_ops() {
  return kRecords;
}

}  // namespace nescio
