// What reports say of float and quantised outputs: areas under curves against their definition, and agreement.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nescio/api/auc.h"
#include "nescio/api/prover_model.h"

namespace nescio {
namespace {

TEST(Auc, is_the_share_of_pairs_in_order) {
  std::mt19937_64 rng(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> scores, labels = {0, 1};
    while (labels.size() < 2 + rng() % 40) labels.push_back(static_cast<double>(rng() % 2));
    for (std::size_t i = 0; i < labels.size(); ++i) scores.push_back(static_cast<double>(rng() % 8));  // with ties
    double above = 0, pairs = 0;
    for (std::size_t i = 0; i < labels.size(); ++i)
      for (std::size_t j = 0; j < labels.size(); ++j) {
        if (labels[i] != 1 || labels[j] != 0) continue;
        above += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        pairs += 1;
      }
    EXPECT_NEAR(area_under_curve(scores, labels), above / pairs, 1e-12);
  }
}

Accuracy two_outputs() {
  Accuracy a;
  a.outputs = {{"class", 0, 0, 0, 3, 0}, {"score", 0, 0, 0, 1, 0}};
  const double nan = std::nan("");
  a.float_values = {{1, 5, 2, 10}, {7, 7, 0, 20}, {0, 0, 1, 30}, {3, 1, 2, 40}};
  a.quantised_values = {{1, 4, 2, 11}, {6, 7, 0, 19}, {0, 0, 1, 31}, {nan, nan, nan, nan}};
  a.rows = 4;
  a.out_of_range = 1;
  return a;
}

TEST(Accuracy, agreement_is_of_the_first_of_the_largest_over_rows_that_the_circuit_takes) {
  Accuracy a = two_outputs();
  count_agreement(a);
  EXPECT_EQ(a.outputs[0].agreeing, 2U);  // of three: 7, 7 against 6, 7 is another class
  EXPECT_EQ(a.outputs[1].agreeing, 0U);  // one cell has no class
}

TEST(Accuracy, labels_give_the_area_under_both_curves) {
  const Accuracy a = two_outputs();
  const auto areas = areas_under_curves(a, std::vector<double>{0, 1, 1, 0});
  ASSERT_TRUE(areas.ok()) << to_string(areas.error());
  ASSERT_EQ(areas->size(), 1U);
  EXPECT_EQ((*areas)[0].output, "score");
  EXPECT_DOUBLE_EQ((*areas)[0].floats, 1);  // the last row is not counted: it has no quantised score
  EXPECT_DOUBLE_EQ((*areas)[0].quantised, 1);
  const auto code = [&](const std::vector<double>& labels) {
    const auto r = areas_under_curves(a, labels);
    return r.ok() ? ErrorCode{} : r.error().code;
  };
  EXPECT_EQ(code({0, 1, 1}), ErrorCode::kInShape);
  EXPECT_EQ(code({0, 1, 2, 0}), ErrorCode::kInFormat);
  EXPECT_EQ(code({0, 1, std::nan(""), 0}), ErrorCode::kInFormat);
  EXPECT_EQ(code({1, 1, 1, 0}), ErrorCode::kInFormat);  // of the rows that count, none is 0
}

TEST(Accuracy, a_compiled_model_tells_its_agreement) {
  const std::uint32_t widths[] = {6, 8, 4};
  const ModelSource source = generated_source(widths);
  const auto model = compile_model(source, {});
  ASSERT_TRUE(model.ok());
  const OutputError& e = model->accuracy.outputs[0];
  EXPECT_EQ(e.cells, 4U);
  EXPECT_GT(e.agreeing, model->accuracy.rows * 9 / 10);
  EXPECT_LE(e.agreeing, model->accuracy.rows);
  const auto again = read_model(write_model(*model));
  ASSERT_TRUE(again.ok()) << to_string(again.error());
  EXPECT_EQ(again->accuracy.outputs[0].cells, e.cells);
  EXPECT_EQ(again->accuracy.outputs[0].agreeing, e.agreeing);
}

}  // namespace
}  // namespace nescio
