// quant/quantise_choices.cc -- operators that choose: ArgMax, Largest, Hardmax, Top, Select, Logic, Compare, Trees.
#include <algorithm>

#include "nescio/quant/fixed_point.h"
#include "nescio/quant/quantise_trees.h"
#include "nescio/quant/quantiser.h"

namespace nescio {

// ArgMax, Largest and Hardmax over rows of at least two entries.
Status Quantiser::choose(const Node& node) {
  const ValueId x = node.inputs[0];
  const std::int64_t n = shape(x).back();
  if (n < 2) return refusal(ErrorCode::kAttr, "there is only one entry to choose from");
  const QuantId id = uniform(x, options_.activation_bits);
  QuantNode out = start(QuantNode::Op::choose, node, {id});
  const bool index = node.op == "ArgMax", value = node.op == "Largest";
  const auto flag = [&](const char* name) {
    return std::int64_t{node.attributes.has(name) && node.attributes.integer(name) != 0};
  };
  out.integers = {flag("select_last_index"), flag("least"), index ? 0 : value ? 1 : 2};
  if (value) {
    add_node(std::move(out), node.outputs[0], scale_of(id), ranges_[id]);
  } else {
    add_node(std::move(out), node.outputs[0], 1.0, {0, index ? n - 1 : 1});
  }
  return Unit{};
}

// Rows of at least two entries.
Status Quantiser::top(const Node& node) {
  const QuantId id = uniform(node.inputs[0], options_.activation_bits);
  QuantNode out = start(QuantNode::Op::top, node, {id});
  const bool index = node.attributes.integer("index") != 0;
  out.integers = {node.attributes.integer("k"), node.attributes.integer("least"), std::int64_t{!index}};
  add_node(std::move(out), node.outputs[0], index ? 1.0 : scale_of(id),
           index ? Range{0, shape(node.inputs[0]).back() - 1} : ranges_[id]);
  return Unit{};
}

// x c + y (1 - c), x and y whole constants.
Status Quantiser::select_number(const Node& node) {
  const QuantId c = ids_[node.inputs[0]];
  const std::int64_t x = graph_.constant(node.inputs[1])->as<std::int64_t>()[0],
                     y = graph_.constant(node.inputs[2])->as<std::int64_t>()[0];
  constexpr std::int64_t kMost = (std::int64_t{1} << 31) - 1;
  if (std::min(x, y) < -kMost || std::max(x, y) > kMost)
    return refusal(ErrorCode::kOverflow, "a constant has more than 32 bits");
  QuantNode out = start(QuantNode::Op::combine, node, {});
  if (x != 0) {
    out.inputs.push_back(c);
    out.integers.push_back(x);
  }
  if (y != 0) {
    QuantNode other = start(QuantNode::Op::logic, node, {c});
    other.integers = {1, -1, 0, 0};
    const QuantShape shape_of_c = out_.values[c].shape;
    out.inputs.push_back(inner(std::move(other), shape_of_c, 1.0, {0, 1}));
    out.integers.push_back(y);
  }
  if (out.inputs.empty()) return refusal(ErrorCode::kOp, "does not depend on the input");
  add_node(std::move(out), node.outputs[0], 1.0,
           {std::min<std::int64_t>({x, y, 0}), std::max<std::int64_t>({x, y, 0})});
  return Unit{};
}

// All on one scale, so that nothing is rounded but what has another one.
Status Quantiser::select(const Node& node) {
  if (graph_.constant(node.inputs[1]) != nullptr) return select_number(node);
  QuantId ids[2];
  for (std::size_t i = 0; i < 2; ++i) ids[i] = uniform(node.inputs[i + 1], options_.activation_bits);
  const double scale = std::max(scale_of(ids[0]), scale_of(ids[1]));
  for (QuantId& id : ids) id = at_scale(id, scale, bits_of(ranges_[id]));
  const Range &a = ranges_[ids[0]], &b = ranges_[ids[1]];
  const Range range{std::min(a.lo, b.lo), std::max(a.hi, b.hi)};
  add_node(start(QuantNode::Op::select, node, {ids_[node.inputs[0]], ids[0], ids[1]}), node.outputs[0], scale, range);
  return Unit{};
}

Status Quantiser::logic(const Node& node) {
  QuantNode out = start(QuantNode::Op::logic, node, {});
  for (const ValueId v : node.inputs) {
    if (graph_.constant(v) != nullptr) return refusal(ErrorCode::kOp, "a constant operand is not supported");
    out.inputs.push_back(ids_[v]);
  }
  for (const char* name : {"constant", "first", "second", "both"})
    out.integers.push_back(node.attributes.integer(name));
  add_node(std::move(out), node.outputs[0], 1.0, {0, 1});
  return Unit{};
}

Status Quantiser::trees(const Node& node) {
  NESCIO_TRY(QuantisedTrees t, quantise_trees(graph_, node));
  t.node.inputs = {ids_[node.inputs[0]]};
  ids_[node.outputs[0]] = t.node.output = add_value(node.outputs[0], {t.scale}, {-t.reach, t.reach});
  out_.nodes.push_back(std::move(t.node));
  return Unit{};
}

// Thresholds on the grid of x, so that the comparison of integers is that of the reals they stand for.
Status Quantiser::compare(const Node& node) {
  const ValueId x = node.inputs[0];
  const QuantId id = uniform(x, options_.activation_bits);
  const double scale = out_.values[id].scales[0];
  const Tensor& c = *graph_.constant(node.inputs[1]);
  const std::string& mode = node.attributes.text("mode");
  QuantNode out = start(QuantNode::Op::compare, node, {id});
  out.comparison = mode == "greater"            ? Comparison::greater
                   : mode == "greater_or_equal" ? Comparison::greater_equal
                   : mode == "less"             ? Comparison::less
                   : mode == "less_or_equal"    ? Comparison::less_equal
                                                : Comparison::equal;
  const unsigned wanted = std::max(bits_of(ranges_[id]) + 1, 16U), bits = std::min(wanted, 32U);
  QuantWeights w{node.name + "/c", shape_of(c.shape()), bits, {}};
  for (std::size_t i = 0; i < c.size(); ++i) {
    const double at = c.real(i) / scale;
    const bool down = out.comparison == Comparison::greater || out.comparison == Comparison::less_equal;
    const bool equal = out.comparison == Comparison::equal;
    // A real between two integers equals none: out of reach.
    const double on_grid = equal ? (at == std::floor(at) ? at : top_of(bits)) : down ? std::floor(at) : std::ceil(at);
    if (wanted > bits && !(std::abs(on_grid) <= top_of(bits)))
      return refusal(ErrorCode::kOverflow, "its input has too many bits to be compared");
    w.values.push_back(static_cast<std::int32_t>(std::clamp(on_grid, -top_of(bits), top_of(bits))));
  }
  out.weights.push_back(std::move(w));
  out.output = add_value(node.outputs[0], {1.0}, {0, 1});
  ids_[node.outputs[0]] = out.output;
  out_.nodes.push_back(std::move(out));
  return Unit{};
}

}  // namespace nescio
