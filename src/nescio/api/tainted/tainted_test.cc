// Where secrets go, byte by byte: under valgrind's memcheck, with weights, salts and inputs marked as undefined, what
// is computed from them is undefined too. Messages of the proof are declared defined when they are sent
// (prover/dishonest/writer.cc): that each of them is masked is for docs/spec/zero-knowledge.md and its tests to say.
// All else that leaves must be defined, or be what was asked to be told. Outside of valgrind nothing is marked:
// skipped.
//
// Memcheck follows data, not decisions: that a branch was taken, or which error it was, it does not see.
#include <gtest/gtest.h>
#include <valgrind/memcheck.h>

#include <algorithm>

#include "nescio/api/prover_model.h"
#include "nescio/api/sample_model.h"
#include "nescio/prover/dishonest/hook.h"
#include "nescio/prover/message_labels.h"

namespace nescio {
namespace {

template <class T>
void mark(const T* data, std::size_t n) {
  VALGRIND_MAKE_MEM_UNDEFINED(data, n * sizeof(T));
}

// How many of the bytes come from secrets.
std::size_t secret_bytes(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> bits(bytes.size());
  if (VALGRIND_GET_VBITS(bytes.data(), bits.data(), bytes.size()) != 1) return ~std::size_t{0};
  return static_cast<std::size_t>(std::count_if(bits.begin(), bits.end(), [](std::uint8_t b) { return b != 0; }));
}
std::size_t secret_bytes(const std::string& text) {
  return secret_bytes({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

class Tainted : public ::testing::Test {
 protected:
  void SetUp() override {
    if (RUNNING_ON_VALGRIND == 0) GTEST_SKIP() << "not under valgrind";
    message_hook() = [this](std::string_view label, std::span<std::uint8_t> bytes) {
      if ((kMessages.contains(label) || kOpenings.contains(label)) && label != kept_)
        VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size());
    };
  }
  void TearDown() override { message_hook() = {}; }

  ProvingKey key(const CommitOptions& options = {}) {
    auto made = commit_model(small_model(), options);
    NESCIO_CHECK(made.ok());
    for (const QuantNode& n : made->model.graph.nodes)
      for (const QuantWeights& w : n.weights) mark(w.values.data(), w.values.size());
    mark(&made->salt.value, 1);
    return std::move(*made);
  }
  Result<Proven> prove(const ProvingKey& by, const std::vector<std::string>& reveal = {},
                       const std::string& statement = "y[0] >= -1000", double x = 1.5) {
    ProveRequest request;
    request.inputs = {{"x", Array{{3}, {1, x, 3}}}};
    mark(request.inputs[0].second.values.data(), 3);
    request.statement = statement;
    request.reveal = reveal;
    request.context = {1, 2, 3};
    return prove_statement(by, std::move(request));
  }

  std::string_view kept_;  // a label that stays undefined
};

TEST_F(Tainted, nothing_leaves_but_messages_of_the_proof) {
  const auto proven = prove(key());
  ASSERT_TRUE(proven.ok());
  EXPECT_EQ(secret_bytes(proven->file), 0U);
}

TEST_F(Tainted, what_was_asked_for_and_nothing_else) {
  const auto revealed = prove(key(), {"y"});
  ASSERT_TRUE(revealed.ok());
  EXPECT_EQ(secret_bytes(revealed->file), 2 * sizeof(std::int64_t));
  const auto shown = prove(key({.disclose = {"x"}}));
  ASSERT_TRUE(shown.ok());
  EXPECT_EQ(secret_bytes(shown->file), 3 * sizeof(std::int64_t));
  const auto bound = prove(key({.bind_inputs = {{}}, .output_digest = true}));
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(secret_bytes(bound->file), 2 * sizeof(DigestCells));
}

TEST_F(Tainted, keys_that_are_public_hold_no_weight) {
  const ProvingKey by = key();
  EXPECT_EQ(secret_bytes(write_key(by.key->key())), 0U);
  const auto secret = write_proving_key(by);
  EXPECT_GE(secret_bytes(secret), sizeof(DigestCells) + 6);
}

TEST_F(Tainted, errors_hold_no_value) {
  for (const auto& [statement, x] :
       {std::pair("y[0] >= -1000", 1e9), std::pair("y[0] >= -1000", 0.0 / 0.0), std::pair("y[0] >= 1000", 1.5)}) {
    const auto refused = prove(key(), {}, statement, x);
    ASSERT_FALSE(refused.ok());
    EXPECT_GT(refused.error().detail.size(), 10U);
    EXPECT_EQ(secret_bytes(refused.error().detail), 0U) << statement;
  }
}

// That this test sees anything at all: a message that nobody declares defined.
TEST_F(Tainted, a_message_in_the_clear_would_be_seen) {
  kept_ = "row.cells";
  const auto proven = prove(key());
  ASSERT_TRUE(proven.ok());
  EXPECT_GT(secret_bytes(proven->file), 100U);
}

}  // namespace
}  // namespace nescio
