// quant/quantise_missing.cc -- Missing and Impute: an integer of its own stands for a missing value, and what stands in
// its place is rounded to the scales of the cells.
#include <algorithm>

#include "nescio/base/float_key.h"
#include "nescio/ops/walk.h"
#include "nescio/quant/fixed_point.h"
#include "nescio/quant/quantiser.h"

namespace nescio {

Status Quantiser::missing(const Node& node) {
  QuantNode out = start(QuantNode::Op::missing, node, {ids_[node.inputs[0]]});
  for (std::size_t i = 0; i < graph_.inputs.size(); ++i) {
    if (graph_.inputs[i].value != node.inputs[0] || compared_[node.inputs[0]]) continue;
    const std::vector<bool>& may_be = missing_[i].may_be_missing;
    for (std::size_t c = 0; c < may_be.size(); ++c)
      if (!may_be[c]) out.integers.push_back(static_cast<std::int64_t>(c));
  }
  add_node(std::move(out), node.outputs[0], 1.0, {0, 1});
  return Unit{};
}

Status Quantiser::impute(const Node& node) {
  const ValueId x = node.inputs[0];
  const QuantId id = ids_[x];
  const Tensor& c = *graph_.constant(node.inputs[1]);
  const bool keys = compared_[x];
  // Inputs of other widths have another least integer.
  unsigned bits = 32;
  for (std::size_t i = 0; !keys && i < missing_.size(); ++i)
    if (missing_[i].tells) bits = std::min(bits, out_.inputs[i].bits);
  for (std::size_t i = 0; !keys && i < missing_.size(); ++i)
    if (missing_[i].tells && !compared_[graph_.inputs[i].value] && out_.inputs[i].bits != bits)
      return refusal(ErrorCode::kUsage, "inputs that may be missing have different numbers of bits");
  const std::int64_t half = std::int64_t{1} << (bits - 1);

  // One value for all cells along a dimension if that is what the model gives and the scales are equal too. The shape
  // is public: it must not depend on the values.
  const Shape& shape_of_x = shape(x);
  const Tensor scales = Tensor::of(DType::kFloat64, shape_of_x, cell_scales(id));
  Shape to = shape_of_x;
  const auto strides = row_major_strides(shape_of_x);
  for (std::size_t d = 0; d < to.size(); ++d) {
    bool same = c.shape()[d] == 1;
    for (std::size_t i = 0; same && i < scales.size(); ++i) {
      const auto at = static_cast<std::int64_t>(i) / strides[d] % shape_of_x[d];
      same = scales.real(i) == scales.real(i - static_cast<std::size_t>(at * strides[d]));
    }
    if (same) to[d] = 1;
  }
  Tensor values(c.dtype(), to), units(DType::kFloat64, to);
  gather_strided(c, broadcast_strides(c.shape(), to), 0, values);
  gather_strided(scales, strides, 0, units);
  QuantWeights w{node.name + "/c", shape_of(to), bits, SecretVector<std::int32_t>(values.size())};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double real = values.real(i);
    if (keys) {
      w.values[i] = static_cast<std::int32_t>(float_key(static_cast<float>(real)));
      continue;
    }
    const std::int64_t integer = rounded(real / units.real(i));
    if (integer <= -half || integer >= half)
      return refusal(ErrorCode::kUsage,
                     "puts a value in place of missing ones that is outside of the range of its input");
    w.values[i] = static_cast<std::int32_t>(integer);
  }
  QuantNode out = start(QuantNode::Op::impute, node, {id, ids_[node.inputs[2]]});
  out.integers = {keys ? kNanKey : -half, keys ? 1 : 0};
  out.weights.push_back(std::move(w));
  const Range range = keys ? ranges_[id] : Range{-half, 3 * half - 2};
  ids_[node.outputs[0]] = out.output = add_value(node.outputs[0], cell_scales(id), range);
  out_.nodes.push_back(std::move(out));
  return Unit{};
}

}  // namespace nescio
