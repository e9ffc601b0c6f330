#include "nescio/quant/quantise.h"

#include <algorithm>

#include "nescio/base/float_key.h"
#include "nescio/ops/walk.h"
#include "nescio/quant/fixed_point.h"
#include "nescio/quant/function.h"
#include "nescio/quant/quantise_trees.h"

namespace nescio {
namespace {

using Op = QuantNode::Op;

constexpr unsigned kLeastShift = 12;       // of an inner layer: rounding of weights stays below a step of its output
constexpr unsigned kLeastOutputShift = 4;  // of a layer with finer outputs
constexpr unsigned kWidestWeights = 24;
constexpr std::size_t kManyTables = 4096;  // evaluations of Sigmoid and Tanh that pay for tables of 16 bits

Error refuse(ErrorCode code, std::string detail) {
  return Error{code, 0, std::move(detail), {}};
}

QuantShape shape_of(const Shape& s) {
  return QuantShape(s.begin(), s.end());
}

bool is_function(const std::string& op) {
  return op == "Relu" || op == "LeakyRelu" || op == "Sigmoid" || op == "Tanh" || op == "Clip";
}

class Quantiser {
 public:
  Quantiser(const Graph& graph, Statistics statistics, const QuantOptions& options)
      : graph_(graph),
        seen_(std::move(statistics)),
        options_(options),
        ids_(graph.values.size()),
        is_output_(graph.values.size()),
        compared_(compared_values(graph)),
        readers_(consumers(graph)),
        done_(graph.nodes.size()) {}

  Result<QuantGraph> run() {
    NESCIO_TRY_STATUS(check_compared(graph_, compared_));
    mark_outputs();
    choose_table_bits();
    NESCIO_TRY_STATUS(check_fixed_inputs(options_, graph_, compared_));
    for (std::size_t i = 0; i < graph_.inputs.size(); ++i) add_input(i);
    std::vector<Error> errors;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (done_[i]) continue;
      const Node& node = graph_.nodes[i];
      const Status s = translate(node);
      if (s.ok()) continue;
      Error e = s.error();
      e.detail = "node '" + node.name + "' (" + node.op + "): " + e.detail;
      errors.push_back(std::move(e));
      for (const ValueId v : node.outputs)  // something of the right shape, to find the next problem
        ids_[v] = add_value(v, {1.0}, {-1, 1});
    }
    for (const Port& p : graph_.outputs) {
      if (graph_.constant(p.value) != nullptr) {
        errors.push_back(refuse(ErrorCode::kOp, "the output '" + p.name + "' does not depend on the input"));
        continue;
      }
      const QuantId id = uniform(p.value, options_.output_bits);
      out_.outputs.push_back({p.name, id, options_.output_bits, p.labels});
    }
    if (!errors.empty()) {
      Error first = std::move(errors.front());
      first.others.assign(errors.begin() + 1, errors.end());
      return first;
    }
    out_.notes.insert(out_.notes.begin(), graph_.notes.begin(), graph_.notes.end());
    return std::move(out_);
  }

 private:
  struct Range {
    std::int64_t lo = 0, hi = 0;
    double largest() const { return static_cast<double>(std::max(hi, -lo)); }
  };
  // Where the result of a rounding goes.
  struct Target {
    double scale = 1;  // of the rounded value
    Requant requant;
    const Node* function = nullptr;
    bool is_output = false;
  };

  // ---- values

  QuantId add_value(ValueId v, std::vector<double> scales, Range range) {
    return add_value(graph_.value(v).name, graph_.value(v).type.shape, std::move(scales), range);
  }
  QuantId add_value(const std::string& name, const Shape& shape, std::vector<double> scales, Range range) {
    if (std::all_of(scales.begin(), scales.end(), [&](double s) { return s == scales[0]; })) scales.resize(1);
    out_.values.push_back({name, shape_of(shape), std::move(scales)});
    ranges_.push_back(range);
    return static_cast<QuantId>(out_.values.size() - 1);
  }
  const Shape& shape(ValueId v) const { return graph_.value(v).type.shape; }
  // The scale of each cell, written out.
  std::vector<double> cell_scales(QuantId id) const {
    const QuantValue& v = out_.values[id];
    if (v.scales.size() > 1) return v.scales;
    return std::vector<double>(num_elements(v.shape), v.scales[0]);
  }
  double largest_seen(ValueId v) const { return seen_.largest[v]; }

  void mark_outputs() {
    for (const Port& p : graph_.outputs) is_output_[p.value] = true;
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      const Node& node = graph_.nodes[i];
      if (!moves_cells(node.op) || !is_output_[node.outputs[0]]) continue;
      for (const ValueId v : node.inputs) is_output_[v] = true;
    }
  }

  void choose_table_bits() {
    table_bits_ = options_.table_bits;
    if (table_bits_ != 0) return;
    std::size_t cells = 0;
    for (const Node& node : graph_.nodes)
      if ((node.op == "Sigmoid" || node.op == "Tanh"))
        cells += static_cast<std::size_t>(*element_count(shape(node.outputs[0])));
    table_bits_ = cells > kManyTables ? 16 : 14;
  }

  void add_input(std::size_t i) {
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
    if (!is_float(type.dtype)) {
      const double most = largest.empty() ? 0 : *std::max_element(largest.begin(), largest.end());
      if (options_.headroom * most > top_of(bits)) bits = 32;
    } else {
      const bool is_vector = std::count_if(type.shape.begin(), type.shape.end(), [](auto n) { return n != 1; }) <= 1;
      for (std::size_t c = 0; c < scales.size(); ++c) {
        const double m = is_vector ? largest[c] : largest_seen(port.value);
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
    out_.inputs.push_back({port.name, id, bits, {}});
  }

  // ---- rounding

  // The function that reads `v` alone, to be applied where v is rounded; null if there is none.
  const Node* fused_function(ValueId v) {
    if (is_port(v) || readers_[v].size() != 1) return nullptr;
    const std::uint32_t reader = readers_[v][0];
    if (!is_function(graph_.nodes[reader].op)) return nullptr;
    done_[reader] = true;
    return &graph_.nodes[reader];
  }
  bool is_port(ValueId v) const {
    return std::any_of(graph_.outputs.begin(), graph_.outputs.end(), [&](const Port& p) { return p.value == v; });
  }

  // For the value v before its function.
  Target target_of(ValueId v, const Node* function) {
    Target t;
    t.function = function;
    t.is_output = is_output_[function != nullptr ? function->outputs[0] : v];
    const bool table = function != nullptr && needs_table(*function);
    t.requant.bits = table ? table_bits_ : t.is_output ? options_.output_bits : options_.activation_bits;
    const double m = largest_seen(v);
    t.scale = options_.headroom * (m == 0 ? 1.0 : m) / top_of(t.requant.bits);
    t.scale = table || t.is_output ? power_of_two_above(t.scale) : coarse_above(t.scale);
    return t;
  }
  // Adds a rounding node whose result, before its function, is the value v.
  void finish(QuantNode node, ValueId v, const Target& t) {
    QuantFunction a = quantised_function(t.function, t.requant.bits, t.scale, t.is_output);
    const ValueId to = t.function != nullptr ? t.function->outputs[0] : v;
    node.rounded = true;
    node.requant = t.requant;
    node.activation = std::move(a.f);
    node.output = add_value(to, {a.scale}, {a.lo, a.hi});
    ids_[to] = node.output;
    out_.nodes.push_back(std::move(node));
  }

  // Weights and bias of a node whose real weights, times the scales of what they multiply, are `w`; sets the shift of
  // `t` and, for an inner value, widens its scale by up to 4.
  Status set_weights(QuantNode& node, Target& t, const QuantShape& w_shape, const SecretVector<double>& w,
                     const QuantShape& b_shape, const SecretVector<double>& b) {
    double largest = 0;
    for (const double x : w) largest = std::max(largest, std::abs(x));
    const bool inner = !t.is_output && (t.function == nullptr || !needs_table(*t.function));
    const unsigned least = inner ? kLeastShift : kLeastOutputShift;
    unsigned bits = options_.weight_bits;
    std::optional<unsigned> shift = shift_for(largest / t.scale, bits, least);
    for (int i = 0; i < 2 && inner && !shift; ++i) {
      t.scale *= 2;
      shift = shift_for(largest / t.scale, bits, least);
    }
    for (; !shift && bits < kWidestWeights; ++bits) shift = shift_for(largest / t.scale, bits + 1, least);
    if (!shift)
      return refuse(ErrorCode::kOverflow,
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
    while (std::ldexp(largest_bias, -static_cast<int>(node.bias_shift)) >= top_of(options_.bias_bits))
      ++node.bias_shift;
    if (node.bias_shift > 24) return refuse(ErrorCode::kOverflow, "its bias is too large beside its output");
    QuantWeights bias{node.name + "/b", b_shape, options_.bias_bits, {}};
    for (const double x : b)
      bias.values.push_back(static_cast<std::int32_t>(rounded(std::ldexp(x * up, -static_cast<int>(node.bias_shift)))));
    node.weights.push_back(std::move(bias));
    return Unit{};
  }

  // The value with one scale; rounds to `bits` bits if it has several.
  QuantId uniform(ValueId v, unsigned bits) {
    const QuantId id = ids_[v];
    if (out_.values[id].scales.size() == 1) return id;
    Target t;
    t.requant.bits = bits;
    const double m = largest_seen(v);
    t.scale = power_of_two_above(options_.headroom * (m == 0 ? 1.0 : m) / top_of(bits));
    t.is_output = true;  // the scale stays
    const std::vector<double> scales = cell_scales(id);
    // No feature's scale far above it, so that the weights fit.
    t.scale = std::max(t.scale, power_of_two_above(*std::max_element(scales.begin(), scales.end())) / 256);
    QuantNode node;
    node.op = Op::channel;
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

  // ---- operators

  Status translate(const Node& node) {
    const ValueId x = node.inputs[0];
    if (node.op == "Linear") return linear(node);
    if (node.op == "Affine") return affine(node);
    if (node.op == "Add" || node.op == "Sub") return add(node);
    if (node.op == "Mul" || node.op == "MatMul") return multiply(node);
    if (is_function(node.op)) return function(node);
    if (node.op == "ArgMax") return argmax(node);
    if (node.op == "Compare") return compare(node);
    if (node.op == "Trees") return trees(node);
    if (node.op == "Cast") {
      const DType from = graph_.value(x).type.dtype, to = graph_.value(node.outputs[0]).type.dtype;
      if (is_float(from) && !is_float(to))
        return refuse(ErrorCode::kOp, "truncation of reals to integers is not supported");
      if (to == DType::kBool && from != DType::kBool)
        return refuse(ErrorCode::kOp, "integers cannot be cast to truth values; compare them with 0");
      // All integers but those that trees compare have at most 32 bits.
      if (compared_[x] && from == DType::kInt64 && to == DType::kInt32)
        return refuse(ErrorCode::kOp, "an int64 that a tree compares cannot be cast to int32");
      ids_[node.outputs[0]] = ids_[x];
      return Unit{};
    }
    if (moves_cells(node.op)) return move(node);
    return refuse(ErrorCode::kOp, "has no integer form");
  }

  Status linear(const Node& node) {
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
    QuantNode out = start(Op::linear, node, {id});
    Target t = target_of(node.outputs[0], fused_function(node.outputs[0]));
    SecretVector<double> real(n * k), bias(n);
    for (std::size_t i = 0; i < real.size(); ++i) real[i] = w.real(i) * scales[i % k];
    for (std::size_t i = 0; i < n; ++i) bias[i] = b.real(i);
    NESCIO_TRY_STATUS(set_weights(out, t, shape_of(w.shape()), real, shape_of(b.shape()), bias));
    finish(std::move(out), node.outputs[0], t);
    return Unit{};
  }

  Status affine(const Node& node) {
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
    QuantNode out = start(Op::channel, node, {ids_[x]});
    Target t = target_of(node.outputs[0], fused_function(node.outputs[0]));
    NESCIO_TRY_STATUS(set_weights(out, t, shape_of(w_shape), real, shape_of(b.shape()), bias));
    finish(std::move(out), node.outputs[0], t);
    return Unit{};
  }

  Status two_operands(const Node& node, QuantId (&ids)[2]) {
    for (std::size_t i = 0; i < 2; ++i) {
      if (graph_.constant(node.inputs[i]) != nullptr)
        return refuse(ErrorCode::kOp, "a constant that enlarges its other operand is not supported");
      ids[i] = uniform(node.inputs[i], options_.activation_bits);
    }
    return Unit{};
  }

  // sum of sign_i x_i: exact if all have one scale, else rounded with multipliers of up to 16 bits.
  Status sum(QuantNode out, ValueId to, const std::vector<std::int64_t>& signs, const Node* f) {
    Target t = target_of(to, f);
    double largest = 0, reach = 0;
    bool equal = f == nullptr;
    for (const QuantId id : out.inputs) {
      const double s = out_.values[id].scales[0];
      largest = std::max(largest, s);
      equal = equal && s == out_.values[out.inputs[0]].scales[0];
      reach += ranges_[id].largest();
    }
    if (equal && reach < top_of(options_.output_bits)) {
      out.integers = signs;
      const auto most = static_cast<std::int64_t>(reach);
      out.output = add_value(to, {largest}, {-most, most});
      ids_[to] = out.output;
      out_.nodes.push_back(std::move(out));
      return Unit{};
    }
    const std::optional<unsigned> shift = shift_for(largest / t.scale, 17, 2);
    if (!shift) return refuse(ErrorCode::kOverflow, "its operands are far larger than its result");
    t.requant.shift = *shift;
    for (std::size_t i = 0; i < signs.size(); ++i)
      out.integers.push_back(
          signs[i] * rounded(std::ldexp(out_.values[out.inputs[i]].scales[0] / t.scale, static_cast<int>(*shift))));
    finish(std::move(out), to, t);
    return Unit{};
  }

  Status add(const Node& node) {
    QuantId ids[2];
    NESCIO_TRY_STATUS(two_operands(node, ids));
    return sum(start(Op::combine, node, {ids[0], ids[1]}), node.outputs[0], {1, node.op == "Sub" ? -1 : 1},
               fused_function(node.outputs[0]));
  }

  Status multiply(const Node& node) {
    QuantId ids[2];
    NESCIO_TRY_STATUS(two_operands(node, ids));
    if (node.op == "MatMul") {
      const Shape &a = shape(node.inputs[0]), &b = shape(node.inputs[1]);
      if (a.size() < 2 || a.size() != b.size() || !std::equal(a.begin(), a.end() - 2, b.begin()))
        return refuse(ErrorCode::kOp,
                      "operands of shapes " + to_string(a) + " and " + to_string(b) + " are not supported");
    }
    QuantNode out = start(node.op == "Mul" ? Op::multiply : Op::matmul, node, {ids[0], ids[1]});
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
    finish(std::move(out), node.outputs[0], t);
    return Unit{};
  }

  // A function of a value that others read too, or that no rounding makes.
  Status function(const Node& node) {
    QuantNode out = start(Op::combine, node, {uniform(node.inputs[0], options_.activation_bits)});
    const QuantId x = out.inputs[0];
    Target t = target_of(node.inputs[0], &node);
    const unsigned bits = bits_of(ranges_[x]);
    const bool table = needs_table(node);
    if (bits <= t.requant.bits || (!table && bits <= options_.output_bits)) {  // as it is
      t.scale = out_.values[x].scales[0];
      t.requant = {0, table ? t.requant.bits : bits};
      out.integers = {1};
      finish(std::move(out), node.inputs[0], t);
      return Unit{};
    }
    return sum(std::move(out), node.inputs[0], {1}, &node);
  }
  static unsigned bits_of(const Range& r) {
    unsigned bits = 1;
    while (r.lo < -(std::int64_t{1} << (bits - 1)) || r.hi >= std::int64_t{1} << (bits - 1)) ++bits;
    return bits;
  }

  Status move(const Node& node) {
    const Op op = node.op == "Reshape"     ? Op::reshape
                  : node.op == "Transpose" ? Op::transpose
                  : node.op == "Slice"     ? Op::slice
                                           : Op::concat;
    QuantNode out = start(op, node, {});
    // Scales move with their cells: run the same operator on them.
    std::vector<Tensor> scales;
    Range range;
    for (const ValueId v : node.inputs) {
      if (graph_.constant(v) != nullptr) return refuse(ErrorCode::kOp, "a constant operand is not supported");
      out.inputs.push_back(ids_[v]);
      scales.push_back(Tensor::of(DType::kFloat64, shape(v), cell_scales(ids_[v])));
      range = {std::min(range.lo, ranges_[ids_[v]].lo), std::max(range.hi, ranges_[ids_[v]].hi)};
    }
    const auto as_integers = [&](const char* name) {
      const auto& list = node.attributes.integers(name);
      out.integers.insert(out.integers.end(), list.begin(), list.end());
    };
    Tensor moved(DType::kFloat64, shape(node.outputs[0]));
    if (op == Op::reshape) {
      moved = scales[0].reshaped(shape(node.outputs[0]));
    } else if (op == Op::transpose) {
      as_integers("perm");
      const auto own = row_major_strides(shape(node.inputs[0]));
      std::vector<std::int64_t> strides;
      for (const std::int64_t d : out.integers) strides.push_back(own[static_cast<std::size_t>(d)]);
      gather_strided(scales[0], strides, 0, moved);
    } else if (op == Op::slice) {
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
    } else {
      out.integers = {node.attributes.integer("axis")};
      concatenate(scales, static_cast<std::size_t>(out.integers[0]), moved);
    }
    out.output = add_value(node.outputs[0], moved.reals(), range);
    ids_[node.outputs[0]] = out.output;
    out_.nodes.push_back(std::move(out));
    return Unit{};
  }
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

  Status argmax(const Node& node) {
    const ValueId x = node.inputs[0];
    const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));
    if (shape(x)[axis] != static_cast<std::int64_t>(num_elements(out_.values[ids_[x]].shape)))
      return refuse(ErrorCode::kAttr, "only one vector at a time: the other extents of its input must be 1");
    if (shape(x)[axis] < 2) return refuse(ErrorCode::kAttr, "there is only one entry to choose from");
    QuantNode out = start(Op::argmax, node, {uniform(x, options_.activation_bits)});
    out.integers = {node.attributes.integer("select_last_index")};
    out.output = add_value(node.outputs[0], {1.0}, {0, shape(x)[axis] - 1});
    ids_[node.outputs[0]] = out.output;
    out_.nodes.push_back(std::move(out));
    return Unit{};
  }

  Status trees(const Node& node) {
    NESCIO_TRY(QuantisedTrees t, quantise_trees(graph_, node));
    t.node.inputs = {ids_[node.inputs[0]]};
    ids_[node.outputs[0]] = t.node.output = add_value(node.outputs[0], {t.scale}, {-t.reach, t.reach});
    out_.nodes.push_back(std::move(t.node));
    return Unit{};
  }

  // Thresholds on the grid of x, so that the comparison of integers is that of the reals they stand for.
  Status compare(const Node& node) {
    const ValueId x = node.inputs[0];
    const QuantId id = uniform(x, options_.activation_bits);
    const double scale = out_.values[id].scales[0];
    const Tensor& c = *graph_.constant(node.inputs[1]);
    const std::string& mode = node.attributes.text("mode");
    QuantNode out = start(Op::compare, node, {id});
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
        return refuse(ErrorCode::kOverflow, "its input has too many bits to be compared");
      w.values.push_back(static_cast<std::int32_t>(std::clamp(on_grid, -top_of(bits), top_of(bits))));
    }
    out.weights.push_back(std::move(w));
    out.output = add_value(node.outputs[0], {1.0}, {0, 1});
    ids_[node.outputs[0]] = out.output;
    out_.nodes.push_back(std::move(out));
    return Unit{};
  }

  static QuantNode start(Op op, const Node& node, std::vector<QuantId> inputs) {
    QuantNode out;
    out.op = op;
    out.name = node.name;
    out.inputs = std::move(inputs);
    return out;
  }

  const Graph& graph_;
  const Statistics seen_;
  const QuantOptions options_;
  QuantGraph out_;
  std::vector<Range> ranges_;    // by QuantId
  std::vector<QuantId> ids_;     // by value of the graph
  std::vector<bool> is_output_;  // flows into an output of the model by moving cells only
  std::vector<bool> compared_;   // quantise_trees.h
  std::vector<std::vector<std::uint32_t>> readers_;
  std::vector<bool> done_;  // functions that their producer has taken in
  unsigned table_bits_ = 14;
};

}  // namespace

Result<QuantGraph> quantise(const Graph& graph, const Calibration& calibration, const QuantOptions& options) {
  NESCIO_TRY_STATUS(check_options(options));
  NESCIO_TRY(Statistics statistics, observe(graph, calibration));
  NESCIO_TRY(QuantGraph out, Quantiser(graph, std::move(statistics), options).run());
  NESCIO_TRY_STATUS(validate(out));
  return out;
}

}  // namespace nescio
