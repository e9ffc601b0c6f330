// ops/pick.cc -- Pick; Expand, Tile, Pad, Trilu, GatherElements, GatherND, DepthToSpace, SpaceToDepth in terms of it.
#include "nescio/ops/pick.h"

#include <algorithm>
#include <numeric>

#include "nescio/ops/families.h"
#include "nescio/ops/rows.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

using Index = std::vector<std::int64_t>;

Result<std::vector<TensorType>> infer_pick(const Node& node, std::span<const Value* const> in) {
  const Shape& shape = node.attributes.integers("shape");
  NESCIO_CHECK(element_count(shape) == static_cast<std::int64_t>(node.attributes.integers("indices").size()));
  return std::vector<TensorType>{{in[0]->type.dtype, shape}};
}

Status evaluate_pick(const Node& node, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const auto& indices = node.attributes.integers("indices");
  std::visit(
      [&](auto& y) {
        using T = typename std::decay_t<decltype(y)>::value_type;
        const std::span<const T> x = in[0]->as<T>();
        for (std::size_t i = 0; i < y.size(); ++i)
          if (indices[i] >= 0) y[i] = x[static_cast<std::size_t>(indices[i])];
      },
      out[0].data());
  return Unit{};
}

Index strides_of(const Shape& shape) {
  return row_major_strides(shape);
}
std::int64_t dot(const Index& at, const Index& strides) {
  return std::inner_product(at.begin(), at.end(), strides.begin(), std::int64_t{0});
}

Result<Values> import_expand(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  NESCIO_TRY(const auto asked, known_integers(graph, node.inputs[1], "its shape"));
  const Shape from = graph.shape(node.inputs[0]);
  const auto shape = element_count(asked) ? broadcast_shape(from, asked) : std::nullopt;
  if (!shape) return attr_error("cannot expand " + to_string(from) + " to " + to_string(asked));
  NESCIO_TRY(const ValueId y, expanded(graph, node.inputs[0], *shape));
  return Values{y};
}

Result<Values> import_tile(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  NESCIO_TRY(const auto repeats, known_integers(graph, node.inputs[1], "its list of repeats"));
  const Shape from = graph.shape(node.inputs[0]);
  if (repeats.size() != from.size()) return attr_error("needs one repeat for each dimension");
  Shape shape = from;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (repeats[d] < 1 || repeats[d] > kMaxElements) return attr_error("repeats must be positive");
    shape[d] *= repeats[d];
  }
  const auto n = element_count(shape);
  if (!n) return attr_error("the result is too large");
  NESCIO_TRY_STATUS(graph.afford(*n));
  const Index strides = strides_of(from);
  NESCIO_TRY(const ValueId y, add_pick(graph, node.inputs[0], shape, indices_of(shape, [&](const Index& at) {
                                         std::int64_t i = 0;
                                         for (std::size_t d = 0; d < at.size(); ++d) i += at[d] % from[d] * strides[d];
                                         return i;
                                       })));
  return Values{y};
}

// Where a coordinate before or behind [0, n) is taken from; -1: nowhere.
std::int64_t beyond(std::int64_t i, std::int64_t n, const std::string& mode) {
  if (i >= 0 && i < n) return i;
  if (mode == "edge") return std::clamp<std::int64_t>(i, 0, n - 1);
  if (mode == "wrap") return (i % n + n) % n;
  if (mode == "reflect") {
    if (n == 1) return 0;
    const std::int64_t period = 2 * (n - 1), k = (i % period + period) % period;
    return k < n ? k : period - k;
  }
  return -1;
}

Result<Values> import_pad(const OnnxNode& node, GraphBuilder& graph) {
  AttributeReader attributes(node);
  const std::string mode = attributes.text("mode", "constant");
  const bool operands = node.version >= 11;
  NESCIO_TRY_STATUS(expect_inputs(node, operands ? 2 : 1, operands ? 4 : 1));
  std::vector<std::int64_t> pads, axes;
  double value = 0;
  if (operands) {
    NESCIO_TRY(pads, known_integers(graph, node.inputs[1], "its list of pads"));
    if (node.has_input(2)) {
      const Tensor* t = graph.constant_of(node.inputs[2]);
      if (t == nullptr || t->size() != 1) return attr_error("its value must be a constant scalar");
      value = t->real(0);
    }
    if (node.has_input(3)) {
      NESCIO_TRY(axes, known_integers(graph, node.inputs[3], "its list of axes"));
    }
  } else {
    pads = attributes.integers("pads");
    value = attributes.real("value", 0);
  }
  NESCIO_TRY_STATUS(attributes.finish());
  const ValueId x = node.inputs[0];
  const Shape from = graph.shape(x);
  if (!node.has_input(3)) {
    axes.resize(from.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (pads.size() != 2 * axes.size()) return attr_error("needs two pads for each dimension");
  if (mode != "constant" && mode != "edge" && mode != "reflect" && mode != "wrap")
    return attr_error("mode '" + mode + "' is not known");
  Index before(from.size()), after(from.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    NESCIO_TRY(const std::size_t d, normal_axis(axes[i], from.size()));
    before[d] = pads[i];
    after[d] = pads[axes.size() + i];
  }
  Shape shape = from;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (std::abs(before[d]) > kMaxElements || std::abs(after[d]) > kMaxElements)
      return attr_error("a pad is too large");
    shape[d] += before[d] + after[d];
    if (shape[d] < 0 || (mode != "constant" && from[d] == 0)) return attr_error("its pads leave nothing");
  }
  const auto n = element_count(shape);
  if (!n) return attr_error("the result is too large");
  NESCIO_TRY_STATUS(graph.afford(*n));
  const Index strides = strides_of(from);
  const Index indices = indices_of(shape, [&](const Index& at) {
    std::int64_t i = 0;
    for (std::size_t d = 0; d < at.size(); ++d) {
      const std::int64_t k = beyond(at[d] - before[d], from[d], mode);
      if (k < 0) return std::int64_t{-1};
      i += k * strides[d];
    }
    return i;
  });
  NESCIO_TRY(ValueId y, add_pick(graph, x, shape, indices));
  if (value != 0 && std::ranges::find(indices, -1) != indices.end()) {
    std::vector<double> filling;
    for (const std::int64_t i : indices) filling.push_back(i < 0 ? value : 0);
    NESCIO_TRY(y, graph.add("Add", {y, graph.constant("filling", Tensor::of(graph.dtype(x), shape, filling))}));
  }
  return Values{y};
}

Result<Values> import_trilu(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 2));
  AttributeReader attributes(node);
  const bool upper = attributes.integer("upper", 1) != 0;
  NESCIO_TRY_STATUS(attributes.finish());
  std::int64_t k = 0;
  if (node.has_input(1)) {
    const Tensor* t = graph.constant_of(node.inputs[1]);
    if (t == nullptr || t->size() != 1 || is_float(t->dtype())) return attr_error("its diagonal must be a constant");
    k = std::clamp<std::int64_t>(t->as<std::int64_t>()[0], -kMaxElements, kMaxElements);
  }
  const ValueId x = node.inputs[0];
  const Shape shape = graph.shape(x);
  const std::size_t r = shape.size();
  if (r < 2) return attr_error("its input is not a matrix");
  NESCIO_TRY_STATUS(graph.afford(*element_count(shape)));
  const Index strides = strides_of(shape);
  NESCIO_TRY(const ValueId y, add_pick(graph, x, shape, indices_of(shape, [&](const Index& at) {
                                         const std::int64_t diagonal = at[r - 1] - at[r - 2];
                                         return (upper ? diagonal >= k : diagonal <= k) ? dot(at, strides) : -1;
                                       })));
  return Values{y};
}

// Constant indices of a gather, as they are.
Result<const Tensor*> indices_operand(const OnnxNode& node, const GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  const Tensor* t = graph.constant_of(node.inputs[1]);
  if (t == nullptr) return attr_error("indices that depend on the input are not supported");
  if (is_float(t->dtype()) || t->dtype() == DType::kBool) return dtype_error("its indices are not integers");
  return t;
}

Result<Values> import_gather_elements(const OnnxNode& node, GraphBuilder& graph) {
  AttributeReader attributes(node);
  const std::int64_t axis_attribute = attributes.integer("axis", 0);
  NESCIO_TRY_STATUS(attributes.finish());
  NESCIO_TRY(const Tensor* t, indices_operand(node, graph));
  const ValueId x = node.inputs[0];
  const Shape from = graph.shape(x);
  NESCIO_TRY(const std::size_t axis, normal_axis(axis_attribute, from.size()));
  bool fits = t->shape().size() == from.size();
  for (std::size_t d = 0; fits && d < from.size(); ++d) fits = d == axis || t->shape()[d] <= from[d];
  for (const std::int64_t i : t->as<std::int64_t>()) fits = fits && i >= -from[axis] && i < from[axis];
  if (!fits) return attr_error("its indices are outside of its input");
  const Index strides = strides_of(from);
  std::size_t next = 0;
  NESCIO_TRY(const ValueId y, add_pick(graph, x, t->shape(), indices_of(t->shape(), [&](const Index& at) {
                                         const std::int64_t i = t->as<std::int64_t>()[next++];
                                         return dot(at, strides) +
                                                ((i < 0 ? i + from[axis] : i) - at[axis]) * strides[axis];
                                       })));
  return Values{y};
}

Result<Values> import_gather_nd(const OnnxNode& node, GraphBuilder& graph) {
  AttributeReader attributes(node);
  const std::int64_t batch_dims = node.version >= 12 ? attributes.integer("batch_dims", 0) : 0;
  NESCIO_TRY_STATUS(attributes.finish());
  NESCIO_TRY(const Tensor* t, indices_operand(node, graph));
  const ValueId x = node.inputs[0];
  const Shape from = graph.shape(x), in = t->shape();
  const auto rank = static_cast<std::int64_t>(from.size());
  if (in.empty() || batch_dims < 0 || batch_dims >= static_cast<std::int64_t>(in.size()) ||
      in.back() > rank - batch_dims || in.back() < 1 || !std::equal(in.begin(), in.begin() + batch_dims, from.begin()))
    return attr_error("its indices do not fit its input");
  const auto b = static_cast<std::size_t>(batch_dims), depth = static_cast<std::size_t>(in.back());
  Shape shape(in.begin(), in.end() - 1);
  shape.insert(shape.end(), from.begin() + static_cast<std::ptrdiff_t>(b + depth), from.end());
  const auto n = element_count(shape);
  if (!n) return attr_error("the result is too large");
  NESCIO_TRY_STATUS(graph.afford(*n));
  const Index strides = strides_of(from), rows = strides_of(in);
  const auto list = t->as<std::int64_t>();
  bool inside = true;
  const Index indices = indices_of(shape, [&](const Index& at) {
    std::int64_t i = 0, row = 0;
    for (std::size_t d = 0; d < b; ++d) i += at[d] * strides[d];
    for (std::size_t d = 0; d + 1 < in.size(); ++d) row += at[d] * rows[d];
    for (std::size_t d = 0; d < depth; ++d) {
      std::int64_t k = list[static_cast<std::size_t>(row) + d];
      inside = inside && k >= -from[b + d] && k < from[b + d];
      i += (k < 0 ? k + from[b + d] : k) * strides[b + d];
    }
    for (std::size_t d = in.size() - 1; d < at.size(); ++d) i += at[d] * strides[d - (in.size() - 1) + b + depth];
    return i;
  });
  if (!inside) return attr_error("its indices are outside of its input");
  NESCIO_TRY(const ValueId y, add_pick(graph, x, shape, indices));
  return Values{y};
}

template <bool kToSpace>
Result<Values> import_depth(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const std::int64_t b = attributes.integer("blocksize", 0);
  const std::string mode = kToSpace && node.version >= 11 ? attributes.text("mode", "DCR") : "DCR";
  NESCIO_TRY_STATUS(attributes.finish());
  const ValueId x = node.inputs[0];
  const Shape s = graph.shape(x);
  const bool fits =
      s.size() == 4 && b >= 1 && b <= kMaxElements && (kToSpace ? s[1] % (b * b) == 0 : s[2] % b == 0 && s[3] % b == 0);
  if (!fits || (mode != "DCR" && mode != "CRD")) return attr_error("its blocks do not fit " + to_string(s));
  Shape apart, to;
  std::vector<std::int64_t> perm;
  if (kToSpace) {
    const std::int64_t c = s[1] / (b * b);
    apart = mode == "DCR" ? Shape{s[0], b, b, c, s[2], s[3]} : Shape{s[0], c, b, b, s[2], s[3]};
    perm = mode == "DCR" ? Index{0, 3, 4, 1, 5, 2} : Index{0, 1, 4, 2, 5, 3};
    to = {s[0], c, s[2] * b, s[3] * b};
  } else {
    apart = {s[0], s[1], s[2] / b, b, s[3] / b, b};
    perm = {0, 3, 5, 1, 2, 4};
    to = {s[0], s[1] * b * b, s[2] / b, s[3] / b};
  }
  NESCIO_TRY(ValueId y, reshaped(graph, x, apart));
  NESCIO_TRY(y, transposed(graph, y, perm));
  NESCIO_TRY(y, reshaped(graph, y, to));
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "Pick", .infer = infer_pick, .evaluate = evaluate_pick},
    {.name = "Expand", .since = 8, .import = import_expand},
    {.name = "Tile", .since = 6, .import = import_tile},
    {.name = "Pad", .since = 6, .import = import_pad},
    {.name = "Trilu", .since = 14, .import = import_trilu},
    {.name = "GatherElements", .since = 11, .import = import_gather_elements},
    {.name = "GatherND", .since = 11, .import = import_gather_nd},
    {.name = "DepthToSpace", .since = 6, .import = import_depth<true>},
    {.name = "SpaceToDepth", .since = 6, .import = import_depth<false>},
};

}  // namespace

Result<ValueId> add_pick(GraphBuilder& graph, ValueId x, const Shape& shape, std::vector<std::int64_t> indices) {
  const std::int64_t n = *element_count(graph.shape(x));
  bool same = static_cast<std::int64_t>(indices.size()) == n;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    NESCIO_CHECK(indices[i] >= -1 && indices[i] < n);
    same = same && indices[i] == static_cast<std::int64_t>(i);
  }
  if (same) return reshaped(graph, x, shape);
  if (std::ranges::all_of(indices, [](std::int64_t i) { return i < 0; }))
    return graph.constant("zeros", Tensor(graph.dtype(x), shape));
  NESCIO_TRY_STATUS(graph.afford(static_cast<std::int64_t>(indices.size())));
  return graph.add("Pick", {x}, {{"shape", shape}, {"indices", std::move(indices)}});
}

Result<ValueId> expanded(GraphBuilder& graph, ValueId x, const Shape& shape) {
  if (graph.shape(x) == shape) return x;
  const Index strides = broadcast_strides(graph.shape(x), shape);
  NESCIO_TRY_STATUS(graph.afford(*element_count(shape)));
  return add_pick(graph, x, shape, indices_of(shape, [&](const Index& at) { return dot(at, strides); }));
}

std::span<const OpRecord> pick_ops() {
  return kRecords;
}

}  // namespace nescio
