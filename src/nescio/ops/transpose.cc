// ops/transpose.cc -- Transpose{perm}: dimension d of the output is dimension perm[d] of the input.
#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

Result<std::vector<TensorType>> infer_transpose(const Node& node, std::span<const Value* const> in) {
  const Shape& x = in[0]->type.shape;
  const auto& perm = node.attributes.integers("perm");
  NESCIO_CHECK(perm.size() == x.size());
  Shape shape;
  for (const std::int64_t d : perm) shape.push_back(x[static_cast<std::size_t>(d)]);
  return std::vector<TensorType>{{in[0]->type.dtype, shape}};
}

Status evaluate_transpose(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const auto own = row_major_strides(in[0]->shape());
  std::vector<std::int64_t> strides;
  for (const std::int64_t d : node.attributes.integers("perm")) strides.push_back(own[static_cast<std::size_t>(d)]);
  gather_strided(*in[0], strides, 0, out[0]);
  return Unit{};
}

Result<Values> import_transpose(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const bool given = attributes.has("perm");
  std::vector<std::int64_t> perm = attributes.integers("perm");
  NESCIO_TRY_STATUS(attributes.finish());
  const std::size_t rank = graph.shape(node.inputs[0]).size();
  if (!given) {
    for (std::size_t d = rank; d-- > 0;) perm.push_back(static_cast<std::int64_t>(d));
  }
  std::vector<bool> seen(rank, false);
  bool identity = true;
  if (perm.size() != rank) return attr_error("perm " + to_string(perm) + " does not permute " + std::to_string(rank));
  for (std::size_t i = 0; i < rank; ++i) {
    NESCIO_TRY(const std::size_t d, normal_axis(perm[i], rank));
    if (seen[d]) return attr_error("perm " + to_string(perm) + " is not a permutation");
    seen[d] = true;
    perm[i] = static_cast<std::int64_t>(d);
    identity = identity && d == i;
  }
  if (identity) return Values{node.inputs[0]};
  NESCIO_TRY(const ValueId y, graph.add("Transpose", {node.inputs[0]}, {{"perm", perm}}));
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "Transpose",
     .since = 6,
     .import = import_transpose,
     .infer = infer_transpose,
     .evaluate = evaluate_transpose},
};

}  // namespace

std::span<const OpRecord> transpose_ops() {
  return kRecords;
}

}  // namespace nescio
