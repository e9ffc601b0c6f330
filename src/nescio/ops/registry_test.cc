// ops/registry_test.cc -- every record is complete and found by its name; the loops that operators share.
#include "nescio/ops/registry.h"

#include <gtest/gtest.h>

#include <set>

#include "nescio/ops/evaluate.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

TEST(Registry, RecordsAreCompleteAndUnique) {
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const OpRecord* r : all_ops()) {
    SCOPED_TRACE(r->name);
    EXPECT_TRUE(names.emplace(r->domain, r->name).second);
    EXPECT_TRUE(r->import != nullptr || r->infer != nullptr);
    EXPECT_EQ(r->infer == nullptr, r->evaluate == nullptr);
    EXPECT_LE(r->since, r->until);
    EXPECT_EQ(find_onnx_op(r->domain, r->name), r->import ? r : nullptr);
    EXPECT_EQ(find_graph_op(r->name), r->infer ? r : nullptr);
  }
  EXPECT_EQ(find_onnx_op("", "Scaler"), nullptr);  // it is ai.onnx.ml's
  EXPECT_EQ(find_onnx_op("", "Affine"), nullptr);  // not ONNX's
  EXPECT_EQ(find_graph_op("Gemm"), nullptr);       // never in a graph
}

TEST(Broadcast, FollowsNumPy) {
  EXPECT_EQ(broadcast_shape({3, 1}, {4}), (Shape{3, 4}));
  EXPECT_EQ(broadcast_shape({}, {2, 0}), (Shape{2, 0}));
  EXPECT_EQ(broadcast_shape({1}, {0}), (Shape{0}));
  EXPECT_FALSE(broadcast_shape({3}, {4}));
  EXPECT_FALSE(broadcast_shape({2}, {0}));
  EXPECT_EQ(broadcast_strides({3, 1}, {2, 3, 4}), (std::vector<std::int64_t>{0, 1, 0}));
}

TEST(Walk, VisitsEveryOffsetInOrder) {
  // All index tuples of [2, 3, 4], against the definition.
  const Shape shape{2, 3, 4};
  const std::vector<std::int64_t> strides{7, -5, 2};
  std::vector<std::int64_t> got;
  walk_rows<1>(shape, {strides}, {100}, [&](auto at, auto offset, auto step, auto length) {
    EXPECT_EQ(at, static_cast<std::int64_t>(got.size()));
    for (std::int64_t i = 0; i < length; ++i) got.push_back(offset[0] + i * step[0]);
  });
  std::vector<std::int64_t> want;
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 3; ++b) {
      for (int c = 0; c < 4; ++c) want.push_back(100 + 7 * a - 5 * b + 2 * c);
    }
  }
  EXPECT_EQ(got, want);
  int visits = 0;
  walk_rows<0>({}, {}, {}, [&](auto, auto, auto, auto length) { visits += static_cast<int>(length); });
  EXPECT_EQ(visits, 1);
  walk_rows<0>({3, 0}, {}, {}, [&](auto, auto, auto, auto) { ADD_FAILURE(); });
}

TEST(Evaluate, ChecksItsInputsAndNamesTheNode) {
  GraphBuilder b(100);
  const ValueId x = b.input("x", {DType::kInt64, {2}}), y = b.input("y", {DType::kInt64, {2}});
  b.scope("ratio");
  b.output("q", *b.add("Div", {x, y}));
  const std::int64_t six[] = {6, -7}, three[] = {3, 2}, zero[] = {1, 0};
  const auto ints = [](std::span<const std::int64_t> v) { return Tensor::of_ints(DType::kInt64, {2}, v); };
  const auto q = evaluate(b.graph(), std::vector{ints(six), ints(three)});
  ASSERT_TRUE(q.ok());
  EXPECT_EQ((*q)[0].reals(), (std::vector<double>{2, -3}));
  const auto bad = evaluate(b.graph(), std::vector{ints(six), ints(zero)});
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, ErrorCode::kDivZero);
  EXPECT_NE(bad.error().detail.find("'ratio'"), std::string::npos);
  EXPECT_EQ(evaluate(b.graph(), std::vector{ints(six)}).error().code, ErrorCode::kInShape);
  EXPECT_EQ(evaluate(b.graph(), std::vector{ints(six), Tensor(DType::kFloat32, {2})}).error().code,
            ErrorCode::kInShape);
}

TEST(Evaluate, RefusesAnIndexOutOfRange) {
  GraphBuilder b(100);
  const ValueId x = b.input("x", {DType::kInt64, {3}}), i = b.input("i", {DType::kInt64, {2}});
  b.scope("pick");
  b.output("y", *b.add("Gather", {x, i}, {{"axis", std::int64_t{0}}}));
  const auto ints = [](const std::vector<std::int64_t>& v) {
    return Tensor::of_ints(DType::kInt64, {static_cast<std::int64_t>(v.size())}, v);
  };
  const auto y = evaluate(b.graph(), std::vector{ints({7, 8, 9}), ints({2, -3})});
  ASSERT_TRUE(y.ok());
  EXPECT_EQ((*y)[0].reals(), (std::vector<double>{9, 7}));
  for (const std::int64_t bad : {3, -4}) {
    const auto refused = evaluate(b.graph(), std::vector{ints({7, 8, 9}), ints({0, bad})});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kIndex);
    EXPECT_NE(refused.error().detail.find("'pick'"), std::string::npos);
  }
}

TEST(Evaluate, ShowsEachValueToTheObserver) {
  GraphBuilder b(100);
  const ValueId x = b.input("x", {DType::kFloat32, {2}});
  const ValueId n = *b.add("Neg", {x});
  b.output("y", *b.add("Relu", {n}));
  std::vector<std::pair<ValueId, double>> seen;
  const auto y = evaluate(b.graph(), std::vector{Tensor::of(DType::kFloat32, {2}, std::vector<double>{-1, 2})},
                          [&](ValueId id, const Tensor& t) { seen.emplace_back(id, t.real(1)); });
  ASSERT_TRUE(y.ok());
  EXPECT_EQ(seen, (std::vector<std::pair<ValueId, double>>{{x, 2}, {n, -2}, {b.graph().outputs[0].value, 0}}));
}

}  // namespace
}  // namespace nescio
