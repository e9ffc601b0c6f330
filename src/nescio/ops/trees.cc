#include "nescio/ops/trees.h"

#include <algorithm>

#include "nescio/base/float_key.h"
#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"

namespace nescio {
namespace {

Result<std::vector<TensorType>> infer_trees(const Node& node, std::span<const Value* const> in) {
  const TensorType &x = in[0]->type, &nodes = in[1]->type, &leaves = in[2]->type, &base = in[3]->type;
  const std::int64_t trees = node.attributes.integer("trees");
  const auto& targets = node.attributes.integers("targets");
  NESCIO_CHECK(nodes.dtype == DType::kInt64 && nodes.shape.size() == 2 && nodes.shape[1] == kNodeFields);
  NESCIO_CHECK(leaves.dtype == DType::kFloat64 && leaves.shape.size() == 2 && base.shape.size() == 1);
  NESCIO_CHECK(trees >= 1 && trees <= nodes.shape[0] && (targets.empty() || targets.size() == std::size_t(trees)));
  if (x.dtype != DType::kFloat32)
    return dtype_error(std::string("its input is ") + dtype_name(x.dtype) +
                       "; thresholds are compared with float32 numbers");
  if (x.shape.size() != 2) return attr_error("its input must be [batch, features]; it is " + to_string(x.shape));
  return std::vector<TensorType>{{DType::kFloat32, {x.shape[0], base.shape[0]}}};
}

Status evaluate_trees(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const std::span<const float> x = in[0]->as<float>();
  const std::span<const std::int64_t> nodes = in[1]->as<std::int64_t>();
  const std::span<const double> leaves = in[2]->as<double>(), base = in[3]->as<double>();
  const std::int64_t count = in[1]->shape()[0], features = in[0]->shape()[1];
  const auto columns = static_cast<std::size_t>(in[2]->shape()[1]), outputs = base.size();
  const auto& targets = node.attributes.integers("targets");
  const std::string& aggregate = node.attributes.text("aggregate");
  const bool mirror = node.attributes.integer("mirror") != 0;
  const auto batch = static_cast<std::size_t>(in[0]->shape()[0]);
  for (std::size_t row = 0; row < batch; ++row) {
    std::vector<double> sum(outputs);
    std::vector<bool> any(outputs);
    const auto take = [&](std::size_t column, double value) {
      double& s = sum[column];
      s = !any[column]         ? value
          : aggregate == "sum" ? s + value
          : aggregate == "min" ? std::min(s, value)
                               : std::max(s, value);
      any[column] = true;
    };
    for (std::int64_t t = 0; t < node.attributes.integer("trees"); ++t) {
      std::int64_t at = t;
      while (at < count) {
        const std::int64_t* n = nodes.data() + at * kNodeFields;
        const std::int64_t key =
            float_key(x[row * static_cast<std::size_t>(features) + static_cast<std::size_t>(n[0])]);
        at = key <= n[1] || (key == kNanKey && n[2] != 0) ? n[3] : n[4];
      }
      const double* leaf = leaves.data() + static_cast<std::size_t>(at - count) * columns;
      if (mirror) {
        take(0, -leaf[0]);
        take(1, leaf[0]);
      } else if (!targets.empty()) {
        take(static_cast<std::size_t>(targets[static_cast<std::size_t>(t)]), leaf[0]);
      } else {
        for (std::size_t c = 0; c < columns; ++c) take(c, leaf[c]);
      }
    }
    for (std::size_t c = 0; c < outputs; ++c)
      out[0].as<float>()[row * outputs + c] = static_cast<float>(base[c] + sum[c]);
  }
  return Unit{};
}

constexpr OpRecord kRecords[] = {
    {.name = "Trees", .infer = infer_trees, .evaluate = evaluate_trees},
};

}  // namespace

std::span<const OpRecord> tree_ops() {
  return kRecords;
}

Result<ValueId> add_trees(GraphBuilder& graph, ValueId x, const TreeScores& scores) {
  const TreeTable& table = scores.table;
  const auto count = static_cast<std::int64_t>(table.nodes.size());
  const Shape from = graph.shape(x);
  const std::int64_t features = from.empty() ? 0 : from.back();
  Tensor nodes(DType::kInt64, {count, kNodeFields});
  std::int64_t* next = nodes.as<std::int64_t>().data();
  for (const TreeTable::Node& n : table.nodes) {
    if (n.feature < 0 || n.feature >= features)
      return attr_error("tests feature " + std::to_string(n.feature) + " of " + std::to_string(features));
    for (const std::int64_t field : {n.feature, n.key, n.missing, n.yes, n.no}) *next++ = field;
  }
  const auto leaves = static_cast<std::int64_t>(table.leaves.size()) / scores.columns;
  const auto outputs = static_cast<std::int64_t>(scores.base.size());
  return graph.add("Trees",
                   {x, graph.constant("nodes", std::move(nodes)),
                    graph.constant("leaves", Tensor::of(DType::kFloat64, {leaves, scores.columns}, table.leaves)),
                    graph.constant("base", Tensor::of(DType::kFloat64, {outputs}, scores.base))},
                   {{"trees", table.trees},
                    {"depth", table.depth},
                    {"aggregate", scores.aggregate},
                    {"targets", scores.targets},
                    {"mirror", std::int64_t{scores.mirror}}});
}

}  // namespace nescio
