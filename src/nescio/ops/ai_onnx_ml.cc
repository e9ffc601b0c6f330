#include "nescio/ops/ai_onnx_ml.h"

#include "nescio/ops/operands.h"
#include "nescio/ops/softmax.h"

namespace nescio {

Result<ValueId> feature_matrix(GraphBuilder& graph, ValueId x) {
  const Shape shape = graph.shape(x);
  if (shape.empty() || shape.size() > 2 || shape.back() == 0)
    return attr_error("its input must be [features] or [batch, features]; it is " + to_string(shape));
  if (shape.size() == 2) return x;
  return graph.add("Reshape", {x}, {{"shape", Shape{1, shape[0]}}});
}

Result<ValueId> add_linear(GraphBuilder& graph, ValueId x, std::int64_t rows, const std::vector<double>& weights,
                           const std::vector<double>& offsets) {
  const ValueId w = graph.constant("weights", Tensor::of(DType::kFloat64, {rows, graph.shape(x).back()}, weights));
  return graph.add("Linear", {x, w, graph.constant("offsets", Tensor::of(DType::kFloat64, {rows}, offsets))});
}

bool ClassLabels::are_indices() const {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] != std::to_string(i)) return false;
  return numbers;
}

ClassLabels class_labels(AttributeReader& attributes, const char* numbers) {
  ClassLabels out{attributes.texts("classlabels_strings"), false};
  const auto list = attributes.integers(numbers);
  if (!out.names.empty()) return out;
  out.numbers = true;
  for (const std::int64_t n : list) out.names.push_back(std::to_string(n));
  return out;
}

void label_classes(GraphBuilder& graph, ValueId index, ClassLabels labels) {
  if (!labels.are_indices()) graph.label(index, std::move(labels.names));
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

namespace {

Result<ValueId> softmax_of_nonzero(GraphBuilder& graph, ValueId scores) {
  const ValueId zero = graph.constant("zero", Tensor::scalar(DType::kFloat32, 0));
  NESCIO_TRY(const ValueId none, graph.add("Compare", {scores, zero}, {{"mode", std::string("equal")}}));
  NESCIO_TRY(const ValueId most, graph.add("Largest", {scores}, {{"least", std::int64_t{0}}}));
  NESCIO_TRY(const ValueId below, graph.add("Sub", {scores, most}));
  NESCIO_TRY(const ValueId powers, graph.add("Exp", {below}));
  NESCIO_TRY(const ValueId kept, graph.add("Select", {none, zero, powers}));
  NESCIO_TRY(const ValueId total, graph.add("Total", {kept}, {{"mean", std::int64_t{0}}}));
  return graph.add("Div", {kept, total});
}

}  // namespace

Result<ValueId> add_post_transform(GraphBuilder& graph, ValueId scores, const std::string& transform) {
  if (transform == "NONE") return scores;
  if (transform == "LOGISTIC") return graph.add("Sigmoid", {scores});
  if (transform == "SOFTMAX") return add_softmax(graph, scores);
  if (transform == "SOFTMAX_ZERO") return softmax_of_nonzero(graph, scores);
  if (transform == "PROBIT") return graph.add("Probit", {scores});
  return attr_error("post_transform " + quote_name(transform) + " is not known");
}

}  // namespace nescio
