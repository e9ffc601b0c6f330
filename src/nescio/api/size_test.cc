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
  constexpr int kProofs = 16;  // one varies with its positions, by some 2 % of so small a proof
  double sum = 0;
  for (int i = 0; i < kProofs; ++i) {
    const auto proven = prove_statement(*key, request);
    ASSERT_TRUE(proven.ok()) << to_string(proven.error());
    sum += static_cast<double>(proven->file.size());
  }
  EXPECT_NEAR(sum / kProofs, expected, 0.04 * expected);
}

}  // namespace
}  // namespace nescio
