// quant/quantise_moves.cc -- operators that move cells; their scales move with them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "nescio/ops/registry.h"
#include "nescio/ops/walk.h"
#include "nescio/quant/fixed_point.h"
#include "nescio/quant/quantise_trees.h"
#include "nescio/quant/quantiser.h"

namespace nescio {

static void concatenate(const std::vector<Tensor>& parts, std::size_t axis, Tensor& to) {
  std::int64_t inner = row_major_strides(to.shape())[axis], offset = 0;
  const std::int64_t stride = inner * to.shape()[axis];
  for (const Tensor& part : parts) {
    const std::int64_t block = inner * part.shape()[axis];
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(part.size()); ++i)
      to.as<double>()[static_cast<std::size_t>(i / block * stride + offset + i % block)] =
          part.as<double>()[static_cast<std::size_t>(i)];
    offset += block;
  }
}

void Quantiser::mark_layers() {
  only_layers_.assign(graph_.values.size(), false);
  const auto takes_scales = [&](std::uint32_t reader) {
    const Node& node = graph_.nodes[reader];
    return node.op == "Linear" || node.op == "Affine" ||
           ((moves_cells(node.op) || node.op == "Impute") && only_layers_[node.outputs[0]]);
  };
  as_given_.assign(graph_.values.size(), false);
  for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
    const Node& node = graph_.nodes[i];
    const ValueId v = node.outputs[0];
    if (node.op == "Impute") as_given_[node.inputs[0]] = true;
    for (const ValueId x : node.inputs)
      if (moves_cells(node.op) && as_given_[v]) as_given_[x] = true;
    only_layers_[v] = !is_port(v) && std::all_of(readers_[v].begin(), readers_[v].end(), takes_scales);
  }
}

std::vector<QuantId> Quantiser::joinable(const Node& node) {
  constexpr double kFar = 256;
  std::vector<QuantId> out;
  double least = std::numeric_limits<double>::infinity(), most = 0;
  bool uniform = true;
  for (const ValueId v : node.inputs) {
    out.push_back(ids_[v]);
    uniform = uniform && out_.values[ids_[v]].scales.size() == 1;
    least = std::min(least, scale_of(ids_[v]));
    most = std::max(most, scale_of(ids_[v]));
  }
  const ValueId y = node.outputs[0];
  if (!uniform || most <= kFar * least || only_layers_[y] || as_given_[y]) return out;
  const unsigned bits = is_output_[y] ? options_.output_bits : options_.activation_bits;
  const double largest = seen_.largest(y), scale = power_of_two_above(options_.headroom * largest / top_of(bits));
  for (QuantId& x : out) {
    const double ratio = scale_of(x) / scale;
    if (ratio > 1 && ratio == std::floor(ratio) && ranges_[x].largest() * ratio < top_of(40)) {
      const auto times = static_cast<std::int64_t>(ratio);
      QuantNode node_of_x = start(QuantNode::Op::combine, node, {x});
      node_of_x.integers = {times};
      const QuantShape shape = out_.values[x].shape;
      const Range r = ranges_[x];
      x = inner(std::move(node_of_x), shape, scale, {r.lo * times, r.hi * times});
    } else if (shift_for(ratio, 17, 2)) {
      x = at_scale(x, scale, bits);
    }
  }
  return out;
}

Status Quantiser::move(const Node& node) {
  const QuantNode::Op op = node.op == "Reshape"     ? QuantNode::Op::reshape
                           : node.op == "Transpose" ? QuantNode::Op::transpose
                           : node.op == "Slice"     ? QuantNode::Op::slice
                           : node.op == "Pick"      ? QuantNode::Op::pick
                                                    : QuantNode::Op::concat;
  QuantNode out = start(op, node, {});
  // Scales move with their cells: run the same operator on them.
  std::vector<Tensor> scales;
  Range range;
  for (const ValueId v : node.inputs)
    if (graph_.constant(v) != nullptr) return refusal(ErrorCode::kOp, "a constant operand is not supported");
  out.inputs = op == QuantNode::Op::concat ? joinable(node) : std::vector<QuantId>{ids_[node.inputs[0]]};
  for (std::size_t i = 0; i < out.inputs.size(); ++i) {
    const QuantId id = out.inputs[i];
    scales.push_back(Tensor::of(DType::kFloat64, shape(node.inputs[i]), cell_scales(id)));
    range = {std::min(range.lo, ranges_[id].lo), std::max(range.hi, ranges_[id].hi)};
  }
  const auto as_integers = [&](const char* name) {
    const auto& list = node.attributes.integers(name);
    out.integers.insert(out.integers.end(), list.begin(), list.end());
  };
  Tensor moved(DType::kFloat64, shape(node.outputs[0]));
  if (op == QuantNode::Op::reshape) {
    moved = scales[0].reshaped(shape(node.outputs[0]));
  } else if (op == QuantNode::Op::transpose) {
    as_integers("perm");
    const auto own = row_major_strides(shape(node.inputs[0]));
    std::vector<std::int64_t> strides;
    for (const std::int64_t d : out.integers) strides.push_back(own[static_cast<std::size_t>(d)]);
    gather_strided(scales[0], strides, 0, moved);
  } else if (op == QuantNode::Op::slice) {
    as_integers("starts");
    as_integers("steps");
    as_integers("sizes");
    auto strides = row_major_strides(shape(node.inputs[0]));
    const std::size_t rank = strides.size();
    std::int64_t start = 0;
    for (std::size_t d = 0; d < rank; ++d) {
      start += strides[d] * out.integers[d];
      strides[d] *= out.integers[rank + d];
    }
    gather_strided(scales[0], strides, start, moved);
  } else if (op == QuantNode::Op::pick) {
    as_integers("indices");
    if (out.integers.size() > kMaxPicked)
      return refusal(ErrorCode::kOp, "moves " + std::to_string(out.integers.size()) + " cells one by one; at most " +
                                         std::to_string(kMaxPicked) + " are possible");
    for (std::size_t i = 0; i < out.integers.size(); ++i)
      moved.as<double>()[i] = scales[0].real(static_cast<std::size_t>(std::max<std::int64_t>(out.integers[i], 0)));
    range = {std::min<std::int64_t>(range.lo, 0), std::max<std::int64_t>(range.hi, 0)};
  } else {
    out.integers = {node.attributes.integer("axis")};
    concatenate(scales, static_cast<std::size_t>(out.integers[0]), moved);
  }
  out.output = add_value(node.outputs[0], moved.reals(), range);
  ids_[node.outputs[0]] = out.output;
  out_.nodes.push_back(std::move(out));
  return Unit{};
}

}  // namespace nescio
