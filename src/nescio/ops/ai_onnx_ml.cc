#include "nescio/ops/ai_onnx_ml.h"

#include "nescio/ops/operands.h"

namespace nescio {

Result<ValueId> feature_matrix(GraphBuilder& graph, ValueId x) {
  const Shape shape = graph.shape(x);
  if (shape.empty() || shape.size() > 2 || shape.back() == 0)
    return attr_error("its input must be [features] or [batch, features]; it is " + to_string(shape));
  if (shape.size() == 2) return x;
  return graph.add("Reshape", {x}, {{"shape", Shape{1, shape[0]}}});
}

Result<ValueId> label_above(GraphBuilder& graph, ValueId score, double threshold) {
  const std::int64_t batch = graph.shape(score)[0];
  const ValueId bound = graph.constant("threshold", Tensor::scalar(DType::kFloat32, threshold));
  NESCIO_TRY(ValueId label, graph.add("Compare", {score, bound}, {{"mode", std::string("greater")}}));
  NESCIO_TRY(label, graph.add("Cast", {label}, {{"to", std::string(dtype_name(DType::kInt64))}}));
  return graph.add("Reshape", {label}, {{"shape", Shape{batch}}});
}

Result<ValueId> label_of_largest(GraphBuilder& graph, ValueId scores) {
  return graph.add("ArgMax", {scores},
                   {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}, {"select_last_index", std::int64_t{0}}});
}

}  // namespace nescio
