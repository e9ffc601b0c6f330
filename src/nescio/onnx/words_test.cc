// onnx/words_test.cc -- inputs of words: the dictionary, what encoders make of it, and that nothing calculates with it.
#include <gtest/gtest.h>

#include "nescio/onnx/import.h"
#include "nescio/onnx/model_fixture.h"

namespace nescio {
namespace {

using Doubles = std::vector<double>;
using Strings = std::vector<std::string>;
constexpr const char* kMl = "ai.onnx.ml";

ModelBuilder two_columns() {
  ModelBuilder m(17, 3);
  m.input("home", {1, 1}, onnx::TensorProto::STRING).input("purpose", {1, 1}, onnx::TensorProto::STRING);
  return m;
}

TEST(Words, OneDictionaryForTheModelInTheOrderOfItsReaders) {
  ModelBuilder m = two_columns();
  m.output("y").output("z");
  m.node("OneHotEncoder", {"home"}, {"y"}, {{"cats_strings", Strings{"RENT", "OWN"}}}, kMl);
  m.node(
      "LabelEncoder", {"purpose"}, {"z"},
      {{"keys_strings", Strings{"car", "OWN"}}, {"values_floats", std::vector<float>{2, 5}}, {"default_float", -1.0f}},
      kMl);
  const auto g = m.import();
  ASSERT_TRUE(g.ok()) << to_string(g.error());
  for (const Port& p : g->inputs) EXPECT_EQ(p.labels, (Strings{"RENT", "OWN", "car"}));
  const auto run = [&](double home, double purpose) {
    const auto y = m.run({{home}, {purpose}});
    return std::pair(y[0].reals(), y[1].real(0));
  };
  EXPECT_EQ(run(0, 2), std::pair(Doubles({1, 0}), 2.0));
  EXPECT_EQ(run(1, 1), std::pair(Doubles({0, 1}), 5.0));
  EXPECT_EQ(run(2, 0), std::pair(Doubles({0, 0}), -1.0));  // a word of the other column, one of the first
  EXPECT_EQ(run(3, 3), std::pair(Doubles({0, 0}), -1.0));  // none of the model's
}

TEST(Words, MoveAndBecomeIntegersAndOtherWords) {
  ModelBuilder m = two_columns();
  m.ints("shape", {1}, {2}).output("y").output("z");
  m.node("Concat", {"home", "purpose"}, {"both"}, {{"axis", std::int64_t{1}}});
  m.node("Reshape", {"both", "shape"}, {"flat"});
  m.node("LabelEncoder", {"flat"}, {"other"},
         {{"keys_strings", Strings{"a", "b"}},
          {"values_strings", Strings{"x", "a"}},
          {"default_string", std::string("b")}},
         kMl);
  m.node("LabelEncoder", {"other"}, {"y"},
         {{"keys_strings", Strings{"x", "a"}}, {"values_int64s", std::vector<std::int64_t>{-7, 300}}}, kMl);
  m.node("Identity", {"other"}, {"z"});
  const auto g = m.import();
  ASSERT_TRUE(g.ok()) << to_string(g.error());
  EXPECT_EQ(g->value(g->outputs[0].value).type.dtype, DType::kInt64);
  EXPECT_EQ(g->outputs[1].labels, (Strings{"a", "b", "x"}));
  EXPECT_TRUE(g->outputs[0].labels.empty());
  const auto y = m.run({{0}, {1}});
  EXPECT_EQ(y[0].reals(), (Doubles{-7, 300}));  // a -> x -> -7, b -> a -> 300
  EXPECT_EQ(m.run({{2}, {9}})[0].reals(), (Doubles{-1, -1}));
}

TEST(Words, NothingElseReadsThem) {
  const auto refused = [](const std::string& op, const std::vector<std::string>& inputs,
                          const std::vector<ModelAttribute>& attributes, const char* domain, ErrorCode code,
                          const std::string& part) {
    ModelBuilder m = two_columns();
    m.input("number", {1, 1}, onnx::TensorProto::INT64).reals("real", {1, 1}, {1}).output("y");
    m.node(op, inputs, {"y"}, attributes, domain);
    expect_error(m.import(), code, part);
  };
  const ModelAttribute words{"cats_strings", Strings{"a"}}, numbers{"cats_int64s", std::vector<std::int64_t>{0}};
  refused("Equal", {"home", "purpose"}, {}, "", ErrorCode::kDtype, "reads words");
  refused("Cast", {"home"}, {{"to", std::int64_t{onnx::TensorProto::FLOAT}}}, "", ErrorCode::kDtype, "reads words");
  refused("Mul", {"home", "home"}, {}, "", ErrorCode::kDtype, "reads words");
  refused("Concat", {"home", "number"}, {{"axis", std::int64_t{1}}}, "", ErrorCode::kDtype, "reads words");
  refused("Gather", {"real", "home"}, {}, "", ErrorCode::kDtype, "reads words");
  refused("OneHotEncoder", {"home"}, {numbers}, kMl, ErrorCode::kAttr, "of the type of its input");
  refused("OneHotEncoder", {"number"}, {words}, kMl, ErrorCode::kAttr, "of the type of its input");
  refused("OneHotEncoder", {"home"}, {{"cats_strings", Strings{"a", "b", "a"}}}, kMl, ErrorCode::kAttr, "equal");
  refused("OneHotEncoder", {"home"}, {words, numbers}, kMl, ErrorCode::kAttr, "of the type of its input");
  refused("OneHotEncoder", {"home"}, {{"cats_strings", Strings{"a\n"}}}, kMl, ErrorCode::kAttr, "printable");
  refused("OneHotEncoder", {"home"}, {{"cats_strings", Strings{std::string(257, 'a')}}}, kMl, ErrorCode::kAttr, "256");
  refused("LabelEncoder", {"number"}, {{"keys_strings", Strings{"a"}}, {"values_int64s", std::vector<std::int64_t>{0}}},
          kMl, ErrorCode::kAttr, "of the type of its input");
  refused("LabelEncoder", {"home"},
          {{"keys_strings", Strings{"a"}}, {"values_int64s", std::vector<std::int64_t>{40000}}}, kMl, ErrorCode::kAttr,
          "32,767");
  refused("LabelEncoder", {"home"},
          {{"keys_strings", Strings{"a", "b"}},
           {"values_floats", std::vector<float>{1}},
           {"values_int64s", std::vector<std::int64_t>{2}}},
          kMl, ErrorCode::kAttr, "lists of keys");
}

TEST(Words, ConstantsNameTheClassesOfAnIndex) {
  ModelBuilder m(17);
  m.input("x", {1, 3}).output("label").output("number");
  auto* names = m.proto.mutable_graph()->add_initializer();
  names->set_name("names");
  names->set_data_type(onnx::TensorProto::STRING);
  names->add_dims(3);
  for (const char* name : {"low", "middle", "high"}) names->add_string_data(name);
  m.ints("numbers", {1, 3}, {7, 8, 9});
  m.node("ArgMax", {"x"}, {"best"}, {{"axis", std::int64_t{1}}});
  m.node("ArrayFeatureExtractor", {"names", "best"}, {"named"}, {}, kMl).node("Identity", {"named"}, {"label"});
  m.node("ArrayFeatureExtractor", {"numbers", "best"}, {"number"}, {}, kMl);
  const auto g = m.import();
  ASSERT_TRUE(g.ok()) << to_string(g.error());
  EXPECT_EQ(g->outputs[0].labels, (Strings{"low", "middle", "high"}));
  EXPECT_EQ(g->outputs[1].labels, (Strings{"7", "8", "9"}));
  const auto y = m.run({{1, 5, 2}});
  EXPECT_EQ(y[0].real(0), 1);
  EXPECT_EQ(y[1].real(0), 1);
  names->add_dims(2);
  expect_error(m.import(), ErrorCode::kModel, "do not fill");
}

TEST(Words, ADictionaryHasItsLimit) {
  ModelBuilder m = two_columns();
  m.output("y").output("z");
  Strings many;
  for (int i = 0; i < 600; ++i) many.push_back("a" + std::to_string(i));
  m.node("OneHotEncoder", {"home"}, {"y"}, {{"cats_strings", many}}, kMl);
  for (std::string& s : many) s[0] = 'b';
  m.node("OneHotEncoder", {"purpose"}, {"z"}, {{"cats_strings", many}}, kMl);
  expect_error(m.import(), ErrorCode::kAttr, "1024");
}

}  // namespace
}  // namespace nescio
