// ops/slice.cc -- Slice{starts, steps, sizes} and Concat{axis}; Split in terms of Slice.
// Slice names every dimension: y[i] = x[starts + i * steps] for i in sizes; steps may be negative, never 0.
#include "nescio/ops/slice.h"

#include <algorithm>

#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/walk.h"

namespace nescio {

Result<ValueId> add_slice(GraphBuilder& graph, ValueId x, std::size_t axis, std::int64_t start, std::int64_t step,
                          std::int64_t size) {
  const Shape& shape = graph.shape(x);
  if (start == 0 && step == 1 && size == shape[axis]) return x;
  Shape starts(shape.size(), 0), steps(shape.size(), 1), sizes = shape;
  starts[axis] = start;
  steps[axis] = step;
  sizes[axis] = size;
  return graph.add("Slice", {x}, {{"starts", starts}, {"steps", steps}, {"sizes", sizes}});
}

namespace {

Result<std::vector<TensorType>> infer_slice(const Node& node, std::span<const Value* const> in) {
  const Shape& x = in[0]->type.shape;
  const auto &starts = node.attributes.integers("starts"), &steps = node.attributes.integers("steps");
  const auto& sizes = node.attributes.integers("sizes");
  NESCIO_CHECK(starts.size() == x.size() && steps.size() == x.size() && sizes.size() == x.size());
  for (std::size_t d = 0; d < x.size(); ++d) {
    const std::int64_t last = starts[d] + steps[d] * (sizes[d] - 1);
    NESCIO_CHECK(sizes[d] == 0 || (starts[d] >= 0 && starts[d] < x[d] && last >= 0 && last < x[d]));
  }
  return std::vector<TensorType>{{in[0]->type.dtype, sizes}};
}

Status evaluate_slice(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  auto strides = row_major_strides(in[0]->shape());
  std::int64_t start = 0;
  for (std::size_t d = 0; d < strides.size(); ++d) {
    start += strides[d] * node.attributes.integers("starts")[d];
    strides[d] *= node.attributes.integers("steps")[d];
  }
  gather_strided(*in[0], strides, start, out[0]);
  return Unit{};
}

struct Range {
  std::int64_t start, step, size;
};

// ONNX's [start, end) with a step on a dimension of n entries, both ends clamped into it. No step passes n, which is at
// most 2^31.
Range clamp_range(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t n) {
  const bool up = step > 0;
  const auto clamp = [&](std::int64_t v) {
    if (v < 0) v = v < -n ? -1 : v + n;  // -1 stands for everything before the first entry
    return up ? std::clamp<std::int64_t>(v, 0, n) : std::clamp<std::int64_t>(v, -1, n - 1);
  };
  const std::int64_t from = clamp(start), to = clamp(end);
  step = std::clamp(step, -kMaxElements, kMaxElements);
  const std::int64_t span = up ? to - from : from - to;
  const std::int64_t size = span <= 0 ? 0 : (span + std::abs(step) - 1) / std::abs(step);
  return size == 0 ? Range{0, 1, 0} : Range{from, size == 1 ? 1 : step, size};
}

Result<Values> import_slice(const OnnxNode& node, GraphBuilder& graph) {
  AttributeReader attributes(node);
  std::vector<std::int64_t> starts, ends, axes, steps;
  if (node.version < 10) {
    NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
    starts = attributes.integers("starts");
    ends = attributes.integers("ends");
    axes = attributes.integers("axes");
  } else {
    NESCIO_TRY_STATUS(expect_inputs(node, 3, 5));
    NESCIO_TRY(starts, known_integers(graph, node.inputs[1], "its list of starts"));
    NESCIO_TRY(ends, known_integers(graph, node.inputs[2], "its list of ends"));
    if (node.has_input(3)) {
      NESCIO_TRY(axes, known_integers(graph, node.inputs[3], "its list of axes"));
    }
    if (node.has_input(4)) {
      NESCIO_TRY(steps, known_integers(graph, node.inputs[4], "its list of steps"));
    }
  }
  NESCIO_TRY_STATUS(attributes.finish());
  const ValueId x = node.inputs[0];
  const Shape shape = graph.shape(x);
  if (axes.empty()) {
    for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  if (steps.empty()) steps.resize(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size()) {
    return attr_error("its lists of starts, ends, axes and steps differ in length");
  }
  Shape from(shape.size(), 0), by(shape.size(), 1), sizes = shape;
  std::vector<bool> seen(shape.size(), false);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    NESCIO_TRY(const std::size_t d, normal_axis(axes[i], shape.size()));
    if (seen[d] || steps[i] == 0) return attr_error("names an axis twice, or a step of 0");
    seen[d] = true;
    const Range r = clamp_range(starts[i], ends[i], steps[i], shape[d]);
    from[d] = r.start;
    by[d] = r.step;
    sizes[d] = r.size;
  }
  if (sizes == shape && std::all_of(by.begin(), by.end(), [](auto s) { return s == 1; })) return Values{x};
  NESCIO_TRY(const ValueId y, graph.add("Slice", {x}, {{"starts", from}, {"steps", by}, {"sizes", sizes}}));
  return Values{y};
}

Result<Values> import_split(const OnnxNode& node, GraphBuilder& graph) {
  AttributeReader attributes(node);
  const std::int64_t axis_attribute = attributes.integer("axis", 0);
  std::vector<std::int64_t> parts;
  const std::size_t count = node.output_is_used.size();
  if (node.version < 13) {
    NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
    parts = attributes.integers("split");
  } else {
    NESCIO_TRY_STATUS(expect_inputs(node, 1, 2));
    if (node.has_input(1)) {
      NESCIO_TRY(parts, known_integers(graph, node.inputs[1], "its list of parts"));
    }
    if (node.version >= 18 && attributes.has("num_outputs") &&
        attributes.integer("num_outputs", 0) != static_cast<std::int64_t>(count)) {
      return attr_error("num_outputs is not its number of outputs");
    }
  }
  NESCIO_TRY_STATUS(attributes.finish());
  const ValueId x = node.inputs[0];
  NESCIO_TRY(const std::size_t axis, normal_axis(axis_attribute, graph.shape(x).size()));
  const std::int64_t whole = graph.shape(x)[axis];
  if (parts.empty()) {
    // Equal parts; since opset 18 the last may be smaller.
    const auto n = static_cast<std::int64_t>(count);
    if (n == 0 || (whole % n != 0 && node.version < 18)) return attr_error("cannot split into equal parts");
    const std::int64_t each = (whole + n - 1) / n;
    for (std::int64_t i = 0; i < n; ++i) parts.push_back(std::clamp<std::int64_t>(whole - i * each, 0, each));
  }
  if (parts.size() != count) return attr_error("its list of parts does not match its outputs");
  std::int64_t start = 0;
  Values out;
  for (const std::int64_t part : parts) {
    if (part < 0 || part > whole - start) return attr_error("its parts do not add up to " + std::to_string(whole));
    NESCIO_TRY(const ValueId y, add_slice(graph, x, axis, part == 0 ? 0 : start, 1, part));
    out.push_back(y);
    start += part;
  }
  if (start != whole) return attr_error("its parts do not add up to " + std::to_string(whole));
  return out;
}

Result<std::vector<TensorType>> infer_concat(const Node& node, std::span<const Value* const> in) {
  const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));
  TensorType out = in[0]->type;
  NESCIO_CHECK(axis < out.shape.size());
  for (std::size_t i = 1; i < in.size(); ++i) {
    TensorType other = in[i]->type;
    if (other.dtype != out.dtype) return dtype_error("its operands differ in type");
    if (other.shape.size() != out.shape.size()) return attr_error("its operands differ in rank");
    out.shape[axis] += other.shape[axis];
    other.shape[axis] = out.shape[axis];
    if (other.shape != out.shape) return attr_error("its operands differ in a dimension other than the axis");
    if (!element_count(out.shape)) break;  // the caller refuses it; going on could wrap
  }
  return std::vector<TensorType>{out};
}

Status evaluate_concat(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));
  const auto block = [axis](const Tensor& t) {  // elements from one index of the leading dimensions to the next
    return static_cast<std::size_t>(
        *element_count(Shape(t.shape().begin() + static_cast<std::ptrdiff_t>(axis), t.shape().end())));
  };
  std::visit(
      [&](auto& y) {
        using T = typename std::decay_t<decltype(y)>::value_type;
        std::size_t at = 0;
        for (const Tensor* t : in) {
          const std::size_t n = block(*t), stride = block(out[0]);
          const std::span<const T> from = t->as<T>();
          for (std::size_t r = 0; n != 0 && r < from.size() / n; ++r) {
            std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(r * n), n,
                        y.begin() + static_cast<std::ptrdiff_t>(r * stride + at));
          }
          at += n;
        }
      },
      out[0].data());
  return Unit{};
}

Result<Values> import_concat(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, node.inputs.size(), node.inputs.size()));
  AttributeReader attributes(node);
  if (!attributes.has("axis") || node.inputs.empty()) return attr_error("has no axis, or no operands");
  const std::int64_t axis_attribute = attributes.integer("axis", 0);
  NESCIO_TRY_STATUS(attributes.finish());
  NESCIO_TRY(const std::size_t axis, normal_axis(axis_attribute, graph.shape(node.inputs[0]).size()));
  if (node.inputs.size() == 1) return Values{node.inputs[0]};
  NESCIO_TRY(const ValueId y, graph.add("Concat", node.inputs, {{"axis", static_cast<std::int64_t>(axis)}}));
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "Slice", .since = 6, .import = import_slice, .infer = infer_slice, .evaluate = evaluate_slice},
    {.name = "Split", .since = 6, .import = import_split},
    {.name = "Concat", .since = 6, .import = import_concat, .infer = infer_concat, .evaluate = evaluate_concat},
};

}  // namespace

std::span<const OpRecord> slice_ops() {
  return kRecords;
}

}  // namespace nescio
