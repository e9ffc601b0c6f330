// compile/lower.h -- from a model in integers to tensors and relations: one text for all interpreters
// (gadget/backend.h).
//
// Layout    a value of ONNX shape [.., d1, d0] is a tensor with d0 fastest; extents of 1 are dropped, so that reshapes
//           which only add or remove them cost nothing. Every value is a linear function of committed cells (depth 0).
// Weights   committed limbs in every proof, in the declared range of each tensor.
// Cost      per node: gadget/requant.h; moves of cells (reshape, transpose, slice, concat) are index maps and cost
// nothing
//           to prove, but each claim on a result becomes one on each slice that it is put together from.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "nescio/gadget/output.h"
#include "nescio/quant/quant_graph.h"

namespace nescio {

// A tensor of a group that a digest may bind, in its declared range.
struct GroupTensor {
  std::string name;
  Var value;
  Bound declared;
};
struct Lowered {
  std::vector<GroupTensor> weights;      // in order of the nodes; of a node: w, b; of trees see compile/lower_trees.h
  std::vector<GroupTensor> inputs;       // [n], committed
  std::vector<GroupTensor> outputs;      // [n]
  std::vector<OutputSwitches> switches;  // of each output
};

// The integers that an input may have.
Bound input_range(const QuantPort& port);

// Writes the model: its inputs, its nodes, its outputs. `graph` is valid. Only hints read `inputs`.
// kOp: a move of cells with more than kMaxSlices slices; otherwise the errors of `b`.
Lowered lower(Backend& b, const QuantGraph& graph, const GadgetPlan& plan, const IntegerInputs& inputs);
// The gadgets of statements, one for each output; fills `switches`.
void lower_outputs(Backend& b, const GadgetPlan& plan, Lowered& lowered);

inline constexpr std::uint32_t kMaxSlices = 4096;

}  // namespace nescio
