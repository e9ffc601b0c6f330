// ops/ai_onnx_ml.h -- what the models of ai.onnx.ml begin and end with: a matrix of features, the number of a class.
#pragma once
#include "nescio/ops/builder.h"
#include "nescio/ops/onnx_node.h"

namespace nescio {

// The features as [batch, features]. kAttr: of another rank, or none.
Result<ValueId> feature_matrix(GraphBuilder& graph, ValueId x);

// x [.., n] times weights [rows][n] plus offsets [rows]: [.., rows]. Both lists have these lengths.
Result<ValueId> add_linear(GraphBuilder& graph, ValueId x, std::int64_t rows, const std::vector<double>& weights,
                           const std::vector<double>& offsets);

// What a classifier calls its classes: classlabels_strings or, without those, the attribute of numbers.
struct ClassLabels {
  std::vector<std::string> names;
  bool numbers = true;
  bool are_indices() const;  // 0, 1, ..
};
ClassLabels class_labels(AttributeReader& attributes, const char* numbers);
// Says so of an index of a class, unless that is its name already.
void label_classes(GraphBuilder& graph, ValueId index, ClassLabels labels);

// [batch], int64. Of one score [batch, 1]: whether it is above the threshold.
Result<ValueId> label_above(GraphBuilder& graph, ValueId score, double threshold);
// [batch], int64. Of scores [batch, classes]: the first of the largest.
Result<ValueId> label_of_largest(GraphBuilder& graph, ValueId scores);

// The attribute post_transform on scores [batch, n]: NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO (scores of 0 stay 0, and are
// not in the sum) or PROBIT, which is sqrt(2) erfinv(2 x - 1) by the approximation that ONNX Runtime takes. kAttr:
// another.
Result<ValueId> add_post_transform(GraphBuilder& graph, ValueId scores, const std::string& transform);

}  // namespace nescio
