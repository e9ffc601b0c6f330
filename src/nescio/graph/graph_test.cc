// graph/graph_test.cc -- invariants of graphs and tensors.
#include "nescio/graph/graph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nescio {
namespace {

// x -> Relu -> y, and a second Relu that nothing reads.
Graph small_graph() {
  Graph g;
  for (const char* name : {"x", "y", "unused"}) g.values.push_back({name, {DType::kFloat32, {2, 3}}});
  g.nodes = {{"Relu", "relu", {0}, {1}}, {"Relu", "dead", {0}, {2}}};
  g.inputs = {{"x", 0}};
  g.outputs = {{"y", 1}};
  return g;
}

TEST(ElementCount, IsTheProductOrNothing) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({2, 3, 4}), 24);
  EXPECT_EQ(element_count({5, 0, 7}), 0);
  EXPECT_EQ(element_count({kMaxElements}), kMaxElements);
  EXPECT_FALSE(element_count({kMaxElements, 2}));
  EXPECT_FALSE(element_count({3, -1}));
  // Wrapping products, also those hidden behind a zero, are refused.
  EXPECT_FALSE(element_count({std::int64_t{1} << 32, std::int64_t{1} << 32}));
  EXPECT_FALSE(element_count({0, std::int64_t{1} << 62, 4}));
}

TEST(Tensor, CastsTowardsZeroAndSaturates) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor t = Tensor::of(DType::kFloat64, {6}, std::vector<double>{1.9, -1.9, 3e9, -inf, std::nan(""), 0.0});
  const Tensor i = t.cast(DType::kInt32);
  EXPECT_EQ(i.reals(), (std::vector<double>{1, -1, 2147483647.0, -2147483648.0, 0, 0}));
  EXPECT_EQ(t.cast(DType::kBool).reals(), (std::vector<double>{1, 1, 1, 1, 1, 0}));
  EXPECT_EQ(i.cast(DType::kFloat32).real(0), 1.0);
  const std::int64_t wide[] = {(std::int64_t{1} << 32) + 7};
  EXPECT_EQ(Tensor::of_ints(DType::kInt64, {1}, wide).cast(DType::kInt32).real(0), 7.0);
}

TEST(Tensor, ReshapeKeepsTheOrder) {
  const Tensor t = Tensor::of(DType::kFloat32, {2, 3}, std::vector<double>{1, 2, 3, 4, 5, 6});
  EXPECT_EQ(t.reshaped({3, 2}).reals(), t.reals());
  EXPECT_EQ(row_major_strides({2, 3, 4}), (std::vector<std::int64_t>{12, 4, 1}));
}

TEST(Graph, ValidateAcceptsASoundGraph) {
  EXPECT_TRUE(validate(small_graph()).ok());
}

TEST(Graph, ValidateNamesWhatIsBroken) {
  Graph cycle = small_graph();
  cycle.nodes[0].inputs[0] = 2;  // reads what the later node makes from x
  EXPECT_FALSE(validate(cycle).ok());
  Graph twice = small_graph();
  twice.nodes[1].outputs[0] = 1;
  EXPECT_FALSE(validate(twice).ok());
  Graph outside = small_graph();
  outside.outputs[0].value = 9;
  EXPECT_FALSE(validate(outside).ok());
  Graph shape = small_graph();
  shape.values[1].type.shape = {-1, 3};
  EXPECT_FALSE(validate(shape).ok());
  Graph constant = small_graph();
  constant.values[2].constant = std::make_shared<Tensor>(DType::kFloat32, Shape{7});
  EXPECT_FALSE(validate(constant).ok());
}

TEST(Graph, DeadNodesGoAndInputsStay) {
  Graph g = small_graph();
  g.nodes[0].inputs[0] = 0;
  const Graph alive = without_dead_nodes(g);
  ASSERT_TRUE(validate(alive).ok());
  EXPECT_EQ(alive.nodes.size(), 1u);
  EXPECT_EQ(alive.values.size(), 2u);
  g.outputs.clear();
  EXPECT_EQ(without_dead_nodes(g).values.size(), 1u);
}

TEST(Graph, ConsumersAndProducersMirrorEachOther) {
  const Graph g = small_graph();
  EXPECT_EQ(consumers(g)[0], (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(producers(g), (std::vector<std::int32_t>{-1, 0, 1}));
}

TEST(Graph, PrintsTypesButNeverConstants) {
  Graph g = small_graph();
  g.values.push_back({"secret", {DType::kFloat32, {1}}});
  g.values[3].constant = std::make_shared<Tensor>(Tensor::of(DType::kFloat32, {1}, std::vector<double>{123456}));
  g.nodes[0].inputs.push_back(3);
  const std::string text = to_string(g);
  EXPECT_NE(text.find("Relu(%0 float32[2, 3]"), std::string::npos) << text;
  EXPECT_EQ(text.find("123456"), std::string::npos);
}

TEST(Graph, NamesAreFitForATerminal) {
  EXPECT_EQ(quote_name("a\x1b[2Jb\n"), "'a?[2Jb?'");
  EXPECT_LT(quote_name(std::string(1000, 'x')).size(), 70u);
}

}  // namespace
}  // namespace nescio
