// ops/encoder.cc -- ai.onnx.ml Normalizer, Binarizer, OneHotEncoder, LabelEncoder, ArrayFeatureExtractor,
// FeatureVectorizer and ZipMap in terms of other operators.
#include <algorithm>
#include <cmath>
#include <set>

#include "nescio/ops/ai_onnx_ml.h"
#include "nescio/ops/families.h"
#include "nescio/ops/one_hot.h"
#include "nescio/ops/pick.h"
#include "nescio/ops/rows.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

constexpr double kMaxWhole = 32767;  // what Cast of reals to integers takes (quant/quantise_rounding.cc)

Result<ValueId> real(GraphBuilder& graph, ValueId bits) {
  return graph.add("Cast", {bits}, {{"to", std::string(dtype_name(DType::kFloat32))}});
}
ValueId number(GraphBuilder& graph, DType dtype, double x) {
  return graph.constant("number", Tensor::scalar(dtype, x));
}

Result<Values> import_normalizer(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const std::string norm = attributes.text("norm", "MAX");
  NESCIO_TRY_STATUS(attributes.finish());
  NESCIO_TRY(ValueId x, graph.as_float32(node.inputs[0]));
  NESCIO_TRY(x, feature_matrix(graph, x));
  const Attributes sum{{"mean", std::int64_t{0}}};
  ValueId length = kNoValue;
  if (norm == "MAX") {
    NESCIO_TRY(length, graph.add("Largest", {x}, {{"least", std::int64_t{0}}}));
  } else if (norm == "L1") {
    NESCIO_TRY(const ValueId sizes, graph.add("Abs", {x}));
    NESCIO_TRY(length, graph.add("Total", {sizes}, sum));
  } else if (norm == "L2") {
    NESCIO_TRY(const ValueId squares, graph.add("Mul", {x, x}));
    NESCIO_TRY(const ValueId total, graph.add("Total", {squares}, sum));
    NESCIO_TRY(length, graph.add("Sqrt", {total}));
  } else {
    return attr_error("norm " + quote_name(norm) + " is not known");
  }
  NESCIO_TRY(const ValueId y, graph.add("Div", {x, length}));
  return Values{y};
}

Result<Values> import_binarizer(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const double threshold = attributes.real("threshold", 0);
  NESCIO_TRY_STATUS(attributes.finish());
  NESCIO_TRY(const ValueId x, graph.as_float32(node.inputs[0]));
  NESCIO_TRY(const ValueId above,
             graph.add("Compare", {x, number(graph, DType::kFloat32, threshold)}, {{"mode", std::string("greater")}}));
  NESCIO_TRY(const ValueId y, real(graph, above));
  return Values{y};
}

// As matches(), as numbers; the keys of words are places. kAttr: two are equal.
Result<ValueId> codes(GraphBuilder& graph, ValueId x, const std::vector<double>& keys) {
  if (std::set<double>(keys.begin(), keys.end()).size() != keys.size()) return attr_error("two of its keys are equal");
  NESCIO_TRY(const ValueId same, matches(graph, x, keys));
  return real(graph, same);
}

Result<std::vector<double>> places(GraphBuilder& graph, const std::vector<std::string>& words) {
  std::vector<double> out;
  for (const std::string& w : words) {
    NESCIO_TRY(const std::int64_t place, graph.place_of(w));
    out.push_back(static_cast<double>(place));
  }
  return out;
}

Result<Values> import_one_hot(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const auto numbers = attributes.integers("cats_int64s");
  const auto words = attributes.texts("cats_strings");
  const bool zeros = attributes.integer("zeros", 1) != 0;
  NESCIO_TRY_STATUS(attributes.finish());
  const ValueId x = node.inputs[0];
  const bool of_words = graph.holds_words(x);
  const std::size_t n = of_words ? words.size() : numbers.size();
  if (n == 0 || n > kMaxKeys || n != words.size() + numbers.size())
    return attr_error("needs from 1 to " + std::to_string(kMaxKeys) + " categories, of the type of its input");
  if (!zeros)
    graph.note("node " + quote_name(node.name) + " (OneHotEncoder): a category that is not among its own gives zeros");
  std::vector<double> keys(numbers.begin(), numbers.end());
  if (of_words) {
    NESCIO_TRY(keys, places(graph, words));
  }
  NESCIO_TRY(const ValueId y, codes(graph, x, keys));
  return Values{y};
}

// default + sum over keys of (value - default) [x = key].
Result<Values> import_label_encoder(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  const ValueId x = node.inputs[0];
  AttributeReader attributes(node);
  std::vector<double> keys = attributes.reals("keys_floats"), values = attributes.reals("values_floats");
  const auto whole_keys = attributes.integers("keys_int64s"), whole_values = attributes.integers("values_int64s");
  const auto words = attributes.texts("keys_strings"), value_words = attributes.texts("values_strings");
  double otherwise = attributes.real("default_float", -0.0);
  const std::int64_t whole_default = attributes.integer("default_int64", -1);
  const std::string default_word = attributes.text("default_string", "_Unused");
  bool other = false;
  for (const char* name : {"keys_tensor", "values_tensor", "default_tensor"}) {
    other = other || attributes.has(name);
    attributes.ignore(name);
  }
  NESCIO_TRY_STATUS(attributes.finish());
  keys.insert(keys.end(), whole_keys.begin(), whole_keys.end());
  const std::size_t n = keys.size() + words.size();
  const std::size_t longest = std::max({values.size(), whole_values.size(), value_words.size()});
  const bool one_of_each =
      (keys.empty() || words.empty()) && longest == n && values.size() + whole_values.size() + value_words.size() == n;
  if (other || n == 0 || n > kMaxKeys || !one_of_each || graph.holds_words(x) != !words.empty())
    return attr_error("needs lists of keys, of the type of its input, and of as many values, at most " +
                      std::to_string(kMaxKeys));
  for (const double k : keys)
    if (!std::isfinite(k)) return attr_error("a key is not finite");
  if (!words.empty()) {
    NESCIO_TRY(keys, places(graph, words));
  }
  const bool whole = values.empty();
  if (!whole_values.empty()) {
    values.assign(whole_values.begin(), whole_values.end());
    otherwise = static_cast<double>(whole_default);
  } else if (!value_words.empty()) {
    NESCIO_TRY(values, places(graph, value_words));
    NESCIO_TRY(const std::int64_t place, graph.place_of(default_word));
    otherwise = static_cast<double>(place);
  }
  if (whole && (std::abs(otherwise) > kMaxWhole ||
                std::any_of(values.begin(), values.end(), [](double v) { return std::abs(v) > kMaxWhole; })))
    return attr_error("whole values beyond 32,767 are not supported");
  for (double& v : values) v -= otherwise;
  const Shape to = graph.shape(x);
  NESCIO_TRY(const ValueId bits, codes(graph, x, keys));
  NESCIO_TRY(ValueId y, add_linear(graph, bits, 1, values, {otherwise}));
  if (whole) {  // integers again, whatever the layer's rounding
    NESCIO_TRY(y, graph.add("Round", {y}, {{"a", 0.0}, {"b", 0.0}}));
    NESCIO_TRY(y, graph.add("Cast", {y}, {{"to", std::string(dtype_name(DType::kInt64))}}));
  }
  NESCIO_TRY(const ValueId shaped, reshaped(graph, y, to));
  if (!value_words.empty()) graph.mark_words(shaped);
  return Values{shaped};
}

// Entries of a constant list by an index that is computed: the index, with the entries as its labels.
Result<Values> labels_by_index(GraphBuilder& graph, ValueId list, ValueId index) {
  const Tensor& entries = *graph.constant_of(list);
  ClassLabels labels{{}, !graph.holds_words(list)};
  for (const std::int64_t entry : entries.as<std::int64_t>())
    labels.names.push_back(labels.numbers ? std::to_string(entry) : graph.word_at(entry));
  std::int64_t n = 1;
  for (const std::int64_t d : graph.shape(index)) n *= d;
  NESCIO_TRY(const ValueId y, graph.add("Reshape", {index}, {{"shape", Shape{1, n}}}));  // a value of its own
  label_classes(graph, y, std::move(labels));
  return Values{y};
}

Result<Values> import_extractor(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  const ValueId x = node.inputs[0];
  const Tensor* at = graph.constant_of(node.inputs[1]);
  if (const Tensor* list = graph.constant_of(x);
      at == nullptr && list != nullptr && !is_float(list->dtype()) && list->size() != 0 &&
      graph.shape(x).back() == static_cast<std::int64_t>(list->size()) && !is_float(graph.dtype(node.inputs[1])))
    return labels_by_index(graph, x, node.inputs[1]);
  if (at == nullptr || is_float(at->dtype()) || at->size() == 0) return attr_error("its indices must be constant");
  Shape shape = graph.shape(x);
  if (shape.size() < 2) shape.insert(shape.begin(), 2 - shape.size(), 1);
  const std::int64_t n = shape.back();
  const auto list = at->as<std::int64_t>();
  for (const std::int64_t i : list)
    if (i < 0 || i >= n) return attr_error("index " + std::to_string(i) + " is outside " + std::to_string(n));
  shape.back() = static_cast<std::int64_t>(list.size());
  const auto cells = element_count(shape);
  if (!cells) return attr_error("the result is too large");
  NESCIO_TRY_STATUS(graph.afford(*cells));
  std::int64_t row = -1;
  NESCIO_TRY(const ValueId y, add_pick(graph, x, shape, indices_of(shape, [&](const std::vector<std::int64_t>& cell) {
                                         row += cell.back() == 0 ? 1 : 0;
                                         return row * n + list[static_cast<std::size_t>(cell.back())];
                                       })));
  return Values{y};
}

Result<Values> import_vectorizer(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, node.inputs.size()));
  AttributeReader attributes(node);
  const auto sizes = attributes.integers("inputdimensions");
  NESCIO_TRY_STATUS(attributes.finish());
  Values parts;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    NESCIO_TRY(ValueId x, graph.as_float32(node.inputs[i]));
    NESCIO_TRY(x, feature_matrix(graph, x));
    if (i < sizes.size() && sizes[i] != graph.shape(x)[1]) return attr_error("inputdimensions do not fit its inputs");
    parts.push_back(x);
  }
  if (parts.size() == 1) return parts;
  NESCIO_TRY(const ValueId y, graph.add("Concat", parts, {{"axis", std::int64_t{1}}}));
  return Values{y};
}

// A map from classes to scores for each row is, here, the row of scores.
Result<Values> import_zip_map(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  std::vector<std::string> classes = attributes.texts("classlabels_strings");
  for (const std::int64_t n : attributes.integers("classlabels_int64s")) classes.push_back(std::to_string(n));
  NESCIO_TRY_STATUS(attributes.finish());
  const ValueId x = node.inputs[0];
  const Shape shape = graph.shape(x);
  if (shape.empty() || shape.back() != static_cast<std::int64_t>(classes.size()))
    return attr_error("has " + std::to_string(classes.size()) + " classes for scores of shape " + to_string(shape));
  std::string names;
  for (std::size_t i = 0; i < classes.size() && i < 16; ++i) names += (i == 0 ? "" : ", ") + quote_name(classes[i]);
  graph.note("node " + quote_name(node.name) +
             " (ZipMap): a row of numbers takes the place of a map; their classes, in order: " + names +
             (classes.size() > 16 ? ", .." : ""));
  return Values{x};
}

constexpr OpRecord kRecords[] = {
    {.name = "Normalizer", .domain = "ai.onnx.ml", .until = 5, .import = import_normalizer},
    {.name = "Binarizer", .domain = "ai.onnx.ml", .until = 5, .import = import_binarizer},
    {.name = "OneHotEncoder", .domain = "ai.onnx.ml", .until = 5, .import = import_one_hot},
    {.name = "LabelEncoder", .domain = "ai.onnx.ml", .since = 2, .until = 5, .import = import_label_encoder},
    {.name = "ArrayFeatureExtractor", .domain = "ai.onnx.ml", .until = 5, .import = import_extractor},
    {.name = "ZipMap", .domain = "ai.onnx.ml", .until = 5, .import = import_zip_map},
    {.name = "FeatureVectorizer", .domain = "ai.onnx.ml", .until = 5, .import = import_vectorizer},
};

}  // namespace

std::span<const OpRecord> encoder_ops() {
  return kRecords;
}

}  // namespace nescio
