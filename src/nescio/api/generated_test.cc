// Measurements run on a network that is made up: it compiles, proves and verifies like any other.
#include <gtest/gtest.h>

#include <cmath>

#include "nescio/api/prover_model.h"
#include "nescio/api/verify.h"

namespace nescio {
namespace {

TEST(GeneratedSource, compiles_proves_and_verifies) {
  const std::uint32_t widths[] = {7, 5, 3};
  const ModelSource source = generated_source(widths);
  ASSERT_EQ(source.graph.inputs.size(), 1U);
  const auto model = compile_model(source, {});
  ASSERT_TRUE(model.ok()) << to_string(model.error());
  EXPECT_EQ(model->accuracy.out_of_range, 0U);
  EXPECT_EQ(model->accuracy.rows, source.calibration.rows.size());
  ASSERT_EQ(model->accuracy.outputs.size(), 1U);
  EXPECT_GT(model->accuracy.outputs[0].range, 0.1);
  EXPECT_LT(model->accuracy.outputs[0].largest, 0.01 * model->accuracy.outputs[0].range);
  CommitOptions options;
  options.security_bits = 100;
  const auto key = commit_model(*model, options);
  ASSERT_TRUE(key.ok());
  ProveRequest request;
  request.inputs = example_of(source);
  EXPECT_EQ(request.inputs[0].second.values.size(), widths[0]);
  request.reveal = {"y"};
  const auto proven = prove_statement(*key, request);
  ASSERT_TRUE(proven.ok()) << to_string(proven.error());
  EXPECT_TRUE(verify_proof(*key->key, proven->file).ok());
}

TEST(GeneratedSource, is_the_same_every_time) {
  const std::uint32_t widths[] = {3, 2};
  const ModelSource a = generated_source(widths), b = generated_source(widths);
  EXPECT_EQ(example_of(a)[0].second.values, example_of(b)[0].second.values);
  EXPECT_EQ(write_model(*compile_model(a, {})), write_model(*compile_model(b, {})));
}

}  // namespace
}  // namespace nescio
