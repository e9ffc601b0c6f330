// ops/reduce.cc -- Total{mean}: sums, or means, of the rows [.., n] of a tensor, as [.., 1]; Largest{least}: their
// largest or least entries. ReduceSum, ReduceMax, ReduceL2, .., Sum, Mean, Max and Min in terms of them.
#include <algorithm>
#include <cmath>
#include <optional>

#include "nescio/ops/families.h"
#include "nescio/ops/rows.h"
#include "nescio/ops/slice.h"

namespace nescio {
namespace {

Result<std::vector<TensorType>> infer_row(const Node&, std::span<const Value* const> in) {
  TensorType out = in[0]->type;
  if (out.dtype == DType::kBool) return dtype_error("its input is bool");
  if (out.shape.empty() || out.shape.back() == 0) return attr_error("has nothing to reduce");
  out.shape.back() = 1;
  return std::vector<TensorType>{out};
}

Status evaluate_total(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const auto n = static_cast<std::size_t>(in[0]->shape().back());
  const bool mean = node.attributes.integer("mean") != 0;
  std::visit(
      [&](auto& y) {
        using T = typename std::decay_t<decltype(y)>::value_type;
        const std::span<const T> x = in[0]->as<T>();
        for (std::size_t r = 0; r < y.size(); ++r) {
          std::conditional_t<std::is_integral_v<T>, std::uint64_t, double> sum = 0;
          for (std::size_t i = 0; i < n; ++i) sum += static_cast<decltype(sum)>(x[r * n + i]);
          if (mean) sum /= static_cast<decltype(sum)>(n);
          y[r] = static_cast<T>(sum);
        }
      },
      out[0].data());
  return Unit{};
}

Status evaluate_largest(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const auto n = static_cast<std::ptrdiff_t>(in[0]->shape().back());
  const bool least = node.attributes.integer("least") != 0;
  std::visit(
      [&](auto& y) {
        using T = typename std::decay_t<decltype(y)>::value_type;
        auto row = in[0]->as<T>().begin();
        for (auto& v : y) {
          v = least ? *std::min_element(row, row + n) : *std::max_element(row, row + n);
          row += n;
        }
      },
      out[0].data());
  return Unit{};
}

// ---- reductions

using Reduce = Result<ValueId> (*)(GraphBuilder& graph, ValueId rows);

Result<ValueId> total(GraphBuilder& graph, ValueId rows) {
  return graph.add("Total", {rows}, {{"mean", std::int64_t{0}}});
}
Result<ValueId> mean(GraphBuilder& graph, ValueId rows) {
  return graph.add("Total", {rows}, {{"mean", std::int64_t{1}}});
}
Result<ValueId> largest(GraphBuilder& graph, ValueId rows) {
  return graph.add("Largest", {rows}, {{"least", std::int64_t{0}}});
}
Result<ValueId> least(GraphBuilder& graph, ValueId rows) {
  return graph.add("Largest", {rows}, {{"least", std::int64_t{1}}});
}
Result<ValueId> l1(GraphBuilder& graph, ValueId rows) {
  NESCIO_TRY(const ValueId x, graph.add("Abs", {rows}));
  return total(graph, x);
}
Result<ValueId> squares(GraphBuilder& graph, ValueId rows) {
  NESCIO_TRY(const ValueId x, graph.add("Mul", {rows, rows}));
  return total(graph, x);
}
Result<ValueId> l2(GraphBuilder& graph, ValueId rows) {
  NESCIO_TRY(const ValueId x, squares(graph, rows));
  return graph.add("Sqrt", {x});
}
Result<ValueId> log_sum(GraphBuilder& graph, ValueId rows) {
  NESCIO_TRY(const ValueId x, total(graph, rows));
  return graph.add("Log", {x});
}
Result<ValueId> log_sum_exp(GraphBuilder& graph, ValueId rows) {
  NESCIO_TRY(const ValueId most, largest(graph, rows));
  NESCIO_TRY(const ValueId below, graph.add("Sub", {rows, most}));
  NESCIO_TRY(const ValueId powers, graph.add("Exp", {below}));
  NESCIO_TRY(const ValueId log, log_sum(graph, powers));
  return graph.add("Add", {log, most});
}
// Halves, again and again.
Result<ValueId> product(GraphBuilder& graph, ValueId x) {
  for (std::int64_t n = graph.shape(x).back(); n > 1; n = graph.shape(x).back()) {
    const std::size_t last = graph.shape(x).size() - 1;
    NESCIO_TRY(const ValueId a, add_slice(graph, x, last, 0, 1, n / 2));
    NESCIO_TRY(const ValueId b, add_slice(graph, x, last, n / 2, 1, n / 2));
    NESCIO_TRY(ValueId y, graph.add("Mul", {a, b}));
    if (n % 2 != 0) {
      NESCIO_TRY(const ValueId rest, add_slice(graph, x, last, n - 1, 1, 1));
      NESCIO_TRY(y, graph.add("Concat", {y, rest}, {{"axis", static_cast<std::int64_t>(last)}}));
    }
    x = y;
  }
  return x;
}

// Axes by attribute, or as an operand since `operand_since`; all of them if none are given.
Result<std::optional<std::vector<std::size_t>>> axes_of(const OnnxNode& node, const GraphBuilder& graph,
                                                        AttributeReader& attributes, int operand_since) {
  const bool operand = node.version >= operand_since;
  NESCIO_TRY_STATUS(expect_inputs(node, 1, operand ? 2 : 1));
  std::vector<std::int64_t> given;
  if (!operand) given = attributes.integers("axes");
  const bool noop = operand && attributes.integer("noop_with_empty_axes", 0) != 0;
  if (operand && node.has_input(1)) {
    NESCIO_TRY(given, known_integers(graph, node.inputs[1], "its list of axes"));
  }
  const std::size_t rank = graph.shape(node.inputs[0]).size();
  if (given.empty() && noop) return std::optional<std::vector<std::size_t>>{};
  std::vector<std::size_t> out;
  for (const std::int64_t a : given) {
    NESCIO_TRY(const std::size_t axis, normal_axis(a, rank));
    if (std::ranges::find(out, axis) != out.end()) return attr_error("axis " + std::to_string(a) + " is given twice");
    out.push_back(axis);
  }
  for (std::size_t d = 0; d < rank && given.empty(); ++d) out.push_back(d);
  return std::optional(std::move(out));
}

template <Reduce reduce, int kOperandSince>
Result<Values> import_reduce(const OnnxNode& node, GraphBuilder& graph) {
  AttributeReader attributes(node);
  const bool keep = attributes.integer("keepdims", 1) != 0;
  NESCIO_TRY(const auto axes, axes_of(node, graph, attributes, kOperandSince));
  NESCIO_TRY_STATUS(attributes.finish());
  const ValueId x = node.inputs[0];
  if (!axes) return Values{x};
  NESCIO_TRY(const Rows rows, as_rows(graph, x, *axes));
  NESCIO_TRY(const ValueId y, reduce(graph, rows.value));
  NESCIO_TRY(const ValueId shaped, reshaped(graph, y, keep ? rows.keepdims : rows.kept));
  return Values{shaped};
}

// ---- several operands

Result<ValueId> larger(GraphBuilder& graph, ValueId a, ValueId b) {
  NESCIO_TRY(const ValueId above, graph.add("Sub", {a, b}));
  NESCIO_TRY(const ValueId lead, graph.add("Relu", {above}));
  return graph.add("Add", {b, lead});
}
Result<ValueId> smaller(GraphBuilder& graph, ValueId a, ValueId b) {
  NESCIO_TRY(const ValueId above, graph.add("Sub", {a, b}));
  NESCIO_TRY(const ValueId lead, graph.add("Relu", {above}));
  return graph.add("Sub", {a, lead});
}
Result<ValueId> sum(GraphBuilder& graph, ValueId a, ValueId b) {
  return graph.add("Add", {a, b});
}

using Fold = Result<ValueId> (*)(GraphBuilder& graph, ValueId a, ValueId b);

template <Fold fold, bool kMean>
Result<Values> import_variadic(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, node.inputs.size()));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  ValueId y = node.inputs[0];
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (!node.has_input(i)) return attr_error("an operand is not given");
    NESCIO_TRY(y, fold(graph, y, node.inputs[i]));
  }
  if (kMean) {
    const ValueId share =
        graph.constant("share", Tensor::scalar(graph.dtype(y), 1.0 / static_cast<double>(node.inputs.size())));
    NESCIO_TRY(y, graph.add("Mul", {y, share}));
  }
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "Total", .infer = infer_row, .evaluate = evaluate_total},
    {.name = "Largest", .infer = infer_row, .evaluate = evaluate_largest},
    {.name = "ReduceSum", .since = 6, .import = import_reduce<total, 13>},
    {.name = "ReduceMean", .since = 6, .import = import_reduce<mean, 18>},
    {.name = "ReduceMax", .since = 6, .import = import_reduce<largest, 18>},
    {.name = "ReduceMin", .since = 6, .import = import_reduce<least, 18>},
    {.name = "ReduceL1", .since = 6, .import = import_reduce<l1, 18>},
    {.name = "ReduceL2", .since = 6, .import = import_reduce<l2, 18>},
    {.name = "ReduceSumSquare", .since = 6, .import = import_reduce<squares, 18>},
    {.name = "ReduceLogSum", .since = 6, .import = import_reduce<log_sum, 18>},
    {.name = "ReduceLogSumExp", .since = 6, .import = import_reduce<log_sum_exp, 18>},
    {.name = "ReduceProd", .since = 6, .import = import_reduce<product, 18>},
    {.name = "Sum", .since = 6, .import = import_variadic<sum, false>},
    {.name = "Mean", .since = 6, .import = import_variadic<sum, true>},
    {.name = "Max", .since = 6, .import = import_variadic<larger, false>},
    {.name = "Min", .since = 6, .import = import_variadic<smaller, false>},
};

}  // namespace

std::span<const OpRecord> reduce_ops() {
  return kRecords;
}

}  // namespace nescio
