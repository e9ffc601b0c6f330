#include "nescio/api/proof_file.h"

#include <gtest/gtest.h>

namespace nescio {
namespace {

const ProofFile kFile = {"score >= 700",
                         {{{"a", {1, -2}}, {"b", {}}},
                          {{"x", {7}}},
                          {{Group::inputs, {F(1), F(2), F(3), F(4)}}, {Group::outputs, {F(5), F(6), F(7), -F(1)}}}},
                         {{Digest{}, {F(1), F(2), F(3), F(4)}, 5, 6, "bank", {}, {}}, {}},
                         {1, 2, 3},
                         {9, 8, 7, 6}};

TEST(ProofFile, round_trip) {
  const auto file = read_proof_file(write_proof_file(kFile));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->statement, kFile.statement);
  EXPECT_EQ(file->disclosed, kFile.disclosed);
  EXPECT_EQ(file->attestations, kFile.attestations);
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
  twice.disclosed.outputs[1].name = "a";
  EXPECT_FALSE(read_proof_file(write_proof_file(twice)).ok());
  for (const Group group : {Group::weights, Group::outputs, static_cast<Group>(3)}) {
    ProofFile other = kFile;
    other.disclosed.digests[0].group = group;
    EXPECT_FALSE(read_proof_file(write_proof_file(other)).ok());
  }
  // An element of a digest has one encoding: p - 1 is the last.
  auto bytes_of_p = bytes;
  const std::uint8_t last[] = {0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF};
  const auto at = std::search(bytes_of_p.begin(), bytes_of_p.end(), std::begin(last), std::end(last));
  ASSERT_NE(at, bytes_of_p.end());
  *at = 1;
  EXPECT_EQ(read_proof_file(bytes_of_p).error().code, ErrorCode::kVFormat);
}

TEST(ProofFile, statement_bytes_separate_statements_and_revealed_values) {
  ProofFile other = kFile;
  other.disclosed.outputs[0].values[1] = 2;
  EXPECT_NE(statement_bytes(other), statement_bytes(kFile));
  other = kFile;
  other.disclosed.inputs[0].values[0] = 8;
  EXPECT_NE(statement_bytes(other), statement_bytes(kFile));
  other = kFile;
  std::swap(other.disclosed.inputs, other.disclosed.outputs);
  EXPECT_NE(statement_bytes(other), statement_bytes(kFile));
  other = kFile;
  other.disclosed.digests[1].digest[3] += F(1);
  EXPECT_NE(statement_bytes(other), statement_bytes(kFile));
  other = kFile;
  other.attestations[0].issued += 1;
  EXPECT_NE(statement_bytes(other), statement_bytes(kFile));
  other = kFile;
  other.attestations.pop_back();
  EXPECT_NE(statement_bytes(other), statement_bytes(kFile));
  other = kFile;
  other.statement += " ";
  EXPECT_NE(statement_bytes(other), statement_bytes(kFile));
}

}  // namespace
}  // namespace nescio
