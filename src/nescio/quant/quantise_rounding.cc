// quant/quantise_rounding.cc -- where accumulators are rounded to, and the weights that are matched to it.
#include <algorithm>

#include "nescio/quant/fixed_point.h"
#include "nescio/quant/function.h"
#include "nescio/quant/quantiser.h"

namespace nescio {

namespace {

constexpr unsigned kLeastShift = 12;       // of an inner layer: rounding of weights stays below a step of its output
constexpr unsigned kLeastTableShift = 10;  // of one whose outputs are the arguments of a table
constexpr unsigned kLeastMixedShift = 8;
constexpr unsigned kLeastOutputShift = 4;  // of a layer with finer outputs
constexpr unsigned kWidestWeights = 24;

}  // namespace

// The function that reads `v` alone, to be applied where v is rounded; null if there is none.
const Node* Quantiser::fused_function(ValueId v) {
  if (is_port(v) || readers_[v].size() != 1) return nullptr;
  const std::uint32_t reader = readers_[v][0];
  if (!is_function(graph_.nodes[reader])) return nullptr;
  done_[reader] = true;
  return &graph_.nodes[reader];
}

bool Quantiser::is_port(ValueId v) const {
  return std::any_of(graph_.outputs.begin(), graph_.outputs.end(), [&](const Port& p) { return p.value == v; });
}

// For the value v before its function.
Quantiser::Target Quantiser::target_of(ValueId v, const Node* function) {
  Target t;
  t.function = function;
  t.is_output = is_output_[function != nullptr ? function->outputs[0] : v];
  const bool table = function != nullptr && needs_table(*function);
  t.requant.bits = table         ? is_squashing(*function) || function->op == "LeakyRelu" ? table_bits_ : 16
                   : t.is_output ? options_.output_bits
                                 : options_.activation_bits;
  const double m = seen_.largest(v);
  t.scale = options_.headroom * (m == 0 ? 1.0 : m) / top_of(t.requant.bits);
  t.scale = table || t.is_output ? power_of_two_above(t.scale) : coarse_above(t.scale);
  return t;
}

// Adds a rounding node whose result, before its function, is the value v.
Status Quantiser::finish(QuantNode node, ValueId v, const Target& t) {
  const ValueId to = t.function != nullptr ? t.function->outputs[0] : v;
  ids_[to] = static_cast<QuantId>(out_.values.size());
  auto made = quantised_function(t.function, t.requant.bits, t.scale, t.is_output,
                                 {seen_.lowest[v], seen_.highest[v], seen_.largest(to)});
  if (!made.ok()) {
    add_value(to, {1.0}, {-1, 1});  // to find the next problem
    return made.error();
  }
  QuantFunction& a = *made;
  node.rounded = true;
  node.requant = t.requant;
  node.activation = std::move(a.f);
  node.output = add_value(to, {a.scale}, {a.lo, a.hi});
  ids_[to] = node.output;
  out_.nodes.push_back(std::move(node));
  return Unit{};
}

// Weights and bias of a node whose real weights, times the scales of what they multiply, are `w`; sets the shift of
// `t` and, for an inner value, widens its scale by up to 4.
Status Quantiser::set_weights(QuantNode& node, Target& t, const QuantShape& w_shape, const SecretVector<double>& w,
                              const QuantShape& b_shape, const SecretVector<double>& b) {
  double largest = 0;
  for (const double x : w) largest = std::max(largest, std::abs(x));
  const bool table = t.function != nullptr && needs_table(*t.function);
  const bool inner = !t.is_output && !table;
  // Of truth values few are added, and nothing multiplies what their weights are off by.
  const bool truths = ranges_[node.inputs[0]].largest() <= 1;
  const unsigned least = truths  ? kLeastOutputShift
                         : inner ? kLeastShift
                         : table ? kLeastTableShift
                                 : kLeastOutputShift;
  unsigned bits = options_.weight_bits;
  std::optional<unsigned> shift = shift_for(largest / t.scale, bits, least);
  for (int i = 0; i < 2 && inner && !shift; ++i) {
    t.scale *= 2;
    shift = shift_for(largest / t.scale, bits, least);
  }
  for (; !shift && bits < kWidestWeights; ++bits) shift = shift_for(largest / t.scale, bits + 1, least);
  // Outputs are finer than they need be.
  for (int i = 0; i < 8 && t.is_output && !shift; ++i) {
    t.scale *= 2;
    shift = shift_for(largest / t.scale, bits, least);
  }
  // A few steps of the output are better than no model: truth values beside reals have weights of another size.
  if (!shift) shift = shift_for(largest / t.scale, kWidestWeights, kLeastMixedShift);
  if (!shift)
    return refusal(ErrorCode::kOverflow,
                   "its weights are too large beside its output: calibrate with inputs on which the "
                   "output is not almost zero");
  t.requant.shift = *shift;
  const double up = std::ldexp(1.0, static_cast<int>(*shift)) / t.scale;
  QuantWeights weights{node.name + "/w", w_shape, bits, {}};
  for (const double x : w) weights.values.push_back(static_cast<std::int32_t>(rounded(x * up)));
  node.weights.push_back(std::move(weights));
  if (std::all_of(b.begin(), b.end(), [](double x) { return x == 0; })) return Unit{};

  double largest_bias = 0;
  for (const double x : b) largest_bias = std::max(largest_bias, std::abs(x * up));
  while (std::ldexp(largest_bias, -static_cast<int>(node.bias_shift)) >= top_of(options_.bias_bits)) ++node.bias_shift;
  if (node.bias_shift > 24) return refusal(ErrorCode::kOverflow, "its bias is too large beside its output");
  QuantWeights bias{node.name + "/b", b_shape, options_.bias_bits, {}};
  for (const double x : b)
    bias.values.push_back(static_cast<std::int32_t>(rounded(std::ldexp(x * up, -static_cast<int>(node.bias_shift)))));
  node.weights.push_back(std::move(bias));
  return Unit{};
}

// The value with one scale; rounds to `bits` bits if it has several.
QuantId Quantiser::uniform(ValueId v, unsigned bits) {
  const QuantId id = ids_[v];
  if (out_.values[id].scales.size() == 1) return id;
  Target t;
  t.requant.bits = bits;
  const double m = seen_.largest(v);
  t.scale = power_of_two_above(options_.headroom * (m == 0 ? 1.0 : m) / top_of(bits));
  t.is_output = true;  // the scale stays
  const std::vector<double> scales = cell_scales(id);
  // No feature's scale far above it, so that the weights fit.
  t.scale = std::max(t.scale, power_of_two_above(*std::max_element(scales.begin(), scales.end())) / 256);
  QuantNode node;
  node.op = QuantNode::Op::channel;
  node.name = graph_.value(v).name + "/rescale";
  node.inputs = {id};
  const SecretVector<double> w(scales.begin(), scales.end());
  NESCIO_CHECK(set_weights(node, t, out_.values[id].shape, w, {}, {}).ok());
  node.rounded = true;
  node.requant = t.requant;
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  node.output = add_value(graph_.value(v).name, shape(v), {t.scale}, {-half, half - 1});
  out_.nodes.push_back(std::move(node));
  return ids_[v] = out_.nodes.back().output;
}

}  // namespace nescio
