// ops/operands.cc -- shared checks of operands.
#include "nescio/ops/operands.h"

#include "nescio/ops/walk.h"

namespace nescio {

Error attr_error(std::string what) {
  return Error{ErrorCode::kAttr, 0, std::move(what), {}};
}
Error dtype_error(std::string what) {
  return Error{ErrorCode::kDtype, 0, std::move(what), {}};
}

Status expect_inputs(const OnnxNode& node, std::size_t least, std::size_t most) {
  bool ok = node.inputs.size() <= most;
  for (std::size_t i = 0; i < least; ++i) ok = ok && node.has_input(i);
  if (!ok) return attr_error("has " + std::to_string(node.inputs.size()) + " inputs; its opset wants another number");
  return Unit{};
}

Status expect_outputs(const OnnxNode& node, std::size_t most) {
  if (node.output_is_used.empty() || node.output_is_used.size() > most) {
    return attr_error("has " + std::to_string(node.output_is_used.size()) + " outputs; supported are 1 to " +
                      std::to_string(most));
  }
  return Unit{};
}

Status expect_float(const GraphBuilder& graph, ValueId id, const std::string& what) {
  if (is_float(graph.dtype(id))) return Unit{};
  return dtype_error(what + " is " + dtype_name(graph.dtype(id)) + "; cast it to float32 first");
}

Result<std::size_t> normal_axis(std::int64_t axis, std::size_t rank) {
  const auto r = static_cast<std::int64_t>(rank);
  if (axis < -r || axis >= r) {
    return attr_error("axis " + std::to_string(axis) + " is outside a tensor of rank " + std::to_string(rank));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

Result<std::vector<std::int64_t>> known_integers(const GraphBuilder& graph, ValueId id, const std::string& what) {
  const Tensor* t = graph.constant_of(id);
  if (t == nullptr) {
    return Error{ErrorCode::kDynShape,
                 0,
                 what + " depends on the model's input; fix it when exporting, or bind the input that decides it",
                 {}};
  }
  if (is_float(t->dtype()) || t->rank() > 1) return attr_error(what + " is not a list of integers");
  const auto v = t->as<std::int64_t>();
  return std::vector<std::int64_t>(v.begin(), v.end());
}

Result<std::pair<ValueId, ValueId>> binary_operands(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  AttributeReader attributes(node);
  const bool legacy = node.version < 7;
  const std::int64_t broadcast = legacy ? attributes.integer("broadcast", 0) : 0;
  const std::int64_t axis = legacy ? attributes.integer("axis", -1) : -1;
  NESCIO_TRY_STATUS(attributes.finish());
  ValueId b = node.inputs[1];
  const Shape& whole = graph.shape(node.inputs[0]);
  const Shape& part = graph.shape(b);
  if (legacy && broadcast != 0 && axis >= 0) {
    // The second operand's dimensions line up with those of the first that start at `axis`.
    const auto rank = static_cast<std::int64_t>(whole.size());
    const auto own = static_cast<std::int64_t>(part.size());
    if (axis > rank - own) return attr_error("axis " + std::to_string(axis) + " does not fit the operands' ranks");
    std::vector<std::int64_t> shape = part;
    shape.resize(shape.size() + static_cast<std::size_t>(rank - own - axis), 1);
    NESCIO_TRY(b, graph.add("Reshape", {b}, {{"shape", shape}}));
  }
  if (!broadcast_shape(whole, graph.shape(b))) {
    return attr_error("operands of shapes " + to_string(whole) + " and " + to_string(graph.shape(b)) +
                      " do not broadcast; if a batch size was chosen for you, choose another");
  }
  return std::pair(node.inputs[0], b);
}

}  // namespace nescio
