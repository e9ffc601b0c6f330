// Whole proofs of a small network: complete, bound to everything, deterministic.
#include "nescio/prover/prove.h"

#include <gtest/gtest.h>

#include "nescio/base/parallel.h"
#include "nescio/prover/setup.h"
#include "nescio/relation/random_circuit.h"
#include "nescio/relation/test_network.h"
#include "nescio/verifier/test_key.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

SecretDigest seed(std::uint8_t n) {
  Digest d{};
  d.bytes[0] = n;
  return SecretDigest(d);
}
const std::vector<std::uint8_t> kStatement = {'s'}, kContext = {'c', 't', 'x'};

std::vector<std::uint8_t> make(const VerifyingKey& key, const TestNetwork& net, std::uint8_t n = 1) {
  auto proof = prove({key, net.witness, net.statement, kStatement, kContext}, seed(n));
  EXPECT_TRUE(proof.ok()) << to_string(proof.error());
  return proof.ok() ? *proof : std::vector<std::uint8_t>();
}
ErrorCode code(const Status& s) {
  return s.ok() ? ErrorCode{} : s.error().code;
}

TEST(Prove, real_parameters_are_complete_and_checked) {
  for (const std::uint32_t segments : {1U, 2U})
    for (const auto& [degree, bits] : {std::pair{3, 128}, std::pair{2, 100}}) {
      const TestNetwork net(5, segments);
      soundness::SearchOptions options;
      options.degree = static_cast<std::uint8_t>(degree);
      options.security_bits = static_cast<std::uint8_t>(bits);
      const auto key = make_key(net.circuit, {}, options);
      ASSERT_TRUE(key.ok()) << to_string(key.error()) << " rule " << key.error().where;
      const auto checked = verify_key(*key);
      ASSERT_TRUE(checked.ok()) << checked.error().where;
      EXPECT_GE(checked->bits(), soundness::whole_bits(bits));
      const auto proof = make(*key, net);
      EXPECT_TRUE(verify(*checked, net.statement, kStatement, kContext, proof).ok());
    }
}

TEST(Prove, toy_parameters_are_complete) {
  for (std::uint32_t segments : {1U, 2U}) {
    const TestNetwork net(6, segments);
    const VerifyingKey key2 = toy_key<Ext2>(net.circuit, 8), key3 = toy_key<Ext3>(net.circuit, 7);
    for (const VerifyingKey* key : {&key2, &key3}) {
      const CheckedKey checked = UncheckedKeyForTests::make(*key);
      for (std::uint8_t n = 0; n < 4; ++n)
        EXPECT_TRUE(verify(checked, net.statement, kStatement, kContext, make(*key, net, n)).ok());
    }
  }
}

TEST(Prove, the_work_before_the_first_challenges_is_checked) {
  const TestNetwork net(7);
  VerifyingKey key = toy_key<Ext3>(net.circuit, 7);
  key.params.lookup_pow = 12;
  const CheckedKey checked = UncheckedKeyForTests::make(key);
  std::vector<std::uint8_t> proof = make(key, net);
  ASSERT_TRUE(verify(checked, net.statement, kStatement, kContext, proof).ok());
  std::size_t without_work = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    std::vector<std::uint8_t> bad = proof;
    bad[32 + i / 8] ^= static_cast<std::uint8_t>(1U << (i % 8));  // the nonce follows the root
    const Status s = verify(checked, net.statement, kStatement, kContext, bad);
    EXPECT_FALSE(s.ok());
    without_work += code(s) == ErrorCode::kVPow ? 1 : 0;
  }
  EXPECT_GE(without_work, 63U);  // another nonce that has work: one of 4,096
}

TEST(Prove, every_byte_counts) {
  const TestNetwork net(7);
  const VerifyingKey key = toy_key<Ext2>(net.circuit, 7);
  const CheckedKey checked = UncheckedKeyForTests::make(key);
  const std::vector<std::uint8_t> proof = make(key, net);
  const auto verdict = [&](const std::vector<std::uint8_t>& p) {
    return verify(checked, net.statement, kStatement, kContext, p);
  };
  ASSERT_TRUE(verdict(proof).ok());
  std::vector<std::uint8_t> accepted(proof.size());
  parallel_for(proof.size(), 64, [&](std::size_t begin, std::size_t end) {
    std::vector<std::uint8_t> bad = proof;
    for (std::size_t i = begin; i < end; ++i) {
      bad[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
      accepted[i] = verdict(bad).ok() ? 1 : 0;
      bad[i] = proof[i];
    }
  });
  EXPECT_EQ(std::find(accepted.begin(), accepted.end(), 1) - accepted.begin(),
            static_cast<std::ptrdiff_t>(proof.size()));
  for (std::size_t n = 0; n < proof.size(); n += 7)
    EXPECT_EQ(code(verdict({proof.begin(), proof.begin() + static_cast<std::ptrdiff_t>(n)})), ErrorCode::kVFormat) << n;
  std::vector<std::uint8_t> longer = proof;
  longer.push_back(0);
  EXPECT_EQ(code(verdict(longer)), ErrorCode::kVFormat);
}

TEST(Prove, everything_public_is_bound) {
  const TestNetwork net(8);
  const VerifyingKey key = toy_key<Ext3>(net.circuit, 7);
  const CheckedKey checked = UncheckedKeyForTests::make(key);
  const auto proof = make(key, net);
  ASSERT_TRUE(verify(checked, net.statement, kStatement, kContext, proof).ok());
  EXPECT_FALSE(verify(checked, net.statement, {}, kContext, proof).ok());
  EXPECT_FALSE(verify(checked, net.statement, kStatement, kStatement, proof).ok());
  PublicValues other = net.statement;
  other[net.lower][0] -= F(1);  // true too, but another statement
  EXPECT_FALSE(verify(checked, other, kStatement, kContext, proof).ok());
  other[net.lower].clear();
  EXPECT_EQ(code(verify(checked, other, kStatement, kContext, proof)), ErrorCode::kVPublic);
  VerifyingKey weaker = key;  // the same shape under another parameter set
  weaker.params.security_bits = 2;
  EXPECT_FALSE(verify(UncheckedKeyForTests::make(weaker), net.statement, kStatement, kContext, proof).ok());
}

TEST(Prove, bytes_depend_on_seed_and_witness_but_not_on_threads) {
  const TestNetwork net(9, 2), other(9, 10, 2);
  const VerifyingKey key = toy_key<Ext3>(net.circuit, 7);
  const auto proof = make(key, net);
  for (const unsigned threads : {1U, 2U, 7U}) {
    set_num_threads(threads);
    EXPECT_EQ(make(key, net), proof);
  }
  set_num_threads(0);
  EXPECT_NE(make(key, net, 2), proof);
  EXPECT_NE(make(key, other), proof);
}

TEST(Prove, false_witness_is_refused_by_the_prover) {
  TestNetwork net(10);
  const VerifyingKey key = toy_key<Ext3>(net.circuit, 7);
  net.set(net.square, 0, net.at(net.square, 0) + 1);
  const auto proof = prove({key, net.witness, net.statement, kStatement, kContext}, seed(1));
  ASSERT_FALSE(proof.ok());
  EXPECT_EQ(proof.error().code, ErrorCode::kSelfCheck);
  EXPECT_EQ(proof.error().detail, "the witness does not satisfy the circuit: relation.wave");
  TestNetwork out_of_table(10);
  out_of_table.set(out_of_table.x, 3, 8);
  out_of_table.first_layer();
  out_of_table.second_layer();
  out_of_table.count();
  const auto other = prove({key, out_of_table.witness, out_of_table.statement, kStatement, kContext}, seed(1));
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().detail,
            "the witness does not satisfy the circuit: a value is in none of the rows of its table");
}

// Every kind of definition, two segments; other public values than those of the proof are an error, never more.
TEST(Prove, random_circuits) {
  for (std::uint64_t seed_number = 0; seed_number < 40; ++seed_number) {
    RandomCircuit r(seed_number);
    const VerifyingKey key = toy_key<Ext3>(r.circuit, 8);
    const CheckedKey checked = UncheckedKeyForTests::make(key);
    ASSERT_TRUE(check_layout(key.circuit, key.layout).ok());
    Witness witness = r.witness;
    witness.values.resize(key.circuit.tensors.size());
    PublicValues values = r.statement;
    values.resize(key.circuit.tensors.size());
    const auto proof = prove({key, witness, values, kStatement, kContext}, seed(1));
    ASSERT_TRUE(proof.ok()) << seed_number << " " << to_string(proof.error());
    ASSERT_TRUE(verify(checked, values, kStatement, kContext, *proof).ok()) << seed_number;
    for (const std::uint64_t x : {0U, 1U}) {
      PublicValues other = values;
      for (auto& v : other) std::fill(v.begin(), v.end(), F(x));
      if (other != values) {
        EXPECT_FALSE(verify(checked, other, kStatement, kContext, *proof).ok());
      }
    }
    for (int lie = 0; lie < 3; ++lie) {
      Witness w = witness;
      TensorId id = 0;
      do id = static_cast<TensorId>(r.below(w.values.size()));
      while (w.values[id].empty());
      w.values[id][r.below(w.values[id].size())] += F(1);
      EXPECT_EQ(prove({key, w, values, kStatement, kContext}, seed(1)).ok(),
                check_witness(key.circuit, w, values).ok());
    }
  }
}

}  // namespace
}  // namespace nescio
