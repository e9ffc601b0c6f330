// ops/top.cc -- Top, and ONNX's TopK in terms of it.
#include "nescio/ops/top.h"

#include <algorithm>

#include "nescio/ops/families.h"
#include "nescio/ops/rows.h"

namespace nescio {
namespace {

Result<std::vector<TensorType>> infer_top(const Node& node, std::span<const Value* const> in) {
  TensorType out = in[0]->type;
  if (out.dtype == DType::kBool) return dtype_error("its input is bool");
  const std::int64_t k = node.attributes.integer("k");
  if (out.shape.empty() || k < 1 || k > out.shape.back())
    return attr_error("cannot take " + std::to_string(k) + " entries of each row of " + to_string(out.shape));
  out.shape.back() = k;
  if (node.attributes.integer("index") != 0) out.dtype = DType::kInt64;
  return std::vector<TensorType>{out};
}

// The index of each entry, row by row. An order of entries is not asked for: with NaN there is none.
template <class T>
std::vector<std::int64_t> top_of_rows(std::span<const T> x, std::size_t n, std::size_t k, bool least) {
  std::vector<std::int64_t> out;
  for (std::size_t row = 0; row < x.size(); row += n) {
    std::vector<bool> taken(n);
    for (std::size_t r = 0; r < k; ++r) {
      std::size_t best = n;
      for (std::size_t i = 0; i < n; ++i) {
        if (taken[i]) continue;
        if (best == n || (least ? x[row + i] < x[row + best] : x[row + i] > x[row + best])) best = i;
      }
      taken[best] = true;
      out.push_back(static_cast<std::int64_t>(best));
    }
  }
  return out;
}

Status evaluate_top(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const auto n = static_cast<std::size_t>(in[0]->shape().back());
  const auto k = static_cast<std::size_t>(node.attributes.integer("k"));
  std::visit(
      [&](const auto& data) {
        using T = typename std::decay_t<decltype(data)>::value_type;
        const std::span<const T> x = in[0]->as<T>();
        const auto indices = top_of_rows(x, n, k, node.attributes.integer("least") != 0);
        if (node.attributes.integer("index") != 0) {
          std::copy(indices.begin(), indices.end(), out[0].as<std::int64_t>().begin());
          return;
        }
        for (std::size_t i = 0; i < indices.size(); ++i)
          out[0].as<T>()[i] = x[i / k * n + static_cast<std::size_t>(indices[i])];
      },
      in[0]->data());
  return Unit{};
}

// Sorted in any case: of what is not asked to be, the order is free.
Result<Values> import_top_k(const OnnxNode& node, GraphBuilder& graph) {
  const bool operand = node.version >= 10;
  NESCIO_TRY_STATUS(expect_inputs(node, operand ? 2 : 1, operand ? 2 : 1));
  NESCIO_TRY_STATUS(expect_outputs(node, 2));
  AttributeReader attributes(node);
  std::vector<std::int64_t> k;
  if (!operand) k = {attributes.integer("k", 0)};
  const std::int64_t axis_attribute = attributes.integer("axis", -1);
  const bool least = node.version >= 11 && attributes.integer("largest", 1) == 0;
  if (node.version >= 11) attributes.ignore("sorted");
  NESCIO_TRY_STATUS(attributes.finish());
  if (operand) {
    NESCIO_TRY(k, known_integers(graph, node.inputs[1], "its K"));
  }
  const ValueId x = node.inputs[0];
  const Shape from = graph.shape(x);
  NESCIO_TRY(const std::size_t axis, normal_axis(axis_attribute, from.size()));
  if (k.size() != 1 || k[0] < 1 || k[0] > from[axis] || k[0] > kMaxTop)
    return attr_error("its K must be one number from 1 to " + std::to_string(std::min(kMaxTop, from[axis])) +
                      ": not more than the " + std::to_string(from[axis]) + " entries there are, and at most " +
                      std::to_string(kMaxTop));
  NESCIO_TRY(const Rows rows, as_rows(graph, x, {axis}));
  Shape shape = from;
  shape[axis] = k[0];
  Values out;
  for (const std::int64_t index : {0, 1}) {
    NESCIO_TRY(const ValueId y,
               graph.add("Top", {rows.value}, {{"k", k[0]}, {"least", std::int64_t{least}}, {"index", index}}));
    NESCIO_TRY(const ValueId back, from_rows(graph, y, rows, shape));
    out.push_back(back);
  }
  return out;
}

constexpr OpRecord kRecords[] = {
    {.name = "Top", .infer = infer_top, .evaluate = evaluate_top},
    {.name = "TopK", .since = 6, .import = import_top_k},
};

}  // namespace

std::span<const OpRecord> top_ops() {
  return kRecords;
}

}  // namespace nescio
