// ops/window.cc -- MaxPool, AveragePool, GlobalAveragePool, GlobalMaxPool and Conv: the cells that each window covers,
// side by side, then a maximum, a mean or a product with the kernel. For small images: each cell is listed once for
// each window that covers it.
#include <algorithm>
#include <numeric>

#include "nescio/ops/families.h"
#include "nescio/ops/pick.h"
#include "nescio/ops/rows.h"

namespace nescio {
namespace {

using Index = std::vector<std::int64_t>;

constexpr std::int64_t kMaxPicked = std::int64_t{1} << 20;

// How windows lie on the spatial dimensions of an image [n, c, spatial..].
struct Windows {
  Shape image, kernel, places;  // spatial extents: of the image, of a window, of the result
  Index strides, dilations, begins, ends;
};

// Of attributes as Conv and the pools share them; marks them as read.
Result<Windows> read_windows(const OnnxNode& node, AttributeReader& attributes, Shape image, Shape kernel) {
  const std::size_t r = image.size();
  Windows w{std::move(image), std::move(kernel), {}, attributes.integers("strides"), {}, {}, {}};
  w.dilations = attributes.integers("dilations");
  Index pads = attributes.integers("pads");
  const std::string automatic = attributes.text("auto_pad", "NOTSET");
  const bool ceil = node.op != "Conv" && node.version >= 10 && attributes.integer("ceil_mode", 0) != 0;
  if (w.strides.empty()) w.strides.assign(r, 1);
  if (w.dilations.empty()) w.dilations.assign(r, 1);
  if (pads.empty()) pads.assign(2 * r, 0);
  const auto positive = [](const Index& list) {
    return std::ranges::all_of(list, [](std::int64_t x) { return x >= 1 && x <= kMaxPicked; });
  };
  if (w.kernel.size() != r || w.strides.size() != r || w.dilations.size() != r || pads.size() != 2 * r ||
      !positive(w.kernel) || !positive(w.strides) || !positive(w.dilations) || !positive(w.image) ||
      !std::ranges::all_of(pads, [](std::int64_t x) { return x >= 0 && x <= kMaxPicked; }))
    return attr_error("kernel, strides, dilations or pads do not fit its input");
  for (std::size_t d = 0; d < r; ++d) {
    const std::int64_t reach = (w.kernel[d] - 1) * w.dilations[d] + 1;
    std::int64_t begin = pads[d], end = pads[r + d];
    if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
      const std::int64_t places = (w.image[d] + w.strides[d] - 1) / w.strides[d];
      const std::int64_t all = std::max<std::int64_t>(0, (places - 1) * w.strides[d] + reach - w.image[d]);
      begin = automatic == "SAME_UPPER" ? all / 2 : all - all / 2;
      end = all - begin;
    } else if (automatic == "VALID") {
      begin = end = 0;
    } else if (automatic != "NOTSET") {
      return attr_error("auto_pad '" + automatic + "' is not known");
    }
    const std::int64_t room = w.image[d] + begin + end - reach;
    if (room < 0) return attr_error("a window is larger than its input");
    std::int64_t places = (ceil ? room + w.strides[d] - 1 : room) / w.strides[d] + 1;
    // A last window that would begin behind the image and its first pad does not count.
    if (ceil && (places - 1) * w.strides[d] >= w.image[d] + begin) --places;
    w.begins.push_back(begin);
    w.ends.push_back(end);
    w.places.push_back(places);
  }
  return w;
}

std::int64_t product(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

// Index in the image of cell `k` of the window at `place`, or -1 in the pads.
std::int64_t cell_of(const Windows& w, std::span<const std::int64_t> place, std::span<const std::int64_t> k) {
  std::int64_t i = 0;
  for (std::size_t d = 0; d < w.image.size(); ++d) {
    const std::int64_t at = place[d] * w.strides[d] + k[d] * w.dilations[d] - w.begins[d];
    if (at < 0 || at >= w.image[d]) return -1;
    i = i * w.image[d] + at;
  }
  return i;
}

// [images, places, window]: what windows cover of each of the images that x consists of; -1: nothing.
Result<Index> covered(const GraphBuilder& graph, const Windows& w, std::int64_t images) {
  const std::int64_t places = product(w.places), window = product(w.kernel), size = product(w.image);
  if (places > kMaxPicked || window > kMaxPicked || places * window > kMaxPicked / std::max<std::int64_t>(images, 1))
    return Error{ErrorCode::kOp, 0, "its windows cover more than 2^20 cells; such images are not supported", {}};
  NESCIO_TRY_STATUS(graph.afford(images * places * window));
  Shape shape = w.places;
  shape.insert(shape.end(), w.kernel.begin(), w.kernel.end());
  const std::size_t r = w.image.size();
  const Index one =
      indices_of(shape, [&](const Index& at) { return cell_of(w, std::span(at).first(r), std::span(at).last(r)); });
  Index out;
  for (std::int64_t i = 0; i < images; ++i)
    for (const std::int64_t c : one) out.push_back(c < 0 ? -1 : i * size + c);
  return out;
}

Result<Shape> spatial(const GraphBuilder& graph, ValueId x) {
  const Shape s = graph.shape(x);
  if (s.size() < 3) return attr_error("its input is not [batch, channels, extents..]");
  return Shape(s.begin() + 2, s.end());
}
Shape with_places(const Shape& x, const Shape& places) {
  Shape out{x[0], x[1]};
  out.insert(out.end(), places.begin(), places.end());
  return out;
}

Result<Values> import_max_pool(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  if (node.output_is_used.size() > 1 && node.output_is_used[1]) return attr_error("its indices are not supported");
  const ValueId x = node.inputs[0];
  NESCIO_TRY_STATUS(expect_float(graph, x, "its input"));
  AttributeReader attributes(node);
  attributes.ignore("storage_order");  // of the indices
  NESCIO_TRY(const Shape image, spatial(graph, x));
  NESCIO_TRY(const Windows w, read_windows(node, attributes, image, attributes.integers("kernel_shape")));
  NESCIO_TRY_STATUS(attributes.finish());
  const Shape s = graph.shape(x);
  NESCIO_TRY(Index cells, covered(graph, w, s[0] * s[1]));
  // Pads are below everything: instead, another cell of the window once more.
  const auto window = static_cast<std::ptrdiff_t>(product(w.kernel));
  for (auto at = cells.begin(); at != cells.end(); at += window) {
    const std::int64_t some = *std::max_element(at, at + window);
    if (some < 0) return attr_error("a window covers nothing but pads");
    std::replace(at, at + window, std::int64_t{-1}, some);
  }
  NESCIO_TRY(const ValueId rows, add_pick(graph, x, {s[0] * s[1] * product(w.places), window}, std::move(cells)));
  NESCIO_TRY(const ValueId most, graph.add("Largest", {rows}, {{"least", std::int64_t{0}}}));
  NESCIO_TRY(const ValueId y, reshaped(graph, most, with_places(s, w.places)));
  return Values{y};
}

Result<Values> import_average_pool(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  const ValueId x = node.inputs[0];
  NESCIO_TRY_STATUS(expect_float(graph, x, "its input"));
  AttributeReader attributes(node);
  const bool pads_count = attributes.integer("count_include_pad", 0) != 0;
  NESCIO_TRY(const Shape image, spatial(graph, x));
  NESCIO_TRY(const Windows w, read_windows(node, attributes, image, attributes.integers("kernel_shape")));
  NESCIO_TRY_STATUS(attributes.finish());
  const Shape s = graph.shape(x);
  NESCIO_TRY(Index cells, covered(graph, w, s[0] * s[1]));
  const std::int64_t places = product(w.places), window = product(w.kernel);
  // How many cells count in a window: those of the image, with its pads if they do, but not what lies behind them.
  const std::size_t r = image.size();
  Shape shape = w.places;
  shape.insert(shape.end(), w.kernel.begin(), w.kernel.end());
  const Index counted = indices_of(shape, [&](const Index& at) {
    if (!pads_count) return cell_of(w, std::span(at).first(r), std::span(at).last(r)) < 0 ? std::int64_t{0} : 1;
    for (std::size_t d = 0; d < r; ++d)
      if (at[d] * w.strides[d] + at[r + d] * w.dilations[d] >= w.begins[d] + w.image[d] + w.ends[d])
        return std::int64_t{0};
    return std::int64_t{1};
  });
  std::vector<double> shares;
  bool all = true;
  for (auto at = counted.begin(); at != counted.end(); at += window) {
    const std::int64_t n = std::accumulate(at, at + window, std::int64_t{0});
    if (n == 0) return attr_error("a window covers nothing");
    all = all && n == window;
    shares.push_back(1.0 / static_cast<double>(n));
  }
  NESCIO_TRY(const ValueId rows, add_pick(graph, x, {s[0] * s[1] * places, window}, std::move(cells)));
  NESCIO_TRY(const ValueId total, graph.add("Total", {rows}, {{"mean", std::int64_t{all}}}));
  NESCIO_TRY(ValueId y, reshaped(graph, total, with_places(s, w.places)));
  if (!all) {
    const ValueId share = graph.constant("shares", Tensor::of(graph.dtype(x), w.places, shares));
    NESCIO_TRY(y, graph.add("Mul", {y, share}));
  }
  return Values{y};
}

template <bool kMean>
Result<Values> import_global(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  const ValueId x = node.inputs[0];
  NESCIO_TRY(const Shape image, spatial(graph, x));
  std::vector<std::size_t> axes(image.size());
  std::iota(axes.begin(), axes.end(), std::size_t{2});
  NESCIO_TRY(const Rows rows, as_rows(graph, x, axes));
  NESCIO_TRY(const ValueId y, kMean ? graph.add("Total", {rows.value}, {{"mean", std::int64_t{1}}})
                                    : graph.add("Largest", {rows.value}, {{"least", std::int64_t{0}}}));
  NESCIO_TRY(const ValueId shaped, reshaped(graph, y, rows.keepdims));
  return Values{shaped};
}

// [images of a group, places, window] by [outputs of a group, window].
Result<Values> import_conv(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 3));
  const ValueId x = node.inputs[0], weights = node.inputs[1];
  NESCIO_TRY_STATUS(expect_float(graph, x, "its input"));
  AttributeReader attributes(node);
  const std::int64_t groups = attributes.integer("group", 1);
  const Shape s = graph.shape(x), k = graph.shape(weights);
  NESCIO_TRY(const Shape image, spatial(graph, x));
  if (k.size() != s.size() || groups < 1 || k[0] % groups != 0 || k[1] * groups != s[1])
    return attr_error("its kernel " + to_string(k) + " does not fit " + to_string(s));
  const Shape kernel(k.begin() + 2, k.end());
  if (const Index given = attributes.integers("kernel_shape"); !given.empty() && given != kernel)
    return attr_error("kernel_shape is not that of the kernel");
  NESCIO_TRY(const Windows w, read_windows(node, attributes, image, kernel));
  NESCIO_TRY_STATUS(attributes.finish());
  NESCIO_TRY(const Index cells, covered(graph, w, s[0] * s[1]));
  const std::int64_t places = product(w.places), window = product(w.kernel), channels = k[1], outputs = k[0] / groups;
  NESCIO_TRY_STATUS(graph.afford(*element_count(k)));
  const Shape from{s[0], s[1], places, window};
  const Index strides = row_major_strides(from);
  Values parts;
  for (std::int64_t g = 0; g < groups; ++g) {
    const Shape rows{s[0] * places, channels * window};
    NESCIO_TRY(const ValueId patches,
               add_pick(graph, x, rows, indices_of(rows, [&](const Index& at) {
                          const std::int64_t n = at[0] / places, place = at[0] % places;
                          const std::int64_t c = g * channels + at[1] / window;
                          return cells[static_cast<std::size_t>(n * strides[0] + c * strides[1] + place * strides[2] +
                                                                at[1] % window)];
                        })));
    NESCIO_TRY(const ValueId matrix, add_pick(graph, weights, {channels * window, outputs},
                                              indices_of({channels * window, outputs}, [&](const Index& at) {
                                                return (g * outputs + at[1]) * channels * window + at[0];
                                              })));
    NESCIO_TRY(const ValueId part, graph.add("MatMul", {patches, matrix}));
    parts.push_back(part);
  }
  ValueId y = parts[0];
  if (parts.size() > 1) {
    NESCIO_TRY(y, graph.add("Concat", parts, {{"axis", std::int64_t{1}}}));
  }
  if (node.has_input(2)) {
    NESCIO_TRY(y, graph.add("Add", {y, node.inputs[2]}));
  }
  NESCIO_TRY(y, reshaped(graph, y, {s[0], places, k[0]}));
  NESCIO_TRY(y, transposed(graph, y, {0, 2, 1}));
  NESCIO_TRY(y, reshaped(graph, y, with_places({s[0], k[0]}, w.places)));
  return Values{y};
}

constexpr OpRecord kRecords[] = {
    {.name = "MaxPool", .since = 6, .import = import_max_pool},
    {.name = "AveragePool", .since = 6, .import = import_average_pool},
    {.name = "GlobalMaxPool", .since = 6, .import = import_global<false>},
    {.name = "GlobalAveragePool", .since = 6, .import = import_global<true>},
    {.name = "Conv", .since = 6, .import = import_conv},
};

}  // namespace

std::span<const OpRecord> window_ops() {
  return kRecords;
}

}  // namespace nescio
