// Small models of both libraries, as text, against the rules of the libraries written out.
#include "nescio/forest/read.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nescio/forest/document.h"
#include "nescio/ops/evaluate.h"

namespace nescio {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
Result<Graph> read(std::string_view text) {
  return read_forest(bytes(text));
}
std::vector<float> run(const Graph& graph, const std::vector<float>& x) {
  const Tensor row =
      Tensor::of(DType::kFloat32, {1, static_cast<std::int64_t>(x.size())}, std::vector<double>(x.begin(), x.end()));
  const auto out = evaluate(graph, std::span(&row, 1));
  NESCIO_CHECK(out.ok() && out->size() == 1);
  const auto y = (*out)[0].as<float>();
  return {y.begin(), y.end()};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  NESCIO_CHECK(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// ---- XGBoost

// x0 < 0.5 ? (x1 in {1, 3} ? 4 : 8) : 16, NaN to the right, then to the left.
const char* const kTree =
    R"({"base_weights":[0],"categories":[1,3],"categories_nodes":[1],"categories_segments":[0],"categories_sizes":[2],)"
    R"("default_left":[0,1,0,0,0],"id":0,"left_children":[1,3,-1,-1,-1],"right_children":[2,4,-1,-1,-1],)"
    R"("split_conditions":[5E-1,NaN,1.6E1,8E0,4E0],"split_indices":[0,1,0,0,0],"split_type":[0,1,0,0,0],)"
    R"("tree_param":{"num_deleted":"0","num_feature":"2","num_nodes":"5","size_leaf_vector":"1"}})";
std::string xgboost(const std::string& objective = "reg:squarederror", const std::string& base = "2.5E-1",
                    const std::string& trees = kTree, const std::string& columns = "0", const std::string& info = "0") {
  return R"({"learner":{"attributes":{"a \"NaN":"1"},"gradient_booster":{"model":{"tree_info":[)" + info +
         R"(],"trees":[)" + trees + R"(]},"name":"gbtree"},"learner_model_param":{"base_score":")" + base +
         R"(","num_class":")" + columns + R"(","num_feature":"2","num_target":"1"},"objective":{"name":")" + objective +
         R"("}},"version":[3,0,5]})";
}
float walk(float x0, float x1) {
  if (!(x0 < 0.5F)) return 16;  // NaN too
  if (!(x1 >= 0 && x1 < 16777216.0F)) return 8;
  const auto category = static_cast<std::int64_t>(x1);
  return category == 1 || category == 3 ? 4 : 8;
}
const std::vector<float> kNumbers = {-kInf, -2,   -1,   -0.5F, -0.0F, 0,    0.25F, std::nextafter(0.5F, 0.0F),
                                     0.5F,  1,    1.5F, 1.99F, 2,     2.5F, 3,     3.9F,
                                     4,     1e9F, kInf, kNan};

TEST(Xgboost, NumbersCategoriesAndMissingValues) {
  const auto graph = read(xgboost());
  ASSERT_TRUE(graph.ok()) << to_string(graph.error());
  EXPECT_TRUE(validate(*graph).ok());
  EXPECT_EQ(graph->outputs[0].name, "score");
  EXPECT_EQ(graph->inputs[0].name, "x");
  for (const float x0 : kNumbers)
    for (const float x1 : kNumbers) EXPECT_EQ(run(*graph, {x0, x1})[0], walk(x0, x1) + 0.25F) << x0 << " " << x1;
}

TEST(Xgboost, UbjsonIsTheSameModel) {
  auto document = read_json_document(xgboost());
  ASSERT_TRUE(document.ok());
  for (const bool counts : {false, true})
    for (const bool types : {false, true}) {
      if (types && !counts) continue;
      const std::vector<std::uint8_t> ubj = Document::to_ubjson(*document, counts, types);
      // The writer of this library also gives objects a type, which XGBoost does not.
      const auto back = read_ubjson_document(ubj);
      if (!back.ok()) {
        EXPECT_TRUE(types);
        continue;
      }
      EXPECT_EQ(*back, *document);
      const auto graph = read_forest(ubj);
      ASSERT_TRUE(graph.ok()) << to_string(graph.error());
      EXPECT_EQ(run(*graph, {0, 3})[0], 4.25F);
      for (std::size_t n = 0; n < ubj.size(); ++n) EXPECT_FALSE(read_forest(std::span(ubj).first(n)).ok()) << n;
    }
}

TEST(Xgboost, ArraysWithATypeAndACount) {
  const std::string text = std::string("{") +
                           "U\x01"
                           "a"
                           "[$d#L" +
                           std::string(7, '\0') + "\x02" + std::string("\x3F\x80\x00\x00\xC0\x00\x00\x00", 8) +
                           "U\x01"
                           "b"
                           "[$U#U\x03\x01\x02\xFF" +
                           "U\x01"
                           "c"
                           "[$l#i\x01" +
                           std::string("\xFF\xFF\xFF\xFE", 4) + "}";
  const auto document = read_ubjson_document(bytes(text));
  ASSERT_TRUE(document.ok()) << to_string(document.error());
  EXPECT_EQ(document->dump(), R"({"a":[1.0,-2.0],"b":[1,2,255],"c":[-2]})");
}

TEST(Xgboost, Objectives) {
  const auto score = [](const std::string& objective, const std::string& base) {
    const auto graph = read(xgboost(objective, base));
    NESCIO_CHECK(graph.ok());
    return run(*graph, {0, 3}).back();
  };
  EXPECT_NEAR(score("binary:logistic", "2.5E-1"), 1 / (1 + std::exp(-4.0) * 3), 1e-6);
  EXPECT_NEAR(score("reg:logistic", "2.5E-1"), 1 / (1 + std::exp(-4.0) * 3), 1e-6);
  EXPECT_NEAR(score("binary:logitraw", "2.5E-1"), 4.25, 1e-6);
  EXPECT_NEAR(score("count:poisson", "2E0"), 2 * std::exp(4.0), 1e-4);
  EXPECT_NEAR(score("rank:ndcg", "2E0"), 6, 1e-6);
  EXPECT_NEAR(score("reg:squarederror", "[2E0]"), 6, 1e-6);
  const auto two = read(xgboost("binary:logistic", "5E-1"));
  EXPECT_EQ(two->outputs[0].name, "probabilities");
  const auto p = run(*two, {0, 3});
  ASSERT_EQ(p.size(), 2U);
  EXPECT_NEAR(p[0] + p[1], 1, 1e-6);
}

TEST(Xgboost, EachClassHasItsTrees) {
  const std::string other = replaced(kTree, "1.6E1", "3.2E1");
  const std::string trees = std::string(kTree) + "," + other + "," + other;
  const auto graph = read(xgboost("multi:softmax", "1E0", trees, "2", "0,1,1"));
  ASSERT_TRUE(graph.ok()) << to_string(graph.error());
  EXPECT_EQ(graph->outputs[0].name, "scores");
  EXPECT_EQ(run(*graph, {1, 0}), (std::vector<float>{17, 65}));
  const auto soft = read(xgboost("multi:softprob", "1E0", trees, "2", "0,1,0"));
  EXPECT_EQ(soft->outputs[0].name, "probabilities");
  EXPECT_NEAR(run(*soft, {1, 0})[0], 1 / (1 + std::exp(-16.0)), 1e-6);
}

TEST(Xgboost, DroppedTreesHaveWeights) {
  std::string dart = replaced(xgboost(), R"({"model":)", R"({"gbtree":{"model":)");
  dart = replaced(dart, R"(},"name":"gbtree"})", R"(},"name":"gbtree"},"name":"dart","weight_drop":[5E-1]})");
  const auto graph = read(dart);
  ASSERT_TRUE(graph.ok()) << to_string(graph.error());
  EXPECT_EQ(run(*graph, {0, 3})[0], 2.25F);
}

TEST(Xgboost, WhatIsRefused) {
  const std::string good = xgboost();
  const struct {
    std::string text;
    ErrorCode code;
  } cases[] = {
      {xgboost("binary:hinge"), ErrorCode::kOp},
      {replaced(good, R"("name":"gbtree")", R"("name":"gblinear")"), ErrorCode::kOp},
      {replaced(good, R"("size_leaf_vector":"1")", R"("size_leaf_vector":"2")"), ErrorCode::kOp},
      {replaced(good, R"("split_type":[0,1)", R"("split_type":[0,2)"), ErrorCode::kOp},
      {xgboost("binary:logistic", "5E-1", kTree, "3"), ErrorCode::kOp},
      {replaced(good, "5E-1,NaN", "NaN,NaN"), ErrorCode::kModel},
      {replaced(good, "1.6E1,", "NaN,"), ErrorCode::kModel},
      {replaced(good, "1.6E1,", "1E60,"), ErrorCode::kModel},
      {xgboost("reg:logistic", "2E0"), ErrorCode::kModel},
      {xgboost("reg:squarederror", "[1E0,2E0]"), ErrorCode::kModel},
      {xgboost("multi:softmax", "1E0", kTree, "2"), ErrorCode::kModel},
      {xgboost("multi:softmax", "1E0", kTree, "1048577"), ErrorCode::kOp},
      {xgboost("reg:squarederror", "1E0", kTree, "0", "1"), ErrorCode::kModel},
      {xgboost("reg:squarederror", "1E0", kTree, "0", "0,0"), ErrorCode::kModel},
      {xgboost("reg:squarederror", "1E0", "", "0", ""), ErrorCode::kModel},
      {replaced(good, R"("num_feature":"2","num_target")", R"("num_feature":"1","num_target")"), ErrorCode::kModel},
      {replaced(good, R"("num_feature":"2","num_target")", R"("num_feature":"9999999","num_target")"),
       ErrorCode::kModel},
      {replaced(good, "[1,3,-1", "[1,0,-1"), ErrorCode::kModel},  // a circle
      {replaced(good, "[2,4,-1", "[2,2,-1"), ErrorCode::kModel},  // two ways to one leaf
      {replaced(good, "[2,4,-1", "[2,9,-1"), ErrorCode::kModel},  // to nowhere
      {replaced(good, "[2,4,-1", "[2,-1,-1"), ErrorCode::kModel},
      {replaced(good, "[2,4,-1,", "[2,4,"), ErrorCode::kModel},
      {replaced(good, "[2,4,-1", "[2,4.5,-1"), ErrorCode::kModel},
      {replaced(good, R"("categories":[1,3])", R"("categories":[-1,3])"), ErrorCode::kModel},
      {replaced(good, R"("categories_sizes":[2])", R"("categories_sizes":[3])"), ErrorCode::kModel},
      {replaced(good, R"("categories_nodes":[1])", R"("categories_nodes":[5])"), ErrorCode::kModel},
      {replaced(good, R"("trees")", R"("woods")"), ErrorCode::kModel},
      {replaced(good, R"("learner")", R"("teacher")"), ErrorCode::kModel},
      {good.substr(0, good.size() - 1), ErrorCode::kModel},
      {std::string("{\"a\":") + std::string(100000, '['), ErrorCode::kModel},
      {std::string("{U\x01") + "a" + std::string(100000, '['), ErrorCode::kModel},
      {std::string("{U\x01") + "a[#L\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", ErrorCode::kModel},
      {std::string("{U\x01") + "a[$Z#L" + std::string(4, '\0') + "\x7F\xFF\xFF\xFF", ErrorCode::kModel},
  };
  for (const auto& c : cases) {
    const auto graph = read(c.text);
    ASSERT_FALSE(graph.ok()) << c.text.substr(0, 2000);
    EXPECT_EQ(graph.error().code, c.code) << to_string(graph.error()) << "\n" << c.text.substr(0, 2000);
  }
}

// ---- LightGBM

std::string lightgbm(const std::string& objective = "regression", const std::string& tree = "", int columns = 1,
                     int trees = 1) {
  std::string out = "tree\nversion=v4\nnum_class=" + std::to_string(columns) +
                    "\nnum_tree_per_iteration=" + std::to_string(columns) +
                    "\nlabel_index=0\nmax_feature_idx=1\nobjective=" + objective +
                    "\nfeature_names=a b\nfeature_infos=none none\ntree_sizes=1\n\n";
  for (int t = 0; t < trees; ++t) out += "Tree=" + std::to_string(t) + "\n" + tree + "\n\n";
  return out + "end of trees\n\nfeature_importances:\na=1\n\nparameters:\n[boosting: gbdt]\n\nend of parameters\n";
}
std::string stump(double threshold, int type) {
  std::string t(40, '\0');
  t.resize(static_cast<std::size_t>(std::snprintf(t.data(), t.size(), "%.17g", threshold)));
  return "num_leaves=2\nnum_cat=0\nsplit_feature=1\nsplit_gain=1\nthreshold=" + t +
         "\ndecision_type=" + std::to_string(type) +
         "\nleft_child=-1\nright_child=-2\nleaf_value=1 2\nleaf_weight=1 1\nis_linear=0\nshrinkage=1\n";
}
// Tree::NumericalDecision, in double precision, of rows as predict() makes them.
bool goes_left(double x, double threshold, int type) {
  const int missing = type >> 2;
  if (std::isnan(x) && missing != 2) x = 0;
  const bool is_zero = std::abs(x) <= static_cast<double>(1e-35F);
  if (is_zero) x = 0;
  if ((missing == 1 && is_zero) || (missing == 2 && std::isnan(x))) return (type & 2) != 0;
  return x <= threshold;
}

TEST(LightGbm, EveryKindOfMissingValue) {
  std::vector<float> values = kNumbers;
  for (const float edge : {1e-35F, 0.1F, std::numeric_limits<float>::denorm_min()})
    for (const float x : {edge, std::nextafter(edge, 0.0F), std::nextafter(edge, 1.0F)})
      values.insert(values.end(), {x, -x});
  for (const double threshold : {-1.0, -1e-35, 0.0, 1.0000000180025095e-35, 1e-36, 0.1, 0.10000000149011612, 2.0})
    for (const int type : {0, 2, 4, 6, 8, 10}) {
      const auto graph = read(lightgbm("regression", stump(threshold, type)));
      ASSERT_TRUE(graph.ok()) << to_string(graph.error());
      for (const float x : values)
        EXPECT_EQ(run(*graph, {7, x})[0], goes_left(static_cast<double>(x), threshold, type) ? 1 : 2)
            << x << " <= " << threshold << ", type " << type;
    }
}

TEST(LightGbm, Categories) {
  // {0, 33} to the left: words 1 and 2 of set 1; set 0 is of no interest.
  const std::string tree = replaced(replaced(stump(1, 1), "num_cat=0", "num_cat=2"), "leaf_weight=1 1",
                                    "cat_boundaries=0 1 3\ncat_threshold=4294967295 1 2");
  const auto graph = read(lightgbm("regression", tree));
  ASSERT_TRUE(graph.ok()) << to_string(graph.error());
  for (const float x :
       {-kInf, -1.0F, -0.999F, -0.0F, 0.0F, 0.5F, 1.0F, 32.9F, 33.0F, 33.5F, 34.0F, 1e20F, kInf, kNan}) {
    const bool left = (x > -1 && x < 1) || (x >= 33 && x < 34);
    EXPECT_EQ(run(*graph, {0, x})[0], left ? 1 : 2) << x;
  }
}

TEST(LightGbm, Objectives) {
  const auto last = [](const std::string& objective, int columns = 1, int trees = 2) {
    const auto graph = read(lightgbm(objective, stump(0, 0), columns, trees));
    NESCIO_CHECK(graph.ok());
    return run(*graph, {0, 1}).back();
  };
  EXPECT_EQ(last("regression"), 4);
  EXPECT_EQ(last("regression sqrt"), 16);
  EXPECT_NEAR(last("binary sigmoid:0.5"), 1 / (1 + std::exp(-2.0)), 1e-6);
  EXPECT_NEAR(last("poisson"), std::exp(4.0), 1e-4);
  EXPECT_NEAR(last("cross_entropy_lambda"), std::log1p(std::exp(4.0)), 1e-5);
  EXPECT_NEAR(last("multiclass num_class:2", 2, 4), 0.5, 1e-6);
  EXPECT_NEAR(last("multiclassova num_class:2 sigmoid:1", 2, 4), 1 / (1 + std::exp(-4.0)), 1e-6);
  const auto forest =
      read(replaced(lightgbm("regression", stump(0, 0), 1, 4), "\nfeature_names", "\naverage_output\nfeature_names"));
  EXPECT_EQ(run(*forest, {0, 1})[0], 2);
  const auto leaf = read(lightgbm("regression", "num_leaves=1\nnum_cat=0\nleaf_value=0.5\n"));
  ASSERT_TRUE(leaf.ok()) << to_string(leaf.error());
  EXPECT_EQ(run(*leaf, {0, 1})[0], 0.5F);
}

TEST(LightGbm, WhatIsRefused) {
  const std::string good = lightgbm("regression", stump(0.5, 8));
  ASSERT_TRUE(read(good).ok());
  const struct {
    std::string text;
    ErrorCode code;
  } cases[] = {
      {lightgbm("cosine", stump(0.5, 8)), ErrorCode::kOp},
      {replaced(good, "version=v4", "version=v9"), ErrorCode::kOp},
      {replaced(good, "is_linear=0", "is_linear=1"), ErrorCode::kOp},
      {replaced(good, "version=v4\n", ""), ErrorCode::kModel},
      {replaced(good, "max_feature_idx=1", "max_feature_idx=-1"), ErrorCode::kModel},
      {replaced(good, "max_feature_idx=1", "max_feature_idx=0"), ErrorCode::kModel},
      {replaced(good, "max_feature_idx=1", "max_feature_idx=99999999999999999999"), ErrorCode::kModel},
      {replaced(good, "num_tree_per_iteration=1", "num_tree_per_iteration=2"), ErrorCode::kModel},
      {replaced(good, "end of trees", "end"), ErrorCode::kModel},
      {replaced(good, "leaf_value=1 2", "leaf_value=1"), ErrorCode::kModel},
      {replaced(good, "leaf_value=1 2", "leaf_value=1 nan"), ErrorCode::kModel},
      {replaced(good, "leaf_value=1 2", "leaf_value=1 x"), ErrorCode::kModel},
      {replaced(good, "threshold=0.5", "threshold=nan"), ErrorCode::kModel},
      {replaced(good, "threshold=0.5", "threshold=0.5 0.5"), ErrorCode::kModel},
      {replaced(good, "decision_type=8", "decision_type=12"), ErrorCode::kModel},
      {replaced(good, "decision_type=8", "decision_type=1"), ErrorCode::kModel},
      {replaced(good, "left_child=-1", "left_child=0"), ErrorCode::kModel},
      {replaced(good, "left_child=-1", "left_child=-2"), ErrorCode::kModel},
      {replaced(good, "left_child=-1", "left_child=-9223372036854775808"), ErrorCode::kModel},
      {"tree\nversion=v4\n", ErrorCode::kModel},
      {"tree\n", ErrorCode::kModel},
      {"neither", ErrorCode::kModel},
      {"", ErrorCode::kModel},
  };
  for (const auto& c : cases) {
    const auto graph = read(c.text);
    ASSERT_FALSE(graph.ok()) << c.text;
    EXPECT_EQ(graph.error().code, c.code) << to_string(graph.error()) << "\n" << c.text;
  }
  const std::size_t whole = good.find("end of trees");
  for (std::size_t n = 0; n < whole; ++n) EXPECT_FALSE(read(std::string_view(good).substr(0, n)).ok()) << n;
}

}  // namespace
}  // namespace nescio
