// ONNX-ML's tree ensembles: each mode against the comparison of floats, the conventions of classifiers as ONNX Runtime
// has them (tests/trees/oracle.py compares with it directly), and what is refused.
#include <cmath>
#include <functional>
#include <limits>

#include "nescio/onnx/model_fixture.h"

namespace nescio {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();
using Strings = std::vector<std::string>;

// A tree of one test and two leaves, whose weights are `yes` and `no` for the targets of `ids`.
struct Stump {
  std::string mode = "BRANCH_LEQ";
  float threshold = 1;
  std::int64_t missing = 0;
  Ints ids = {0};
  Reals yes = {1}, no = {2};
};

std::vector<ModelAttribute> attributes_of(const std::vector<Stump>& trees, const std::string& prefix) {
  Ints tree, node, feature, yes, no, missing, leaf_tree, leaf_node, leaf_id;
  Reals value, weight;
  Strings mode;
  for (std::size_t t = 0; t < trees.size(); ++t)
    for (std::int64_t i = 0; i < 3; ++i) {
      const Stump& s = trees[t];
      tree.push_back(static_cast<std::int64_t>(t));
      node.push_back(10 * i);
      feature.push_back(0);
      mode.push_back(i == 0 ? s.mode : "LEAF");
      value.push_back(i == 0 ? s.threshold : 0);
      yes.push_back(i == 0 ? 10 : 0);
      no.push_back(i == 0 ? 20 : 0);
      missing.push_back(i == 0 ? s.missing : 0);
      for (std::size_t k = 0; i > 0 && k < s.ids.size(); ++k) {
        leaf_tree.push_back(static_cast<std::int64_t>(t));
        leaf_node.push_back(10 * i);
        leaf_id.push_back(s.ids[k]);
        weight.push_back(i == 1 ? s.yes[k] : s.no[k]);
      }
    }
  return {{"nodes_treeids", tree},          {"nodes_nodeids", node},
          {"nodes_featureids", feature},    {"nodes_modes", mode},
          {"nodes_values", value},          {"nodes_truenodeids", yes},
          {"nodes_falsenodeids", no},       {"nodes_missing_value_tracks_true", missing},
          {prefix + "_treeids", leaf_tree}, {prefix + "_nodeids", leaf_node},
          {prefix + "_ids", leaf_id},       {prefix + "_weights", weight}};
}

ModelBuilder regressor(const std::vector<Stump>& trees, std::vector<ModelAttribute> more = {}, std::int64_t rows = 1) {
  ModelBuilder m(17, 3);
  m.input("x", {rows, 1}).output("y");
  auto attributes = attributes_of(trees, "target");
  attributes.insert(attributes.end(), more.begin(), more.end());
  m.node("TreeEnsembleRegressor", {"x"}, {"y"}, attributes, "ai.onnx.ml");
  return m;
}
ModelBuilder classifier(const std::vector<Stump>& trees, std::vector<ModelAttribute> more, bool scores = true) {
  ModelBuilder m(17, 3);
  m.input("x", {1, 1}).output("label");
  if (scores) m.output("scores");
  auto attributes = attributes_of(trees, "class");
  attributes.insert(attributes.end(), more.begin(), more.end());
  m.node("TreeEnsembleClassifier", {"x"}, {"label", scores ? "scores" : ""}, attributes, "ai.onnx.ml");
  return m;
}
void replace(std::vector<ModelAttribute>& list, const ModelAttribute& with) {
  for (ModelAttribute& a : list)
    if (a.name == with.name) a = with;
}

TEST(TreeEnsemble, EveryModeIsItsComparison) {
  const std::vector<std::pair<std::string, std::function<bool(float, float)>>> modes = {
      {"BRANCH_LEQ", [](float x, float t) { return x <= t; }}, {"BRANCH_LT", [](float x, float t) { return x < t; }},
      {"BRANCH_GTE", [](float x, float t) { return x >= t; }}, {"BRANCH_GT", [](float x, float t) { return x > t; }},
      {"BRANCH_EQ", [](float x, float t) { return x == t; }},  {"BRANCH_NEQ", [](float x, float t) { return x != t; }}};
  const Reals numbers = {-kInf, -1, -1e-45F, -0.0F, 0.0F, 1e-45F, 0.1F, std::nextafter(0.1F, 1.0F), 1, kInf, kNan};
  std::vector<double> x(numbers.begin(), numbers.end());
  for (const auto& [mode, answer] : modes)
    for (const float threshold : numbers)
      for (const std::int64_t missing : {0, 1}) {
        const auto y = regressor({{mode, threshold, missing}}, {}, static_cast<std::int64_t>(numbers.size())).run({x});
        for (std::size_t i = 0; i < numbers.size(); ++i) {
          const bool yes = answer(numbers[i], threshold) || (missing != 0 && std::isnan(numbers[i]));
          EXPECT_EQ(y[0].real(i), yes ? 1 : 2) << mode << " " << numbers[i] << " " << threshold;
        }
      }
}

TEST(TreeEnsemble, Aggregates) {
  const std::vector<Stump> trees = {{}, {.threshold = 3, .yes = {8}, .no = {16}}};
  const auto at = [&](const std::string& aggregate, double x) {
    return regressor(trees, {{"aggregate_function", aggregate}, {"base_values", Reals{0.5F}}}).run({{x}})[0].real(0);
  };
  EXPECT_EQ(at("SUM", 2), 10.5);
  EXPECT_EQ(at("AVERAGE", 2), 5.5);
  EXPECT_EQ(at("MIN", 2), 2.5);
  EXPECT_EQ(at("MAX", 2), 8.5);
}

TEST(TreeEnsemble, ClassifiersOfOneScore) {
  const std::vector<ModelAttribute> labels = {{"classlabels_int64s", Ints{10, 20}}};
  const auto at = [&](const Reals& weights, double base, const std::string& transform) {
    auto more = labels;
    more.push_back({"post_transform", transform});
    if (base != 0) more.push_back({"base_values", Reals{static_cast<float>(base)}});
    return classifier({{.yes = {weights[0]}, .no = {weights[1]}}}, more).run({{0}});
  };
  // As ONNX Runtime 1.32 answers.
  auto y = at({0.25F, 0.75F}, 0, "NONE");
  EXPECT_EQ(y[0].real(0), 0);
  EXPECT_EQ(y[1].reals(), (std::vector<double>{0.75, 0.25}));
  y = at({0.25F, 0.75F}, 0.5, "NONE");
  EXPECT_EQ(y[0].real(0), 1);
  EXPECT_EQ(y[1].reals(), (std::vector<double>{0.25, 0.75}));
  y = at({0.25F, -0.75F}, 0, "NONE");
  EXPECT_EQ(y[0].real(0), 1);
  EXPECT_EQ(y[1].reals(), (std::vector<double>{-0.25, 0.25}));
  y = at({0.25F, 0.75F}, 0, "LOGISTIC");
  EXPECT_EQ(y[0].real(0), 0);
  EXPECT_NEAR(y[1].real(0), 1 / (1 + std::exp(0.25)), 1e-6);
  EXPECT_NEAR(y[1].real(1), 1 / (1 + std::exp(-0.25)), 1e-6);
  const auto g = classifier({{}}, labels).import();
  ASSERT_TRUE(g.ok());
  EXPECT_EQ(g->outputs[0].labels, (Strings{"10", "20"}));
}

TEST(TreeEnsemble, ClassifiersOfSeveralScores) {
  const Stump three{.ids = {0, 1, 2}, .yes = {1, 3, 2}, .no = {5, 5, 4}};
  const std::vector<ModelAttribute> labels = {{"classlabels_strings", Strings{"a", "b", "c"}}};
  const ModelBuilder m = classifier({three, three}, labels);
  EXPECT_EQ(m.run({{0}})[0].real(0), 1);
  EXPECT_EQ(m.run({{0}})[1].reals(), (std::vector<double>{2, 6, 4}));
  EXPECT_EQ(m.run({{2}})[0].real(0), 0);  // the first of equals
}

TEST(TreeEnsemble, WhatIsNotSupportedIsSaidAndWhere) {
  const auto expect = [](const ModelBuilder& m, const std::string& part) {
    expect_error(m.import(), ErrorCode::kAttr, part);
  };
  expect(regressor({{}}, {{"post_transform", std::string("CAUCHY")}}), "CAUCHY");
  for (const char* transform : {"SOFTMAX_ZERO", "PROBIT"}) {
    expect(classifier({{}}, {{"classlabels_int64s", Ints{0, 1}}, {"post_transform", std::string(transform)}}),
           transform);
  }
  // The label alone does not depend on it.
  EXPECT_TRUE(classifier({{}}, {{"classlabels_int64s", Ints{0, 1}}, {"post_transform", std::string("SOFTMAX")}}, false)
                  .import()
                  .ok());
  expect(regressor({{}}, {{"aggregate_function", std::string("MEDIAN")}}), "MEDIAN");
  expect(regressor({{.mode = "BRANCH_MAYBE"}}), "BRANCH_MAYBE");
  expect(regressor({{}}, {{"base_values", Reals{1, 2}}}), "base values");
  expect(regressor({{}}, {{"base_values", Reals{kInf}}}), "infinite");
  expect(regressor({{.yes = {kNan}}}), "weight");
  expect(regressor({{.ids = {1}}}), "target 1 of 1");
  expect(regressor({{.ids = {0}}, {.ids = {}, .yes = {}, .no = {}}}, {{"aggregate_function", std::string("MIN")}}),
         "MIN");
  expect(classifier({{.ids = {1}}}, {{"classlabels_int64s", Ints{0, 1}}}), "second class only");
  expect(classifier({{.ids = {0, 1}, .yes = {1, 2}, .no = {1, 2}}}, {{"classlabels_int64s", Ints{5, 6}}}),
         "labels 0 and 1");
  expect(classifier({{}}, {{"classlabels_int64s", Ints{0, 1}}, {"base_values", Reals{1, 2}}}), "2 base values");
  expect(classifier({{.ids = {0, 2}, .yes = {1, -2}, .no = {1, 2}}}, {{"classlabels_int64s", Ints{0, 1, 2}}}), "'1'");
  expect(classifier({{}}, {{"classlabels_int64s", Ints{0}}}), "two class labels");
}

TEST(TreeEnsemble, MalformedTreesAreRefused) {
  const auto with = [](const ModelAttribute& change) {
    ModelBuilder m(17, 3);
    m.input("x", {1, 1}).output("y");
    auto attributes = attributes_of({{}}, "target");
    replace(attributes, change);
    m.node("TreeEnsembleRegressor", {"x"}, {"y"}, attributes, "ai.onnx.ml");
    return m.import();
  };
  expect_error(with({"nodes_truenodeids", Ints{30, 0, 0}}), ErrorCode::kAttr, "does not exist");
  expect_error(with({"nodes_nodeids", Ints{0, 10, 10}}), ErrorCode::kAttr, "twice");
  expect_error(with({"nodes_nodeids", Ints{0, 10}}), ErrorCode::kAttr, "lengths");
  expect_error(with({"nodes_featureids", Ints{3, 0, 0}}), ErrorCode::kAttr, "feature 3 of 1");
  expect_error(with({"nodes_featureids", Ints{-1, 0, 0}}), ErrorCode::kAttr, "feature -1");
  expect_error(with({"nodes_truenodeids", Ints{0, 0, 0}}), ErrorCode::kAttr, "not below a root");
  expect_error(with({"target_nodeids", Ints{0, 20}}), ErrorCode::kAttr, "no leaf");
  expect_error(with({"nodes_falsenodeids", Ints{10, 0, 0}}), ErrorCode::kAttr, "more than one root");
  ModelBuilder circle(17, 3);
  circle.input("x", {1, 1}).output("y");
  auto attributes = attributes_of({{}}, "target");
  replace(attributes, {"nodes_modes", Strings{"BRANCH_LT", "BRANCH_LT", "LEAF"}});
  replace(attributes, {"nodes_truenodeids", Ints{10, 10, 0}});
  replace(attributes, {"nodes_falsenodeids", Ints{20, 20, 0}});
  replace(attributes, {"target_treeids", Ints{0}});
  replace(attributes, {"target_nodeids", Ints{20}});
  replace(attributes, {"target_ids", Ints{0}});
  replace(attributes, {"target_weights", Reals{1}});
  circle.node("TreeEnsembleRegressor", {"x"}, {"y"}, attributes, "ai.onnx.ml");
  expect_error(circle.import(), ErrorCode::kAttr, "circle");
  ModelBuilder doubles(17, 3);
  doubles.input("x", {1, 1}, onnx::TensorProto::DOUBLE).output("y");
  doubles.node("TreeEnsembleRegressor", {"x"}, {"y"}, attributes_of({{}}, "target"), "ai.onnx.ml");
  expect_error(doubles.import(), ErrorCode::kDtype, "float32");
}

TEST(TreeEnsemble, DeepChainsNeedNoStack) {
  constexpr std::int64_t kDepth = 20000;
  Ints tree(2 * kDepth + 1, 0), node, feature(2 * kDepth + 1, 0), yes, no, leaf_node;
  Strings mode;
  Reals value, weight;
  for (std::int64_t i = 0; i < 2 * kDepth + 1; ++i) {
    const bool inner = i % 2 == 0 && i < 2 * kDepth;
    node.push_back(i);
    mode.push_back(inner ? "BRANCH_LEQ" : "LEAF");
    value.push_back(static_cast<float>(i));
    yes.push_back(inner ? i + 1 : 0);
    no.push_back(inner ? i + 2 : 0);
    if (inner) continue;
    leaf_node.push_back(i);
    weight.push_back(static_cast<float>(i));
  }
  const Ints zeros(leaf_node.size(), 0);
  ModelBuilder m(17, 3);
  m.input("x", {1, 1}).output("y");
  m.node("TreeEnsembleRegressor", {"x"}, {"y"},
         {{"nodes_treeids", tree},
          {"nodes_nodeids", node},
          {"nodes_featureids", feature},
          {"nodes_modes", mode},
          {"nodes_values", value},
          {"nodes_truenodeids", yes},
          {"nodes_falsenodeids", no},
          {"target_treeids", zeros},
          {"target_nodeids", leaf_node},
          {"target_ids", zeros},
          {"target_weights", weight}},
         "ai.onnx.ml");
  EXPECT_EQ(m.run({{100}})[0].real(0), 101);
}

// Files of a few hundred kilobytes that would take gigabytes: trees that share nodes, leaves of many columns.
TEST(TreeEnsemble, WhatSmallFilesUnfoldToIsLimited) {
  constexpr std::int64_t kNodes = 1 << 14;
  const auto chain = [&](std::size_t roots, std::int64_t targets) {
    Ints next, stop(kNodes), last(kNodes), leaf(kNodes, 1), targets_of(kNodes + 1, 0);
    for (std::int64_t i = 0; i < kNodes; ++i) {
      next.push_back(i + 1);
      stop[static_cast<std::size_t>(i)] = i;
    }
    last.back() = 1;
    targets_of.back() = targets - 1;
    ModelBuilder m(21, 5);
    m.input("x", {1, 1}).output("y");
    auto* node = m.node("TreeEnsemble", {"x"}, {"y"},
                        {{"n_targets", targets},
                         {"leaf_targetids", targets_of},
                         {"tree_roots", Ints(roots, 0)},
                         {"nodes_featureids", Ints(kNodes, 0)},
                         {"nodes_truenodeids", stop},
                         {"nodes_trueleafs", leaf},
                         {"nodes_falsenodeids", next},
                         {"nodes_falseleafs", last}},
                        "ai.onnx.ml")
                     .proto.mutable_graph()
                     ->mutable_node(0);
    const auto tensor = [&](const char* name, int type, std::int64_t n, const auto& value) {
      auto* a = node->add_attribute();
      a->set_name(name);
      a->set_type(onnx::AttributeProto::TENSOR);
      a->mutable_t()->set_data_type(type);
      a->mutable_t()->add_dims(n);
      for (std::int64_t i = 0; i < n; ++i) value(*a->mutable_t(), i);
    };
    tensor("nodes_modes", onnx::TensorProto::UINT8, kNodes, [](auto& t, std::int64_t) { t.add_int32_data(0); });
    const auto number = [](auto& t, std::int64_t i) { t.add_float_data(static_cast<float>(i)); };
    tensor("nodes_splits", onnx::TensorProto::FLOAT, kNodes, number);
    tensor("leaf_weights", onnx::TensorProto::FLOAT, kNodes + 1, number);
    return m;
  };
  EXPECT_EQ(chain(3, 1).run({{100.5}})[0].real(0), 3 * 101);
  expect_error(chain(kNodes, 1).import(), ErrorCode::kMemory, "too many nodes");
  expect_error(chain(1, 1 << 20).import(), ErrorCode::kMemory, "leaves");
  expect_error(chain(1, std::int64_t{1} << 31).import(), ErrorCode::kAttr, "n_targets");
  expect_error(regressor({{}}, {{"n_targets", std::int64_t{1} << 31}}).import(), ErrorCode::kAttr, "n_targets");
}

}  // namespace
}  // namespace nescio
