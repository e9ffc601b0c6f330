// Keys that make inputs and outputs public or bind them: proven, verified, tampered with; and what a private key, a
// salt file or somebody who vouches for data need to agree on.
#include <gtest/gtest.h>

#include "nescio/api/digest_text.h"
#include "nescio/api/prover_digest.h"
#include "nescio/api/verify.h"
#include "nescio/compile/lowering_fixture.h"

namespace nescio {
namespace {

// Two inputs, x0 [1, 4] and x1 [1, 2]; two outputs, y0 [1, 3] and y1 [1, 1].
Model small_model() {
  Sketch s({{1, 4}, {1, 2}});
  const Graph g = s.graph({s.linear(s.op("Relu", {s.linear(s.x(0), 5)}), 3), s.linear(s.x(1), 1)});
  Model m;
  m.graph = quantised(g, random_calibration(g, 4));
  m.plan = *choose_plan(m.graph);
  return m;
}
CommitOptions options(std::vector<std::string> disclose, bool input_digest = false, bool output_digest = false) {
  CommitOptions o;
  o.security_bits = 100;
  o.disclose = std::move(disclose);
  if (input_digest) o.bind_inputs = {{}};
  o.output_digest = output_digest;
  return o;
}
ProvingKey committed(const CommitOptions& o) {
  auto key = commit_model(small_model(), o);
  if (!key.ok()) ADD_FAILURE() << to_string(key.error());
  return std::move(*key);
}
ProveRequest request() {
  ProveRequest r;
  r.inputs = {{"x0", {{1, 4}, {0.5, -0.25, 0.125, 0.75}}}, {"x1", {{1, 2}, {0.25, -0.5}}}};
  return r;
}
ProofFile proven(const ProvingKey& key, const ProveRequest& r, Proven* out = nullptr) {
  auto p = prove_statement(key, r);
  NESCIO_CHECK(p.ok());
  if (out != nullptr) *out = *p;
  return *read_proof_file(p->file);
}
ErrorCode code_of(const CheckedKey& key, const ProofFile& file) {
  const auto verdict = verify_proof(key, write_proof_file(file));
  return verdict.ok() ? ErrorCode{} : verdict.error().code;
}

TEST(Disclosure, each_kind_is_proven_told_and_cannot_be_left_out_or_changed) {
  struct Case {
    CommitOptions options;
    std::size_t inputs, outputs, digests;
  };
  for (const Case& c : {Case{options({}), 0, 0, 0}, Case{options({"x1"}), 1, 0, 0}, Case{options({"y0"}), 0, 1, 0},
                        Case{options({}, true), 0, 0, 1}, Case{options({}, false, true), 0, 0, 1},
                        Case{options({"x0", "x1", "y0", "y1"}, true, true), 2, 2, 2}}) {
    const ProvingKey key = committed(c.options);
    const ProofFile file = proven(key, request());
    EXPECT_EQ(file.disclosed.inputs.size(), c.inputs);
    EXPECT_EQ(file.disclosed.outputs.size(), c.outputs);
    EXPECT_EQ(file.disclosed.digests.size(), c.digests);
    const auto verdict = verify_proof(*key.key, write_proof_file(file));
    ASSERT_TRUE(verdict.ok()) << to_string(verdict.error());
    EXPECT_EQ(verdict->disclosed, file.disclosed);
    const auto rejected = [&](ErrorCode code, const auto& change) {
      ProofFile other = file;
      change(other.disclosed);
      EXPECT_EQ(code_of(*key.key, other), code);
    };
    const auto another = [](Revealed& r) { r.values[0] += r.values[0] > 0 ? -1 : 1; };
    if (c.inputs > 0) {
      rejected(ErrorCode::kVPublic, [](Disclosed& d) { d.inputs.pop_back(); });
      rejected(ErrorCode::kVPublic, [](Disclosed& d) { d.inputs[0].values[0] = std::int64_t{1} << 40; });

      ProofFile other = file;
      another(other.disclosed.inputs[0]);
      EXPECT_NE(code_of(*key.key, other), ErrorCode{});
    } else {
      rejected(ErrorCode::kVPublic, [](Disclosed& d) { d.inputs.push_back({"x0", {0, 0, 0, 0}}); });
    }
    if (c.outputs > 0) {
      rejected(ErrorCode::kVPublic, [](Disclosed& d) { d.outputs.erase(d.outputs.begin()); });
      ProofFile other = file;
      another(other.disclosed.outputs[0]);
      EXPECT_NE(code_of(*key.key, other), ErrorCode{});
    }
    if (c.digests > 0) {
      rejected(ErrorCode::kVPublic, [](Disclosed& d) { d.digests.pop_back(); });
      ProofFile other = file;
      other.disclosed.digests.back().digest[2] += F(1);
      EXPECT_NE(code_of(*key.key, other), ErrorCode{});
    } else {
      rejected(ErrorCode::kVPublic, [](Disclosed& d) { d.digests.push_back({Group::outputs, {}}); });
    }
  }
}

TEST(Disclosure, the_library_alone_demands_a_disclosed_output) {
  const ProvingKey key = committed(options({"y1"}));
  const ProofFile file = proven(key, request());
  const Circuit& circuit = key.key->key().circuit;
  PublicValues values = *statement_values(circuit, {}, file.disclosed);
  EXPECT_TRUE(public_values(key.key->key(), values).ok());
  const TensorId hi = circuit.outputs[1].pub_hi, outside = circuit.outputs[1].pub_outside;
  for (const TensorId id : {hi, outside}) {
    PublicValues other = values;
    other[id][0] += F(1);
    const auto refused = public_values(key.key->key(), other);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kVPublic);
    EXPECT_EQ(refused.error().where, id);
  }
}

TEST(Disclosure, a_proof_is_of_no_use_for_other_public_values) {
  const ProvingKey key = committed(options({"x0"}, true));
  ProveRequest r = request();
  r.input_salts = {Secret<DigestCells>({F(1), F(2), F(3), F(4)})};
  const ProofFile first = proven(key, r);
  r.inputs[0].second.values[0] = 0.25;
  ProofFile second = proven(key, r);
  EXPECT_NE(first.disclosed.inputs, second.disclosed.inputs);
  EXPECT_NE(first.disclosed.digests, second.disclosed.digests);  // same salt, other data
  EXPECT_EQ(code_of(*key.key, second), ErrorCode{});
  std::swap(second.proof, const_cast<ProofFile&>(first).proof);
  EXPECT_NE(code_of(*key.key, second), ErrorCode{});
  EXPECT_NE(code_of(*key.key, first), ErrorCode{});
}

TEST(Disclosure, whoever_vouches_for_data_computes_the_same_digest) {
  const ProvingKey key = committed(options({}, true, true));
  const auto bytes = write_key(key.key->key());
  const auto parsed = read_key(bytes);
  ASSERT_TRUE(parsed.ok());
  Proven out;
  ProveRequest r = request();
  const ProofFile fresh = proven(key, r, &out);
  ASSERT_EQ(fresh.disclosed.digests[0].group, Group::inputs);
  const auto outside = input_digest(parsed->circuit, r.inputs, out.input_salts[0]);
  ASSERT_TRUE(outside.ok());
  EXPECT_EQ(*outside, fresh.disclosed.digests[0].digest);
  // A salt that is given is used; one that is not is fresh.
  r.input_salts = {Secret(out.input_salts[0])};
  const ProofFile again = proven(key, r);
  EXPECT_EQ(again.disclosed.digests[0], fresh.disclosed.digests[0]);
  EXPECT_NE(again.disclosed.digests[1], fresh.disclosed.digests[1]);
  r.output_salt = out.output_salt;
  EXPECT_EQ(proven(key, r).disclosed.digests[1], fresh.disclosed.digests[1]);
}

// Two records, each under a digest of its own; by the order of the ports, however they were asked for.
TEST(Disclosure, each_input_may_have_its_own_digest) {
  CommitOptions o = options({});
  o.bind_inputs = {{"x1"}, {"x0"}};
  const ProvingKey key = committed(o);
  ProveRequest r = request();
  Proven out;
  const ProofFile file = proven(key, r, &out);
  EXPECT_EQ(code_of(*key.key, file), ErrorCode{});
  ASSERT_EQ(file.disclosed.digests.size(), 2U);
  const Circuit& circuit = key.key->key().circuit;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto own = input_digest(circuit, {r.inputs[i]}, out.input_salts[i]);
    ASSERT_TRUE(own.ok()) << to_string(own.error());
    EXPECT_EQ(*own, file.disclosed.digests[i].digest);
  }
  EXPECT_EQ(input_digest(circuit, r.inputs, {}).error().code, ErrorCode::kUsage);  // none of both
  // The first record stays, the second changes.
  r.input_salts = {Secret(out.input_salts[0]), Secret(out.input_salts[1])};
  r.inputs[1].second.values[0] += 0.25;
  const ProofFile other = proven(key, r);
  EXPECT_EQ(other.disclosed.digests[0], file.disclosed.digests[0]);
  EXPECT_NE(other.disclosed.digests[1], file.disclosed.digests[1]);
  ProofFile swapped = file;
  std::swap(swapped.disclosed.digests[0], swapped.disclosed.digests[1]);
  EXPECT_NE(code_of(*key.key, swapped), ErrorCode{});
  swapped.disclosed.digests.pop_back();
  EXPECT_EQ(code_of(*key.key, swapped), ErrorCode::kVPublic);

  for (const auto& names : {std::vector<std::vector<std::string>>{{"x0"}, {"x0", "x1"}}, {{"x0"}, {}}, {{"y0"}}}) {
    o.bind_inputs = names;
    EXPECT_EQ(commit_model(small_model(), o).error().code, ErrorCode::kUsage);
  }
  // A key whose digests share a port, or name ports out of order.
  const auto refused = [](const VerifyingKey& good, const auto& change) {
    VerifyingKey bad = good;
    change(bad.circuit.digests);
    const auto checked = verify_key(std::move(bad));
    ASSERT_FALSE(checked.ok());
    EXPECT_EQ(checked.error().code, ErrorCode::kVKey);
    EXPECT_EQ(checked.error().where, 23U);
  };
  refused(key.key->key(), [](std::vector<DigestPort>& d) { d[2].bound = d[1].bound; });
  refused(key.key->key(), [](std::vector<DigestPort>& d) { d[2].bound[0].lo -= 1; });
  const ProvingKey both = committed(options({}, true));
  refused(both.key->key(), [](std::vector<DigestPort>& d) { std::swap(d[1].bound[0], d[1].bound[1]); });
}

TEST(Disclosure, refusals_name_what_is_wrong) {
  const auto unknown = commit_model(small_model(), options({"x0", "price"}));
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::kUsage);
  EXPECT_NE(unknown.error().detail.find("price"), std::string::npos);
  EXPECT_NE(unknown.error().detail.find("x0, x1, y0, y1"), std::string::npos);
  const ProvingKey key = committed(options({}));
  ProveRequest r = request();
  r.input_salts = {Secret<DigestCells>()};
  EXPECT_EQ(prove_statement(key, r).error().code, ErrorCode::kUsage);
  r.input_salts.clear();
  r.output_salt = Secret<DigestCells>();
  EXPECT_EQ(prove_statement(key, r).error().code, ErrorCode::kUsage);
  EXPECT_EQ(input_digest(key.key->key().circuit, r.inputs, {}).error().code, ErrorCode::kUsage);
}

TEST(Disclosure, a_proving_key_keeps_it) {
  const ProvingKey key = committed(options({"x1", "y0"}, true, false));
  const auto again = read_proving_key(write_proving_key(key));
  ASSERT_TRUE(again.ok()) << to_string(again.error());
  EXPECT_EQ(again->program.disclosure, key.program.disclosure);
  EXPECT_EQ(code_of(*key.key, proven(*again, request())), ErrorCode{});
}

TEST(Disclosure, of_a_checked_key_is_what_it_says) {
  const ProvingKey key = committed(options({"x0"}, true, true));
  EXPECT_TRUE(key.key->one_model());
  const auto refused = [&](std::uint32_t where, const auto& change) {
    VerifyingKey other = key.key->key();
    change(other.circuit);
    const auto checked = verify_key(std::move(other));
    ASSERT_FALSE(checked.ok());
    EXPECT_EQ(checked.error().code, ErrorCode::kVKey);
    EXPECT_EQ(checked.error().where, where);
  };
  for (std::uint32_t i = 0; i < 3; ++i) {  // one cell more than is packed, and a wider range
    const bool ports = i > 0;
    // A digest may be of some inputs, but then it is another one.
    refused(i == 2 ? 23 : 300 + i, [&](Circuit& c) { c.digests[i].bound.pop_back(); });
    refused(ports ? 23 : 300, [&](Circuit& c) { c.digests[i].bound[0].hi += 1; });
  }
  refused(301, [](Circuit& c) { std::get<Constant>(c.tensors[c.digests[1].tensor - 18].def).values[8] ^= 1; });
  refused(302, [](Circuit& c) {  // x^9 in place of x^7
    auto& seventh = std::get<Cubic>(c.tensors[c.digests[2].tensor - 2].def);
    seventh.c = seventh.a;
  });
  refused(23, [](Circuit& c) {  // told, and tied to nothing
    const auto ties = [&](const Zero& z) {
      const auto* affine = std::get_if<Affine>(&c[z.tensor].def);
      return affine != nullptr && affine->terms.size() == 2 && affine->terms[1].source == c.inputs[0].pub;
    };
    c.zeros.erase(std::remove_if(c.zeros.begin(), c.zeros.end(), ties), c.zeros.end());
  });
}

TEST(Disclosure, is_part_of_the_model_id) {
  EXPECT_NE(committed(options({"y0"})).key->model(), committed(options({"y1"})).key->model());
}

}  // namespace
}  // namespace nescio
