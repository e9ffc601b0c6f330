// quant/quantise_arithmetic.cc -- sums and products: Linear, Affine, Add, Sub, Mul, MatMul; functions on their own.
#include <algorithm>

#include "nescio/ops/walk.h"
#include "nescio/quant/fixed_point.h"
#include "nescio/quant/function.h"
#include "nescio/quant/quantiser.h"

namespace nescio {

Status Quantiser::linear(const Node& node) {
  const ValueId x = node.inputs[0];
  const Tensor &w = *graph_.constant(node.inputs[1]), &b = *graph_.constant(node.inputs[2]);
  const auto n = static_cast<std::size_t>(w.shape()[0]), k = static_cast<std::size_t>(w.shape()[1]);
  // One scale per feature: the same in all rows of x.
  QuantId id = ids_[x];
  std::vector<double> scales = cell_scales(id);
  for (std::size_t i = k; i < scales.size(); ++i)
    if (scales[i] != scales[i - k]) {
      id = uniform(x, options_.activation_bits);
      scales = cell_scales(id);
      break;
    }
  QuantNode out = start(QuantNode::Op::linear, node, {id});
  Target t = target_of(node.outputs[0], fused_function(node.outputs[0]));
  SecretVector<double> real(n * k), bias(n);
  for (std::size_t i = 0; i < real.size(); ++i) real[i] = w.real(i) * scales[i % k];
  for (std::size_t i = 0; i < n; ++i) bias[i] = b.real(i);
  NESCIO_TRY_STATUS(set_weights(out, t, shape_of(w.shape()), real, shape_of(b.shape()), bias));
  return finish(std::move(out), node.outputs[0], t);
}

Status Quantiser::affine(const Node& node) {
  const ValueId x = node.inputs[0];
  const Tensor &a = *graph_.constant(node.inputs[1]), &b = *graph_.constant(node.inputs[2]);
  const std::vector<double> scales = cell_scales(ids_[x]);
  const bool one_scale = out_.values[ids_[x]].scales.size() == 1;
  const Shape& w_shape = one_scale ? a.shape() : shape(x);  // several scales: a weight for each cell
  Tensor wide(DType::kFloat64, w_shape);
  if (one_scale) {
    wide = a.cast(DType::kFloat64);
  } else {
    gather_strided(a.cast(DType::kFloat64), broadcast_strides(a.shape(), w_shape), 0, wide);
  }
  SecretVector<double> real(wide.size()), bias(b.size());
  for (std::size_t i = 0; i < real.size(); ++i) real[i] = wide.real(i) * scales[i];
  for (std::size_t i = 0; i < bias.size(); ++i) bias[i] = b.real(i);
  QuantNode out = start(QuantNode::Op::channel, node, {ids_[x]});
  Target t = target_of(node.outputs[0], fused_function(node.outputs[0]));
  NESCIO_TRY_STATUS(set_weights(out, t, shape_of(w_shape), real, shape_of(b.shape()), bias));
  return finish(std::move(out), node.outputs[0], t);
}

Status Quantiser::two_operands(const Node& node, QuantId (&ids)[2]) {
  for (std::size_t i = 0; i < 2; ++i) {
    if (graph_.constant(node.inputs[i]) != nullptr)
      return refusal(ErrorCode::kOp, "a constant operand is not supported here");
    ids[i] = uniform(node.inputs[i], options_.activation_bits);
  }
  return Unit{};
}

// sum of sign_i x_i: exact if all have one scale, else rounded with multipliers of up to 16 bits.
Status Quantiser::sum(QuantNode out, ValueId to, const std::vector<std::int64_t>& signs, const Node* f) {
  Target t = target_of(to, f);
  double largest = 0, reach = 0;
  bool equal = f == nullptr;
  for (const QuantId id : out.inputs) {
    const double s = out_.values[id].scales[0];
    largest = std::max(largest, s);
    equal = equal && s == out_.values[out.inputs[0]].scales[0];
    reach += ranges_[id].largest();
  }
  const bool integers = !is_float(dtype(to));
  if (integers && (!equal || reach >= top_of(32)))
    return refusal(ErrorCode::kOverflow, "its integers have too many bits to be added");
  if (equal && reach < top_of(integers ? 32 : options_.output_bits)) {
    out.integers = signs;
    const auto most = static_cast<std::int64_t>(reach);
    out.output = add_value(to, {largest}, {-most, most});
    ids_[to] = out.output;
    out_.nodes.push_back(std::move(out));
    return Unit{};
  }
  const std::optional<unsigned> shift = shift_for(largest / t.scale, 17, 2);
  if (!shift) return refusal(ErrorCode::kOverflow, "its operands are far larger than its result");
  t.requant.shift = *shift;
  for (std::size_t i = 0; i < signs.size(); ++i)
    out.integers.push_back(
        signs[i] * rounded(std::ldexp(out_.values[out.inputs[i]].scales[0] / t.scale, static_cast<int>(*shift))));
  return finish(std::move(out), to, t);
}

Status Quantiser::add(const Node& node) {
  QuantId ids[2];
  NESCIO_TRY_STATUS(two_operands(node, ids));
  return sum(start(QuantNode::Op::combine, node, {ids[0], ids[1]}), node.outputs[0], {1, node.op == "Sub" ? -1 : 1},
             fused_function(node.outputs[0]));
}

Status Quantiser::multiply(const Node& node) {
  QuantId ids[2];
  NESCIO_TRY_STATUS(two_operands(node, ids));
  if (node.op == "MatMul") {
    const Shape &a = shape(node.inputs[0]), &b = shape(node.inputs[1]);
    if (a.size() < 2 || a.size() != b.size() || !std::equal(a.begin(), a.end() - 2, b.begin()))
      return refusal(ErrorCode::kOp,
                     "operands of shapes " + to_string(a) + " and " + to_string(b) + " are not supported");
  }
  QuantNode out = start(node.op == "Mul" ? QuantNode::Op::multiply : QuantNode::Op::matmul, node, {ids[0], ids[1]});
  Target t = target_of(node.outputs[0], fused_function(node.outputs[0]));
  // The scale is that of the product, shifted until the range fits: exact, and at most one bit coarser.
  const double product = out_.values[ids[0]].scales[0] * out_.values[ids[1]].scales[0];
  const double wanted = t.scale;
  t.requant.shift = 0;
  t.scale = product;
  while (t.scale < wanted && t.requant.shift < 40) {
    t.scale *= 2;
    ++t.requant.shift;
  }
  return finish(std::move(out), node.outputs[0], t);
}

// A function of a value that others read too, or that no rounding makes.
Status Quantiser::function(const Node& node) {
  QuantNode out = start(QuantNode::Op::combine, node, {uniform(node.inputs[0], options_.activation_bits)});
  const QuantId x = out.inputs[0];
  Target t = target_of(node.inputs[0], &node);
  const unsigned bits = bits_of(ranges_[x]);
  const bool table = needs_table(node);
  if (bits <= t.requant.bits || (!table && bits <= options_.output_bits)) {  // as it is
    t.scale = out_.values[x].scales[0];
    t.requant = {0, table ? t.requant.bits : bits};
    out.integers = {1};
    return finish(std::move(out), node.inputs[0], t);
  }
  return sum(std::move(out), node.inputs[0], {1}, &node);
}

}  // namespace nescio
