// onnx/opset_test.cc -- what changed between operator sets: the same meaning from each form, and no form before or
// after its time.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "nescio/onnx/model_fixture.h"
#include "nescio/ops/registry.h"

namespace nescio {
namespace {

using Doubles = std::vector<double>;
constexpr std::int64_t kZero = 0, kOne = 1;

Doubles count_to(std::size_t n) {
  Doubles v(n);
  std::iota(v.begin(), v.end(), 0.0);
  return v;
}

TEST(Opset, BroadcastWasAnAttributeBefore7) {
  // b [3] along dimension 1 of a [2, 3, 4].
  for (const char* op : {"Add", "Sub", "Mul", "Div", "Greater", "Less"}) {
    SCOPED_TRACE(op);
    ModelBuilder old(6), now(7);
    for (ModelBuilder* m : {&old, &now}) m->input("a", {2, 3, 4}).output("y");
    old.reals("b", {3}, {1, 2, 4}).node(op, {"a", "b"}, {"y"}, {{"broadcast", kOne}, {"axis", kOne}});
    now.reals("b", {3, 1}, {1, 2, 4}).node(op, {"a", "b"}, {"y"});
    EXPECT_EQ(old.run({count_to(24)})[0].reals(), now.run({count_to(24)})[0].reals());
    ModelBuilder late(7);
    late.input("a", {2, 3, 4}).output("y").reals("b", {3}, {1, 2, 4});
    late.node(op, {"a", "b"}, {"y"}, {{"broadcast", kOne}, {"axis", kOne}});
    expect_error(late.import(), ErrorCode::kAttr, "is not one of this operator's");
  }
  ModelBuilder far(6);
  far.input("a", {2, 3})
      .output("y")
      .reals("b", {3}, {1, 2, 4})
      .node("Add", {"a", "b"}, {"y"}, {{"broadcast", kOne}, {"axis", std::int64_t{5}}});
  expect_error(far.import(), ErrorCode::kAttr, "axis 5");
}

TEST(Opset, ClipTakesItsBoundsAsInputsSince11) {
  ModelBuilder old(10), now(11), open(13);
  old.input("x", {4}).output("y").node("Clip", {"x"}, {"y"}, {{"min", 0.5f}, {"max", 2.0f}});
  now.input("x", {4}).reals("lo", {}, {0.5f}).reals("hi", {}, {2}).output("y").node("Clip", {"x", "lo", "hi"}, {"y"});
  open.input("x", {4}).reals("hi", {}, {2}).output("y").node("Clip", {"x", "", "hi"}, {"y"});
  EXPECT_EQ(old.run({count_to(4)})[0].reals(), (Doubles{0.5, 1, 2, 2}));
  EXPECT_EQ(now.run({count_to(4)})[0].reals(), (Doubles{0.5, 1, 2, 2}));
  EXPECT_EQ(open.run({count_to(4)})[0].reals(), (Doubles{0, 1, 2, 2}));
  ModelBuilder dynamic(13);
  dynamic.input("x", {4}).input("lo", {}).output("y").node("Clip", {"x", "lo"}, {"y"});
  expect_error(dynamic.import(), ErrorCode::kAttr, "constant scalars");
  // min above max: max wins.
  ModelBuilder crossed(13);
  crossed.input("x", {3}).reals("lo", {}, {5}).reals("hi", {}, {1}).output("y").node("Clip", {"x", "lo", "hi"}, {"y"});
  EXPECT_EQ(crossed.run({{0, 3, 9}})[0].reals(), (Doubles{1, 1, 1}));
}

TEST(Opset, SliceTakesInputsSince10) {
  ModelBuilder old(9), now(10);
  old.input("x", {2, 5}).output("y");
  old.node("Slice", {"x"}, {"y"}, {{"starts", Ints{1, -4}}, {"ends", Ints{9, -1}}, {"axes", Ints{0, 1}}});
  now.input("x", {2, 5}).output("y").ints("s", {2}, {1, -4}).ints("e", {2}, {9, -1}).ints("a", {2}, {0, -1});
  now.node("Slice", {"x", "s", "e", "a"}, {"y"});
  EXPECT_EQ(old.run({count_to(10)})[0].reals(), (Doubles{6, 7, 8}));
  EXPECT_EQ(now.run({count_to(10)})[0].reals(), (Doubles{6, 7, 8}));
}

TEST(Opset, SliceFollowsPythonForEveryRange) {
  // Against the definition: walk from start to end, with Python's clamping.
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min(),
                         kMax = std::numeric_limits<std::int64_t>::max();
  const std::int64_t bounds[] = {kMin, -9, -5, -4, -1, 0, 1, 3, 5, 6, kMax};
  for (const std::int64_t start : bounds) {
    for (const std::int64_t end : bounds) {
      for (const std::int64_t step :
           {std::int64_t{1}, std::int64_t{2}, std::int64_t{7}, std::int64_t{-1}, std::int64_t{-3}, kMin, kMax}) {
        ModelBuilder m(13);
        m.input("x", {5})
            .output("y")
            .ints("s", {1}, {start})
            .ints("e", {1}, {end})
            .ints("a", {1}, {0})
            .ints("t", {1}, {step});
        m.node("Slice", {"x", "s", "e", "a", "t"}, {"y"});
        const auto place = [&](std::int64_t v) -> __int128 {
          const __int128 p = v < 0 ? __int128{v} + 5 : v;
          return step > 0 ? std::min<__int128>(std::max<__int128>(p, 0), 5)
                          : std::min<__int128>(std::max<__int128>(p, -1), 4);
        };
        Doubles want;
        for (__int128 i = place(start); step > 0 ? i < place(end) : i > place(end); i += step)
          want.push_back(static_cast<double>(i));
        EXPECT_EQ(m.run({count_to(5)})[0].reals(), want) << start << " " << end << " " << step;
      }
    }
  }
}

TEST(Opset, SplitChangedAt13And18) {
  ModelBuilder old(12), now(13), uneven(18), odd(13);
  old.input("x", {5}).output("a").output("b").node("Split", {"x"}, {"a", "b"}, {{"split", Ints{2, 3}}});
  now.input("x", {5}).output("a").output("b").ints("p", {2}, {2, 3}).node("Split", {"x", "p"}, {"a", "b"});
  for (const ModelBuilder* m : {&old, &now}) {
    const auto y = m->run({count_to(5)});
    EXPECT_EQ(y[0].reals(), (Doubles{0, 1}));
    EXPECT_EQ(y[1].reals(), (Doubles{2, 3, 4}));
  }
  uneven.input("x", {5}).output("a").output("b").node("Split", {"x"}, {"a", "b"}, {{"num_outputs", std::int64_t{2}}});
  EXPECT_EQ(uneven.run({count_to(5)})[1].reals(), (Doubles{3, 4}));
  odd.input("x", {5}).output("a").output("b").node("Split", {"x"}, {"a", "b"});
  expect_error(odd.import(), ErrorCode::kAttr, "equal parts");
}

TEST(Opset, AxesOfSqueezeAndUnsqueezeAreInputsSince13) {
  ModelBuilder old(11), now(13);
  old.input("x", {1, 3, 1}).output("s").output("u");
  now.input("x", {1, 3, 1}).output("s").output("u").ints("last", {1}, {-1}).ints("ends", {2}, {0, -1});
  old.node("Squeeze", {"x"}, {"s"}, {{"axes", Ints{-1}}}).node("Unsqueeze", {"x"}, {"u"}, {{"axes", Ints{0, -1}}});
  now.node("Squeeze", {"x", "last"}, {"s"}).node("Unsqueeze", {"x", "ends"}, {"u"});
  for (const ModelBuilder* m : {&old, &now}) {
    const auto y = m->run({count_to(3)});
    EXPECT_EQ(y[0].shape(), (Shape{1, 3}));
    EXPECT_EQ(y[1].shape(), (Shape{1, 1, 3, 1, 1}));
  }
  ModelBuilder wide(13);
  wide.input("x", {1, 3}).output("y").ints("one", {1}, {1}).node("Squeeze", {"x", "one"}, {"y"});
  expect_error(wide.import(), ErrorCode::kAttr, "cannot squeeze");
}

TEST(Opset, BatchNormalizationInferenceOnly) {
  const auto model = [](int opset, const std::vector<ModelAttribute>& attributes,
                        const std::vector<std::string>& outputs = {"y"}) {
    ModelBuilder m(opset);
    m.input("x", {1, 2, 2})
        .output("y")
        .reals("s", {2}, {2, 3})
        .reals("b", {2}, {1, 1})
        .reals("m", {2}, {1, 0})
        .reals("v", {2}, {4, 9});
    m.node("BatchNormalization", {"x", "s", "b", "m", "v"}, outputs, attributes);
    return m;
  };
  const ModelAttribute none{"epsilon", 0.0f};
  for (const ModelBuilder& m :
       {model(6, {none, {"is_test", kOne}}), model(7, {none, {"spatial", kOne}}), model(9, {none, {"momentum", 0.5f}}),
        model(14, {none, {"training_mode", kZero}}), model(15, {none}, {"y", "", ""})}) {
    const auto y = m.run({{0, 1, 2, 3}})[0].reals();
    const Doubles want{0, 1, 3, 4};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(y[i], want[i], 1e-6);
  }
  expect_error(model(6, {none}).import(), ErrorCode::kAttr, "training mode");
  expect_error(model(7, {{"spatial", kZero}}).import(), ErrorCode::kAttr, "spatial");
  expect_error(model(14, {{"training_mode", kOne}}).import(), ErrorCode::kAttr, "training mode");
  expect_error(model(7, {none}, {"y", "mean"}).import(), ErrorCode::kAttr, "outputs of training");
}

TEST(Opset, DropoutIsTheIdentity) {
  ModelBuilder old(6), middle(10), now(13), training(13);
  old.input("x", {2}).output("y").node("Dropout", {"x"}, {"y"}, {{"is_test", kOne}, {"ratio", 0.3f}});
  middle.input("x", {2}).output("y").output("m").node("Dropout", {"x"}, {"y", "m"}, {{"ratio", 0.3f}});
  now.input("x", {2}).output("y").reals("r", {}, {0.3f}).node("Dropout", {"x", "r"}, {"y"}, {{"seed", kOne}});
  for (const ModelBuilder* m : {&old, &middle, &now}) EXPECT_EQ(m->run({{5, 6}})[0].reals(), (Doubles{5, 6}));
  const Tensor mask = middle.run({{5, 6}})[1];
  EXPECT_EQ(mask.dtype(), DType::kBool);
  EXPECT_EQ(mask.reals(), (Doubles{1, 1}));
  training.input("x", {2}).output("y").reals("r", {}, {0.3f}).output("y");
  auto* t = training.tensor("t", {}, onnx::TensorProto::BOOL);
  t->add_int32_data(1);
  training.node("Dropout", {"x", "r", "t"}, {"y"});
  expect_error(training.import(), ErrorCode::kAttr, "training mode");
}

TEST(Opset, GemmInAllItsForms) {
  const auto model = [](int opset, std::vector<ModelAttribute> attributes, const std::vector<std::string>& operands) {
    ModelBuilder m(opset);
    m.input("a", {2, 2}).reals("b", {2, 2}, {1, 2, 3, 4}).reals("c", {2}, {10, 20}).output("y");
    m.node("Gemm", operands, {"y"}, attributes);
    return m;
  };
  const Doubles a{1, 0, 2, 1};
  EXPECT_EQ(model(6, {{"broadcast", kOne}}, {"a", "b", "c"}).run({a})[0].reals(), (Doubles{11, 22, 15, 28}));
  EXPECT_EQ(model(7, {{"transB", kOne}}, {"a", "b", "c"}).run({a})[0].reals(), (Doubles{11, 23, 14, 30}));
  EXPECT_EQ(model(13, {{"transA", kOne}, {"alpha", 2.0f}}, {"a", "b"}).run({a})[0].reals(), (Doubles{14, 20, 6, 8}));
  EXPECT_EQ(model(13, {{"beta", 0.5f}}, {"b", "a", "c"}).run({a})[0].reals(), (Doubles{10, 12, 16, 14}));
  expect_error(model(9, {}, {"a", "b"}).import(), ErrorCode::kAttr, "inputs");
}

TEST(Opset, ReshapeFlattenShapeAndArgMax) {
  ModelBuilder m(15);
  m.input("x", {2, 3}).ints("t", {2}, {-1, 2}).output("a").output("b").output("c").output("d").output("e");
  m.node("Reshape", {"x", "t"}, {"a"}).node("Flatten", {"x"}, {"b"}, {{"axis", std::int64_t{-2}}});
  m.node("Shape", {"x"}, {"c"}, {{"start", std::int64_t{-1}}})
      .node("Flatten", {"x"}, {"d"}, {{"axis", std::int64_t{2}}});
  m.node("ArgMax", {"x"}, {"e"}, {{"axis", std::int64_t{-1}}, {"keepdims", kZero}, {"select_last_index", kOne}});
  const auto y = m.run({{4, 4, 1, 0, 2, 2}});
  EXPECT_EQ(y[0].shape(), (Shape{3, 2}));
  EXPECT_EQ(y[1].shape(), (Shape{1, 6}));
  EXPECT_EQ(y[2].reals(), (Doubles{3}));
  EXPECT_EQ(y[3].shape(), (Shape{6, 1}));
  EXPECT_EQ(y[4].reals(), (Doubles{1, 2}));
  ModelBuilder early(11);
  early.input("x", {2, 3}).output("e").node("ArgMax", {"x"}, {"e"}, {{"select_last_index", kOne}});
  expect_error(early.import(), ErrorCode::kAttr, "select_last_index");
  for (const Ints& target : {Ints{-1, -1}, Ints{-2, 3}, Ints{4, -1}, Ints{2, 2}, Ints{2, 3, 0}}) {
    ModelBuilder wrong(13);
    wrong.input("x", {2, 3})
        .output("y")
        .ints("t", {static_cast<std::int64_t>(target.size())}, target)
        .node("Reshape", {"x", "t"}, {"y"});
    EXPECT_EQ(wrong.import().error().code, ErrorCode::kAttr) << to_string(target);
  }
}

TEST(Opset, TopKTakesItsKAsAnInputSince10) {
  const std::vector<double> x = {1, 3, 3, 0, -2, 5, 5, 5};
  const auto model = [](int opset, std::int64_t k, const std::vector<ModelAttribute>& more = {}) {
    ModelBuilder m(opset);
    m.input("x", {2, 4}).output("v").output("i");
    std::vector<ModelAttribute> attributes = more;
    if (opset < 10) attributes.push_back({"k", k});
    if (opset >= 10) m.ints("k", {1}, {k});
    m.node("TopK", opset < 10 ? std::vector<std::string>{"x"} : std::vector<std::string>{"x", "k"}, {"v", "i"},
           attributes);
    return m;
  };
  for (const int opset : {7, 10, 11, 24}) {
    const auto y = model(opset, 3).run({x});
    EXPECT_EQ(y[0].type(), (TensorType{DType::kFloat32, {2, 3}}));
    EXPECT_EQ(y[0].reals(), (Doubles{3, 3, 1, 5, 5, 5}));
    EXPECT_EQ(y[1].type(), (TensorType{DType::kInt64, {2, 3}}));
    EXPECT_EQ(y[1].reals(), (Doubles{1, 2, 0, 1, 2, 3}));
  }
  const auto columns = model(11, 1, {{"axis", kZero}, {"largest", kZero}, {"sorted", kZero}}).run({x});
  EXPECT_EQ(columns[0].reals(), (Doubles{-2, 3, 3, 0}));
  EXPECT_EQ(columns[1].reals(), (Doubles{1, 0, 0, 0}));
  EXPECT_EQ(model(11, 4, {{"largest", kZero}}).run({x})[1].reals(), (Doubles{3, 0, 1, 2, 0, 1, 2, 3}));
  expect_error(model(10, 2, {{"largest", kZero}}).import(), ErrorCode::kAttr, "largest");
  for (const std::int64_t k : {0, 5, -1}) expect_error(model(11, k).import(), ErrorCode::kAttr, "from 1 to 4");
  expect_error(model(7, 5).import(), ErrorCode::kAttr, "from 1 to 4");
  expect_error(model(11, 2, {{"axis", std::int64_t{2}}}).import(), ErrorCode::kAttr, "axis");
  ModelBuilder computed(11), many(11);
  computed.input("x", {4}).input("k", {1}, onnx::TensorProto::INT64).output("v").node("TopK", {"x", "k"}, {"v", ""});
  expect_error(computed.import(), ErrorCode::kDynShape, "K");
  many.input("x", {100}).ints("k", {1}, {65}).output("v").node("TopK", {"x", "k"}, {"v"});
  expect_error(many.import(), ErrorCode::kAttr, "from 1 to 64");
}

// Not an order, but an answer all the same: nothing reads beyond a row.
TEST(Opset, TopKOfConstantsThatAreNotNumbers) {
  ModelBuilder m(11);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  m.input("x", {1}).reals("c", {4}, {nan, 1, nan, 2}).ints("k", {1}, {4}).output("v").output("i");
  m.node("TopK", {"c", "k"}, {"v", "i"});
  auto places = m.run({{0}})[1].reals();
  std::sort(places.begin(), places.end());
  EXPECT_EQ(places, (Doubles{0, 1, 2, 3}));
}

TEST(Opset, OneHotCountsFromTheEndSince11) {
  const auto model = [](int opset, const Ints& shape, int type, const Reals& values,
                        const std::vector<ModelAttribute>& attributes = {}) {
    ModelBuilder m(opset);
    m.input("i", shape, type).output("y").reals("values", {static_cast<std::int64_t>(values.size())}, values);
    m.ints("depth", {1}, {3}).node("OneHot", {"i", "depth", "values"}, {"y"}, attributes);
    return m;
  };
  constexpr int kInt64 = onnx::TensorProto::INT64, kFloat = onnx::TensorProto::FLOAT;
  const std::vector<double> i = {0, 2, 3, -1, -3, -4};
  const Doubles early = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                late = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0};
  EXPECT_EQ(model(9, {6}, kInt64, {0, 1}).run({i})[0].reals(), early);
  EXPECT_EQ(model(11, {6}, kInt64, {0, 1}).run({i})[0].reals(), late);
  EXPECT_EQ(model(11, {6}, kInt64, {0, 1}).run({i})[0].type(), (TensorType{DType::kFloat32, {6, 3}}));
  // Cast to integers first.
  EXPECT_EQ(model(13, {6}, kFloat, {0, 1}).run({{0.9, 2.2, 3.5, -1.7, -3.9, -4}})[0].reals(), late);
  for (const std::int64_t axis : {0, -3}) {
    const Tensor y = model(11, {2, 2}, kInt64, {2, -5}, {{"axis", axis}}).run({{0, 1, 2, -1}})[0];
    EXPECT_EQ(y.shape(), (Shape{3, 2, 2}));
    EXPECT_EQ(y.reals(), (Doubles{-5, 2, 2, 2, 2, -5, 2, 2, 2, 2, -5, -5}));
  }
  EXPECT_EQ(model(11, {2, 2}, kInt64, {0, 1}, {{"axis", kOne}}).run({{0, 1, 2, -1}})[0].reals(),
            (Doubles{1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1}));
  expect_error(model(8, {6}, kInt64, {0, 1}).import(), ErrorCode::kOp, "OneHot");
  expect_error(model(11, {6}, kInt64, {0, 1}, {{"axis", std::int64_t{2}}}).import(), ErrorCode::kAttr, "axis");
  expect_error(model(11, {6}, kInt64, {0, 1, 2}).import(), ErrorCode::kAttr, "two");
  expect_error(model(11, {6}, kInt64, {1, 1}).import(), ErrorCode::kAttr, "equal");
  expect_error(model(11, {6}, onnx::TensorProto::BOOL, {0, 1}).import(), ErrorCode::kDtype, "bool");
  for (const float depth : {0.0f, -1.0f, 1025.0f, std::numeric_limits<float>::quiet_NaN()}) {
    ModelBuilder m(11);
    m.input("i", {2}, kInt64).output("y").reals("values", {2}, {0, 1}).reals("depth", {}, {depth});
    expect_error(m.node("OneHot", {"i", "depth", "values"}, {"y"}).import(), ErrorCode::kAttr, "from 1 to 1024");
  }
  ModelBuilder computed(11);
  computed.input("i", {2}, kInt64).input("depth", {1}, kInt64).output("y").reals("values", {2}, {0, 1});
  expect_error(computed.node("OneHot", {"i", "depth", "values"}, {"y"}).import(), ErrorCode::kAttr, "constant");
}

TEST(Opset, OneHotOfIntegersAndTruthValues) {
  const auto run = [](int type, const Ints& values) {
    ModelBuilder m(11);
    m.input("i", {2}, onnx::TensorProto::INT64).output("y").ints("depth", {}, {2});
    auto* t = m.tensor("values", {2}, type);
    for (const std::int64_t v : values) {
      if (type == onnx::TensorProto::INT64) t->add_int64_data(v);
      if (type != onnx::TensorProto::INT64) t->add_int32_data(static_cast<int>(v));
    }
    return m.node("OneHot", {"i", "depth", "values"}, {"y"}).run({{1, 5}})[0];
  };
  EXPECT_EQ(run(onnx::TensorProto::INT64, {0, 1}).reals(), (Doubles{0, 1, 0, 0}));
  EXPECT_EQ(run(onnx::TensorProto::INT32, {2, 5}).reals(), (Doubles{2, 5, 2, 2}));
  EXPECT_EQ(run(onnx::TensorProto::INT32, {2, 5}).dtype(), DType::kInt32);
  EXPECT_EQ(run(onnx::TensorProto::BOOL, {0, 1}).reals(), (Doubles{0, 1, 0, 0}));
  EXPECT_EQ(run(onnx::TensorProto::BOOL, {1, 0}).reals(), (Doubles{1, 0, 1, 1}));
}

// An index that an operator chose is not below zero: it is compared once.
TEST(Opset, OneHotOfChosenIndices) {
  const auto comparisons = [](bool chosen) {
    ModelBuilder m(13);
    m.input("x", {2, 4}).input("i", {2}, onnx::TensorProto::INT64).output("y");
    m.ints("depth", {}, {4}).ints("k", {1}, {1}).ints("to", {1}, {2}).reals("values", {2}, {0, 1});
    m.node("TopK", {"x", "k"}, {"", "best"}).node("Reshape", {"best", "to"}, {"flat"});
    m.node("OneHot", {chosen ? "flat" : "i", "depth", "values"}, {"y"});
    const auto g = m.import();
    EXPECT_TRUE(g.ok()) << to_string(g.error());
    return std::count_if(g->nodes.begin(), g->nodes.end(), [](const Node& n) { return n.op == "Compare"; });
  };
  EXPECT_EQ(comparisons(true), 1);
  EXPECT_EQ(comparisons(false), 2);
}

TEST(Opset, ModOfIntegersByConstants) {
  const auto model = [](int opset, const Ints& divisors, const std::vector<ModelAttribute>& attributes = {}) {
    ModelBuilder m(opset);
    m.input("x", {4}, onnx::TensorProto::INT64).output("y");
    m.ints("d", {static_cast<std::int64_t>(divisors.size())}, divisors).node("Mod", {"x", "d"}, {"y"}, attributes);
    return m;
  };
  const std::vector<double> x = {7, -7, 6, -1};
  EXPECT_EQ(model(10, {3}).run({x})[0].reals(), (Doubles{1, 2, 0, 2}));
  EXPECT_EQ(model(13, {-3}).run({x})[0].reals(), (Doubles{-2, -1, 0, -1}));
  EXPECT_EQ(model(13, {3, -3, -4, -1}).run({x})[0].reals(), (Doubles{1, -1, -2, 0}));
  EXPECT_EQ(model(13, {3, -3, -4, -1}, {{"fmod", kOne}}).run({x})[0].reals(), (Doubles{1, -1, 2, 0}));
  expect_error(model(9, {3}).import(), ErrorCode::kOp, "Mod");
  expect_error(model(13, {3, 0, 1, 1}).import(), ErrorCode::kAttr, "zero");
  expect_error(model(13, {3, 3}).import(), ErrorCode::kAttr, "broadcast");
  ModelBuilder reals(13), computed(13);
  reals.input("x", {2}).output("y").reals("d", {}, {2}).node("Mod", {"x", "d"}, {"y"}, {{"fmod", kOne}});
  expect_error(reals.import(), ErrorCode::kDtype, "integers");
  computed.input("x", {2}, onnx::TensorProto::INT64).output("y").node("Mod", {"x", "x"}, {"y"});
  expect_error(computed.import(), ErrorCode::kAttr, "depends on the input");
}

TEST(Opset, ConstantHasShortFormsSince12) {
  const std::vector<std::pair<ModelAttribute, Doubles>> forms = {{{"value_float", 1.5f}, {1.5}},
                                                                 {{"value_floats", Reals{1, 2}}, {1, 2}},
                                                                 {{"value_int", std::int64_t{7}}, {7}},
                                                                 {{"value_ints", Ints{7, 8}}, {7, 8}}};
  for (const auto& [attribute, want] : forms) {
    ModelBuilder m(12), early(11);
    for (ModelBuilder* b : {&m, &early}) b->input("x", {1}).output("y").node("Constant", {}, {"y"}, {attribute});
    EXPECT_EQ(m.run({{0}})[0].reals(), want);
    expect_error(early.import(), ErrorCode::kAttr, attribute.name);
  }
}

TEST(Opset, GatherWithConstantIndicesOfAnyRank) {
  ModelBuilder m(13);
  m.input("x", {2, 5}).output("a").output("b").output("c");
  m.ints("one", {}, {-1}).ints("run", {3}, {4, 2, 0}).ints("grid", {2, 2}, {0, 1, 1, 4});
  m.node("Gather", {"x", "one"}, {"a"}, {{"axis", kOne}}).node("Gather", {"x", "run"}, {"b"}, {{"axis", kOne}});
  m.node("Gather", {"x", "grid"}, {"c"}, {{"axis", kOne}});
  const auto y = m.run({count_to(10)});
  EXPECT_EQ(y[0].reals(), (Doubles{4, 9}));
  EXPECT_EQ(y[0].shape(), (Shape{2}));
  EXPECT_EQ(y[1].reals(), (Doubles{4, 2, 0, 9, 7, 5}));
  EXPECT_EQ(y[2].reals(), (Doubles{0, 1, 1, 4, 5, 6, 6, 9}));
  EXPECT_EQ(y[2].shape(), (Shape{2, 2, 2}));
}

// Expected numbers of the ai.onnx.ml operators were computed by ONNX Runtime 1.32.
TEST(LinearModels, ScalerOffsetsThenScales) {
  ModelBuilder m(17);
  m.input("x", {-1, 3})
      .output("y")
      .node("Scaler", {"x"}, {"y"}, {{"offset", Reals{1, 2, 3}}, {"scale", Reals{2, 2, 0.5f}}}, "ai.onnx.ml");
  EXPECT_EQ(m.run({{1, 3, 7}})[0].reals(), (Doubles{0, 2, 2}));
  ModelBuilder one(17);
  one.input("x", {3}, onnx::TensorProto::INT64)
      .output("y")
      .node("Scaler", {"x"}, {"y"}, {{"offset", Reals{1}}, {"scale", Reals{2}}}, "ai.onnx.ml");
  EXPECT_EQ(one.run({{1, 3, 7}})[0].reals(), (Doubles{0, 4, 12}));
  EXPECT_EQ(one.run({{1, 3, 7}})[0].dtype(), DType::kFloat32);
  ModelBuilder wrong(17);
  wrong.input("x", {3}).output("y").node("Scaler", {"x"}, {"y"}, {{"offset", Reals{1, 2}}}, "ai.onnx.ml");
  expect_error(wrong.import(), ErrorCode::kAttr, "one per feature (3)");
}

TEST(LinearModels, RegressorWithSeveralTargets) {
  ModelBuilder m(17);
  m.input("x", {-1, 2}).output("y");
  m.node("LinearRegressor", {"x"}, {"y"},
         {{"coefficients", Reals{1, 2, 3, 4}}, {"intercepts", Reals{0.5f, -1}}, {"targets", std::int64_t{2}}},
         "ai.onnx.ml");
  EXPECT_EQ(m.run({{1, 10}})[0].reals(), (Doubles{21.5, 42}));
  ModelBuilder cauchy(17);
  cauchy.input("x", {-1, 2})
      .output("y")
      .node("LinearRegressor", {"x"}, {"y"}, {{"coefficients", Reals{1, 2}}, {"post_transform", std::string("CAUCHY")}},
            "ai.onnx.ml");
  expect_error(cauchy.import(), ErrorCode::kAttr, "CAUCHY");
}

TEST(LinearModels, AMapOfScoresIsARowOfThem) {
  const auto zipped = [](const std::vector<std::string>& classes) {
    ModelBuilder m(17);
    m.input("x", {2, 3}).output("y");
    m.node("ZipMap", {"x"}, {"y"}, {{"classlabels_strings", classes}}, "ai.onnx.ml");
    return m;
  };
  const ModelBuilder m = zipped({"red", "green", "blue"});
  EXPECT_EQ(m.run({{1, 2, 3, 4, 5, 6}})[0].reals(), (Doubles{1, 2, 3, 4, 5, 6}));
  EXPECT_NE(m.import()->notes.back().find("'red', 'green', 'blue'"), std::string::npos);
  expect_error(zipped({"red", "green"}).import(), ErrorCode::kAttr, "2 classes for scores of shape [2, 3]");
}

TEST(LinearModels, ClassifierAsOnnxRuntimeHasIt) {
  const auto model = [](const Reals& coefficients, const Reals& intercepts, const Ints& labels,
                        const std::string& transform) {
    ModelBuilder m(17);
    m.input("x", {3, 2}).output("l").output("s");
    m.node("LinearClassifier", {"x"}, {"l", "s"},
           {{"coefficients", coefficients},
            {"intercepts", intercepts},
            {"classlabels_ints", labels},
            {"post_transform", transform}},
           "ai.onnx.ml");
    return m;
  };
  const Doubles x{1, 2, -1, -3, 0, 0};
  struct Case {
    ModelBuilder model;
    Doubles labels, scores;
  };
  const Reals one{1, 1}, two{1, 1, -1, -1}, three{1, 1, -1, -1, 0, 1};
  const Case cases[] = {
      {model(one, {0.25f}, {5, 7}, "NONE"), {1, 0, 1}, {-2.25, 3.25, 4.75, -3.75, 0.75, 0.25}},
      {model(one, {0.25f}, {5, 7}, "LOGISTIC"),
       {1, 0, 1},
       {0.03732693, 0.96267307, 0.97702265, 0.02297735, 0.43782347, 0.5621765}},
      {model(two, {0.25f, -0.25f}, {5, 7}, "NONE"), {0, 1, 0}, {3.25, -3.25, -3.75, 3.75, 0.25, -0.25}},
      {model(two, {0.25f, -0.25f}, {5, 7}, "LOGISTIC"),
       {0, 1, 0},
       {0.9626731, 0.03732687, 0.02297738, 0.97702265, 0.56217647, 0.4378235}},
      {model(three, {0, 0, 0}, {0, 1, 2}, "NONE"), {0, 1, 0}, {3, -3, 2, -4, 4, -3, 0, 0, 0}},
      {model(three, {0, 0, 0}, {0, 1, 2}, "LOGISTIC"),
       {0, 1, 0},
       {0.95257413, 0.04742587, 0.8807971, 0.01798624, 0.98201376, 0.04742587, 0.5, 0.5, 0.5}},
  };
  for (const Case& k : cases) {
    const auto y = k.model.run({x});
    EXPECT_EQ(y[0].reals(), k.labels);  // indices of labels
    ASSERT_EQ(y[1].size(), k.scores.size());
    for (std::size_t i = 0; i < k.scores.size(); ++i) EXPECT_NEAR(y[1].real(i), k.scores[i], 1e-6);
  }
  expect_error(model(three, {0, 0, 0}, {0, 1, 2}, "CAUCHY").import(), ErrorCode::kAttr, "not known");
  expect_error(model(one, {0.25f}, {5, 7}, "PROBIT").import(), ErrorCode::kAttr, "raw scores");
  expect_error(model(three, {0, 0, 0}, {0, 1}, "NONE").import(), ErrorCode::kAttr, "class labels");
  expect_error(model(three, {0, 0}, {0, 1, 2}, "NONE").import(), ErrorCode::kAttr, "intercepts");
  ModelBuilder label_only(17);
  label_only.input("x", {3, 2}).output("l");
  label_only.node("LinearClassifier", {"x"}, {"l"},
                  {{"coefficients", three},
                   {"intercepts", Reals{0, 0, 0}},
                   {"classlabels_ints", Ints{0, 1, 2}},
                   {"post_transform", std::string("SOFTMAX")}},
                  "ai.onnx.ml");
  EXPECT_EQ(label_only.run({x})[0].reals(), (Doubles{0, 1, 0}));
}

}  // namespace
}  // namespace nescio
