// ops/record.h -- what is known about one operator. Each family's file defines its records; ops/registry.cc lists them.
//
// A record may stand for an ONNX operator (`import`), for an operator of the graph (`infer`, `evaluate`), or for both.
// ONNX operators that say in other words what another operator says have only `import`.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/graph/graph.h"
#include "nescio/ops/builder.h"
#include "nescio/ops/onnx_node.h"

namespace nescio {

struct OpRecord {
  std::string_view name;  // ONNX's op_type and the graph's Node::op
  std::string_view domain = "";
  int since = 1;  // first and last operator set of `domain` whose form of this operator is understood
  int until = 25;

  // Checks attributes and operands, adds nodes in normal form, returns one value per output of the ONNX node.
  // Operands are typed and static. Errors: kAttr, kDtype, kDynShape, kMemory.
  Result<std::vector<ValueId>> (*import)(const OnnxNode& node, GraphBuilder& graph) = nullptr;

  // Types of the outputs. Inputs are values of the graph (null where an optional one is not given).
  Result<std::vector<TensorType>> (*infer)(const Node& node, std::span<const Value* const> inputs) = nullptr;

  // The float reference. `outputs` come as zeros of the inferred types.
  // Errors depend on values only: kIndex, kDivZero.
  Status (*evaluate)(const Node& node, std::span<const Tensor* const> inputs, std::span<Tensor> outputs) = nullptr;
};

}  // namespace nescio
