// ops/curve.cc -- Exp, Log, Erf, Elu, ..: one tensor in, the same shape out. Computed in double and rounded once.
#include "nescio/ops/curve.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"

namespace nescio {
namespace {

// Never exponentiates a positive number.
double sigmoid(double x) {
  const double e = std::exp(-std::abs(x));
  return (x < 0 ? e : 1.0) / (1.0 + e);
}
double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}
double gelu(double x, double tangent, double) {
  if (tangent == 0) return 0.5 * x * (1 + std::erf(x * std::numbers::sqrt2 / 2));
  const double inner = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
  return 0.5 * x * (1 + std::tanh(inner));
}

// Winitzki's approximation of the inverse of erf ("A handy approximation for the error function and its inverse",
// 2008), which ONNX Runtime takes.
double probit(double p) {
  const double x = 2 * p - 1, log = std::log((1 - x) * (1 + x));
  const double v = 2 / (std::numbers::pi * 0.147) + 0.5 * log, w = std::sqrt(v * v - log / 0.147);
  return std::copysign(std::numbers::sqrt2 * std::sqrt(w - v), x);
}

constexpr Curve kCurves[] = {
    {"Sigmoid", [](double x, double, double) { return sigmoid(x); }},
    {"Tanh", [](double x, double, double) { return std::tanh(x); }},
    {"Exp", [](double x, double, double) { return std::exp(x); }},
    {"Log", [](double x, double, double) { return std::log(x); }},
    {"Sqrt", [](double x, double, double) { return std::sqrt(x); }},
    {"Power", [](double x, double a, double) { return std::pow(x, a); }, "exponent"},
    {"Probit", [](double x, double, double) { return probit(x); }},
    {"Abs", [](double x, double, double) { return std::abs(x); }},
    {"Sign", [](double x, double, double) { return x > 0   ? 1.0
                                                   : x < 0 ? -1.0
                                                           : 0.0; }},
    {"Floor", [](double x, double, double) { return std::floor(x); }},
    {"Ceil", [](double x, double, double) { return std::ceil(x); }},
    {"Round", [](double x, double, double) { return std::nearbyint(x); }},
    {"Erf", [](double x, double, double) { return std::erf(x); }},
    {"Gelu", gelu, "tanh"},
    {"Swish", [](double x, double a, double) { return x * sigmoid(a * x); }, "alpha", nullptr, 1},
    {"HardSwish", [](double x, double, double) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
    {"Mish", [](double x, double, double) { return x * std::tanh(softplus(x)); }},
    {"Softplus", [](double x, double, double) { return softplus(x); }},
    {"Softsign", [](double x, double, double) { return x / (1 + std::abs(x)); }},
    {"Elu", [](double x, double a, double) { return x < 0 ? a * std::expm1(x) : x; }, "alpha", nullptr, 1},
    {"Celu", [](double x, double a, double) { return std::max(0.0, x) + std::min(0.0, a * std::expm1(x / a)); },
     "alpha", nullptr, 1},
    {"Selu", [](double x, double a, double b) { return b * (x > 0 ? x : a * std::expm1(x)); }, "alpha", "gamma",
     1.67326319217681884765625, 1.05070102214813232421875},
    {"HardSigmoid", [](double x, double a, double b) { return std::clamp(a * x + b, 0.0, 1.0); }, "alpha", "beta",
     static_cast<double>(0.2f), 0.5},
    {"ThresholdedRelu", [](double x, double a, double) { return x > a ? x : 0.0; }, "alpha", nullptr, 1},
    {"Shrink", [](double x, double a, double b) { return x < -a  ? x + b
                                                         : x > a ? x - b
                                                                 : 0.0; }, "lambd", "bias", 0.5},
    {"Sin", [](double x, double, double) { return std::sin(x); }},
    {"Cos", [](double x, double, double) { return std::cos(x); }},
    {"Tan", [](double x, double, double) { return std::tan(x); }},
    {"Asin", [](double x, double, double) { return std::asin(x); }},
    {"Acos", [](double x, double, double) { return std::acos(x); }},
    {"Atan", [](double x, double, double) { return std::atan(x); }},
    {"Sinh", [](double x, double, double) { return std::sinh(x); }},
    {"Cosh", [](double x, double, double) { return std::cosh(x); }},
    {"Asinh", [](double x, double, double) { return std::asinh(x); }},
    {"Acosh", [](double x, double, double) { return std::acosh(x); }},
    {"Atanh", [](double x, double, double) { return std::atanh(x); }},
};

Result<std::vector<TensorType>> infer(const Node&, std::span<const Value* const> in) {
  if (!is_float(in[0]->type.dtype))
    return dtype_error(std::string("its input is ") + dtype_name(in[0]->type.dtype) + "; cast it to float32 first");
  return std::vector<TensorType>{in[0]->type};
}

Status evaluate(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  std::visit(
      [&](auto& to) {
        using T = typename std::decay_t<decltype(to)>::value_type;
        for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<T>(curve_value(node, in[0]->real(i)));
      },
      out[0].data());
  return Unit{};
}

Result<Values> import_curve(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  const Curve* curve = find_curve(node.op);
  AttributeReader attributes(node);
  double a = curve->a, b = curve->b;
  if (node.op == "Gelu") {
    const std::string form = attributes.text("approximate", "none");
    if (form != "none" && form != "tanh") return attr_error("approximate '" + form + "' is not known");
    a = form == "tanh" ? 1 : 0;
  } else {
    if (curve->a_name != nullptr) a = attributes.real(curve->a_name, a);
    if (curve->b_name != nullptr) b = attributes.real(curve->b_name, b);
  }
  NESCIO_TRY_STATUS(attributes.finish());
  if (!std::isfinite(a) || !std::isfinite(b)) return attr_error("an attribute is not finite");
  NESCIO_TRY(const ValueId y, graph.add(node.op, {node.inputs[0]}, {{"a", a}, {"b", b}}));
  return Values{y};
}

constexpr auto kRecords = [] {
  std::array<OpRecord, std::size(kCurves)> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = {.name = kCurves[i].op, .since = 6, .infer = infer, .evaluate = evaluate};
    if (kCurves[i].op != "Power" && kCurves[i].op != "Probit") out[i].import = import_curve;
  }
  return out;
}();

}  // namespace

std::span<const Curve> curves() {
  return kCurves;
}

const Curve* find_curve(std::string_view op) {
  const auto* const it = std::ranges::find(kCurves, op, &Curve::op);
  return it == std::end(kCurves) ? nullptr : it;
}

double curve_value(const Node& node, double x) {
  const Curve* curve = find_curve(node.op);
  NESCIO_CHECK(curve != nullptr);
  const auto& has = node.attributes;
  return curve->value(x, has.has("a") ? has.real("a") : curve->a, has.has("b") ? has.real("b") : curve->b);
}

std::span<const OpRecord> curve_ops() {
  return kRecords;
}

}  // namespace nescio
