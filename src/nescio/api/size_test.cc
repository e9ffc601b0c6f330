// What a proof is expected to weigh, against proofs.
#include <gtest/gtest.h>

#include "nescio/api/prover_size.h"
#include "nescio/api/sample_model.h"

namespace nescio {
namespace {

TEST(Size, a_proof_is_as_large_as_expected) {
  const auto key = commit_model(small_model(), {});
  ASSERT_TRUE(key.ok());
  ProveRequest request;
  request.inputs = {{"x", Array{{3}, {1, 2, 3}}}};
  const auto expected = static_cast<double>(expected_file_bytes(key->key->key()));
  for (int i = 0; i < 5; ++i) {
    const auto proven = prove_statement(*key, request);
    ASSERT_TRUE(proven.ok()) << to_string(proven.error());
    EXPECT_NEAR(static_cast<double>(proven->file.size()), expected, 0.03 * expected);  // positions differ
  }
}

}  // namespace
}  // namespace nescio
