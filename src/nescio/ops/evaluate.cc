// ops/evaluate.cc -- runs the records' references in order.
#include "nescio/ops/evaluate.h"

#include "nescio/ops/registry.h"

namespace nescio {

Result<std::vector<Tensor>> evaluate(const Graph& graph, std::span<const Tensor> inputs, const Observer& observer) {
  if (inputs.size() != graph.inputs.size()) {
    return Error{ErrorCode::kInShape,
                 0,
                 "the model has " + std::to_string(graph.inputs.size()) + " inputs; " + std::to_string(inputs.size()) +
                     " were given",
                 {}};
  }
  std::vector<std::size_t> last_use(graph.values.size(), 0);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const ValueId id : graph.nodes[i].inputs) {
      if (id != kNoValue) last_use[id] = i;
    }
  }
  for (const Port& p : graph.outputs) last_use[p.value] = graph.nodes.size();

  std::vector<std::shared_ptr<const Tensor>> values(graph.values.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = graph.values[i].constant;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Port& p = graph.inputs[i];
    const TensorType& want = graph.value(p.value).type;
    if (inputs[i].type() != want) {
      return Error{ErrorCode::kInShape,
                   static_cast<std::uint32_t>(i),
                   "input " + quote_name(p.name) + " must be " + dtype_name(want.dtype) + to_string(want.shape) +
                       "; it is " + dtype_name(inputs[i].dtype()) + to_string(inputs[i].shape()),
                   {}};
    }
    if (observer) observer(p.value, inputs[i]);
    values[p.value] = std::make_shared<const Tensor>(inputs[i]);
  }

  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const OpRecord* record = find_graph_op(node.op);
    NESCIO_CHECK(record != nullptr);
    std::vector<const Tensor*> operands;
    for (const ValueId id : node.inputs) operands.push_back(id == kNoValue ? nullptr : values[id].get());
    std::vector<Tensor> results;
    for (const ValueId id : node.outputs) {
      results.emplace_back(graph.value(id).type.dtype, graph.value(id).type.shape);
    }
    if (const Status s = record->evaluate(node, operands, results); !s.ok()) {
      Error e = s.error();
      e.where = static_cast<std::uint32_t>(i);
      e.detail = "node " + quote_name(node.name) + " (" + node.op + ")" + (e.detail.empty() ? "" : ": " + e.detail);
      return e;
    }
    for (std::size_t k = 0; k < results.size(); ++k) {
      if (observer) observer(node.outputs[k], results[k]);
      values[node.outputs[k]] = std::make_shared<const Tensor>(std::move(results[k]));
    }
    for (const ValueId id : node.inputs) {
      if (id != kNoValue && last_use[id] == i) values[id].reset();
    }
  }
  std::vector<Tensor> out;
  for (const Port& p : graph.outputs) out.push_back(*values[p.value]);
  return out;
}

}  // namespace nescio
