#include "nescio/api/proof_file.h"

#include <gtest/gtest.h>

namespace nescio {
namespace {

const ProofFile kFile = {"score >= 700", {{"a", {1, -2}}, {"b", {}}}, {1, 2, 3}, {9, 8, 7, 6}};

TEST(ProofFile, round_trip) {
  const auto file = read_proof_file(write_proof_file(kFile));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->statement, kFile.statement);
  EXPECT_EQ(file->revealed, kFile.revealed);
  EXPECT_EQ(file->context, kFile.context);
  EXPECT_EQ(file->proof, kFile.proof);
}

TEST(ProofFile, header_truncated_anywhere_is_refused) {
  const auto bytes = write_proof_file(kFile);
  for (std::size_t n = 0; n + kFile.proof.size() < bytes.size(); ++n)
    EXPECT_EQ(read_proof_file(std::span(bytes).first(n)).error().code, ErrorCode::kVFormat) << n;
}

TEST(ProofFile, only_canonical_bytes_are_read) {
  const auto bytes = write_proof_file(kFile);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int mask : {0x01, 0x80}) {
      auto changed = bytes;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ mask);
      const auto file = read_proof_file(changed);
      if (file.ok()) {
        EXPECT_EQ(write_proof_file(*file), changed);
      }
    }
  ProofFile twice = kFile;
  twice.revealed[1].output = "a";
  EXPECT_FALSE(read_proof_file(write_proof_file(twice)).ok());
}

TEST(ProofFile, statement_bytes_separate_statements_and_revealed_values) {
  ProofFile other = kFile;
  other.revealed[0].values[1] = 2;
  EXPECT_NE(statement_bytes(other), statement_bytes(kFile));
  other = kFile;
  other.statement += " ";
  EXPECT_NE(statement_bytes(other), statement_bytes(kFile));
}

}  // namespace
}  // namespace nescio
