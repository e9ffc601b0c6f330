// Words about keys, and runs without proofs.
#include "nescio/api/words.h"

#include <gtest/gtest.h>

#include "nescio/api/sample_model.h"

namespace nescio {
namespace {

TEST(Words, NamesOfStrangersAreQuotedAndCut) {
  EXPECT_EQ(label("score"), "score");
  EXPECT_EQ(label("a b"), "\"a b\"");
  EXPECT_EQ(label("say \"x\\\""), "\"say \\\"x\\\\\\\"\"");
  EXPECT_EQ(label("\x1b[2J"), "\"\\x1b[2J\"");
  EXPECT_EQ(label(std::string(60, 'a')), "\"" + std::string(48, 'a') + "...\"");
}

TEST(Words, BytesOfStrangersAreShownAsTextOnlyIfTheyAreText) {
  const auto of = [](std::string_view s) { return shown({reinterpret_cast<const std::uint8_t*>(s.data()), s.size()}); };
  EXPECT_EQ(of("loan 7"), "loan 7");
  EXPECT_EQ(of("\x01\xff"), "0x01ff");
}

class OfAKey : public ::testing::Test {
 protected:
  ProvingKey key_ = [] {
    auto key = commit_model(small_model(), {});
    EXPECT_TRUE(key.ok());
    return std::move(*key);
  }();
  const Circuit& circuit() const { return key_.key->key().circuit; }
};

TEST_F(OfAKey, WhatIsRevealedIsNotHidden) {
  EXPECT_EQ(hidden_text(circuit(), {}),
            "the weights and every intermediate value, the input x, the output y beyond the statement");
  Disclosed told;
  told.outputs = {{"y", {1, 2}}};
  EXPECT_EQ(hidden_text(circuit(), told), "the weights and every intermediate value, the input x");
  EXPECT_EQ(disclosure_text(circuit(), circuit().inputs[0]), "private");
}

TEST_F(OfAKey, AMockRunIsTheRunOfAProof) {
  const NamedArrays x = {{"x", {{1, 3}, {1.0, -2.5, 3.0}}}};
  const auto run = mock_run(key_.program, key_.model.graph, x, {});
  ASSERT_TRUE(run.ok()) << to_string(run.error());
  EXPECT_TRUE(run->holds);
  ProveRequest request;
  request.inputs = x;
  request.reveal = {"y"};
  const auto proven = prove_statement(key_, request);
  ASSERT_TRUE(proven.ok());
  const auto verdict = verify_proof(*key_.key, proven->file);
  ASSERT_TRUE(verdict.ok());
  ASSERT_EQ(run->outputs.size(), 1U);
  EXPECT_EQ(run->outputs[0].first, "y");
  EXPECT_EQ(run->outputs[0].second.shape, (std::vector<std::uint64_t>{1, 2}));
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(run->outputs[0].second.values[i],
              real_number(verdict->disclosed.outputs[0].values[i], circuit().outputs[0].scale));
}

TEST_F(OfAKey, AMockRunRefusesWhatAProofWouldButForAFalseStatement) {
  const auto code = [&](const NamedArrays& x, const std::string& statement) {
    const auto run = mock_run(key_.program, key_.model.graph, x, *parse_statement(statement));
    return run.ok() ? ErrorCode{} : run.error().code;
  };
  const NamedArrays good = {{"x", {{1, 3}, {1.0, 2.0, 3.0}}}};
  const auto run = mock_run(key_.program, key_.model.graph, good, *parse_statement("y[0] >= 1000"));
  ASSERT_TRUE(run.ok());
  EXPECT_FALSE(run->holds);
  EXPECT_EQ(code(good, "z >= 1"), ErrorCode::kVStatement);
  EXPECT_EQ(code({{"x", {{1, 3}, {1.0, 2.0, 1e6}}}}, ""), ErrorCode::kInRange);
  EXPECT_EQ(code({{"x", {{2}, {1.0, 2.0}}}}, ""), ErrorCode::kInShape);
  EXPECT_EQ(code({{"q", {{1, 3}, {1.0, 2.0, 3.0}}}}, ""), ErrorCode::kInShape);
}

}  // namespace
}  // namespace nescio
