// ops/svm.cc -- ai.onnx.ml SVMRegressor and SVMClassifier in terms of Linear, Exp, Tanh, Power, Compare and ArgMax.
//
// A classifier decides each pair i < j of classes by s_ij = sum_v c_v K(x, v) + rho: a vote for i when s_ij > 0, for j
// otherwise; the label is the first class with the most votes, also where there are probabilities. Where the ONNX text
// is silent it does as ONNX Runtime: scores are all s_ij, of two classes [-s, s]; with prob_a and prob_b, of two
// classes, [p, 1 - p] with p = 1 / (1 + exp(a s + b)), which ONNX Runtime approaches to 0.004.
#include <numeric>

#include "nescio/ops/ai_onnx_ml.h"
#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"

namespace nescio {
namespace {

// At most 64 classes, so 2016 pairs.
constexpr std::size_t kMaxClasses = 64;

struct Kernel {
  std::string type;
  double gamma = 0, coef0 = 0, degree = 0;
};

Result<Kernel> read_kernel(AttributeReader& attributes) {
  Kernel kernel{attributes.text("kernel_type", "LINEAR")};
  const auto parameters = attributes.reals("kernel_params");
  if (kernel.type != "LINEAR" && kernel.type != "POLY" && kernel.type != "RBF" && kernel.type != "SIGMOID")
    return attr_error("kernel_type " + quote_name(kernel.type) + " is not known");
  if (parameters.size() >= 3) {
    kernel.gamma = parameters[0];
    kernel.coef0 = parameters[1];
    kernel.degree = parameters[2];
  }
  return kernel;
}

// K(x, v) for each support vector: [batch, vectors].
Result<ValueId> kernel_values(GraphBuilder& graph, ValueId x, const Kernel& k, std::int64_t vectors,
                              const std::vector<double>& support) {
  const std::int64_t features = graph.shape(x)[1];
  const bool distance = k.type == "RBF";
  const std::int64_t width = distance ? 2 * features : features;
  std::vector<double> w(static_cast<std::size_t>(vectors * width)), b(static_cast<std::size_t>(vectors), k.coef0);
  for (std::int64_t v = 0; v < vectors; ++v) {
    double square = 0;
    for (std::int64_t f = 0; f < features; ++f) {
      const double s = support[static_cast<std::size_t>(v * features + f)];
      square += s * s;
      const auto at = static_cast<std::size_t>(v * width + f);
      w[at] = distance ? 2 * k.gamma * s : k.gamma * s;
      if (distance) w[at + static_cast<std::size_t>(features)] = -k.gamma;
    }
    if (distance) b[static_cast<std::size_t>(v)] = -k.gamma * square;
  }
  ValueId in = x;
  if (distance) {  // -gamma |x - v|^2 is linear in x and its squares
    NESCIO_TRY(const ValueId squares, graph.add("Mul", {x, x}));
    NESCIO_TRY(in, graph.add("Concat", {x, squares}, {{"axis", std::int64_t{1}}}));
  }
  NESCIO_TRY(const ValueId y, add_linear(graph, in, vectors, w, b));
  if (distance) return graph.add("Exp", {y}, {{"a", 0.0}, {"b", 0.0}});
  if (k.type == "SIGMOID") return graph.add("Tanh", {y});
  return graph.add("Power", {y}, {{"a", k.degree}, {"b", 0.0}});
}

// sum_v coefficients[r][v] K(x, v) + offsets[r]: [batch, rows].
Result<ValueId> decisions(GraphBuilder& graph, ValueId x, const Kernel& kernel, std::int64_t vectors,
                          const std::vector<double>& support, const std::vector<double>& coefficients,
                          const std::vector<double>& offsets) {
  const auto rows = static_cast<std::int64_t>(offsets.size());
  if (kernel.type != "LINEAR") {
    NESCIO_TRY(const ValueId values, kernel_values(graph, x, kernel, vectors, support));
    return add_linear(graph, values, rows, coefficients, offsets);
  }
  const auto features = static_cast<std::size_t>(graph.shape(x)[1]), count = static_cast<std::size_t>(vectors);
  std::vector<double> w(offsets.size() * features);
  for (std::size_t r = 0; r < offsets.size(); ++r)
    for (std::size_t v = 0; v < count; ++v)
      for (std::size_t f = 0; f < features; ++f)
        w[r * features + f] += coefficients[r * count + v] * support[v * features + f];
  return add_linear(graph, x, rows, w, offsets);
}

Error lengths(std::int64_t vectors) {
  return attr_error("its lists have other lengths than its " + std::to_string(vectors) + " support vectors");
}

Result<ValueId> positive(GraphBuilder& graph, ValueId x) {
  const ValueId zero = graph.constant("zero", Tensor::scalar(DType::kFloat32, 0));
  NESCIO_TRY(const ValueId above, graph.add("Compare", {x, zero}, {{"mode", std::string("greater")}}));
  return graph.add("Cast", {above}, {{"to", std::string(dtype_name(DType::kFloat32))}});
}

Result<Values> import_regressor(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  AttributeReader attributes(node);
  NESCIO_TRY(const Kernel kernel, read_kernel(attributes));
  const auto coefficients = attributes.reals("coefficients"), support = attributes.reals("support_vectors"),
             rho = attributes.reals("rho");
  const std::int64_t vectors = attributes.integer("n_supports", 0);
  const bool one_class = attributes.integer("one_class", 0) != 0;
  const std::string transform = attributes.text("post_transform", "NONE");
  NESCIO_TRY_STATUS(attributes.finish());
  NESCIO_TRY(ValueId x, graph.as_float32(node.inputs[0]));
  NESCIO_TRY(x, feature_matrix(graph, x));
  const std::int64_t features = graph.shape(x)[1];
  const std::int64_t terms = vectors == 0 ? features : vectors;
  if (vectors < 0 || vectors > kMaxElements / features || rho.size() != 1 ||
      static_cast<std::int64_t>(coefficients.size()) != terms ||
      (vectors != 0 && static_cast<std::int64_t>(support.size()) != vectors * features))
    return lengths(vectors);
  ValueId y = kNoValue;
  if (vectors == 0) {
    NESCIO_TRY(y, add_linear(graph, x, 1, coefficients, rho));
  } else {
    NESCIO_TRY(y, decisions(graph, x, kernel, vectors, support, coefficients, rho));
  }
  if (!one_class) {
    NESCIO_TRY(y, add_post_transform(graph, y, transform));
    return Values{y};
  }
  NESCIO_TRY(const ValueId inside, positive(graph, y));  // 1 inside, -1 outside
  NESCIO_TRY(y, add_linear(graph, inside, 1, {2}, {-1}));
  return Values{y};
}

struct Classifier {
  Kernel kernel;
  std::vector<std::int64_t> vectors;  // of each class
  std::vector<double> support, coefficients, rho;
};

// s_ij of each pair, in order: [batch, pairs].
Result<ValueId> pair_decisions(GraphBuilder& graph, ValueId x, const Classifier& c) {
  const std::size_t classes = c.vectors.size();
  std::vector<std::int64_t> first(classes);
  std::exclusive_scan(c.vectors.begin(), c.vectors.end(), first.begin(), std::int64_t{0});
  const std::int64_t all = first.back() + c.vectors.back();
  const auto count = static_cast<std::size_t>(all);
  std::vector<double> w(c.rho.size() * count);
  std::size_t pair = 0;
  for (std::size_t i = 0; i < classes; ++i)
    for (std::size_t j = i + 1; j < classes; ++j, ++pair)
      for (const auto& [of, row] : {std::pair{i, j - 1}, std::pair{j, i}})
        for (std::int64_t k = first[of]; k < first[of] + c.vectors[of]; ++k)
          w[pair * count + static_cast<std::size_t>(k)] = c.coefficients[row * count + static_cast<std::size_t>(k)];
  return decisions(graph, x, c.kernel, all, c.support, w, c.rho);
}

// [batch], int64. The first class with the most votes.
Result<ValueId> label_by_votes(GraphBuilder& graph, ValueId scores, std::size_t classes) {
  const auto pairs = static_cast<std::size_t>(graph.shape(scores)[1]);
  std::vector<double> w(classes * pairs), b(classes);
  std::size_t pair = 0;
  for (std::size_t i = 0; i < classes; ++i)
    for (std::size_t j = i + 1; j < classes; ++j, ++pair) {
      w[i * pairs + pair] = 1;
      w[j * pairs + pair] = -1;
      b[j] += 1;
    }
  NESCIO_TRY(const ValueId bits, positive(graph, scores));
  NESCIO_TRY(const ValueId votes, add_linear(graph, bits, static_cast<std::int64_t>(classes), w, b));
  return label_of_largest(graph, votes);
}

Result<Values> import_classifier(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 1, 1));
  NESCIO_TRY_STATUS(expect_outputs(node, 2));
  AttributeReader attributes(node);
  Classifier c;
  NESCIO_TRY(c.kernel, read_kernel(attributes));
  c.coefficients = attributes.reals("coefficients");
  c.support = attributes.reals("support_vectors");
  c.rho = attributes.reals("rho");
  c.vectors = attributes.integers("vectors_per_class");
  const auto prob_a = attributes.reals("prob_a"), prob_b = attributes.reals("prob_b");
  ClassLabels labels = class_labels(attributes, "classlabels_ints");
  const std::string transform = attributes.text("post_transform", "NONE");
  NESCIO_TRY_STATUS(attributes.finish());
  if (c.vectors.empty()) return attr_error("only a list vectors_per_class is supported, not one vector for each class");

  NESCIO_TRY(ValueId x, graph.as_float32(node.inputs[0]));
  NESCIO_TRY(x, feature_matrix(graph, x));
  const std::int64_t features = graph.shape(x)[1];
  const std::size_t classes = c.vectors.size();
  std::int64_t all = 0;
  for (const std::int64_t n : c.vectors) {
    if (n < 0 || n > kMaxElements / features - all) return lengths(all);
    all += n;
  }
  if (classes < 2 || classes > kMaxClasses || labels.names.size() != classes)
    return attr_error("has " + std::to_string(labels.names.size()) + " class labels for " + std::to_string(classes) +
                      " lists of vectors; from 2 to " + std::to_string(kMaxClasses) + " classes are supported");
  if (all == 0 || c.support.size() != static_cast<std::size_t>(all * features) ||
      c.coefficients.size() != (classes - 1) * static_cast<std::size_t>(all) ||
      c.rho.size() != classes * (classes - 1) / 2)
    return lengths(all);
  const bool likely = !prob_a.empty(), two = classes == 2;
  if (likely && (!two || prob_a.size() != 1 || prob_b.size() != 1))
    return attr_error("probabilities of " + std::to_string(classes) +
                      " classes are not supported; fit and export the model without them (probability=False)");
  const bool wants_scores = node.output_is_used.size() > 1 && node.output_is_used[1];
  if (wants_scores && transform != "NONE" && (likely || (two && transform != "LOGISTIC")))
    return attr_error("post_transform " + quote_name(transform) +
                      " of two classes is not supported; export raw scores");

  NESCIO_TRY(ValueId scores, pair_decisions(graph, x, c));
  ValueId label = kNoValue;
  NESCIO_TRY(label, label_by_votes(graph, scores, classes));
  if (wants_scores && likely) {
    NESCIO_TRY(scores, add_linear(graph, scores, 2, {-prob_a[0], prob_a[0]}, {-prob_b[0], prob_b[0]}));
  } else if (wants_scores && two) {
    NESCIO_TRY(scores, add_linear(graph, scores, 2, {-1, 1}, {0, 0}));
  }
  label_classes(graph, label, std::move(labels));
  if (wants_scores) {
    NESCIO_TRY(scores, add_post_transform(graph, scores, likely ? "LOGISTIC" : transform));
  }
  return Values{label, scores};
}

constexpr OpRecord kRecords[] = {
    {.name = "SVMRegressor", .domain = "ai.onnx.ml", .until = 5, .import = import_regressor},
    {.name = "SVMClassifier", .domain = "ai.onnx.ml", .until = 5, .import = import_classifier},
};

}  // namespace

std::span<const OpRecord> svm_ops() {
  return kRecords;
}

}  // namespace nescio
