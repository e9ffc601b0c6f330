// Fiat-Shamir over whole proofs: each message that a verifier absorbs changes the next challenge of its transcript, for
// the last messages of a segment the first challenge after the join; and no challenge before it.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "nescio/base/endian.h"
#include "nescio/prover/every_relation.h"
#include "nescio/prover/message_labels.h"
#include "nescio/prover/prove.h"
#include "nescio/prover/recorded/steps.h"
#include "nescio/verifier/test_key.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

std::vector<Step> run(const CheckedKey& key, const PublicValues& values, std::span<const std::uint8_t> statement,
                      std::span<const std::uint8_t> context, std::span<const std::uint8_t> proof, bool valid) {
  steps().clear();
  EXPECT_EQ(verify(key, values, statement, context, proof).ok(), valid);
  return steps();
}

// The first challenge that step i decides; steps.size() if there is none.
std::size_t next_challenge(const std::vector<Step>& list, std::size_t i) {
  Digest state = list[i].after, joined{};
  bool waits = false;  // for the digest of a fork to be absorbed
  for (std::size_t k = i + 1; k < list.size(); ++k) {
    const Step& s = list[k];
    if (waits && s.kind == Step::Kind::absorb && std::ranges::equal(s.payload, joined.bytes)) {
      state = s.after;
      waits = false;
    } else if (!waits && s.before == state) {
      if (s.kind == Step::Kind::challenge) return k;
      if (s.kind == Step::Kind::digest) joined = s.after;
      waits = s.kind == Step::Kind::digest;
      state = s.after;
    }
  }
  return list.size();
}

VerifyingKey key_of(const EveryRelation& net) {
  VerifyingKey key = toy_key<Ext3>(net.circuit(), 9);
  key.bindings = net.bindings;
  return key;
}

struct Fixture {
  EveryRelation net{2};
  VerifyingKey key = key_of(net);
  CheckedKey checked = UncheckedKeyForTests::make(key);
  std::vector<std::uint8_t> statement = {'s'}, context = {'c'}, proof;
  std::vector<Step> honest;
  Fixture() {
    net.fit(key);
    const auto made = prove({key, net.witness, net.statement, statement, context}, SecretDigest(Digest{}));
    NESCIO_CHECK(made.ok());
    proof = *made;
    honest = run(checked, net.statement, statement, context, proof, true);
  }
  // The challenges before step i are the same, the next that depends on it is another.
  void expect_change(const std::vector<Step>& changed, std::size_t i) const {
    const std::size_t k = next_challenge(honest, i);
    ASSERT_LT(k, honest.size()) << "no challenge after " << honest[i].label;
    ASSERT_LT(k, changed.size());
    for (std::size_t j = 0; j < i; ++j) ASSERT_EQ(honest[j].after, changed[j].after);
    EXPECT_EQ(honest[k].label, changed[k].label);
    EXPECT_NE(honest[k].before, changed[k].before) << honest[i].label << " does not change " << honest[k].label;
  }
};

TEST(Recorded, each_message_changes_the_next_challenge) {
  const Fixture f;
  MessageLabels labels;
  std::size_t at = 0;  // in the proof
  for (std::size_t i = 0; i < f.honest.size(); ++i) {
    const Step& s = f.honest[i];
    if (s.kind != Step::Kind::absorb || s.label == "join" || s.label == "key" || s.label == "public" ||
        s.label == "statement" || s.label == "context")
      continue;
    // Messages stand in the proof in the order of absorption, rows and paths between them.
    const auto found = std::search(f.proof.begin() + static_cast<std::ptrdiff_t>(at), f.proof.end(), s.payload.begin(),
                                   s.payload.end());
    ASSERT_NE(found, f.proof.end()) << s.label;
    at = static_cast<std::size_t>(found - f.proof.begin());
    std::vector<std::uint8_t> bad = f.proof;
    bad[at] ^= 1;
    f.expect_change(run(f.checked, f.net.statement, f.statement, f.context, bad, false), i);
    at += s.payload.size();
    labels.insert(s.label);
  }
  MessageLabels all = kMessages;
  all.insert(kNonces.begin(), kNonces.end());
  EXPECT_EQ(labels, all);
}

TEST(Recorded, everything_public_changes_the_first_challenge) {
  Fixture f;
  const auto at = [&](const char* label) {
    const auto it = std::find_if(f.honest.begin(), f.honest.end(), [&](const Step& s) { return s.label == label; });
    return static_cast<std::size_t>(it - f.honest.begin());
  };
  EXPECT_EQ(f.honest[next_challenge(f.honest, at("context"))].label, "alpha");
  f.expect_change(run(f.checked, f.net.statement, {}, f.context, f.proof, false), at("statement"));
  f.expect_change(run(f.checked, f.net.statement, f.statement, {}, f.proof, false), at("context"));
  PublicValues values = f.net.statement;
  values[f.net.lo][0] += F(1);
  f.expect_change(run(f.checked, values, f.statement, f.context, f.proof, false), at("public"));
  VerifyingKey other = f.key;
  other.circuit.outputs[0].name = "another";
  f.expect_change(run(UncheckedKeyForTests::make(other), f.net.statement, f.statement, f.context, f.proof, false),
                  at("key"));
  other = f.key;
  other.params.security_bits = 2;
  EXPECT_NE(run(UncheckedKeyForTests::make(other), f.net.statement, f.statement, f.context, f.proof, false)[0].before,
            f.honest[0].before);
}

// No two challenges are drawn from one state: none can be used twice.
TEST(Recorded, no_state_is_squeezed_twice) {
  const Fixture f;
  std::set<Digest> seen;
  for (const Step& s : f.honest)
    if (s.kind == Step::Kind::challenge) {
      EXPECT_TRUE(seen.insert(s.before).second) << s.label;
    }
}

// Both sides hash the same steps in the same order, segments apart.
TEST(Recorded, prover_and_verifier_do_the_same) {
  Fixture f;
  steps().clear();
  ASSERT_TRUE(prove({f.key, f.net.witness, f.net.statement, f.statement, f.context}, SecretDigest(Digest{})).ok());
  std::map<Digest, Digest> mine;
  for (const Step& s : steps()) mine.emplace(s.before, s.after);
  for (const Step& s : f.honest)
    if (s.kind != Step::Kind::digest) {
      EXPECT_TRUE(mine.contains(s.before)) << s.label;
    }
}

}  // namespace
}  // namespace nescio
