// ops/affine.cc -- Affine: y = x * scale + shift with constant scale and shift; BatchNormalization (inference) and
// Scaler in terms of it. scale and shift have one shape, of x's rank, with extents of 1 or x's own. They may be float64
// beside a float32 x; y has x's type and is rounded once.
#include <cmath>

#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

Result<std::vector<TensorType>> infer_affine(const Node&, std::span<const Value* const> in) {
  const TensorType &x = in[0]->type, &scale = in[1]->type, &shift = in[2]->type;
  if (!is_float(x.dtype)) return dtype_error(std::string("its input is ") + dtype_name(x.dtype));
  NESCIO_CHECK(is_float(scale.dtype) && scale == shift && scale.shape.size() == x.shape.size());
  NESCIO_CHECK(broadcast_shape(x.shape, scale.shape) == x.shape);
  return std::vector<TensorType>{x};
}

template <class T, class C>
void affine(const Tensor& x, const Tensor& scale, const Tensor& shift, Tensor& y) {
  const std::span<const T> from = x.as<T>();
  const std::span<const C> a = scale.as<C>(), b = shift.as<C>();
  const std::span<T> to = y.as<T>();
  walk_rows<1>(
      x.shape(), {broadcast_strides(scale.shape(), x.shape())}, {0}, [&](auto at, auto offset, auto step, auto length) {
        for (std::int64_t i = 0; i < length; ++i) {
          const std::int64_t k = offset[0] + i * step[0];
          to[at + i] =
              static_cast<T>(static_cast<double>(from[at + i]) * static_cast<double>(a[k]) + static_cast<double>(b[k]));
        }
      });
}

Status evaluate_affine(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const bool wide = in[0]->dtype() == DType::kFloat64, wide_constants = in[1]->dtype() == DType::kFloat64;
  const auto run = wide ? (wide_constants ? affine<double, double> : affine<double, float>)
                        : (wide_constants ? affine<float, double> : affine<float, float>);
  run(*in[0], *in[1], *in[2], out[0]);
  return Unit{};
}

Result<ValueId> add_affine(GraphBuilder& graph, ValueId x, const Shape& shape, std::span<const double> scale,
                           std::span<const double> shift) {
  const ValueId a = graph.constant("scale", Tensor::of(DType::kFloat64, shape, scale));
  const ValueId b = graph.constant("shift", Tensor::of(DType::kFloat64, shape, shift));
  return graph.add("Affine", {x, a, b});
}

Result<Values> import_batch_normalization(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 5, 5));
  AttributeReader attributes(node);
  const double epsilon = attributes.real("epsilon", static_cast<double>(1e-5f));
  attributes.ignore("momentum");
  const std::int64_t spatial = node.version < 9 ? attributes.integer("spatial", 1) : 1;
  const bool training = node.version < 7    ? attributes.integer("is_test", 0) == 0
                        : node.version < 14 ? false
                                            : attributes.integer("training_mode", 0) != 0;
  NESCIO_TRY_STATUS(attributes.finish());
  for (std::size_t i = 1; i < node.output_is_used.size(); ++i) {
    if (node.output_is_used[i]) return attr_error("has outputs of training; export the model in evaluation mode");
  }
  if (training) return attr_error("is in training mode; export the model in evaluation mode");
  if (spatial != 1) return attr_error("spatial=0 is not supported");

  const ValueId x = node.inputs[0];
  NESCIO_TRY_STATUS(expect_float(graph, x, "its input"));
  const Shape& shape = graph.shape(x);
  if (shape.size() < 2) return attr_error("its input has fewer than two dimensions");
  const std::int64_t channels = shape[1];
  const Tensor* operands[4];
  for (std::size_t i = 0; i < 4; ++i) {
    operands[i] = graph.constant_of(node.inputs[i + 1]);
    if (operands[i] == nullptr) return attr_error("scale, bias, mean and variance must be constants");
    if (!is_float(operands[i]->dtype()) || operands[i]->shape() != Shape{channels}) {
      return attr_error("scale, bias, mean and variance must be float, one per channel");
    }
  }
  NESCIO_TRY_STATUS(graph.afford(2 * channels));
  std::vector<double> scale, shift;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    const double a = operands[0]->real(c) / std::sqrt(operands[3]->real(c) + epsilon);
    scale.push_back(a);
    shift.push_back(operands[1]->real(c) - operands[2]->real(c) * a);
  }
  Shape per_channel(shape.size(), 1);
  per_channel[1] = channels;
  NESCIO_TRY(const ValueId y, add_affine(graph, x, per_channel, scale, shift));
  Values out(node.output_is_used.size(), kNoValue);
  out[0] = y;
  return out;
}

// ai.onnx.ml.Scaler: (x - offset) * scale along the features, as float32.
Result<Values> import_scaler(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  std::vector<double> offset = attributes.reals("offset"), scale = attributes.reals("scale");
  NESCIO_TRY_STATUS(attributes.finish());
  const Shape& shape = graph.shape(node.inputs[0]);
  if (shape.empty() || shape.size() > 2) return attr_error("its input must be [features] or [batch, features]");
  const std::int64_t features = shape.back();
  if (offset.empty()) offset = {0.0};
  if (scale.empty()) scale = {1.0};
  const std::size_t size = std::max(offset.size(), scale.size());
  for (auto* v : {&offset, &scale}) {
    if (v->size() == 1) v->resize(size, (*v)[0]);
    if (v->size() != size || (size != 1 && size != static_cast<std::size_t>(features))) {
      return attr_error("offset and scale must hold one number, or one per feature (" + std::to_string(features) + ")");
    }
  }
  for (std::size_t i = 0; i < offset.size(); ++i) offset[i] *= -scale[i];
  Shape per_feature(shape.size(), 1);
  per_feature.back() = static_cast<std::int64_t>(size);
  NESCIO_TRY(const ValueId x, graph.as_float32(node.inputs[0]));
  NESCIO_TRY(const ValueId y, add_affine(graph, x, per_feature, scale, offset));
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "Affine", .infer = infer_affine, .evaluate = evaluate_affine},
    {.name = "BatchNormalization", .since = 6, .import = import_batch_normalization},
    {.name = "Scaler", .domain = "ai.onnx.ml", .until = 5, .import = import_scaler},
};

}  // namespace

std::span<const OpRecord> affine_ops() {
  return kRecords;
}

}  // namespace nescio
