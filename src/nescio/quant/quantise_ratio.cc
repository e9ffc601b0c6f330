// quant/quantise_ratio.cc -- Total, Div, Reciprocal and Mod; inner values that they need.
#include <algorithm>

#include "nescio/quant/fixed_point.h"
#include "nescio/quant/quantiser.h"

namespace nescio {

using Op = QuantNode::Op;

QuantId Quantiser::inner(QuantNode node, const QuantShape& shape, double scale, Range range) {
  node.output = add_value(node.name, Shape(shape.begin(), shape.end()), {scale}, range);
  out_.nodes.push_back(std::move(node));
  return out_.nodes.back().output;
}

QuantId Quantiser::at_scale(QuantId x, double scale, unsigned bits) {
  if (scale_of(x) == scale) return x;
  QuantNode node;
  node.op = Op::combine;
  node.name = out_.values[x].name + "/rescale";
  node.inputs = {x};
  const std::optional<unsigned> shift = shift_for(scale_of(x) / scale, 17, 2);
  NESCIO_CHECK(shift);
  node.integers = {std::max<std::int64_t>(1, rounded(std::ldexp(scale_of(x) / scale, static_cast<int>(*shift))))};
  node.rounded = true;
  node.requant = {*shift, bits};
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  const QuantShape shape = out_.values[x].shape;
  return inner(std::move(node), shape, scale, {-half, half - 1});
}

QuantId Quantiser::negated(QuantId x) {
  QuantNode node;
  node.op = Op::combine;
  node.name = out_.values[x].name + "/negated";
  node.inputs = {x};
  node.integers = {-1};
  const QuantShape shape = out_.values[x].shape;
  const Range r = ranges_[x];
  return inner(std::move(node), shape, scale_of(x), {-r.hi, -r.lo});
}

// Exact as long as it has few bits; a mean is the sum on another scale.
Status Quantiser::total(const Node& node) {
  const ValueId x = node.inputs[0], y = node.outputs[0];
  const QuantId id = uniform(x, options_.activation_bits);
  const auto n = static_cast<double>(shape(x).back());
  const double scale = node.attributes.integer("mean") != 0 ? scale_of(id) / n : scale_of(id);
  QuantNode out = start(Op::total, node, {id});
  const Range& r = ranges_[id];
  if (r.largest() * n < top_of(is_float(dtype(y)) ? options_.output_bits : 32)) {
    const std::int64_t most = shape(x).back();
    add_node(std::move(out), y, scale,
             {std::min<std::int64_t>(0, r.lo * most), std::max<std::int64_t>(0, r.hi * most)});
    return Unit{};
  }
  if (!is_float(dtype(y))) return refusal(ErrorCode::kOverflow, "its integers have too many bits to be added");
  Target t = target_of(y, fused_function(y));
  const double wanted = t.scale;
  t.scale = scale;
  t.requant.shift = 0;
  while (t.scale < wanted && t.requant.shift < 40) {
    t.scale *= 2;
    ++t.requant.shift;
  }
  return finish(std::move(out), y, t);
}

// The divisor is positive in the circuit: where calibration saw negative ones, signs change sides.
Status Quantiser::divide(const Node& node) {
  const bool reciprocal = node.op == "Reciprocal";
  bool inverted = reciprocal;  // the dividend is 1
  const ValueId by = node.inputs.back(), y = node.outputs[0];
  const double lowest = seen_.lowest[by], highest = seen_.highest[by];
  QuantId b = uniform(by, options_.activation_bits);
  if (rounded(lowest / scale_of(b)) <= 0 && rounded(highest / scale_of(b)) >= 0 && !(lowest < 0 && highest > 0))
    return refusal(ErrorCode::kCalib, "calibration divides by zero, or by what rounds to zero");
  QuantNode out = start(Op::divide, node, {});
  QuantId a = 0;
  if (!reciprocal) a = uniform(node.inputs[0], options_.activation_bits);
  if (highest < 0) {
    b = negated(b);
    if (!reciprocal) a = negated(a);
  } else if (lowest < 0 && reciprocal) {  // x / x^2
    a = b;
    const double largest = seen_.largest(by);
    QuantNode square = start(Op::multiply, node, {b, b});
    square.rounded = true;
    square.requant = {0, options_.activation_bits};
    double scale = scale_of(b) * scale_of(b);
    while (scale * top_of(options_.activation_bits) < options_.headroom * largest * largest) {
      scale *= 2;
      ++square.requant.shift;
    }
    const std::int64_t half = std::int64_t{1} << (options_.activation_bits - 1);
    const QuantShape b_shape = out_.values[b].shape;
    b = inner(std::move(square), b_shape, scale, {-half, half - 1});
    inverted = false;
  } else if (lowest < 0) {
    QuantNode sign = start(Op::compare, node, {b});
    sign.comparison = Comparison::greater_equal;
    sign.weights.push_back({node.name + "/c", QuantShape(out_.values[b].shape.size(), 1), 16, {0}});
    const QuantShape b_shape = out_.values[b].shape;
    const QuantId positive = inner(std::move(sign), b_shape, 1.0, {0, 1});
    const auto turned = [&](QuantId x, const QuantShape& to) {
      const QuantId minus = negated(x);
      const Range r = ranges_[x];
      return inner(start(Op::select, node, {positive, x, minus}), to, scale_of(x),
                   {std::min(r.lo, -r.hi), std::max(r.hi, -r.lo)});
    };
    a = turned(a, shape_of(shape(y)));
    b = turned(b, b_shape);
  }
  out.inputs = inverted ? std::vector<QuantId>{b} : std::vector<QuantId>{a, b};
  const Target t = target_of(y, nullptr);
  // scale = ratio 2^(j - k), at least the one wanted.
  const double ratio = (inverted ? 1.0 : scale_of(a)) / scale_of(b);
  const int shift = static_cast<int>(std::floor(std::log2(ratio / t.scale)));
  const double most = std::ldexp(inverted ? 1.0 : ranges_[a].largest(), std::max(shift, 0) + 1);
  if (std::abs(shift) > 40 || most > std::ldexp(1.0, 60))
    return refusal(ErrorCode::kOverflow, "its operands and its result have too different sizes");
  out.integers = {std::max(shift, 0), std::max(-shift, 0)};
  out.requant = {0, t.requant.bits};
  const std::int64_t half = std::int64_t{1} << (t.requant.bits - 1);
  const Range range{-half, half - 1};
  const double scale = std::ldexp(ratio, -shift);
  if (!inverted || highest >= 0) {
    add_node(std::move(out), y, scale, range);
    return Unit{};
  }
  const QuantId positive = inner(std::move(out), shape_of(shape(y)), scale, range);  // 1 / -x
  QuantNode minus = start(Op::combine, node, {positive});
  minus.integers = {-1};
  add_node(std::move(minus), y, scale, {-range.hi, -range.lo});
  return Unit{};
}

// m = x modulo |c|, or |x| modulo |c|, and a sign: with fmod that of x; otherwise what is not 0 goes down by |c| where
// c < 0.
Status Quantiser::modulo(const Node& node) {
  const ValueId x = node.inputs[0], y = node.outputs[0];
  const Tensor& c = *graph_.constant(node.inputs[1]);
  const QuantShape to = shape_of(shape(y)), c_shape = shape_of(c.shape());
  QuantId id = uniform(x, 32);
  QuantWeights divisors{node.name + "/d", c_shape, 16, {}}, less{node.name + "/less", c_shape, kMaxDivisorBits, {}};
  const auto reach = static_cast<std::int64_t>(top_of(kMaxDivisorBits));
  for (const std::int64_t v : c.as<std::int64_t>()) {
    if (v < -reach || v > reach) return refusal(ErrorCode::kOverflow, "a divisor has more than 24 bits");
    if (std::abs(v) > static_cast<std::int64_t>(top_of(16))) divisors.bits = kMaxDivisorBits;
    divisors.values.push_back(static_cast<std::int32_t>(std::abs(v)));
    less.values.push_back(static_cast<std::int32_t>(std::min<std::int64_t>(v, 0)));
  }
  const bool fmod = node.attributes.integer("fmod") != 0;
  const bool negative = std::any_of(less.values.begin(), less.values.end(), [](std::int32_t v) { return v < 0; });
  const auto most = static_cast<std::int64_t>(top_of(divisors.bits));
  const auto compared = [&](QuantId of, Comparison how) {
    QuantNode out = start(Op::compare, node, {of});
    out.comparison = how;
    out.weights.push_back({node.name + "/c", QuantShape(to.size(), 1), 16, {0}});
    return inner(std::move(out), to, 1.0, {0, 1});
  };
  QuantId positive = 0;
  if (fmod) {
    positive = compared(id, Comparison::greater_equal);
    const Range r = ranges_[id];
    const QuantId minus = negated(id);
    id = inner(start(Op::select, node, {positive, id, minus}), to, 1.0, {std::min(r.lo, -r.hi), std::max(r.hi, -r.lo)});
  }
  QuantNode rest = start(Op::modulo, node, {id});
  rest.weights.push_back(std::move(divisors));
  if (!fmod && !negative) {
    add_node(std::move(rest), y, 1.0, {0, most});
    return Unit{};
  }
  const QuantId m = inner(std::move(rest), to, 1.0, {0, most});
  if (fmod) {
    const QuantId minus = negated(m);
    add_node(start(Op::select, node, {positive, m, minus}), y, 1.0, {-most, most});
    return Unit{};
  }
  QuantNode down = start(Op::channel, node, {compared(m, Comparison::greater)});
  down.weights.push_back(std::move(less));
  down.rounded = true;
  down.requant = {0, kMaxDivisorBits};
  QuantNode sum = start(Op::combine, node, {m, inner(std::move(down), to, 1.0, {-reach - 1, reach})});
  sum.integers = {1, 1};
  add_node(std::move(sum), y, 1.0, {-reach - 1, reach + most});
  return Unit{};
}

}  // namespace nescio
