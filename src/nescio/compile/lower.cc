#include "nescio/compile/lower.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "nescio/base/check.h"
#include "nescio/base/float_key.h"
#include "nescio/compile/lower_trees.h"
#include "nescio/compile/moves.h"
#include "nescio/gadget/divide.h"
#include "nescio/gadget/requant.h"
#include "nescio/gadget/select.h"
#include "nescio/gadget/top.h"

namespace nescio {
namespace {

using Op = QuantNode::Op;
using Labels = std::vector<std::uint8_t>;

class Lowering {
 public:
  Lowering(Backend& b, const QuantGraph& graph, const GadgetPlan& plan, const IntegerInputs& inputs)
      : b_(b), graph_(graph), plan_(plan), inputs_(inputs), vars_(graph.values.size()), flat_(graph.values.size()) {}

  Lowered run() {
    for (std::size_t i = 0; i < graph_.inputs.size(); ++i) input(i);
    for (const QuantNode& node : graph_.nodes) {
      const Backend::Scope scope(b_, node.name);
      vars_[node.output] = translate(node);
      NESCIO_CHECK(b_.dims(vars_[node.output]) == squeezed(shape(node.output)));
    }
    for (const QuantPort& port : graph_.outputs) {
      const Backend::Scope scope(b_, port.name);
      const Var y = flatten(b_, vars_[port.value]);
      out_.outputs.push_back({port.name, y, b_.bound(y)});
    }
    return std::move(out_);
  }

 private:
  const QuantShape& shape(QuantId id) const { return graph_.values[id].shape; }

  void input(std::size_t i) {
    const QuantPort& port = graph_.inputs[i];
    const Backend::Scope scope(b_, port.name);
    const Bound range = input_range(port);
    const auto n = static_cast<std::uint32_t>(num_elements(shape(port.value)));
    const auto given = [&inputs = inputs_, i, n](std::size_t first, const std::int64_t* const*,
                                                 std::span<std::int64_t> out) {
      NESCIO_CHECK(inputs[i].size() == n);
      std::copy_n(inputs[i].data() + first, out.size(), out.begin());
    };
    const Var x = b_.commit("cell", {n}, CellHint{{}, given});
    b_.expect("value", x, range, ErrorCode::kInRange, "is outside of the range that the model was compiled for");
    if (port.float_keys) {
      range_between(b_, plan_, "key", x, range);
    } else {
      range_bits(b_, plan_, "value", b_.affine("raised", {n}, {{1, x}}, -range.lo), port.bits);
    }
    out_.inputs.push_back({port.name, x, range});
    flat_[port.value] = x;
    vars_[port.value] = reshape(b_, x, shape(port.value));
  }

  // Committed, in its declared range, with these dims (the cells in row-major order).
  Var weights(const QuantWeights& w, std::string_view name, const Dims& dims) {
    const auto given = [&w](std::size_t first, const std::int64_t* const*, std::span<std::int64_t> out) {
      std::copy_n(w.values.data() + first, out.size(), out.begin());
    };
    const Backend::PartScope part(b_, Part::weights);
    const Var v = commit_signed(b_, plan_, name, dims, w.bits, CellHint{{}, given});
    const std::int64_t half = std::int64_t{1} << (w.bits - 1);
    out_.weights.push_back({w.name, v, {-half, half - 1}});
    return v;
  }

  // A tensor [1] as one without dimensions, for contractions.
  Var scalar(Var x) { return b_.dims(x) == Dims{1} ? b_.affine("scalar", {}, {{1, x, {{true, 0}}}}) : x; }
  Var no_scalar(Var x) { return b_.dims(x).empty() ? b_.affine("cell", {1}, {{1, x}}) : x; }

  // One label for each dimension of `squeezed(shape)`, counted from the last dimension of the ONNX shape: those of a
  // tensor that broadcasts along others have the same labels as theirs.
  static Labels labels_of(const QuantShape& s) {
    Labels out;
    for (std::size_t d = s.size(); d-- > 0;)
      if (s[d] != 1) out.push_back(static_cast<std::uint8_t>(s.size() - 1 - d));
    return out;
  }
  // Terms that read x, of `from`, at the indices of a result of shape `to`, which it broadcasts to.
  Term broadcast(std::int64_t coef, Var x, const QuantShape& from, const QuantShape& to) {
    const Labels own = labels_of(from), all = labels_of(to);
    Term t{coef, x, {}};
    for (const std::uint8_t label : own)
      t.dims.push_back({false, static_cast<std::uint32_t>(std::find(all.begin(), all.end(), label) - all.begin())});
    if (own.empty()) t.dims = {{true, 0}};
    return t;
  }

  Var rounded(const QuantNode& node, Var acc) {
    return requant(b_, plan_, "requant", acc, node.requant, node.activation);
  }

  Var translate(const QuantNode& node) {
    const Var x = vars_[node.inputs[0]];
    const QuantShape& from = shape(node.inputs[0]);
    switch (node.op) {
      case Op::linear:
        return linear(node, x, from);
      case Op::channel:
        return channel(node, x, from);
      case Op::combine:
        return combine(node);
      case Op::multiply:
        return multiply(node);
      case Op::matmul:
        return matmul(node);
      case Op::reshape:
        return reshape(b_, x, shape(node.output));
      case Op::transpose:
        return transpose(b_, x, from, node.integers);
      case Op::slice:
        return slice(b_, x, from, node.integers);
      case Op::concat: {
        std::vector<Var> parts;
        std::vector<QuantShape> shapes;
        for (const QuantId id : node.inputs) {
          parts.push_back(vars_[id]);
          shapes.push_back(shape(id));
        }
        return concat(b_, parts, shapes, static_cast<std::size_t>(node.integers[0]));
      }
      case Op::choose:
        return choose(node, x);
      case Op::top:
        return top(node, x);
      case Op::total:
        return total(node, x, from);
      case Op::divide:
        return divided(node);
      case Op::modulo: {
        const QuantWeights& d = node.weights[0];
        const Var by =
            b_.affine("divisor", b_.dims(x), {broadcast(1, weights(d, "d", squeezed(d.shape)), d.shape, from)});
        return remainder(b_, plan_, "modulo", x, by);
      }
      case Op::pick:
        return pick(b_, x, node.integers, shape(node.output));
      case Op::missing:
        return missing(node);
      case Op::impute:
        return impute(node, x, from);
      case Op::select:
        return nescio::select(b_, "select", truth(spread(node, 0)), spread(node, 1), spread(node, 2));
      case Op::logic:
        return logic(node);
      case Op::compare: {
        const QuantWeights& c = node.weights[0];
        const Var threshold = weights(c, "c", squeezed(c.shape));
        const Var d = b_.affine("distance", b_.dims(x), {{1, x}, broadcast(-1, threshold, c.shape, from)});
        return compare_with_zero(b_, plan_, "compare", d, node.comparison);
      }
      case Op::trees: {
        const Var flat = flat_[node.inputs[0]];
        return lower_trees(b_, plan_, node, from, shape(node.output), flat == Var{} ? flatten(b_, x) : flat,
                           out_.weights);
      }
    }
    NESCIO_CHECK(false);
    return {};
  }

  // Which cells of an input are missing, none of those that must be there.
  Var missing(const QuantNode& node) {
    const auto is_it = [&](const QuantPort& p) { return p.value == node.inputs[0]; };
    const QuantPort& port = *std::find_if(graph_.inputs.begin(), graph_.inputs.end(), is_it);
    const Var x = flat_[port.value];
    const Var d = b_.affine("distance", b_.dims(x), {{1, x}}, port.float_keys ? -kNanKey : -input_range(port).lo);
    const Var y = compare_with_zero(b_, plan_, "missing", d,
                                    port.float_keys ? Comparison::greater_equal : Comparison::less_equal);
    if (!node.integers.empty()) {
      SparseMatrix m;
      for (const std::int64_t cell : node.integers)
        m.entries.push_back({static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(cell), 1});
      const Var there = b_.map("there", y, 0, b_.dims(y)[0], m);
      b_.expect("there", there, {0, 0}, ErrorCode::kInNonFinite,
                "of the input '" + port.name + "' is missing, and the model has nothing to put in its place");
      b_.zero("there", there);
    }
    return reshape(b_, y, shape(node.output));
  }

  // x + m (c - at), for m is 0 unless x = at.
  Var impute(const QuantNode& node, Var x, const QuantShape& from) {
    const QuantWeights& w = node.weights[0];
    const std::int64_t at = node.integers[0];
    const Var c = weights(w, "c", squeezed(w.shape)), m = truth(vars_[node.inputs[1]]);
    const Var more = b_.affine("more", b_.dims(x), {broadcast(1, c, w.shape, from)}, -at);
    const Var y = b_.affine("filled", b_.dims(x), {{1, x}, {1, b_.product("difference", m, more)}});
    if (node.integers[1] == 0) return y;
    // Interval arithmetic does not see that it is a key.
    const auto copy = [](std::size_t, const std::int64_t* const* s, std::span<std::int64_t> out) {
      std::copy_n(s[0], out.size(), out.begin());
    };
    const Var key = b_.commit("key", b_.dims(x), CellHint{{y}, copy});
    range_between(b_, plan_, "key", key, {-kInfinityKey, kNanKey});
    b_.zero("key", b_.affine("key", b_.dims(x), {{1, key}, {-1, y}}));
    return key;
  }

  // acc + 2^bias_shift b, b of shape `from` broadcast to that of the output.
  Var with_bias(const QuantNode& node, Var acc, const QuantShape& from) {
    if (node.weights.size() < 2) return acc;
    const QuantWeights& bias = node.weights[1];
    const Var b = weights(bias, "b", squeezed(bias.shape));
    return b_.affine("acc", b_.dims(acc),
                     {{1, acc}, broadcast(std::int64_t{1} << node.bias_shift, b, from, shape(node.output))});
  }

  Var linear(const QuantNode& node, Var x, const QuantShape& from) {
    const QuantWeights& w = node.weights[0];
    const std::uint32_t outputs = w.shape[0], features = w.shape[1];
    constexpr std::uint8_t kFeature = 100;
    Dims dims;
    Labels w_labels, x_labels = labels_of(from), y_labels = labels_of(shape(node.output));
    if (features != 1) {
      dims.push_back(features);
      w_labels.push_back(kFeature);
      x_labels[0] = kFeature;
    }
    if (outputs != 1) {
      dims.push_back(outputs);
      w_labels.push_back(0);
    }
    const Var weight = weights(w, "w", dims.empty() ? Dims{1} : dims);
    const Var product = b_.contract("product", scalar(weight), w_labels, scalar(x), x_labels, y_labels);
    return rounded(node,
                   with_bias(node, no_scalar(product), node.weights.size() < 2 ? QuantShape{} : node.weights[1].shape));
  }

  Var channel(const QuantNode& node, Var x, const QuantShape& from) {
    const QuantWeights& w = node.weights[0];
    const Var weight = weights(w, "w", squeezed(w.shape));
    const Var product =
        b_.contract("product", scalar(weight), labels_of(w.shape), scalar(x), labels_of(from), labels_of(from));
    return rounded(node,
                   with_bias(node, no_scalar(product), node.weights.size() < 2 ? QuantShape{} : node.weights[1].shape));
  }

  Var combine(const QuantNode& node) {
    const QuantShape& to = shape(node.output);
    std::vector<Term> terms;
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      terms.push_back(broadcast(node.integers[i], vars_[node.inputs[i]], shape(node.inputs[i]), to));
    const Var sum = b_.affine("sum", squeezed(to), terms);
    return node.rounded ? rounded(node, sum) : sum;
  }

  Var multiply(const QuantNode& node) {
    const QuantId p = node.inputs[0], q = node.inputs[1];
    const Var product = b_.contract("product", scalar(vars_[p]), labels_of(shape(p)), scalar(vars_[q]),
                                    labels_of(shape(q)), labels_of(shape(node.output)));
    return rounded(node, no_scalar(product));
  }

  Var matmul(const QuantNode& node) {
    // Labels count from the last dimension: columns 0, rows 1, batches above; the summed index is one of its own.
    constexpr std::uint8_t kSummed = 100;
    const QuantId p = node.inputs[0], q = node.inputs[1];
    Labels a = labels_of(shape(p)), c = labels_of(shape(q));
    std::replace(a.begin(), a.end(), std::uint8_t{0}, kSummed);
    std::replace(c.begin(), c.end(), std::uint8_t{1}, kSummed);
    const Var product = b_.contract("product", scalar(vars_[p]), a, scalar(vars_[q]), c, labels_of(shape(node.output)));
    return rounded(node, no_scalar(product));
  }

  // Input i, repeated as far as the output goes.
  Var spread(const QuantNode& node, std::size_t i) {
    const QuantShape &from = shape(node.inputs[i]), &to = shape(node.output);
    const Var x = vars_[node.inputs[i]];
    return squeezed(from) == squeezed(to) ? x : b_.affine("spread", squeezed(to), {broadcast(1, x, from, to)});
  }

  Var choose(const QuantNode& node, Var x) {
    const bool last = node.integers[0] != 0, least = node.integers[1] != 0;
    const auto what = static_cast<Chosen>(node.integers[2]);
    const Dims dims = b_.dims(x);
    const std::uint32_t n = dims[0];
    SparseMatrix back;
    for (std::uint32_t i = 0; i < n; ++i) back.entries.push_back({i, n - 1 - i, 1});
    if (least) x = b_.affine("negated", dims, {{-1, x}});
    if (last) x = b_.map("reversed", x, 0, n, back);
    const Var y = choose_largest(b_, plan_, "choose", x, what);
    if (what == Chosen::value) return least ? b_.affine("value", b_.dims(y), {{-1, y}}) : y;
    if (what == Chosen::index) return last ? b_.affine("index", b_.dims(y), {{-1, y}}, n - 1) : y;
    return last ? b_.map("reversed", y, 0, n, back) : y;
  }

  // The rounds are the same for values and indices.
  Var top(const QuantNode& node, Var x) {
    const auto k = static_cast<std::uint32_t>(node.integers[0]);
    const bool least = node.integers[1] != 0;
    auto [at, fresh] = tops_.try_emplace({node.inputs[0], k, least});
    if (fresh) {
      if (least) x = b_.affine("negated", b_.dims(x), {{-1, x}});
      at->second = take_top(b_, plan_, "top", x, k);
    }
    Var y = node.integers[2] == 0 ? top_indices(b_, plan_, "indices", at->second)
                                  : top_values(b_, plan_, "values", at->second);
    if (least && node.integers[2] != 0) y = b_.affine("value", b_.dims(y), {{-1, y}});
    return reshape(b_, y, shape(node.output));
  }

  Var total(const QuantNode& node, Var x, const QuantShape& from) {
    if (from.back() != 1) {
      SparseMatrix ones;
      for (std::uint32_t i = 0; i < from.back(); ++i) ones.entries.push_back({0, i, 1});
      Term t{1, b_.map("sum", x, 0, 1, ones), {{true, 0}}};
      for (std::uint32_t d = 1; d < b_.dims(x).size(); ++d) t.dims.push_back({false, d - 1});
      x = b_.affine("total", squeezed(shape(node.output)), {t});
    }
    return node.rounded ? rounded(node, x) : x;
  }

  Var divided(const QuantNode& node) {
    const auto k = static_cast<unsigned>(node.integers[0]), j = static_cast<unsigned>(node.integers[1]);
    const bool reciprocal = node.inputs.size() == 1;
    const Var by = reciprocal ? vars_[node.inputs[0]] : spread(node, 1);
    const Var x = reciprocal ? b_.affine("one", b_.dims(by), {}, 1) : spread(node, 0);
    return divide(b_, plan_, "divide", x, by, k, j, node.requant.bits);
  }

  // x, and that it is 0 or 1: an input of the model may be anything.
  Var truth(Var x) {
    if (b_.bound(x).lo >= 0 && b_.bound(x).hi <= 1) return x;
    b_.expect("truth", x, {0, 1}, ErrorCode::kInRange, "is neither 0 nor 1");
    b_.lookup("truth", b_.interval_table(0, 2), {x});
    return x;
  }

  Var logic(const QuantNode& node) {
    const Dims dims = squeezed(shape(node.output));
    const std::vector<std::int64_t>& c = node.integers;
    const Var p = truth(spread(node, 0)), q = node.inputs.size() == 1 ? p : truth(spread(node, 1));
    std::vector<Term> terms;
    if (c[1] != 0) terms.push_back({c[1], p});
    if (c[2] != 0) terms.push_back({c[2], q});
    if (c[3] == 0) return b_.affine("truth", dims, terms, c[0]);
    terms.push_back({c[3], b_.product("both", p, q)});
    const Var y = b_.materialise("truth", b_.affine("truth", dims, terms, c[0]));
    b_.lookup("boolean", b_.interval_table(0, 2), {y});  // which interval arithmetic cannot see
    return y;
  }

  Backend& b_;
  const QuantGraph& graph_;
  const GadgetPlan& plan_;
  const IntegerInputs& inputs_;
  std::vector<Var> vars_;  // by QuantId
  std::vector<Var> flat_;  // of inputs: all cells in order
  std::map<std::tuple<QuantId, std::uint32_t, bool>, Top> tops_;
  Lowered out_;
};

}  // namespace

Bound input_range(const QuantPort& port) {
  if (port.float_keys) return {-kInfinityKey, kNanKey};
  const std::int64_t half = std::int64_t{1} << (port.bits - 1);
  return {-half, half - 1};
}

Lowered lower(Backend& b, const QuantGraph& graph, const GadgetPlan& plan, const IntegerInputs& inputs) {
  return Lowering(b, graph, plan, inputs).run();
}

void lower_outputs(Backend& b, const GadgetPlan& plan, Lowered& lowered) {
  for (const GroupTensor& y : lowered.outputs) lowered.switches.push_back(output_gadget(b, plan, y.name, y.value));
}

}  // namespace nescio
