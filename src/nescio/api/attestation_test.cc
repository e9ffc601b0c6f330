// Records that an issuer vouches for: proven and verified, exchanged, forged, expired, and what their bytes must be.
#include "nescio/api/attestation.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "nescio/api/prover_attest.h"
#include "nescio/api/prover_digest.h"
#include "nescio/api/verify.h"
#include "nescio/compile/lowering_fixture.h"

namespace nescio {
namespace {

// Three inputs of one shape and range, so that nothing but the schema tells one record from another.
const ProvingKey& key() {
  static const ProvingKey made = [] {
    Sketch s({{1, 3}, {1, 3}, {1, 3}});
    const Graph g = s.graph({s.linear(s.x(0), 2), s.linear(s.x(1), 1), s.linear(s.x(2), 1)});
    Model m;
    m.graph = quantised(g, random_calibration(g, 4));
    m.plan = *choose_plan(m.graph);
    CommitOptions o;
    o.security_bits = 100;
    o.bind_inputs = {{"x0"}, {"x1"}};
    return *commit_model(std::move(m), o);
  }();
  return made;
}
const Circuit& circuit() {
  return key().key->key().circuit;
}
IssuerKeys issuer(std::uint8_t number) {
  Secret<std::array<std::uint8_t, 32>> seed;
  seed.value.fill(number);
  return issuer_keys(seed);
}
NamedArrays input(const std::string& name, double first) {
  return {{name, {{1, 3}, {first, -0.25, 0.125}}}};
}
AttestedRecord record(const std::string& name, double first = 0.5, std::uint8_t by = 1) {
  auto made = attest(circuit(), {input(name, first), "First Bank", 1000, 2000}, issuer(by));
  NESCIO_CHECK(made.ok());
  return std::move(*made);
}
ProveRequest request(std::vector<AttestedRecord> records) {
  ProveRequest r;
  for (const std::string name : {"x0", "x1", "x2"})
    if (std::none_of(records.begin(), records.end(), [&](const AttestedRecord& x) { return x.data[0].first == name; }))
      r.inputs.push_back(input(name, 0.25)[0]);
  r.records = std::move(records);
  return r;
}
ProofFile proven(const ProveRequest& r) {
  const auto p = prove_statement(key(), r);
  if (!p.ok()) ADD_FAILURE() << to_string(p.error());
  return *read_proof_file(p->file);
}
ErrorCode code_of(const ProofFile& file, const Expected& expected = {}) {
  const auto verdict = verify_proof(*key().key, write_proof_file(file), expected);
  return verdict.ok() ? ErrorCode{} : verdict.error().code;
}
// Refused by the argument itself: the transcript is another.
bool is_another_proof(const ProofFile& file) {
  const ErrorCode code = code_of(file);
  return code == ErrorCode::kVPow || code == ErrorCode::kVOpening || code == ErrorCode::kVMerkle ||
         code == ErrorCode::kVFormat;
}
Expected trust(std::vector<TrustedIssuer> issuers, std::uint64_t time = 1500) {
  Expected e;
  e.issuers = std::move(issuers);
  e.time = time;
  return e;
}

// RFC 8032, 7.1, test 1.
TEST(Attestation, keys_are_those_of_the_standard) {
  const auto bytes = [](const char* hex) {
    std::array<std::uint8_t, 32> out{};
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<std::uint8_t>(std::stoi(std::string(hex + 2 * i, 2), nullptr, 16));
    return out;
  };
  Secret<std::array<std::uint8_t, 32>> seed(bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(issuer_keys(seed).key, bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  EXPECT_NE(make_issuer_keys().key, make_issuer_keys().key);
}

TEST(Attestation, a_proof_is_about_the_record_that_was_signed) {
  const AttestedRecord first = record("x0"), second = record("x1", 0.75, 2);
  ProveRequest r = request({second, first});
  const ProofFile file = proven(r);
  const auto verdict = verify_proof(*key().key, write_proof_file(file));
  ASSERT_TRUE(verdict.ok()) << to_string(verdict.error());
  EXPECT_EQ(verdict->attested, (std::vector<Attested>{{second.attestation, 2}, {first.attestation, 1}}));
  EXPECT_EQ(file.disclosed.digests[0].digest, first.attestation.digest);

  // A record of the same person with other data, and the same data attested again, under another salt.
  for (const AttestedRecord& other : {record("x0", 0.25), record("x0")}) {
    ProofFile changed = file;
    changed.attestations[1] = other.attestation;
    EXPECT_EQ(code_of(changed), ErrorCode::kVAttest);
  }
  // That of another input, though shapes, ranges and data are equal.
  ProofFile changed = file;
  changed.attestations[1].digest = file.disclosed.digests[1].digest;
  EXPECT_EQ(code_of(changed), ErrorCode::kVAttest);
  // Nothing of the list can be left out, doubled or moved.
  changed = file;
  changed.attestations.pop_back();
  EXPECT_TRUE(is_another_proof(changed));
  changed = file;
  changed.attestations.push_back(file.attestations[0]);
  EXPECT_TRUE(is_another_proof(changed));
  changed = file;
  std::swap(changed.attestations[0], changed.attestations[1]);
  EXPECT_TRUE(is_another_proof(changed));
}

TEST(Attestation, a_prover_cannot_change_the_record) {
  AttestedRecord changed = record("x0");
  changed.data[0].second.values[0] = 0.75;
  EXPECT_EQ(prove_statement(key(), request({changed})).error().code, ErrorCode::kVAttest);
  changed = record("x0");
  changed.salt.value[2] += F(1);
  EXPECT_EQ(prove_statement(key(), request({changed})).error().code, ErrorCode::kVAttest);
  changed = record("x0");  // the record of another input
  changed.data[0].first = "x1";
  EXPECT_EQ(prove_statement(key(), request({changed})).error().code, ErrorCode::kVAttest);
  // Signed for another input: the digests of equal data under equal salts are equal, the schemas are not.
  AttestedRecord other = record("x0");
  const DigestPort* second = &circuit().digests[2];
  EXPECT_EQ(*input_digest(circuit(), input("x1", 0.5), other.salt.value), other.attestation.digest);
  EXPECT_NE(schema_of(circuit(), *second), other.attestation.schema);
}

TEST(Attestation, each_bit_of_a_signed_statement_counts) {
  const AttestedRecord good = record("x0");
  EXPECT_TRUE(check_signature(good.attestation).ok());
  const auto bytes = write_attestation(good.attestation);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] ^= 1;
    const auto read = read_attestation(changed);
    if (!read.ok()) {
      EXPECT_EQ(read.error().code, ErrorCode::kVFormat);
      continue;
    }
    EXPECT_EQ(write_attestation(*read), changed);
    EXPECT_EQ(check_signature(*read).error().code, ErrorCode::kVAttest) << i;
  }
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_EQ(read_attestation(std::span(bytes).first(n)).error().code, ErrorCode::kVFormat);
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(read_attestation(longer).error().code, ErrorCode::kVFormat);
  // S and S + L: a second signature of the same statement, without the key.
  constexpr std::uint8_t kOrder[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                       0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  Attestation again = good.attestation;
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned>(again.signature[32 + i]) + kOrder[i];
    again.signature[32 + i] = static_cast<std::uint8_t>(carry & 0xFF);
    carry >>= 8;
  }
  EXPECT_EQ(check_signature(again).error().code, ErrorCode::kVAttest);
  // A key of small order would sign everything: R = the identity, S = 0.
  Attestation small = good.attestation;
  small.issuer = {1};
  small.signature = {1};
  EXPECT_EQ(check_signature(small).error().code, ErrorCode::kVAttest);
}

// Libraries differ on points that are not of prime order: with the cofactor 8 in the equation or without, a signature
// holds or does not. The issuer A + T, T of order 8, signs (R, S) with the hash h: S B = R + h A is off by h T, which
// is zero for one h in 8. So is R + T, which only an equation with the cofactor takes.
TEST(Attestation, points_that_are_not_of_prime_order_are_refused) {
  constexpr SigningKey kOrder8 = {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
                                  0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
                                  0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05};
  ASSERT_GE(sodium_init(), 0);
  const auto signed_by = [&](bool off_key, bool off_nonce, std::uint64_t number) {
    SigningKey a{}, r{}, sum{};
    a[0] = 3;
    r[0] = 5;
    Attestation x = record("x0").attestation;
    x.expires = number;
    const auto point = [&](const SigningKey& scalar, bool off) {
      SigningKey out{};
      EXPECT_EQ(crypto_scalarmult_ed25519_base_noclamp(out.data(), scalar.data()), 0);
      EXPECT_EQ(off ? crypto_core_ed25519_add(out.data(), out.data(), kOrder8.data()) : 0, 0);
      return out;
    };
    x.issuer = point(a, off_key);
    const SigningKey nonce = point(r, off_nonce);
    crypto_hash_sha512_state state;
    std::array<std::uint8_t, 64> wide{};
    const auto message = signed_bytes(x);
    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, nonce.data(), nonce.size());
    crypto_hash_sha512_update(&state, x.issuer.data(), x.issuer.size());
    crypto_hash_sha512_update(&state, message.data(), message.size());
    crypto_hash_sha512_final(&state, wide.data());
    crypto_core_ed25519_scalar_reduce(sum.data(), wide.data());
    crypto_core_ed25519_scalar_mul(sum.data(), sum.data(), a.data());
    crypto_core_ed25519_scalar_add(sum.data(), sum.data(), r.data());
    std::copy(nonce.begin(), nonce.end(), x.signature.begin());
    std::copy(sum.begin(), sum.end(), x.signature.begin() + 32);
    return check_signature(x);
  };
  for (std::uint64_t number = 2000; number < 2064; ++number) {
    EXPECT_TRUE(signed_by(false, false, number).ok());
    EXPECT_FALSE(signed_by(true, false, number).ok()) << number;
    EXPECT_FALSE(signed_by(false, true, number).ok()) << number;
    EXPECT_FALSE(signed_by(true, true, number).ok()) << number;
  }
}

TEST(Attestation, verifiers_choose_whom_they_trust_with_what_and_when) {
  const ProofFile file = proven(request({record("x0", 0.5, 1), record("x1", 0.5, 2)}));
  const SigningKey one = issuer(1).key, two = issuer(2).key, three = issuer(3).key;
  EXPECT_EQ(code_of(file, trust({})), ErrorCode{});
  EXPECT_EQ(code_of(file, trust({{one, {"x0"}}})), ErrorCode{});
  EXPECT_EQ(code_of(file, trust({{one, {"x0"}}, {two, {"x1"}}})), ErrorCode{});
  EXPECT_EQ(code_of(file, trust({{one, {"x0"}}, {three, {"x0"}}})), ErrorCode{});  // one of them
  EXPECT_EQ(code_of(file, trust({{one, {"x0"}}}, 1000)), ErrorCode{});
  EXPECT_EQ(code_of(file, trust({{one, {"x0"}}}, 2000)), ErrorCode{});
  EXPECT_EQ(code_of(file, trust({{one, {"x0"}}}, 999)), ErrorCode::kVAttest);
  EXPECT_EQ(code_of(file, trust({{one, {"x0"}}}, 2001)), ErrorCode::kVAttest);
  EXPECT_EQ(code_of(file, trust({{two, {"x0"}}})), ErrorCode::kVAttest);  // signed, but by somebody else
  EXPECT_EQ(code_of(file, trust({{one, {"x0", "x1"}}})), ErrorCode::kVAttest);
  EXPECT_EQ(code_of(file, trust({{one, {"x2"}}})), ErrorCode::kVAttest);  // nobody vouches for it
  EXPECT_EQ(code_of(file, trust({{one}, {two}})), ErrorCode::kVAttest);   // all inputs, x2 among them
  EXPECT_EQ(code_of(file, trust({{three}})), ErrorCode::kVAttest);
  EXPECT_EQ(code_of(file, trust({{one, {"price"}}})), ErrorCode::kUsage);
  Circuit nothing_to_attest = circuit();
  nothing_to_attest.inputs.clear();
  EXPECT_EQ(demand_issuers(nothing_to_attest, {}, {{one}}, 1500).error().code, ErrorCode::kUsage);
  // Two attestations of one record: one that has expired does not spoil the other.
  AttestedRecord old = record("x0");
  const auto later = attest(circuit(), {old.data, "", 3000, 4000}, issuer(1));
  ASSERT_TRUE(later.ok());
  EXPECT_EQ(prove_statement(key(), request({old, *later})).error().code, ErrorCode::kUsage);  // two salts, one digest
}

// A model that is trained again, on other data, takes the records that were signed for the first one.
TEST(Attestation, a_later_model_may_take_the_same_records) {
  Sketch s({{1, 3}, {1, 3}, {1, 3}});
  const Graph g = s.graph({s.linear(s.x(0), 2), s.linear(s.x(1), 2), s.linear(s.x(2), 3)});
  Calibration larger;
  Random random(77);
  for (int r = 0; r < 4; ++r) {
    larger.rows.emplace_back();
    for (int i = 0; i < 3; ++i) larger.rows.back().push_back(random.tensor({DType::kFloat32, {1, 3}}, 100));
  }
  const auto schemas = [&](const QuantOptions& options) {
    Model m;
    const auto q = quantise(g, larger, options);
    EXPECT_TRUE(q.ok());
    m.graph = *q;
    m.plan = *choose_plan(m.graph);
    CommitOptions o;
    o.security_bits = 100;
    o.bind_inputs = {{"x0"}, {"x1"}};
    return *commit_model(std::move(m), o);
  };
  const AttestedRecord signed_before = record("x1");
  ProveRequest r = request({signed_before});
  const ProvingKey other = schemas({});
  EXPECT_EQ(prove_statement(other, r).error().code, ErrorCode::kVAttest);
  QuantOptions like;
  like.inputs = *inputs_like(circuit());
  const ProvingKey same = schemas(like);
  const auto proven_again = prove_statement(same, r);
  ASSERT_TRUE(proven_again.ok()) << to_string(proven_again.error());
  const auto verdict = verify_proof(*same.key, proven_again->file, trust({{issuer(1).key, {"x1"}}}));
  EXPECT_TRUE(verdict.ok());
  const auto refused = [&](const auto& change) {
    QuantOptions wrong = like;
    change(wrong.inputs);
    EXPECT_EQ(quantise(g, larger, wrong).error().code, ErrorCode::kUsage);
  };
  refused([](auto& inputs) { inputs.erase("x2"); });
  refused([](auto& inputs) { inputs["x0"].bits = 40; });
  refused([](auto& inputs) { inputs["x0"].scales = {0}; });
  refused([](auto& inputs) { inputs["x0"].scales = {1, 2}; });
  refused([](auto& inputs) { inputs["x0"].float_keys = true; });
  refused([](auto& inputs) { inputs["x0"].missing = true; });
}

TEST(Attestation, refusals) {
  const auto refused = [](AttestRequest r) { return attest(circuit(), std::move(r), issuer(1)).error().code; };
  EXPECT_EQ(refused({input("x0", 0.5), "Bank", 2, 1}), ErrorCode::kUsage);
  EXPECT_EQ(refused({input("x0", 0.5), "B\nnk", 1, 2}), ErrorCode::kUsage);
  EXPECT_EQ(refused({input("x0", 0.5), std::string(257, 'B'), 1, 2}), ErrorCode::kUsage);
  EXPECT_EQ(refused({input("x2", 0.5), "Bank", 1, 2}), ErrorCode::kUsage);  // the key binds no digest of it
  EXPECT_EQ(refused({input("x0", 1e30), "Bank", 1, 2}), ErrorCode::kInRange);
  EXPECT_EQ(refused({{{"x0", {{2}, {1, 2}}}}, "Bank", 1, 2}), ErrorCode::kInShape);
  ProveRequest twice = request({record("x0")});
  twice.inputs.push_back(input("x0", 0.5)[0]);
  EXPECT_EQ(prove_statement(key(), twice).error().code, ErrorCode::kUsage);
  ProveRequest salted = request({record("x0")});
  salted.input_salts = {Secret<DigestCells>()};
  EXPECT_EQ(prove_statement(key(), salted).error().code, ErrorCode::kUsage);
  // Inputs without names are those that are in no record, in order.
  ProveRequest nameless = request({record("x0")});
  for (auto& [name, array] : nameless.inputs) name.clear();
  EXPECT_EQ(code_of(proven(nameless)), ErrorCode{});
}

TEST(Record, round_trip_and_hostile_bytes) {
  const AttestedRecord good = record("x1");
  const auto bytes = write_record(good);
  const auto again = read_record(bytes);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(write_record(*again), bytes);
  EXPECT_EQ(again->attestation, good.attestation);
  EXPECT_EQ(again->salt.value, good.salt.value);
  EXPECT_EQ(again->data[0].second.values, good.data[0].second.values);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_EQ(read_record(std::span(bytes).first(n)).error().code, ErrorCode::kInFormat);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int mask : {0x01, 0x80}) {
      auto changed = bytes;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ mask);
      const auto read = read_record(changed);
      if (read.ok()) {
        EXPECT_EQ(write_record(*read), changed);
      } else {
        EXPECT_EQ(read.error().code, ErrorCode::kInFormat);
      }
    }
}

}  // namespace
}  // namespace nescio
