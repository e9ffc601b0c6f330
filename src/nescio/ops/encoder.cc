// ops/encoder.cc -- ai.onnx.ml Normalizer, Binarizer, Imputer, OneHotEncoder, LabelEncoder, ArrayFeatureExtractor and
// FeatureVectorizer on numbers, in terms of other operators.
#include <algorithm>
#include <cmath>

#include "nescio/ops/ai_onnx_ml.h"
#include "nescio/ops/families.h"
#include "nescio/ops/pick.h"
#include "nescio/ops/rows.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

constexpr std::size_t kMaxKeys = 1024;

Result<ValueId> real(GraphBuilder& graph, ValueId bits) {
  return graph.add("Cast", {bits}, {{"to", std::string(dtype_name(DType::kFloat32))}});
}
ValueId number(GraphBuilder& graph, DType dtype, double x) {
  return graph.constant("number", Tensor::scalar(dtype, x));
}
Result<ValueId> equal(GraphBuilder& graph, ValueId x, ValueId to) {
  return graph.add("Compare", {x, to}, {{"mode", std::string("equal")}});
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

// NaN never comes this far: what a proof is about has no missing values but those that trees compare.
Result<Values> import_imputer(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const auto values = attributes.reals("imputed_value_floats");
  const double replaced = attributes.real("replaced_value_float", 0);
  const bool whole = attributes.has("imputed_value_int64s");
  NESCIO_TRY_STATUS(attributes.finish());
  if (whole || values.empty()) return attr_error("only imputed_value_floats are supported");
  NESCIO_TRY(ValueId x, graph.as_float32(node.inputs[0]));
  if (std::isnan(replaced)) {
    graph.note("node " + quote_name(node.name) +
               " (Imputer) has nothing to do: an input that is not a number is refused; impute before proving");
    return Values{x};
  }
  NESCIO_TRY(x, feature_matrix(graph, x));
  const Shape shape = graph.shape(x);
  if (values.size() != 1 && static_cast<std::int64_t>(values.size()) != shape[1])
    return attr_error("has " + std::to_string(values.size()) + " values for " + std::to_string(shape[1]) + " features");
  const auto n = static_cast<std::int64_t>(values.size());
  const ValueId imputed = graph.constant("imputed", Tensor::of(DType::kFloat32, {1, n}, values));
  NESCIO_TRY(const ValueId missing, equal(graph, x, number(graph, DType::kFloat32, replaced)));
  NESCIO_TRY(const ValueId y, graph.add("Select", {missing, imputed, x}));
  return Values{y};
}

Result<Values> import_one_hot(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  const auto numbers = attributes.integers("cats_int64s");
  const bool strings = attributes.has("cats_strings");
  const bool zeros = attributes.integer("zeros", 1) != 0;
  NESCIO_TRY_STATUS(attributes.finish());
  if (strings || numbers.empty() || numbers.size() > kMaxKeys)
    return attr_error("only cats_int64s are supported, at most " + std::to_string(kMaxKeys) +
                      " of them; map strings to numbers before");
  if (!zeros)
    graph.note("node " + quote_name(node.name) + " (OneHotEncoder): a category that is not among its own gives zeros");
  const ValueId x = node.inputs[0];
  Shape shape = graph.shape(x);
  shape.push_back(1);
  NESCIO_TRY(const ValueId column, reshaped(graph, x, shape));
  shape.back() = static_cast<std::int64_t>(numbers.size());
  NESCIO_TRY(const ValueId wide, expanded(graph, column, shape));
  const std::vector<double> keys(numbers.begin(), numbers.end());
  const ValueId categories =
      graph.constant("categories", Tensor::of(graph.dtype(x), {static_cast<std::int64_t>(keys.size())}, keys));
  NESCIO_TRY(const ValueId same, equal(graph, wide, categories));
  NESCIO_TRY(const ValueId y, real(graph, same));
  return Values{y};
}

// default + sum over keys of (value - default) [x = key].
Result<Values> import_label_encoder(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  std::vector<double> keys = attributes.reals("keys_floats"), values = attributes.reals("values_floats");
  for (const std::int64_t k : attributes.integers("keys_int64s")) keys.push_back(static_cast<double>(k));
  const double otherwise = attributes.real("default_float", -0.0);
  bool other = false;
  for (const char* name : {"keys_strings", "values_strings", "keys_tensor", "values_tensor", "default_tensor",
                           "default_string", "default_int64"}) {
    other = other || (attributes.has(name) && std::string_view(name).substr(0, 7) != "default");
    attributes.ignore(name);
  }
  const bool whole = attributes.has("values_int64s");
  attributes.ignore("values_int64s");
  NESCIO_TRY_STATUS(attributes.finish());
  if (other || whole || keys.empty() || keys.size() != values.size() || keys.size() > kMaxKeys)
    return attr_error("only numbers as keys and floats as values are supported, at most " + std::to_string(kMaxKeys));
  for (const double k : keys)
    if (!std::isfinite(k)) return attr_error("a key is not finite");
  for (double& v : values) v -= otherwise;
  const ValueId x = node.inputs[0];
  Shape shape = graph.shape(x);
  const Shape to = shape;
  shape.push_back(1);
  NESCIO_TRY(const ValueId column, reshaped(graph, x, shape));
  shape.back() = static_cast<std::int64_t>(keys.size());
  NESCIO_TRY(const ValueId wide, expanded(graph, column, shape));
  const auto n = static_cast<std::int64_t>(keys.size());
  NESCIO_TRY(const ValueId same, equal(graph, wide, graph.constant("keys", Tensor::of(graph.dtype(x), {n}, keys))));
  NESCIO_TRY(const ValueId bits, real(graph, same));
  NESCIO_TRY(const ValueId y,
             graph.add("Linear",
                       {bits, graph.constant("values", Tensor::of(DType::kFloat32, {1, n}, values)),
                        graph.constant("default", Tensor::of(DType::kFloat32, {1}, std::vector<double>{otherwise}))}));
  NESCIO_TRY(const ValueId shaped, reshaped(graph, y, to));
  return Values{shaped};
}

Result<Values> import_extractor(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  const ValueId x = node.inputs[0];
  const Tensor* at = graph.constant_of(node.inputs[1]);
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

constexpr OpRecord kRecords[] = {
    {.name = "Normalizer", .domain = "ai.onnx.ml", .until = 5, .import = import_normalizer},
    {.name = "Binarizer", .domain = "ai.onnx.ml", .until = 5, .import = import_binarizer},
    {.name = "Imputer", .domain = "ai.onnx.ml", .until = 5, .import = import_imputer},
    {.name = "OneHotEncoder", .domain = "ai.onnx.ml", .until = 5, .import = import_one_hot},
    {.name = "LabelEncoder", .domain = "ai.onnx.ml", .since = 2, .until = 5, .import = import_label_encoder},
    {.name = "ArrayFeatureExtractor", .domain = "ai.onnx.ml", .until = 5, .import = import_extractor},
    {.name = "FeatureVectorizer", .domain = "ai.onnx.ml", .until = 5, .import = import_vectorizer},
};

}  // namespace

std::span<const OpRecord> encoder_ops() {
  return kRecords;
}

}  // namespace nescio
