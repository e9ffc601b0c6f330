// ops/softmax.cc -- Hardmax: 1 at the first largest entry of each row [.., n], 0 elsewhere; Softmax and LogSoftmax in
// terms of exp(x - max), so that no power is above 1. Before opset 13 a row is all that stands behind `axis`.
#include "nescio/ops/softmax.h"

#include <algorithm>

#include "nescio/ops/families.h"
#include "nescio/ops/rows.h"

namespace nescio {
namespace {

Result<std::vector<TensorType>> infer_hardmax(const Node&, std::span<const Value* const> in) {
  if (!is_float(in[0]->type.dtype)) return dtype_error("its input is not real");
  if (in[0]->type.shape.empty() || in[0]->type.shape.back() == 0) return attr_error("has nothing to choose from");
  return std::vector<TensorType>{in[0]->type};
}

Status evaluate_hardmax(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const auto n = static_cast<std::ptrdiff_t>(in[0]->shape().back());
  std::visit(
      [&](auto& y) {
        using T = typename std::decay_t<decltype(y)>::value_type;
        const std::span<const T> x = in[0]->as<T>();
        for (auto row = x.begin(); row != x.end(); row += n)
          y[static_cast<std::size_t>(std::max_element(row, row + n) - x.begin())] = 1;
      },
      out[0].data());
  return Unit{};
}

}  // namespace

Result<ValueId> add_softmax(GraphBuilder& graph, ValueId rows, bool log) {
  NESCIO_TRY(const ValueId most, graph.add("Largest", {rows}, {{"least", std::int64_t{0}}}));
  NESCIO_TRY(const ValueId below, graph.add("Sub", {rows, most}));
  NESCIO_TRY(const ValueId powers, graph.add("Exp", {below}));
  NESCIO_TRY(const ValueId total, graph.add("Total", {powers}, {{"mean", std::int64_t{0}}}));
  if (!log) return graph.add("Div", {powers, total});
  NESCIO_TRY(const ValueId log_total, graph.add("Log", {total}));
  return graph.add("Sub", {below, log_total});
}

namespace {

enum class Kind { soft, log, hard };

template <Kind kKind>
Result<Values> import_softmax(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const bool flat = node.version < 13;
  const std::int64_t axis_attribute = attributes.integer("axis", flat ? 1 : -1);
  NESCIO_TRY_STATUS(attributes.finish());
  const ValueId x = node.inputs[0];
  NESCIO_TRY_STATUS(expect_float(graph, x, "its input"));
  const std::size_t rank = graph.shape(x).size();
  NESCIO_TRY(const std::size_t axis, normal_axis(axis_attribute, rank));
  std::vector<std::size_t> axes{axis};
  for (std::size_t d = axis + 1; d < rank && flat; ++d) axes.push_back(d);
  NESCIO_TRY(const Rows rows, as_rows(graph, x, axes));
  NESCIO_TRY(const ValueId y, kKind == Kind::hard ? graph.add("Hardmax", {rows.value})
                                                  : add_softmax(graph, rows.value, kKind == Kind::log));
  NESCIO_TRY(const ValueId shaped, from_rows(graph, y, rows, graph.shape(x)));
  return Values{shaped};
}

constexpr OpRecord kRecords[] = {
    {.name = "Softmax", .since = 6, .import = import_softmax<Kind::soft>},
    {.name = "LogSoftmax", .since = 6, .import = import_softmax<Kind::log>},
    {.name = "Hardmax",
     .since = 6,
     .import = import_softmax<Kind::hard>,
     .infer = infer_hardmax,
     .evaluate = evaluate_hardmax},
};

}  // namespace

std::span<const OpRecord> softmax_ops() {
  return kRecords;
}

}  // namespace nescio
