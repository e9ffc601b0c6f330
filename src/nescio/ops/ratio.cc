// ops/ratio.cc -- Reciprocal; Pow by constants, in terms of products, Sqrt, Reciprocal and Power{a}: x^a.
#include <algorithm>
#include <cmath>
#include <set>

#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/pick.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

constexpr std::size_t kMaxExponents = 16;

Result<std::vector<TensorType>> infer_reciprocal(const Node&, std::span<const Value* const> in) {
  if (!is_float(in[0]->type.dtype)) return dtype_error("its input is not real; cast it to float32 first");
  return std::vector<TensorType>{in[0]->type};
}

Status evaluate_reciprocal(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  std::visit(
      [&](auto& y) {
        using T = typename std::decay_t<decltype(y)>::value_type;
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<T>(1.0 / in[0]->real(i));
      },
      out[0].data());
  return Unit{};
}

Result<Values> import_reciprocal(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  NESCIO_TRY(const ValueId y, graph.add("Reciprocal", {node.inputs[0]}));
  return Values{y};
}

Result<ValueId> power(GraphBuilder& graph, ValueId x, double exponent) {
  if (exponent == 0) {
    const ValueId zero = graph.constant("zero", Tensor::scalar(graph.dtype(x), 0));
    const ValueId one = graph.constant("one", Tensor::scalar(graph.dtype(x), 1));
    NESCIO_TRY(const ValueId nothing, graph.add("Mul", {x, zero}));
    return graph.add("Add", {nothing, one});
  }
  if (exponent == 1) return x;
  if (exponent == 2) return graph.add("Mul", {x, x});
  if (exponent == 3) {
    NESCIO_TRY(const ValueId square, graph.add("Mul", {x, x}));
    return graph.add("Mul", {square, x});
  }
  if (exponent == 0.5) return graph.add("Sqrt", {x});
  if (exponent == -1) return graph.add("Reciprocal", {x});
  return graph.add("Power", {x}, {{"a", exponent}, {"b", 0.0}});
}

// One term for each exponent that occurs, times 1 where it does.
Result<ValueId> powers(GraphBuilder& graph, ValueId x, const Tensor& exponents) {
  std::set<double> distinct;
  for (std::size_t i = 0; i < exponents.size(); ++i) distinct.insert(exponents.real(i));
  if (distinct.empty() || distinct.size() > kMaxExponents) return attr_error("has none or too many exponents");
  if (distinct.size() == 1) {
    NESCIO_TRY(const ValueId y, power(graph, x, *distinct.begin()));
    return expanded(graph, y, *broadcast_shape(graph.shape(x), exponents.shape()));
  }
  ValueId sum = kNoValue;
  for (const double e : distinct) {
    std::vector<double> mask;
    for (std::size_t i = 0; i < exponents.size(); ++i) mask.push_back(exponents.real(i) == e ? 1 : 0);
    NESCIO_TRY(const ValueId y, power(graph, x, e));
    const ValueId where = graph.constant("where", Tensor::of(graph.dtype(x), exponents.shape(), mask));
    NESCIO_TRY(const ValueId part, graph.add("Mul", {y, where}));
    if (sum == kNoValue) {
      sum = part;
    } else {
      NESCIO_TRY(sum, graph.add("Add", {sum, part}));
    }
  }
  return sum;
}

Result<Values> import_pow(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY(const auto operands, binary_operands(node, graph));
  NESCIO_TRY_STATUS(expect_float(graph, operands.first, "the base"));
  const Tensor* exponents = graph.constant_of(operands.second);
  if (exponents == nullptr) return attr_error("an exponent that depends on the input is not supported");
  NESCIO_TRY(const ValueId y, powers(graph, operands.first, *exponents));
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "Reciprocal",
     .since = 6,
     .import = import_reciprocal,
     .infer = infer_reciprocal,
     .evaluate = evaluate_reciprocal},
    {.name = "Pow", .since = 6, .import = import_pow},
};

}  // namespace

std::span<const OpRecord> ratio_ops() {
  return kRecords;
}

}  // namespace nescio
