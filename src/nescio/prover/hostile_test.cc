// Keys and public values from an enemy: an error or a verdict, never a crash; and no other key makes a proof valid.
#include <gtest/gtest.h>

#include "nescio/base/parallel.h"
#include "nescio/circuit/bounds.h"
#include "nescio/prover/prove.h"
#include "nescio/prover/setup.h"
#include "nescio/relation/random_circuit.h"
#include "nescio/relation/test_network.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

soundness::SearchOptions quick() {
  soundness::SearchOptions options;
  options.degree = 2;
  options.security_bits = 100;
  return options;
}

TEST(Hostile, every_byte_of_a_key_is_checked_or_bound) {
  const TestNetwork net(3, 2);
  const auto key = make_key(net.circuit, {}, quick());
  ASSERT_TRUE(key.ok());
  const auto proof = prove({*key, net.witness, net.statement, {}, {}}, SecretDigest(Digest{}));
  ASSERT_TRUE(proof.ok());
  const std::vector<std::uint8_t> bytes = write_key(*key);
  std::vector<std::uint8_t> valid(bytes.size()), passed(bytes.size());
  parallel_for(bytes.size(), 16, [&](std::size_t begin, std::size_t end) {
    std::vector<std::uint8_t> bad = bytes;
    for (std::size_t i = begin; i < end; ++i) {
      bad[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
      auto parsed = read_key(bad);
      bad[i] = bytes[i];
      if (!parsed.ok()) continue;
      EXPECT_NE(write_key(*parsed), bytes);
      const auto checked = verify_key(std::move(*parsed));
      if (!checked.ok()) continue;
      EXPECT_FALSE(checked->one_model());  // no digest of its weights
      passed[i] = 1;
      valid[i] = verify(*checked, net.statement, {}, {}, *proof).ok() ? 1 : 0;
    }
  });
  EXPECT_EQ(std::count(valid.begin(), valid.end(), 1), 0);
  EXPECT_GT(std::count(passed.begin(), passed.end(), 1), 0);  // names, segments, unused table rows: other keys
  for (std::size_t n = 0; n < bytes.size(); n += 11) EXPECT_FALSE(read_key(std::span(bytes).first(n)).ok());
}

TEST(Hostile, a_key_has_a_binding_for_each_digest) {
  const TestNetwork net(3);
  auto key = make_key(net.circuit, {}, quick());
  ASSERT_TRUE(key.ok());
  key->bindings.emplace_back(4, F(1));
  EXPECT_FALSE(read_key(write_key(*key)).ok());
  EXPECT_FALSE(verify_key(std::move(*key)).ok());
}

TEST(Hostile, a_key_without_outputs_establishes_no_model) {
  CircuitBuilder b;
  b.zero(b.affine({4}, {b.term(b.committed({4}, 0))}), 0);
  auto key = make_key(b.take(), {}, quick());
  ASSERT_TRUE(key.ok()) << to_string(key.error());
  const auto checked = verify_key(std::move(*key));
  ASSERT_TRUE(checked.ok()) << to_string(checked.error());
  EXPECT_FALSE(checked->one_model());
}

// Sound or not, as the bounds say; what is sound can be proven and verified.
TEST(Hostile, keys_of_random_circuits) {
  std::size_t sound = 0;
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    RandomCircuit r(seed, 2, seed % 8 == 0);
    const auto key = make_key(r.circuit, {}, quick());
    if (!key.ok()) continue;  // public values without a port
    const auto checked = verify_key(*key);
    if (!checked.ok()) continue;
    ++sound;
    r.witness.values.resize(key->circuit.tensors.size());
    r.statement.resize(key->circuit.tensors.size());
    const auto bounds = derive_bounds(key->circuit);
    const auto values = evaluate_virtual(key->circuit, r.witness, r.statement);
    ASSERT_TRUE(bounds.ok() && values.ok());
    for (TensorId id = 0; id < bounds->size(); ++id)
      for (const F x : (*values)[id])
        if (const Interval& i = (*bounds)[id]; i.integer) {
          EXPECT_LE(i.lo, x.to_signed());
          EXPECT_LE(x.to_signed(), i.hi);
        }
    const auto proof = prove({*key, r.witness, r.statement, {}, {}}, SecretDigest(Digest{}));
    ASSERT_TRUE(proof.ok()) << seed;
    EXPECT_TRUE(verify(*checked, r.statement, {}, {}, *proof).ok()) << seed;
  }
  EXPECT_GT(sound, 10U);
}

}  // namespace
}  // namespace nescio
