// ops/impute.cc -- missing values, which are NaN: Missing(x), where there is one; Impute(x, c), x with c in their
// place, c broadcast to x. A canonical Impute (compile/canonical.h) has a third operand, Missing of x: it says nothing
// new. ai.onnx.ml Imputer in terms of these.
#include <algorithm>
#include <cmath>

#include "nescio/ops/ai_onnx_ml.h"
#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

Result<std::vector<TensorType>> infer_missing(const Node&, std::span<const Value* const> in) {
  if (!is_float(in[0]->type.dtype)) return dtype_error("its operand is not float");
  return std::vector<TensorType>{{DType::kBool, in[0]->type.shape}};
}

Status evaluate_missing(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  for (std::size_t i = 0; i < in[0]->size(); ++i) out[0].as<std::int64_t>()[i] = std::isnan(in[0]->real(i)) ? 1 : 0;
  return Unit{};
}

Result<std::vector<TensorType>> infer_impute(const Node&, std::span<const Value* const> in) {
  const TensorType& x = in[0]->type;
  if (x.dtype != DType::kFloat32 || in[1]->type.dtype != DType::kFloat32) return dtype_error("it takes float32");
  if (broadcast_shape(x.shape, in[1]->type.shape) != x.shape) return attr_error("its values do not broadcast");
  return std::vector<TensorType>{x};
}

Status evaluate_impute(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  gather_strided(*in[1], broadcast_strides(in[1]->shape(), out[0].shape()), 0, out[0]);
  const std::span<const float> x = in[0]->as<float>();
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!std::isnan(x[i])) out[0].as<float>()[i] = x[i];
  return Unit{};
}

Result<Values> import_imputer(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const auto values = attributes.reals("imputed_value_floats");
  const double replaced = attributes.real("replaced_value_float", 0);
  const bool whole = attributes.has("imputed_value_int64s");
  NESCIO_TRY_STATUS(attributes.finish());
  if (whole || values.empty()) return attr_error("only imputed_value_floats are supported");
  if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }))
    return attr_error("puts a value in place of missing ones that is not finite");
  NESCIO_TRY(ValueId x, graph.as_float32(node.inputs[0]));
  NESCIO_TRY(x, feature_matrix(graph, x));
  const Shape shape = graph.shape(x);
  if (values.size() != 1 && static_cast<std::int64_t>(values.size()) != shape[1])
    return attr_error("has " + std::to_string(values.size()) + " values for " + std::to_string(shape[1]) + " features");
  const auto n = static_cast<std::int64_t>(values.size());
  const ValueId imputed = graph.constant("imputed", Tensor::of(DType::kFloat32, {1, n}, values));
  if (std::isnan(replaced)) {
    NESCIO_TRY(const ValueId y, graph.add("Impute", {x, imputed}));
    return Values{y};
  }
  const ValueId marker = graph.constant("replaced", Tensor::scalar(DType::kFloat32, replaced));
  NESCIO_TRY(const ValueId missing, graph.add("Compare", {x, marker}, {{"mode", std::string("equal")}}));
  NESCIO_TRY(const ValueId y, graph.add("Select", {missing, imputed, x}));
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "Missing", .infer = infer_missing, .evaluate = evaluate_missing},
    {.name = "Impute", .infer = infer_impute, .evaluate = evaluate_impute},
    {.name = "Imputer", .domain = "ai.onnx.ml", .until = 5, .import = import_imputer},
};

}  // namespace

std::span<const OpRecord> impute_ops() {
  return kRecords;
}

}  // namespace nescio
