// ops/evaluate.h -- the float interpreter: what a graph computes by ONNX's semantics. Used to calibrate and to report
// errors of quantisation; never part of a proof.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/graph/graph.h"

namespace nescio {

// Called for each input, constant operand excluded, and each node's output as soon as it is known.
using Observer = std::function<void(ValueId, const Tensor&)>;

// inputs: one tensor per graph.inputs, of its exact type (kInShape). Returns one tensor per graph.outputs.
// Values are dropped after their last use. Errors of operators: kIndex, kDivZero; the detail names the node.
Result<std::vector<Tensor>> evaluate(const Graph& graph, std::span<const Tensor> inputs, const Observer& observer = {});

}  // namespace nescio
