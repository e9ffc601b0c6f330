// ops/operands.h -- checks that several operators share when they are imported. Errors do not name the node.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/ops/builder.h"
#include "nescio/ops/onnx_node.h"

namespace nescio {

using Values = std::vector<ValueId>;

Error attr_error(std::string what);
Error dtype_error(std::string what);

// Between `least` and `most` inputs, the first `least` of them given (kAttr).
Status expect_inputs(const OnnxNode& node, std::size_t least, std::size_t most);
Status expect_outputs(const OnnxNode& node, std::size_t most);
// A float tensor (kDtype); `what` names the operand.
Status expect_float(const GraphBuilder& graph, ValueId id, const std::string& what);
// `axis` in [-rank, rank) as an index of a dimension (kAttr).
Result<std::size_t> normal_axis(std::int64_t axis, std::size_t rank);
// The elements of an integer operand that decides a shape: it must be known (kDynShape).
Result<std::vector<std::int64_t>> known_integers(const GraphBuilder& graph, ValueId id, const std::string& what);
// The two operands of an elementwise operator; before opset 7 their `axis` and `broadcast` attributes are applied by a
// reshape.
Result<std::pair<ValueId, ValueId>> binary_operands(const OnnxNode& node, GraphBuilder& graph);

}  // namespace nescio
