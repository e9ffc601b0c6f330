// compile/canonical_test.cc -- canonical graphs compute what the imported ones do, from canonical operators only, with
// as few nodes as the fusions promise.
#include "nescio/compile/canonical.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <random>

#include "nescio/onnx/import.h"
#include "nescio/ops/builder.h"
#include "nescio/ops/curve.h"
#include "nescio/ops/evaluate.h"

namespace nescio {
namespace {

using Ids = std::vector<ValueId>;
using Ints = std::vector<std::int64_t>;

Tensor random_tensor(const TensorType& type, std::uint32_t seed) {
  std::mt19937 rng(seed);
  std::uniform_real_distribution<double> uniform(-2, 2);
  std::vector<double> v(static_cast<std::size_t>(*element_count(type.shape)));
  for (double& x : v) x = is_float(type.dtype) ? uniform(rng) : static_cast<double>(rng() % 3);
  return Tensor::of(type.dtype, type.shape, v);
}

std::vector<Tensor> random_inputs(const Graph& g, std::uint32_t seed) {
  std::vector<Tensor> out;
  for (const Port& p : g.inputs) out.push_back(random_tensor(g.value(p.value).type, seed++));
  return out;
}

Ints histogram(const Graph& g, const std::vector<std::string>& ops) {
  Ints out;
  for (const std::string& op : ops) {
    out.push_back(std::ranges::count_if(g.nodes, [&](const Node& n) { return n.op == op; }));
  }
  return out;
}

// The promises of compile/canonical.h on operands.
void expect_canonical(const Graph& g) {
  ASSERT_TRUE(validate(g).ok());
  for (const Node& n : g.nodes) {
    SCOPED_TRACE(n.op + " " + n.name);
    static const std::vector<std::string> kOps = {
        "Linear", "Affine",  "Add",     "Sub",       "Mul",       "MatMul",     "Relu",    "Clip", "Slice",
        "Concat", "Cast",    "Reshape", "LeakyRelu", "Transpose", "ArgMax",     "Compare", "Pick", "Total",
        "Select", "Largest", "Hardmax", "Logic",     "Div",       "Reciprocal", "Truncate"};
    EXPECT_TRUE(std::ranges::find(kOps, n.op) != kOps.end() || find_curve(n.op) != nullptr);
    const Shape& x = g.value(n.inputs[0]).type.shape;
    const auto of_rows = {"ArgMax", "Largest", "Hardmax", "Total"};
    if (std::ranges::find(of_rows, n.op) != of_rows.end()) {
      EXPECT_GE(x.back(), 2);
    }
    if (n.op == "ArgMax") {
      EXPECT_EQ(n.attributes.integer("axis"), static_cast<std::int64_t>(x.size()) - 1);
    }
    if (n.op == "Select" || n.op == "Logic" || n.op == "Div") {
      for (const ValueId v : n.inputs) EXPECT_EQ(g.constant(v), nullptr);
    }
    ASSERT_EQ(n.outputs.size(), 1u);
    const Tensor* second = n.inputs.size() > 1 ? g.constant(n.inputs[1]) : nullptr;
    if (n.op == "Linear") {
      ASSERT_TRUE(second && g.constant(n.inputs[2]));
      EXPECT_EQ(second->shape(), (Shape{g.constant(n.inputs[2])->shape()[0], x.back()}));
    }
    if (n.op == "Affine") {
      ASSERT_TRUE(second && g.constant(n.inputs[2]));
      EXPECT_EQ(second->type(), g.constant(n.inputs[2])->type());
    }
    if (n.op == "Affine" || n.op == "Compare") {
      ASSERT_TRUE(second);
      ASSERT_EQ(second->shape().size(), x.size());
      for (std::size_t d = 0; d < x.size(); ++d) EXPECT_TRUE(second->shape()[d] == 1 || second->shape()[d] == x[d]);
    }
    if (n.op == "Add" || n.op == "Sub" || n.op == "Mul") {
      EXPECT_EQ(second, nullptr);
    }
  }
}

void expect_same(const Graph& a, const Graph& b) {
  ASSERT_EQ(a.inputs.size(), b.inputs.size());
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    const auto inputs = random_inputs(a, seed * 100);
    const auto u = evaluate(a, inputs), v = evaluate(b, inputs);
    ASSERT_TRUE(u.ok() && v.ok());
    ASSERT_EQ(u->size(), v->size());
    for (std::size_t o = 0; o < u->size(); ++o) {
      ASSERT_EQ((*u)[o].type(), (*v)[o].type());
      for (std::size_t i = 0; i < (*u)[o].size(); ++i) {
        const double p = (*u)[o].real(i), q = (*v)[o].real(i);
        if (p == q || (std::isnan(p) && std::isnan(q))) continue;
        EXPECT_NEAR(p, q, 1e-4 * (1 + std::abs(p))) << "output " << o;
      }
    }
  }
}

// A graph with one float32 input x of a shape; `body` makes the output from it.
class Sketch {
 public:
  explicit Sketch(Shape shape) : builder_(1 << 20), x(builder_.input("x", {DType::kFloat32, std::move(shape)})) {}
  ValueId c(const Shape& shape, std::uint32_t seed = 7) {
    return builder_.constant("c", random_tensor({DType::kFloat32, shape}, seed));
  }
  ValueId op(std::string_view name, Ids inputs, Attributes attributes = {}) {
    const auto id = builder_.add(name, std::move(inputs), std::move(attributes));
    EXPECT_TRUE(id.ok()) << name << ": " << (id.ok() ? "" : to_string(id.error()));
    return id.ok() ? *id : x;
  }
  Graph graph(const Ids& outputs) {
    for (const ValueId y : outputs) builder_.output(std::to_string(y), y);
    return builder_.take();
  }

 private:
  GraphBuilder builder_;

 public:
  const ValueId x;
};

// Checks the laws, returns the canonical graph.
Graph checked(const Graph& g) {
  const auto canonical = canonicalise(g);
  EXPECT_TRUE(canonical.ok()) << (canonical.ok() ? "" : to_string(canonical.error()));
  if (!canonical.ok()) return {};
  expect_canonical(*canonical);
  expect_same(g, *canonical);
  return *canonical;
}

TEST(Canonical, GemmWithScalesIsOneLinear) {
  Sketch s({2, 3});
  ValueId y = s.op("MatMul", {s.x, s.c({3, 4})});
  y = s.op("Mul", {y, s.c({})});
  y = s.op("Add", {y, s.c({4})});
  EXPECT_EQ(histogram(checked(s.graph({y})), {"Linear", "Affine"}), (Ints{1, 0}));
}

TEST(Canonical, EveryPlaceOfAConstantInMatMul) {
  const struct {
    Shape x, w;
    bool constant_first;
    Ints linear_and_matmul;
  } cases[] = {
      {{2, 3}, {3, 4}, false, {1, 0}},      {{5, 2, 3}, {3, 4}, false, {1, 0}}, {{3}, {3, 4}, false, {1, 0}},
      {{2, 3}, {3}, false, {1, 0}},         {{3}, {3}, false, {1, 0}},          {{2, 3}, {1, 3, 4}, false, {1, 0}},
      {{2, 3}, {5, 3, 4}, false, {0, 1}},   {{3, 4}, {2, 3}, true, {1, 0}},     {{5, 3, 4}, {2, 3}, true, {1, 0}},
      {{3}, {2, 3}, true, {1, 0}},          {{3, 4}, {3}, true, {1, 0}},        {{3, 4}, {5, 2, 3}, true, {0, 1}},
      {{3, 4}, {1, 1, 2, 3}, true, {1, 0}},
  };
  for (const auto& k : cases) {
    SCOPED_TRACE(to_string(k.x) + " " + to_string(k.w));
    Sketch s(k.x);
    const ValueId w = s.c(k.w);
    const ValueId y = k.constant_first ? s.op("MatMul", {w, s.x}) : s.op("MatMul", {s.x, w});
    EXPECT_EQ(histogram(checked(s.graph({y})), {"Linear", "MatMul"}), k.linear_and_matmul);
  }
}

TEST(Canonical, EveryArithmeticWithAConstant) {
  for (const char* op : {"Add", "Sub", "Mul", "Div"}) {
    for (const bool first : {false, true}) {
      if (first && op[0] == 'D') continue;
      for (const Shape& c :
           {Shape{}, Shape{4}, Shape{3, 1}, Shape{3, 4}, Shape{1, 1, 4}, Shape{2, 3, 4}, Shape{2, 1, 1}}) {
        SCOPED_TRACE(op + to_string(c));
        Sketch s({3, 4});
        const ValueId k = s.c(c);
        const Graph g = checked(s.graph({first ? s.op(op, {k, s.x}) : s.op(op, {s.x, k})}));
        const bool enlarges = c.size() == 3 && c[0] == 2;
        EXPECT_EQ(histogram(g, {"Affine", "Pick"}), (Ints{1, enlarges ? 1 : 0}));
      }
    }
  }
}

TEST(Canonical, ImagePreprocessingFusesThroughFlattening) {
  // (x / 255 - mean[channel]) -> transpose to NCHW -> flatten -> Gemm -> bias behind another reshape.
  Sketch s({1, 2, 5, 3});
  ValueId y = s.op("Mul", {s.x, s.c({})});
  y = s.op("Sub", {y, s.c({3})});
  y = s.op("Transpose", {y}, {{"perm", Ints{0, 3, 1, 2}}});
  y = s.op("Reshape", {y}, {{"shape", Ints{1, 30}}});
  y = s.op("MatMul", {y, s.c({30, 6})});
  y = s.op("Reshape", {y}, {{"shape", Ints{1, 3, 2}}});
  y = s.op("Add", {y, s.c({3, 1})});
  const Graph g = checked(s.graph({y}));
  EXPECT_EQ(histogram(g, {"Linear", "Affine", "Transpose", "Reshape"}), (Ints{1, 0, 1, 2}));
}

TEST(Canonical, ALinearTakesInAnAffineBehindAnyTranspose) {
  Ints perm{0, 1, 2};
  do {
    SCOPED_TRACE(to_string(perm));
    Sketch s({2, 3, 4});
    ValueId y = s.op("MatMul", {s.x, s.c({4, 5})});
    y = s.op("Transpose", {y}, {{"perm", perm}});
    Shape c(3, 1);
    for (std::size_t d = 0; d < 3; ++d) c[d] = perm[d] == 2 ? 5 : 1;  // along what was the last dimension
    y = s.op("Mul", {y, s.c(c, 8)});
    y = s.op("Add", {s.c(c, 9), y});
    EXPECT_EQ(histogram(checked(s.graph({y})), {"Linear", "Affine"}), (Ints{1, 0}));
  } while (std::ranges::next_permutation(perm).found);
}

TEST(Canonical, AnAffineSpreadsIntoAllItsReaders) {
  Sketch s({2, 3});
  const ValueId a = s.op("Mul", {s.x, s.c({3})});
  const Graph g = checked(s.graph({s.op("MatMul", {a, s.c({3, 4})}), s.op("MatMul", {a, s.c({3, 5})})}));
  EXPECT_EQ(histogram(g, {"Linear", "Affine"}), (Ints{2, 0}));
}

TEST(Canonical, ASharedLinearIsNotDuplicatedOrChanged) {
  Sketch s({2, 3});
  const ValueId l = s.op("MatMul", {s.x, s.c({3, 4})});
  const Graph g = checked(s.graph({s.op("Mul", {l, s.c({4})}), s.op("Relu", {l})}));
  EXPECT_EQ(histogram(g, {"Linear", "Affine", "Relu"}), (Ints{1, 1, 1}));
  Sketch t({2, 3});
  const ValueId out = t.op("MatMul", {t.x, t.c({3, 4})});
  EXPECT_EQ(histogram(checked(t.graph({out, t.op("Mul", {out, t.c({4})})})), {"Linear", "Affine"}), (Ints{1, 1}));
}

TEST(Canonical, AnAffinePerRowStaysBesideALinear) {
  Sketch s({2, 3});
  ValueId y = s.op("Mul", {s.x, s.c({2, 1})});
  y = s.op("MatMul", {y, s.c({3, 4})});
  y = s.op("Relu", {y});
  EXPECT_EQ(histogram(checked(s.graph({y})), {"Linear", "Affine"}), (Ints{1, 1}));
}

TEST(Canonical, ChainsOfViewsMergeAndCancel) {
  Sketch s({2, 3, 4});
  ValueId y = s.op("Transpose", {s.x}, {{"perm", Ints{2, 0, 1}}});
  y = s.op("Transpose", {y}, {{"perm", Ints{1, 2, 0}}});
  y = s.op("Reshape", {y}, {{"shape", Ints{6, 4}}});
  y = s.op("Reshape", {y}, {{"shape", Ints{2, 3, 4}}});
  y = s.op("Relu", {y});
  EXPECT_EQ(checked(s.graph({y})).nodes.size(), 1u);
  Sketch unit({1, 3, 1, 4});
  y = unit.op("Transpose", {unit.x}, {{"perm", Ints{1, 0, 3, 2}}});
  EXPECT_EQ(histogram(checked(unit.graph({unit.op("Relu", {y})})), {"Transpose", "Reshape"}), (Ints{0, 1}));
}

TEST(Canonical, AnOutputMayBeAnInputOrBeRenamedByFusion) {
  Sketch s({2, 3});
  const ValueId y = s.op("Mul", {s.x, s.c({})});
  const ValueId one = s.op("Reshape", {s.x}, {{"shape", Ints{2, 3}}});
  const Graph g = checked(s.graph({y, one, s.x}));
  EXPECT_EQ(g.outputs[1].value, g.inputs[0].value);
  EXPECT_EQ(g.outputs[2].value, g.inputs[0].value);
}

TEST(Canonical, ComparisonsEndWithAConstantOnTheRight) {
  const char* modes[] = {"greater", "less", "greater_or_equal", "less_or_equal", "equal"};
  for (const char* mode : modes) {
    for (const Shape& c : {Shape{}, Shape{3}, Shape{1, 2, 3}, Shape{4, 2, 3}}) {
      SCOPED_TRACE(mode + to_string(c));
      Sketch s({2, 3});
      const ValueId k = s.c(c);
      const Graph g = checked(s.graph({s.op("Compare", {s.x, k}, {{"mode", std::string(mode)}}),
                                       s.op("Compare", {k, s.x}, {{"mode", std::string(mode)}}),
                                       s.op("Compare", {s.op("Relu", {s.x}), s.x}, {{"mode", std::string(mode)}})}));
      EXPECT_EQ(histogram(g, {"Compare"}), Ints{3});
    }
  }
}

TEST(Canonical, ActivationsThatAreOthersInDisguise) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  Sketch s({5});
  ValueId y = s.op("Clip", {s.x}, {{"lo", 0.0}, {"hi", kInf}});
  y = s.op("Clip", {y}, {{"lo", -kInf}, {"hi", kInf}});
  y = s.op("LeakyRelu", {y}, {{"alpha", 1.0}});
  y = s.op("LeakyRelu", {s.op("Neg", {y})}, {{"alpha", 0.0}});
  EXPECT_EQ(histogram(checked(s.graph({y})), {"Relu", "Clip", "LeakyRelu", "Affine"}), (Ints{2, 0, 0, 1}));
}

TEST(Canonical, ReportsAllProblemsWithNames) {
  GraphBuilder b(1000);
  const ValueId x = b.input("x", {DType::kFloat32, {2}}), n = b.input("n", {DType::kInt64, {2}});
  b.scope("ints");
  const ValueId i = *b.add("Add", {n, n});
  b.scope("zero");
  const ValueId z = *b.add("Div", {x, b.constant("0", Tensor(DType::kFloat32, {2}))});
  for (const ValueId y : {i, z}) b.output("y", y);
  const auto g = canonicalise(b.graph());
  ASSERT_FALSE(g.ok());
  EXPECT_EQ(g.error().code, ErrorCode::kDtype);
  ASSERT_EQ(g.error().others.size(), 1u);
  EXPECT_EQ(g.error().others[0].code, ErrorCode::kAttr);
  const std::string text = to_string(g.error());
  for (const char* name : {"'ints'", "'zero'"}) EXPECT_NE(text.find(name), std::string::npos) << text;
}

// Random chains of operators: the laws hold whatever meets whatever.
TEST(Canonical, RandomGraphsKeepTheirMeaning) {
  std::mt19937 rng(20240607);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    Sketch s({2, 3, 4});
    struct Item {
      ValueId id;
      Shape shape;
    };
    std::vector<Item> pool{{s.x, {2, 3, 4}}};
    const auto pick = [&](auto n) { return static_cast<std::size_t>(rng() % static_cast<std::uint32_t>(n)); };
    for (int step = 0; step < 8; ++step) {
      const Item a = pool[pool.size() - 1 - pick(std::min<std::size_t>(pool.size(), 3))];
      Shape c = a.shape;
      for (auto& d : c) d = pick(2) ? 1 : d;
      const auto seed = static_cast<std::uint32_t>(rng());
      Item out = a;
      switch (pick(8)) {
        case 0:
          out.id = s.op("Add", {a.id, s.c(c, seed)});
          break;
        case 1:
          out.id = s.op("Mul", {s.c(c, seed), a.id});
          break;
        case 2:
          out.id = s.op("Sub", {s.c(c, seed), a.id});
          break;
        case 3:
          out.shape.back() = 2 + static_cast<std::int64_t>(pick(3));
          out.id = s.op("MatMul", {a.id, s.c({a.shape.back(), out.shape.back()}, seed)});
          break;
        case 4: {
          Ints perm{0, 1, 2};
          std::shuffle(perm.begin(), perm.end(), rng);
          for (std::size_t d = 0; d < 3; ++d) out.shape[d] = a.shape[static_cast<std::size_t>(perm[d])];
          out.id = s.op("Transpose", {a.id}, {{"perm", perm}});
          break;
        }
        case 5: {
          const std::int64_t n = *element_count(a.shape);
          out.shape = {n % 3 == 0 ? 3 : 1, 1, n % 3 == 0 ? n / 3 : n};
          out.id = s.op("Reshape", {a.id}, {{"shape", out.shape}});
          break;
        }
        case 6:
          out.id = s.op("Tanh", {a.id});
          break;
        default:
          out.id = s.op("Sub", {a.id, a.id == s.x ? s.op("Relu", {a.id}) : a.id});
          break;
      }
      pool.push_back(out);
    }
    checked(s.graph({pool.back().id, pool[pool.size() - 2].id}));
    if (HasFailure()) break;
  }
}

TEST(Canonical, RatiosAndChoicesWithConstants) {
  Sketch s({2, 3});
  const ValueId bits = s.op("Compare", {s.x, s.c({})}, {{"mode", std::string("less")}});
  const Graph g =
      checked(s.graph({s.op("Div", {s.x, s.op("Exp", {s.x}, {{"a", 0.0}, {"b", 0.0}})}),
                       s.op("Div", {s.c({3}), s.op("Exp", {s.x}, {{"a", 0.0}, {"b", 0.0}})}),
                       s.op("Select", {bits, s.x, s.op("Relu", {s.x})}), s.op("Select", {bits, s.x, s.c({2, 1})}),
                       s.op("Select", {bits, s.c({}), s.x}), s.op("Select", {bits, s.c({3}), s.c({2, 2, 3})})}));
  EXPECT_EQ(histogram(g, {"Div", "Reciprocal", "Select"}), (Ints{1, 1, 1}));
}

TEST(Canonical, ModelsOfTheOnnxTestSuite) {
  const std::filesystem::path root = "/usr/share/libonnx-testdata/data";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "install the Debian package libonnx-testdata to run this test";
  std::size_t count = 0;
  for (const char* folder : {"node", "pytorch-converted", "pytorch-operator"}) {
    for (const auto& entry : std::filesystem::directory_iterator(root / folder)) {
      const auto g = import_onnx_file((entry.path() / "model.onnx").string());
      if (!g.ok()) continue;
      const auto canonical = canonicalise(*g);
      if (!canonical.ok()) continue;
      SCOPED_TRACE(entry.path().string());
      expect_canonical(*canonical);
      expect_same(*g, *canonical);
      ++count;
    }
  }
  EXPECT_GE(count, 100u);
}

}  // namespace
}  // namespace nescio
