// ops/linear_model.cc -- ai.onnx.ml LinearRegressor and LinearClassifier in terms of Linear, Sigmoid, ArgMax and
// Compare.
//
// Where the ONNX text is silent the classifier does as ONNX Runtime: ties go to the first class; one row of
// coefficients with two labels gives the columns [1 - s, s] (after the post transform), and its label is the second
// when the raw score is above 0.
#include "nescio/ops/ai_onnx_ml.h"
#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"

namespace nescio {
namespace {

// The features as a float32 matrix [batch, features].
Result<ValueId> real_features(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY(const ValueId x, graph.as_float32(node.inputs[0]));
  return feature_matrix(graph, x);
}

// kAttr: the lists are of other lengths. No intercepts are zeros.
Result<ValueId> linear_scores(GraphBuilder& graph, ValueId x, std::int64_t rows,
                              const std::vector<double>& coefficients, std::vector<double> intercepts) {
  const std::int64_t features = graph.shape(x)[1];
  if (intercepts.empty()) intercepts.resize(static_cast<std::size_t>(rows), 0.0);
  if (rows < 1 || rows > kMaxElements / features || static_cast<std::int64_t>(coefficients.size()) != rows * features ||
      static_cast<std::int64_t>(intercepts.size()) != rows) {
    return attr_error("has " + std::to_string(coefficients.size()) + " coefficients and " +
                      std::to_string(intercepts.size()) + " intercepts for " + std::to_string(features) + " features");
  }
  return add_linear(graph, x, rows, coefficients, intercepts);
}

Result<Values> import_regressor(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const auto coefficients = attributes.reals("coefficients"), intercepts = attributes.reals("intercepts");
  const std::int64_t targets = attributes.integer("targets", 1);
  const std::string transform = attributes.text("post_transform", "NONE");
  NESCIO_TRY_STATUS(attributes.finish());
  NESCIO_TRY(const ValueId x, real_features(node, graph));
  NESCIO_TRY(const ValueId raw, linear_scores(graph, x, targets, coefficients, intercepts));
  NESCIO_TRY(const ValueId y, add_post_transform(graph, raw, transform));
  return Values{y};
}

Result<Values> import_classifier(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  NESCIO_TRY_STATUS(expect_outputs(node, 2));
  AttributeReader attributes(node);
  const auto coefficients = attributes.reals("coefficients");
  const auto intercepts = attributes.reals("intercepts");
  const std::string transform = attributes.text("post_transform", "NONE");
  ClassLabels labels = class_labels(attributes, "classlabels_ints");
  attributes.ignore("multi_class");
  NESCIO_TRY_STATUS(attributes.finish());
  const bool wants_scores = node.output_is_used.size() > 1 && node.output_is_used[1];

  NESCIO_TRY(const ValueId x, real_features(node, graph));
  const std::int64_t features = graph.shape(x)[1];
  const std::int64_t rows = static_cast<std::int64_t>(coefficients.size()) / features;
  const bool one_row = rows == 1;
  if (labels.names.size() != static_cast<std::size_t>(one_row ? 2 : rows)) {
    return attr_error("has " + std::to_string(labels.names.size()) + " class labels for " + std::to_string(rows) +
                      " rows of coefficients");
  }
  NESCIO_TRY(const ValueId raw, linear_scores(graph, x, rows, coefficients, intercepts));

  ValueId label = kNoValue;
  if (one_row) {
    NESCIO_TRY(label, label_above(graph, raw, 0.0));
  } else {
    NESCIO_TRY(label, label_of_largest(graph, raw));
  }
  label_classes(graph, label, std::move(labels));

  ValueId scores = raw;
  if (wants_scores && one_row) {
    // 1 - sigmoid(s) = sigmoid(-s), so both columns come from x by one Linear.
    const double b = intercepts.empty() ? 0.0 : intercepts[0];
    std::vector<double> both;
    for (const double c : coefficients) both.push_back(-c);
    both.insert(both.end(), coefficients.begin(), coefficients.end());
    NESCIO_TRY(scores, linear_scores(graph, x, 2, both, {transform == "LOGISTIC" ? -b : 1.0 - b, b}));
  }
  if (wants_scores && one_row && transform == "PROBIT")
    return attr_error(
        "post_transform PROBIT of one score is not supported; export raw scores, or drop the output of scores");
  if (wants_scores) {
    NESCIO_TRY(scores, add_post_transform(graph, scores, transform));
  }
  return Values{label, scores};
}

constexpr OpRecord kRecords[] = {
    {.name = "LinearRegressor", .domain = "ai.onnx.ml", .until = 5, .import = import_regressor},
    {.name = "LinearClassifier", .domain = "ai.onnx.ml", .until = 5, .import = import_classifier},
};

}  // namespace

std::span<const OpRecord> linear_model_ops() {
  return kRecords;
}

}  // namespace nescio
