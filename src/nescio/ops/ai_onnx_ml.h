// ops/ai_onnx_ml.h -- what the models of ai.onnx.ml begin and end with: a matrix of features, the number of a class.
#pragma once
#include "nescio/ops/builder.h"

namespace nescio {

// The features as [batch, features]. kAttr: of another rank, or none.
Result<ValueId> feature_matrix(GraphBuilder& graph, ValueId x);

// [batch], int64. Of one score [batch, 1]: whether it is above the threshold.
Result<ValueId> label_above(GraphBuilder& graph, ValueId score, double threshold);
// [batch], int64. Of scores [batch, classes]: the first of the largest.
Result<ValueId> label_of_largest(GraphBuilder& graph, ValueId scores);

}  // namespace nescio
