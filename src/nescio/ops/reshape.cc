// ops/reshape.cc -- Reshape{shape}: the same elements in the same order; Flatten, Squeeze, Unsqueeze, Identity and
// Dropout (inference) in terms of it. `shape` is the output's, fully known.
#include <algorithm>

#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"

namespace nescio {
namespace {

Result<ValueId> add_reshape(GraphBuilder& graph, ValueId x, Shape shape) {
  if (shape == graph.shape(x)) return x;
  if (!element_count(shape)) return attr_error("a tensor of more than " + std::to_string(kMaxRank) + " dimensions");
  return graph.add("Reshape", {x}, {{"shape", std::move(shape)}});
}

Result<std::vector<TensorType>> infer_reshape(const Node& node, std::span<const Value* const> in) {
  const TensorType& x = in[0]->type;
  const Shape& shape = node.attributes.integers("shape");
  NESCIO_CHECK(element_count(shape) == element_count(x.shape));
  return std::vector<TensorType>{{x.dtype, shape}};
}

Status evaluate_reshape(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  out[0].data() = in[0]->data();
  return Unit{};
}

// The extents that ONNX's Reshape asks for: 0 copies (unless allow_zero), one -1 takes what is left.
Result<Shape> resolve(const Shape& from, std::vector<std::int64_t> target, bool allow_zero) {
  const std::string asked = to_string(target);
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && !allow_zero) {
      if (i >= from.size()) return attr_error("shape " + asked + " copies a dimension that is not there");
      target[i] = from[i];
    } else if (target[i] == -1 && !open) {
      open = i;
      target[i] = 1;
    } else if (target[i] < 0) {
      return attr_error("shape " + asked + " is not a shape");
    }
  }
  const auto have = *element_count(from);
  const auto want = element_count(target);
  if (open && want && *want != 0 && have % *want == 0) {
    target[*open] = have / *want;
  } else if (open || want != have) {
    return attr_error("cannot reshape " + to_string(from) + " to " + asked +
                      "; if a batch size was chosen for you, choose another");
  }
  return target;
}

Result<Values> import_reshape(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  AttributeReader attributes(node);
  const bool allow_zero = node.version >= 14 && attributes.integer("allowzero", 0) != 0;
  NESCIO_TRY_STATUS(attributes.finish());
  NESCIO_TRY(auto target, known_integers(graph, node.inputs[1], "its target shape"));
  NESCIO_TRY(Shape shape, resolve(graph.shape(node.inputs[0]), std::move(target), allow_zero));
  NESCIO_TRY(const ValueId y, add_reshape(graph, node.inputs[0], std::move(shape)));
  return Values{y};
}

Result<Values> import_flatten(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const std::int64_t axis = attributes.integer("axis", 1);
  NESCIO_TRY_STATUS(attributes.finish());
  const Shape& x = graph.shape(node.inputs[0]);
  std::size_t cut = x.size();  // axis may also be the rank itself
  if (axis != static_cast<std::int64_t>(x.size())) {
    NESCIO_TRY(cut, normal_axis(axis, x.size()));
  }
  const auto at = x.begin() + static_cast<std::ptrdiff_t>(cut);
  Shape shape{*element_count(Shape(x.begin(), at)), *element_count(Shape(at, x.end()))};
  NESCIO_TRY(const ValueId y, add_reshape(graph, node.inputs[0], std::move(shape)));
  return Values{y};
}

// The axes of Squeeze and Unsqueeze: an attribute before opset 13, an operand since. Empty when not given.
Result<std::vector<std::int64_t>> axes_of(const OnnxNode& node, const GraphBuilder& graph) {
  AttributeReader attributes(node);
  const bool operand = node.version >= 13;
  NESCIO_TRY_STATUS(expect_inputs(node, 1, operand ? 2 : 1));
  std::vector<std::int64_t> axes;
  if (!operand) axes = attributes.integers("axes");
  NESCIO_TRY_STATUS(attributes.finish());
  if (operand && node.has_input(1)) {
    NESCIO_TRY(axes, known_integers(graph, node.inputs[1], "its list of axes"));
  }
  return axes;
}

Result<std::vector<bool>> mark_axes(const std::vector<std::int64_t>& axes, std::size_t rank) {
  std::vector<bool> marked(rank, false);
  for (const std::int64_t a : axes) {
    NESCIO_TRY(const std::size_t d, normal_axis(a, rank));
    if (marked[d]) return attr_error("axis " + std::to_string(a) + " is given twice");
    marked[d] = true;
  }
  return marked;
}

Result<Values> import_squeeze(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY(const auto axes, axes_of(node, graph));
  const Shape& x = graph.shape(node.inputs[0]);
  NESCIO_TRY(const auto marked, mark_axes(axes, x.size()));
  Shape shape;
  for (std::size_t d = 0; d < x.size(); ++d) {
    if (marked[d] && x[d] != 1)
      return attr_error("cannot squeeze dimension " + std::to_string(d) + " of " + to_string(x));
    if (axes.empty() ? x[d] != 1 : !marked[d]) shape.push_back(x[d]);
  }
  NESCIO_TRY(const ValueId y, add_reshape(graph, node.inputs[0], std::move(shape)));
  return Values{y};
}

Result<Values> import_unsqueeze(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY(const auto axes, axes_of(node, graph));
  if (axes.empty() || axes.size() > kMaxRank) return attr_error("has no axes, or too many");
  const Shape& x = graph.shape(node.inputs[0]);
  NESCIO_TRY(const auto marked, mark_axes(axes, x.size() + axes.size()));
  Shape shape;
  for (std::size_t d = 0, from = 0; d < marked.size(); ++d) shape.push_back(marked[d] ? 1 : x[from++]);
  NESCIO_TRY(const ValueId y, add_reshape(graph, node.inputs[0], std::move(shape)));
  return Values{y};
}

Result<Values> import_identity(const OnnxNode& node, GraphBuilder&) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  return Values{node.inputs[0]};
}

Result<Values> import_dropout(const OnnxNode& node, GraphBuilder& graph) {
  AttributeReader attributes(node);
  const bool operands = node.version >= 12;
  NESCIO_TRY_STATUS(expect_inputs(node, 1, operands ? 3 : 1));
  NESCIO_TRY_STATUS(expect_outputs(node, 2));
  if (operands) attributes.ignore("seed");
  if (!operands) attributes.ignore("ratio");
  if (node.version < 7) attributes.ignore("is_test");
  NESCIO_TRY_STATUS(attributes.finish());
  if (operands && node.has_input(2)) {
    const Tensor* training = graph.constant_of(node.inputs[2]);
    if (training == nullptr || training->size() != 1) return attr_error("training_mode must be a constant");
    const Tensor* ratio = node.has_input(1) ? graph.constant_of(node.inputs[1]) : nullptr;
    const bool drops_nothing = ratio != nullptr && ratio->size() == 1 && ratio->real(0) == 0.0;
    if (training->real(0) != 0.0 && !drops_nothing) {
      return attr_error("is in training mode; export the model in evaluation mode");
    }
  }
  Values out(node.output_is_used.size(), kNoValue);
  out[0] = node.inputs[0];
  if (out.size() > 1 && node.output_is_used[1]) {
    // The mask keeps everything.
    const TensorType x = graph.type(out[0]);
    NESCIO_TRY_STATUS(graph.afford(*element_count(x.shape)));
    const std::vector<double> ones(static_cast<std::size_t>(*element_count(x.shape)), 1.0);
    out[1] = graph.constant("mask", Tensor::of(node.version < 10 ? x.dtype : DType::kBool, x.shape, ones));
  }
  return out;
}

constexpr OpRecord kRecords[] = {
    {.name = "Reshape", .since = 6, .import = import_reshape, .infer = infer_reshape, .evaluate = evaluate_reshape},
    {.name = "Flatten", .since = 6, .import = import_flatten},
    {.name = "Squeeze", .since = 6, .import = import_squeeze},
    {.name = "Unsqueeze", .since = 6, .import = import_unsqueeze},
    {.name = "Identity", .since = 6, .import = import_identity},
    {.name = "Dropout", .since = 6, .import = import_dropout},
};

}  // namespace

std::span<const OpRecord> reshape_ops() {
  return kRecords;
}

}  // namespace nescio
