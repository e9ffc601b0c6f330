// forest/read.h -- tree models as their libraries save them, into a Graph without a detour through ONNX.
//
//   XGBoost   save_model("m.json") or ("m.ubj"), since 1.0: boosters gbtree and dart, numerical and categorical splits
//   LightGBM  save_model("m.txt"), versions v2 to v4: gbdt, dart, goss and rf, numerical and categorical splits
//
// The graph has the input "x" [1, features] of float32 and one output, what the library's own predict() tells:
//   "probabilities"  [1, classes] of a classifier; of two classes [1 - p, p]
//   "scores"         [1, columns] where there are several and none is a probability (multi:softmax, several targets)
//   "score"          [1, 1] of everything else
// Each row reaches the leaves that it reaches in the library, missing values (NaN), infinities, -0.0 and values that
// equal a threshold included. Libraries add leaves in float32 or in double; here the sum is exact and then rounded.
#pragma once
#include <cstdint>
#include <span>

#include "nescio/base/error.h"
#include "nescio/graph/graph.h"

namespace nescio {

// Whether these are the first bytes of a tree model that read_forest() takes; an ONNX model never is.
bool is_forest(std::span<const std::uint8_t> bytes);
// The bytes are hostile: memory in proportion to them. Codes: kModel (not well-formed), kOp (a kind of model, objective
// or tree that is not supported), kMemory.
Result<Graph> read_forest(std::span<const std::uint8_t> bytes);

}  // namespace nescio
