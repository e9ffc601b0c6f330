// ops/mod.cc -- Mod{fmod} of integers by constants: the remainder with the sign of the divisor or, with fmod, of the
// dividend. NumPy's broadcasting.
#include <algorithm>

#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

Result<std::vector<TensorType>> infer_mod(const Node&, std::span<const Value* const> in) {
  const TensorType &a = in[0]->type, &b = in[1]->type;
  for (const DType type : {a.dtype, b.dtype})
    if ((type != DType::kInt32 && type != DType::kInt64) || type != a.dtype)
      return dtype_error("its operands must be int32, or int64, both");
  const auto shape = broadcast_shape(a.shape, b.shape);
  if (!shape)
    return attr_error("operands of shapes " + to_string(a.shape) + " and " + to_string(b.shape) + " do not broadcast");
  return std::vector<TensorType>{{a.dtype, *shape}};
}

Status evaluate_mod(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const bool fmod = node.attributes.integer("fmod") != 0;
  const Shape& shape = out[0].shape();
  const auto a = in[0]->as<std::int64_t>(), b = in[1]->as<std::int64_t>();
  const auto y = out[0].as<std::int64_t>();
  for (const std::int64_t v : b) NESCIO_VERIFY(v != 0, ErrorCode::kDivZero, 0);
  walk_rows<2>(shape, {broadcast_strides(in[0]->shape(), shape), broadcast_strides(in[1]->shape(), shape)}, {0, 0},
               [&](auto at, auto offset, auto step, auto length) {
                 for (std::int64_t i = 0; i < length; ++i) {
                   const std::int64_t v = b[offset[1] + i * step[1]];
                   std::int64_t rest = v == -1 ? 0 : a[offset[0] + i * step[0]] % v;
                   if (!fmod && rest != 0 && (rest < 0) != (v < 0)) rest += v;
                   y[at + i] = rest;
                 }
               });
  return Unit{};
}

Result<Values> import_mod(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  AttributeReader attributes(node);
  const bool fmod = attributes.integer("fmod", 0) != 0;
  NESCIO_TRY_STATUS(attributes.finish());
  const Tensor* divisor = graph.constant_of(node.inputs[1]);
  if (divisor == nullptr) return attr_error("a divisor that depends on the input is not supported");
  if (is_float(divisor->dtype())) return dtype_error("only remainders of integers are exact");
  if (divisor->dtype() != DType::kBool && std::ranges::count(divisor->as<std::int64_t>(), 0) != 0)
    return attr_error("divides by zero");
  NESCIO_TRY(const ValueId y, graph.add("Mod", node.inputs, {{"fmod", std::int64_t{fmod}}}));
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "Mod", .since = 10, .import = import_mod, .infer = infer_mod, .evaluate = evaluate_mod},
};

}  // namespace

std::span<const OpRecord> mod_ops() {
  return kRecords;
}

}  // namespace nescio
