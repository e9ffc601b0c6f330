// quant/quantiser.cc -- inputs, nodes, outputs.
#include "nescio/quant/quantiser.h"

#include <algorithm>

#include "nescio/base/float_key.h"
#include "nescio/ops/registry.h"
#include "nescio/quant/fixed_point.h"
#include "nescio/quant/function.h"
#include "nescio/quant/quantise_trees.h"

namespace nescio {

namespace {

constexpr std::size_t kManyTables = 4096;  // evaluations of Sigmoid and Tanh that pay for tables of 16 bits

}  // namespace

QuantId Quantiser::add_value(const std::string& name, const Shape& shape, std::vector<double> scales, Range range) {
  if (std::all_of(scales.begin(), scales.end(), [&](double s) { return s == scales[0]; })) scales.resize(1);
  out_.values.push_back({name, shape_of(shape), std::move(scales)});
  ranges_.push_back(range);
  return static_cast<QuantId>(out_.values.size() - 1);
}

void Quantiser::add_node(QuantNode node, ValueId v, double scale, Range range) {
  node.output = add_value(v, {scale}, range);
  ids_[v] = node.output;
  out_.nodes.push_back(std::move(node));
}

std::vector<double> Quantiser::cell_scales(QuantId id) const {
  const QuantValue& v = out_.values[id];
  if (v.scales.size() > 1) return v.scales;
  return std::vector<double>(num_elements(v.shape), v.scales[0]);
}

unsigned Quantiser::bits_of(const Range& r) {
  unsigned bits = 1;
  while (r.lo < -(std::int64_t{1} << (bits - 1)) || r.hi >= std::int64_t{1} << (bits - 1)) ++bits;
  return bits;
}

QuantNode Quantiser::start(QuantNode::Op op, const Node& node, std::vector<QuantId> inputs) {
  QuantNode out;
  out.op = op;
  out.name = node.name;
  out.inputs = std::move(inputs);
  return out;
}

void Quantiser::mark_outputs() {
  for (const Port& p : graph_.outputs) is_output_[p.value] = true;
  for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
    const Node& node = graph_.nodes[i];
    if (!moves_cells(node.op) || !is_output_[node.outputs[0]]) continue;
    for (const ValueId v : node.inputs) is_output_[v] = true;
  }
}

void Quantiser::choose_table_bits() {
  table_bits_ = options_.table_bits;
  if (table_bits_ != 0) return;
  std::size_t cells = 0;
  for (const Node& node : graph_.nodes)
    if ((node.op == "Sigmoid" || node.op == "Tanh"))
      cells += static_cast<std::size_t>(*element_count(shape(node.outputs[0])));
  table_bits_ = cells > kManyTables ? 16 : 14;
}

void Quantiser::add_input(std::size_t i) {
  const Port& port = graph_.inputs[i];
  const TensorType& type = graph_.value(port.value).type;
  const auto fixed = options_.inputs.find(port.name);
  if (compared_[port.value]) {
    ids_[port.value] = add_value(port.value, {1.0}, {-kInfinityKey, kNanKey});
    out_.inputs.push_back({port.name, ids_[port.value], 32, {}, true});
    return;
  }
  const std::vector<double>& largest = seen_.largest_input[i];
  unsigned bits = options_.input_bits;
  std::vector<double> scales(largest.size(), 1.0);
  if (!port.labels.empty()) {
    bits = std::max(8U, static_cast<unsigned>(std::bit_width(port.labels.size())) + 1);
  } else if (!is_float(type.dtype)) {
    const double most = largest.empty() ? 0 : *std::max_element(largest.begin(), largest.end());
    if (options_.headroom * most > top_of(bits)) bits = 32;
  } else {
    const bool is_vector = std::count_if(type.shape.begin(), type.shape.end(), [](auto n) { return n != 1; }) <= 1;
    // Rows of features that only layers read: one scale for each feature, in all rows.
    const auto& readers = readers_[port.value];
    const bool is_batch = !is_vector && type.shape.size() == 2 && !readers.empty() &&
                          std::all_of(readers.begin(), readers.end(), [&](std::uint32_t reader) {
                            const std::string& op = graph_.nodes[reader].op;
                            return op == "Linear" || op == "Missing" || op == "Impute";
                          });
    const std::size_t features = is_batch ? static_cast<std::size_t>(type.shape[1]) : scales.size();
    std::vector<double> of_feature(features);
    for (std::size_t c = 0; c < scales.size(); ++c)
      of_feature[c % features] = std::max(of_feature[c % features], largest[c]);
    for (std::size_t c = 0; c < scales.size(); ++c) {
      const double m = is_vector || is_batch ? of_feature[c % features] : seen_.largest(port.value);
      scales[c] = power_of_two_above(options_.headroom * (m == 0 ? 1.0 : m) / top_of(bits));
    }
  }
  if (fixed != options_.inputs.end()) {
    bits = fixed->second.bits;
    scales = fixed->second.scales.size() == 1 ? std::vector<double>(scales.size(), fixed->second.scales[0])
                                              : fixed->second.scales;
  }
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  const QuantId id = add_value(port.value, std::move(scales), {-half, half - 1});
  ids_[port.value] = id;
  out_.inputs.push_back({port.name, id, bits, port.labels});
  if (fixed != options_.inputs.end()) out_.inputs.back().labels = fixed->second.categories;
  if (type.dtype != DType::kBool) return;
  QuantNode truth;  // which says that it is 0 or 1
  truth.op = QuantNode::Op::logic;
  truth.name = port.name;
  truth.inputs = {id};
  truth.integers = {0, 1, 0, 0};
  add_node(std::move(truth), port.value, 1.0, {0, 1});
}

Status Quantiser::translate(const Node& node) {
  const ValueId x = node.inputs[0];
  if (node.op == "Linear") return linear(node);
  if (node.op == "Affine") return affine(node);
  if (node.op == "Add" || node.op == "Sub") return add(node);
  if (node.op == "Mul" || node.op == "MatMul") return multiply(node);
  if (is_function(node)) return function(node);
  if (node.op == "Total") return total(node);
  if (node.op == "Div" || node.op == "Reciprocal") return divide(node);
  if (node.op == "Mod") return modulo(node);
  if (node.op == "ArgMax" || node.op == "Largest" || node.op == "Hardmax") return choose(node);
  if (node.op == "Top") return top(node);
  if (node.op == "Select") return select(node);
  if (node.op == "Logic") return logic(node);
  if (node.op == "Compare") return compare(node);
  if (node.op == "Trees") return trees(node);
  if (node.op == "Missing") return missing(node);
  if (node.op == "Impute") return impute(node);
  if (node.op == "Cast") {
    const DType from = graph_.value(x).type.dtype, to = graph_.value(node.outputs[0]).type.dtype;
    if (is_float(from) && !is_float(to))
      return refusal(ErrorCode::kOp, "reals cannot be cast to truth values; compare them with 0");
    if (to == DType::kBool && from != DType::kBool)
      return refusal(ErrorCode::kOp, "integers cannot be cast to truth values; compare them with 0");
    // All integers but those that trees compare have at most 32 bits.
    if (compared_[x] && from == DType::kInt64 && to == DType::kInt32)
      return refusal(ErrorCode::kOp, "an int64 that a tree compares cannot be cast to int32");
    ids_[node.outputs[0]] = ids_[x];
    return Unit{};
  }
  if (moves_cells(node.op)) return move(node);
  return refusal(ErrorCode::kOp, "has no integer form");
}

}  // namespace nescio
