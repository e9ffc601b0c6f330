// onnx/import_test.cc -- models, shapes, constants and errors; opset variants are in opset_test.cc.
#include "nescio/onnx/import.h"

#include <gtest/gtest.h>

#include "nescio/onnx/model_fixture.h"
#include "newer_fields.pb.h"

namespace nescio {
namespace {

using Doubles = std::vector<double>;

ModelBuilder mlp() {
  ModelBuilder m(17);
  m.input("x", {-1, 2}).reals("w", {3, 2}, {1, 2, 3, 4, 5, 6}).reals("b", {3}, {0.5f, 0, -100}).output("y");
  m.node("Gemm", {"x", "w", "b"}, {"h"}, {{"transB", std::int64_t{1}}}).node("Relu", {"h"}, {"y"});
  return m;
}

TEST(Import, RunsASmallModel) {
  const auto y = mlp().run({{1, 10}});
  EXPECT_EQ(y[0].reals(), (Doubles{21.5, 43, 0}));
  EXPECT_EQ(y[0].shape(), (Shape{1, 3}));
}

TEST(Import, OpenBatchBecomesOneWithANoteOrWhatIsAsked) {
  const auto one = mlp().import();
  ASSERT_TRUE(one.ok());
  ASSERT_EQ(one->notes.size(), 1u);
  EXPECT_NE(one->notes[0].find("'x'"), std::string::npos);
  const auto four = mlp().import({.dimensions = {{"x:0", 4}}});
  ASSERT_TRUE(four.ok());
  EXPECT_TRUE(four->notes.empty());
  EXPECT_EQ(four->value(four->outputs[0].value).type.shape, (Shape{4, 3}));
}

TEST(Import, OtherOpenDimensionsMustBeGiven) {
  ModelBuilder m(17);
  m.input("x", {1, -2}).output("y").node("Relu", {"x"}, {"y"});
  expect_error(m.import(), ErrorCode::kDynShape, "give 'n' a size");
  EXPECT_TRUE(m.import({.dimensions = {{"n", 7}}}).ok());
  EXPECT_TRUE(m.import({.dimensions = {{"x:1", 7}}}).ok());
  expect_error(m.import({.dimensions = {{"n", 7}, {"m", 3}}}), ErrorCode::kUsage, "'m'");
  expect_error(m.import({.dimensions = {{"n", -7}}}), ErrorCode::kMemory, "too large");
  expect_error(m.import({.dimensions = {{"n", kMaxElements + 1}}}), ErrorCode::kMemory, "too large");
}

TEST(Import, ShapeArithmeticFolds) {
  // y = reshape(x, concat(shape(x)[0:1], [-1])): what exporters write for flattening with a dynamic batch.
  ModelBuilder m(13);
  m.input("x", {-1, 2, 3}).ints("zero", {1}, {0}).ints("rest", {1}, {-1}).output("y");
  m.node("Shape", {"x"}, {"s"}).node("Gather", {"s", "zero"}, {"batch"});
  m.node("Concat", {"batch", "rest"}, {"target"}, {{"axis", std::int64_t{0}}}).node("Reshape", {"x", "target"}, {"y"});
  const auto g = m.import({.dimensions = {{"x:0", 5}}});
  ASSERT_TRUE(g.ok()) << to_string(g.error());
  EXPECT_EQ(g->nodes.size(), 1u);
  EXPECT_EQ(g->value(g->outputs[0].value).type.shape, (Shape{5, 6}));
}

TEST(Import, InputsBecomeConstantsOnRequestAndByDefaultValues) {
  ModelBuilder m(17);
  m.input("x", {2}).input("shape", {2}, onnx::TensorProto::INT64).output("y").node("Reshape", {"x", "shape"}, {"y"});
  expect_error(m.import(), ErrorCode::kDynShape, "depends on the model's input");
  ImportOptions options;
  options.constants.emplace("shape", Tensor::of_ints(DType::kInt64, {2}, Ints{2, 1}));
  const auto g = m.import(options);
  ASSERT_TRUE(g.ok());
  EXPECT_EQ(g->inputs.size(), 1u);
  m.ints("shape", {2}, {1, 2});
  EXPECT_TRUE(m.import().ok());
  expect_error(m.import(options), ErrorCode::kUsage, "'shape'");
}

TEST(Import, ConstantsOfEveryElementType) {
  struct Case {
    int type;
    std::string raw;
    std::vector<std::int32_t> typed;
    double value;
  };
  using T = onnx::TensorProto;
  const Case cases[] = {
      {T::FLOAT16, {"\x00\xc1", 2}, {0xc100}, -2.5},
      {T::FLOAT16, {"\x01\x00", 2}, {1}, 0x1p-24},
      {T::BFLOAT16, {"\x20\xc0", 2}, {0xc020}, -2.5},
      {T::INT8, {"\xfe", 1}, {-2}, -2},
      {T::UINT8, {"\xfe", 1}, {254}, 254},
      {T::INT16, {"\xfe\xff", 2}, {-2}, -2},
      {T::UINT16, {"\xfe\xff", 2}, {65534}, 65534},
      {T::INT32, {"\xfe\xff\xff\xff", 4}, {-2}, -2},
      {T::BOOL, {"\x05", 1}, {5}, 1},
  };
  for (const Case& k : cases) {
    for (const bool raw : {true, false}) {
      SCOPED_TRACE(k.type);
      ModelBuilder m(17);
      auto* t = m.tensor("c", {1}, k.type);
      if (raw) t->set_raw_data(k.raw);
      for (const auto v : k.typed) {
        if (!raw) t->add_int32_data(v);
      }
      m.input("x", {1})
          .output("y")
          .node("Cast", {"c"}, {"f"}, {{"to", std::int64_t{1}}})
          .node("Mul", {"x", "f"}, {"y"});
      EXPECT_EQ(m.run({{1}})[0].real(0), k.value);
    }
  }
  ModelBuilder m(17);
  auto* d = m.tensor("d", {1}, T::DOUBLE);
  d->add_double_data(1e-300);
  m.input("x", {1}, T::DOUBLE).output("y").node("Mul", {"x", "d"}, {"y"});
  EXPECT_EQ(m.run({{2}})[0].real(0), 2e-300);
}

TEST(Import, DataMustFillTheShape) {
  for (const Ints& dims : {Ints{3}, Ints{1}, Ints{}, Ints{2, 2}, Ints{-2}, Ints{1 << 20, 1 << 20}}) {
    ModelBuilder m(17);
    m.input("x", {2}).reals("c", dims, {1, 2}).output("y").node("Add", {"x", "c"}, {"y"});
    ASSERT_FALSE(m.import().ok()) << to_string(dims);
    EXPECT_NE(to_string(m.import().error()).find("'c'"), std::string::npos);
  }
  ModelBuilder m(17);
  m.input("x", {2}).output("y").node("Add", {"x", "c"}, {"y"});
  m.tensor("c", {2}, onnx::TensorProto::FLOAT)->add_int64_data(1);
  m.proto.mutable_graph()->mutable_initializer(0)->add_int64_data(1);
  expect_error(m.import(), ErrorCode::kModel, "another type");
}

TEST(Import, ReportsEverythingAtOnce) {
  ModelBuilder m(17);
  m.input("x", {1, 4}).input("z", {4}, onnx::TensorProto::UINT8).output("y");
  m.node("Unique", {"x"}, {"a"});                                // not supported
  m.node("NonMaxSuppression", {"a"}, {"b"});                     // not supported, behind one that is not
  m.node("Transpose", {"x"}, {"c"}, {{"perm", Ints{0, 0}}});     // a wrong attribute
  m.node("Relu", {"x"}, {"d"}, {{"slope", 1.0f}});               // one that is not Relu's
  m.node("Flatten", {"a"}, {"e"}, {{"axis", std::int64_t{9}}});  // wrong, behind a typed unknown value
  m.node("Add", {"d", "e"}, {"y"});
  ModelBuilder::annotate(m.proto.mutable_graph()->add_value_info(), "a", {1, 4}, onnx::TensorProto::FLOAT);
  const auto g = m.import();
  ASSERT_FALSE(g.ok());
  const std::string text = to_string(g.error());
  EXPECT_EQ(g.error().others.size(), 5u) << text;
  for (const char* part : {"'z'", "'Unique'", "'NonMaxSuppression'", "permutation", "'slope'", "axis 9"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

TEST(Import, OpsetsOutsideTheRangeAreRefused) {
  for (const int opset : {0, 5, 26, -1}) {
    ModelBuilder m = mlp();
    m.proto.mutable_opset_import(0)->set_version(opset);
    expect_error(m.import(), ErrorCode::kOp, "opset");
  }
  ModelBuilder twice = mlp();
  twice.proto.add_opset_import()->set_version(17);
  EXPECT_TRUE(twice.import().ok());
  twice.proto.add_opset_import()->set_version(18);
  expect_error(twice.import(), ErrorCode::kModel, "two opsets");
  ModelBuilder none = mlp();
  none.proto.clear_opset_import();
  expect_error(none.import(), ErrorCode::kModel, "names no opset");
}

TEST(Import, OrderAndNamesAreChecked) {
  ModelBuilder cycle(17);
  cycle.input("x", {1}).output("b").node("Add", {"x", "b"}, {"a"}).node("Relu", {"a"}, {"b"});
  expect_error(cycle.import(), ErrorCode::kModel, "'b'");
  ModelBuilder itself(17);
  itself.input("x", {1}).output("a").node("Add", {"x", "a"}, {"a"});
  expect_error(itself.import(), ErrorCode::kModel, "'a'");
  ModelBuilder twice(17);
  twice.input("x", {1}).output("a").node("Relu", {"x"}, {"a"}).node("Tanh", {"x"}, {"a"});
  expect_error(twice.import(), ErrorCode::kModel, "defined twice");
  ModelBuilder output(17);
  output.input("x", {1}).output("q").node("Relu", {"x"}, {"a"});
  expect_error(output.import(), ErrorCode::kModel, "'q'");
}

TEST(Import, OutputsMayBeInputsOrConstants) {
  ModelBuilder m(17);
  m.input("x", {2}).reals("c", {1}, {3}).output("x").output("c").output("i").node("Identity", {"x"}, {"i"});
  const auto y = m.run({{1, 2}});
  EXPECT_EQ(y[0].reals(), (Doubles{1, 2}));
  EXPECT_EQ(y[1].reals(), (Doubles{3}));
  EXPECT_EQ(y[2].reals(), (Doubles{1, 2}));
}

TEST(Import, DeadNodesGoButUnsupportedOnesAreReportedAllTheSame) {
  ModelBuilder m = mlp();
  m.node("Tanh", {"h"}, {"unused"});
  const auto g = m.import();
  ASSERT_TRUE(g.ok());
  for (const Node& n : g->nodes) EXPECT_NE(n.op, "Tanh");
}

// f(a; scale) = Relu(a) * scale', where scale' is a Constant whose value is the attribute.
ModelBuilder with_function(bool with_default) {
  ModelBuilder m(17);
  auto* f = m.proto.add_functions();
  f->set_name("Scaled");
  f->set_domain("mine");
  f->add_input("a");
  f->add_output("r");
  f->add_opset_import()->set_version(17);
  ModelBuilder::fill(f->add_node(), "Relu", {"a"}, {"p"});
  ModelBuilder::fill(f->add_node(), "Constant", {}, {"k"});
  auto* reference = f->mutable_node(1)->add_attribute();
  reference->set_name("value_float");
  reference->set_ref_attr_name("scale");
  reference->set_type(onnx::AttributeProto::FLOAT);
  ModelBuilder::fill(f->add_node(), "Mul", {"p", "k"}, {"r"});
  if (with_default) {
    newer::Function fields;
    ModelBuilder::set(fields.add_attribute_proto(), {"scale", 10.0f});
    std::string bytes = f->SerializeAsString() + fields.SerializeAsString();
    EXPECT_TRUE(f->ParseFromString(bytes));
  } else {
    f->add_attribute("scale");
  }
  m.input("x", {2}).output("y");
  return m;
}

TEST(Import, LocalFunctionsAreWrittenOut) {
  ModelBuilder m = with_function(false);
  m.node("Scaled", {"x"}, {"h"}, {{"scale", 3.0f}}, "mine").node("Scaled", {"h"}, {"y"}, {{"scale", 2.0f}}, "mine");
  EXPECT_EQ(m.run({{-1, 5}})[0].reals(), (Doubles{0, 30}));
  const auto g = m.import();
  ASSERT_TRUE(g.ok());
  EXPECT_NE(to_string(*g).find("h/"), std::string::npos) << to_string(*g);
}

TEST(Import, DefaultAttributesOfFunctionsAreNotLost) {
  ModelBuilder m = with_function(true);
  m.node("Scaled", {"x"}, {"h"}, {}, "mine").node("Scaled", {"h"}, {"y"}, {{"scale", 2.0f}}, "mine");
  EXPECT_EQ(m.run({{-1, 5}})[0].reals(), (Doubles{0, 100}));
  ModelBuilder missing = with_function(false);
  missing.node("Scaled", {"x"}, {"y"}, {}, "mine");
  expect_error(missing.import(), ErrorCode::kAttr, "no dense numeric value");
}

TEST(Import, OptionalInputsOfFunctionsStayAbsent) {
  ModelBuilder m(17);
  auto* f = m.proto.add_functions();
  f->set_name("Bounded");
  f->set_domain("mine");
  for (const char* name : {"a", "lo", "hi"}) f->add_input(name);
  f->add_output("r");
  f->add_opset_import()->set_version(17);
  ModelBuilder::fill(f->add_node(), "Clip", {"a", "lo", "hi"}, {"r"});
  m.input("x", {2}).reals("one", {}, {1}).output("y").node("Bounded", {"x", "", "one"}, {"y"}, {}, "mine");
  EXPECT_EQ(m.run({{-7, 7}})[0].reals(), (Doubles{-7, 1}));
}

TEST(Import, FunctionsThatCallThemselvesAreRefused) {
  ModelBuilder m = with_function(false);
  ModelBuilder::fill(m.proto.mutable_functions(0)->mutable_node(0), "Scaled", {}, {}, {}, "mine");
  m.node("Scaled", {"x"}, {"y"}, {{"scale", 3.0f}}, "mine");
  expect_error(m.import(), ErrorCode::kModel, "too deeply");
}

TEST(Import, FunctionsThatDoubleAtEachLevelAreBounded) {
  // 2^16 calls of a function with a large constant, from 16 small functions.
  ModelBuilder m(17);
  for (int level = 0; level < 16; ++level) {
    auto* f = m.proto.add_functions();
    f->set_name("f" + std::to_string(level));
    f->set_domain("mine");
    f->add_input("a");
    f->add_output("c");
    f->add_opset_import()->set_version(17);
    for (const auto& [from, to] : {std::pair("a", "b"), std::pair("b", "c")}) {
      if (level > 0) {
        ModelBuilder::fill(f->add_node(), "f" + std::to_string(level - 1), {from}, {to}, {}, "mine");
      } else {
        const std::string k = std::string("k") + from;
        ModelBuilder::fill(f->add_node(), "Constant", {}, {k}, {{"value_floats", Reals(10000, 1.0f)}});
        ModelBuilder::fill(f->add_node(), "Add", {from, k}, {to});
      }
    }
  }
  m.input("x", {1}).output("y").node("f15", {"x"}, {"y"}, {}, "mine");
  expect_error(m.import(), ErrorCode::kMemory, "more memory");
}

TEST(Import, FoldingIsPaidByTheSizeOfTheModel) {
  ModelBuilder m(17);
  m.ints("shape", {2}, {1 << 15, 1 << 15}).input("x", {1}).output("y");
  m.node("ConstantOfShape", {"shape"}, {"big"}).node("Add", {"x", "big"}, {"y"});
  expect_error(m.import(), ErrorCode::kMemory, "more memory");
  ModelBuilder outer(17);
  outer.reals("row", {1, 8192}, Reals(8192)).reals("column", {8192, 1}, Reals(8192)).input("x", {1}).output("y");
  outer.node("Add", {"row", "column"}, {"big"}).node("Add", {"x", "big"}, {"y"});
  expect_error(outer.import(), ErrorCode::kMemory, "more memory");
}

TEST(Import, ClassLabelsBelongToTheirOutput) {
  const auto model = [](const std::vector<ModelAttribute>& labels) {
    ModelBuilder m(17);
    m.input("x", {-1, 2}).output("label");
    std::vector<ModelAttribute> attributes = {{"coefficients", Reals{1, 0, 0, 1}}, {"intercepts", Reals{0, 0}}};
    attributes.insert(attributes.end(), labels.begin(), labels.end());
    m.node("LinearClassifier", {"x"}, {"l", "scores"}, attributes, "ai.onnx.ml");
    m.node("Cast", {"l"}, {"label"}, {{"to", std::int64_t{onnx::TensorProto::INT64}}});
    return m;
  };
  const auto labels_of = [](const ModelBuilder& m) {
    const auto g = m.import();
    EXPECT_TRUE(g.ok());
    return g.ok() ? g->outputs[0].labels : std::vector<std::string>{"?"};
  };
  using Strings = std::vector<std::string>;
  EXPECT_EQ(labels_of(model({{"classlabels_ints", Ints{0, 1}}})), Strings{});
  EXPECT_EQ(labels_of(model({{"classlabels_ints", Ints{7, 3}}})), (Strings{"7", "3"}));
  EXPECT_EQ(labels_of(model({{"classlabels_strings", Strings{"no", "yes"}}})), (Strings{"no", "yes"}));
  EXPECT_EQ(model({{"classlabels_ints", Ints{7, 3}}}).run({{1, 2}})[0].real(0), 1.0);
  ModelBuilder computed = model({{"classlabels_ints", Ints{7, 3}}});
  computed.output("more").node("Add", {"label", "label"}, {"more"});
  expect_error(computed.import(), ErrorCode::kAttr, "class labels");
}

}  // namespace
}  // namespace nescio
