// ops/one_hot.cc -- ONNX's OneHot in terms of comparisons.
#include "nescio/ops/one_hot.h"

#include <algorithm>
#include <numeric>

#include "nescio/ops/families.h"
#include "nescio/ops/pick.h"
#include "nescio/ops/rows.h"

namespace nescio {
namespace {

// How far back the origin of indices is looked for: a model of many nodes must not cost much time.
constexpr std::size_t kFarthest = 256;

// Whether x is a truth value or an index that an operator chose, moved or cast; not always found.
bool never_negative(const GraphBuilder& graph, ValueId x) {
  const std::vector<Node>& nodes = graph.graph().nodes;
  const std::size_t end = nodes.size() < kFarthest ? 0 : nodes.size() - kFarthest;
  for (std::size_t i = nodes.size(); i-- > end && graph.dtype(x) != DType::kBool;) {
    const Node& node = nodes[i];
    if (node.outputs[0] != x) continue;
    if (node.op == "ArgMax") return true;
    if (node.op == "Top" && node.attributes.integer("index") != 0) return true;
    const bool moves = node.op == "Reshape" || node.op == "Transpose" || node.op == "Slice" || node.op == "Pick";
    if (!moves && node.op != "Cast") return false;
    x = node.inputs[0];
  }
  return graph.dtype(x) == DType::kBool;
}

// Whether each index i is each of 0, .., depth - 1; if `wraps`, so is i + depth for i < 0.
Result<ValueId> places(GraphBuilder& graph, ValueId indices, std::int64_t depth, bool wraps) {
  std::vector<double> keys(static_cast<std::size_t>(depth));
  std::iota(keys.begin(), keys.end(), 0.0);
  NESCIO_TRY(const ValueId here, matches(graph, indices, keys));
  if (!wraps || never_negative(graph, indices)) return here;
  for (double& key : keys) key -= static_cast<double>(depth);
  NESCIO_TRY(const ValueId behind, matches(graph, indices, keys));
  return graph.add("Logic", {here, behind},
                   {{"constant", std::int64_t{0}},
                    {"first", std::int64_t{1}},
                    {"second", std::int64_t{1}},
                    {"both", std::int64_t{-1}}});
}

// values[1] where `on`, values[0] elsewhere.
Result<ValueId> valued(GraphBuilder& graph, ValueId on, const Tensor& values) {
  const auto cell = [&](std::size_t i) {
    Tensor out(values.dtype(), {});
    std::visit([&](auto& to) { to[0] = std::get<std::decay_t<decltype(to)>>(values.data())[i]; }, out.data());
    return out;
  };
  if (values.real(0) == values.real(1)) return attr_error("its two values are equal");
  if (values.dtype() != DType::kBool)
    return graph.add("Select", {on, graph.constant("on", cell(1)), graph.constant("off", cell(0))});
  if (values.real(1) != 0) return on;
  return graph.add("Logic", {on},
                   {{"constant", std::int64_t{1}},
                    {"first", std::int64_t{-1}},
                    {"second", std::int64_t{0}},
                    {"both", std::int64_t{0}}});
}

Result<Values> import_one_hot(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 3, 3));
  AttributeReader attributes(node);
  const std::int64_t axis_attribute = attributes.integer("axis", -1);
  NESCIO_TRY_STATUS(attributes.finish());
  ValueId x = node.inputs[0];
  if (graph.dtype(x) == DType::kBool) return dtype_error("its indices are bool");
  const Tensor *depth = graph.constant_of(node.inputs[1]), *values = graph.constant_of(node.inputs[2]);
  if (depth == nullptr || values == nullptr) return attr_error("its depth and its values must be constant");
  if (depth->size() != 1 || !(depth->real(0) >= 1 && depth->real(0) < static_cast<double>(kMaxKeys + 1)))
    return attr_error("its depth must be one number from 1 to " + std::to_string(kMaxKeys));
  if (values->shape() != Shape{2}) return attr_error("its values must be two, off and on");
  const std::size_t rank = graph.shape(x).size();
  NESCIO_TRY(const std::size_t axis, normal_axis(axis_attribute, rank + 1));
  if (is_float(graph.dtype(x))) {
    NESCIO_TRY(x, graph.add("Cast", {x}, {{"to", std::string(dtype_name(DType::kInt64))}}));
  }
  // Negative indices count from the end since opset 11; before, they were places outside.
  NESCIO_TRY(const ValueId on, places(graph, x, static_cast<std::int64_t>(depth->real(0)), node.version >= 11));
  std::vector<std::int64_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  order.insert(order.begin() + static_cast<std::ptrdiff_t>(axis), static_cast<std::int64_t>(rank));
  NESCIO_TRY(const ValueId turned, transposed(graph, on, order));
  NESCIO_TRY(const ValueId y, valued(graph, turned, *values));
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "OneHot", .since = 9, .import = import_one_hot},
};

}  // namespace

Result<ValueId> matches(GraphBuilder& graph, ValueId x, const std::vector<double>& keys) {
  Shape shape = graph.shape(x);
  shape.push_back(1);
  NESCIO_TRY(const ValueId column, reshaped(graph, x, shape));
  const auto n = static_cast<std::int64_t>(keys.size());
  shape.back() = n;
  if (!element_count(shape)) return attr_error("the result is too large");
  NESCIO_TRY(const ValueId wide, expanded(graph, column, shape));
  const ValueId list = graph.constant("keys", Tensor::of(graph.dtype(x), {n}, keys));
  return graph.add("Compare", {wide, list}, {{"mode", std::string("equal")}});
}

std::span<const OpRecord> one_hot_ops() {
  return kRecords;
}

}  // namespace nescio
