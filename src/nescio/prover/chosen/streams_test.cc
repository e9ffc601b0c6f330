// Where the prover's randomness comes from and goes to: each stream is drawn once, no cell is shared between proofs
// unless everything is the same, a salt enters its leaf only, and a proof whose masks are singular is dropped for one
// with other randomness.
#include <set>
#include <string>

#include "nescio/merkle/leaf.h"
#include "nescio/pcs/frozen/tape.h"
#include "nescio/pcs/opening.h"
#include "nescio/prover/chosen/runs.h"
#include "nescio/prover/frozen/small_model.h"
#include "nescio/relation/random_circuit.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Recorded {
  Chosen chosen;
  Bytes proof;
  const std::map<StreamName, Drawn>& drawn(std::size_t attempt = 0) const { return chosen.attempts.at(attempt).drawn; }
};
// Under a given seed, or one that no other run has.
std::unique_ptr<Recorded> record(const ProofTask& task, const Digest* seed = nullptr, Chosen chosen = {}) {
  auto r = std::make_unique<Recorded>();
  r->chosen = std::move(chosen);
  if (seed != nullptr) watch(*seed, r->chosen);
  const auto proof = prove(task, SecretDigest(seed != nullptr ? *seed : seed_for(r->chosen)));
  NESCIO_CHECK(proof.ok());
  r->proof = *proof;
  return r;
}

// The same values as transcript/prf_test.cc, from an independent program.
TEST(Streams, the_generator_of_these_tests_is_that_of_the_prover) {
  Digest seed;
  for (std::size_t i = 0; i < 32; ++i) seed.bytes[i] = static_cast<std::uint8_t>(i);
  const SecretDigest k = derive_proof_key(seed, {bytes_of("parameters"), {}, bytes_of("statement")});
  Prf prf(k, "pads", 7);
  EXPECT_EQ(prf.base(), F(0xa249ff43d9637042));
  EXPECT_EQ(prf.ext<Ext3>(), Ext3({F(0x76a4be0a5066cbbd), F(0xb3ea25443c17cd99), F(0x10aa03253fbf6321)}));
  const Digest d = prf.bytes32();
  EXPECT_EQ(load_u64(d.bytes.data()), 0xdc11c674dbec6533u);
  EXPECT_EQ(load_u64(d.bytes.data() + 24), 0x9e02693b346efa8eu);
}

template <class E>
void expect_each_stream_once(const ProofTask& task) {
  const auto run = record(task);
  const Circuit& circuit = task.key.circuit;
  const pcs::Params& p = task.key.params;
  std::map<StreamName, std::size_t> sizes;
  for (std::uint32_t s = 0; s < circuit.segments; ++s) {
    const relation::Counts counts = relation::count_messages<E>(circuit, s);
    sizes[{"zk.pad", s}] = E::D * counts.pads;
    sizes[{"zk.triple.a", s}] = sizes[{"zk.triple.b", s}] = E::D * (counts.triples + 1);
    sizes[{"zk.dummy", s}] = E::D;
  }
  std::size_t group = 0;
  const auto& columns = task.key.layout.column_segment;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    if (j > 0 && columns[j] != columns[j - 1]) ++group;
    sizes[{"pcs.reserved", group}] += p.queries + 2 * E::D;
  }
  sizes[{"pcs.masks", 0}] = E::D << p.log_rows;
  sizes[{"pcs.salt", 0}] = std::size_t{1} << p.log_code();
  std::map<StreamName, std::size_t> drawn;
  std::set<std::uint64_t> cells;
  std::set<Digest> digests;
  std::size_t total = 0;
  for (const auto& [name, d] : run->drawn()) {
    drawn[name] = d.cells.size() + d.digests.size();
    for (const F x : d.cells) cells.insert(x.canonical());
    digests.insert(d.digests.begin(), d.digests.end());
    total += drawn[name];
  }
  EXPECT_EQ(drawn, sizes);
  EXPECT_EQ(run->chosen.attempts[0].opened.size(), sizes.size());
  EXPECT_EQ(cells.size() + digests.size(), total);
}

// As many cells as the proof needs, by the count of its messages, and no stream for two purposes.
TEST(Streams, each_is_drawn_once) {
  for (const std::uint32_t segments : {1U, 2U}) {
    const SmallModel two = SmallModel::make<Ext2>(segments), three = SmallModel::make<Ext3>(segments);
    expect_each_stream_once<Ext2>({two.key, two.witness({1, 2, 3}, {1, 2, 3}), two.statement, {}, {}});
    expect_each_stream_once<Ext3>({three.key, three.witness({1, 2, 3}, {1, 2, 3}), three.statement, {}, {}});
  }
  for (std::uint64_t n = 0; n < 21; ++n) {
    RandomCircuit r(n, n % 3 == 0 ? 1 : n % 3 == 1 ? 2 : 7);
    const VerifyingKey key = without_work(toy_key<Ext3>(r.circuit, 7));
    r.witness.values.resize(key.circuit.tensors.size());
    r.statement.resize(key.circuit.tensors.size());
    expect_each_stream_once<Ext3>({key, r.witness, r.statement, {}, {}});
  }
}

// How many cells and digests two runs share.
std::size_t shared(const Recorded& a, const Recorded& b) {
  std::set<std::uint64_t> cells;
  std::set<Digest> digests;
  for (const auto& attempt : a.chosen.attempts)
    for (const auto& [name, d] : attempt.drawn) {
      for (const F x : d.cells) cells.insert(x.canonical());
      digests.insert(d.digests.begin(), d.digests.end());
    }
  std::size_t n = 0;
  for (const auto& attempt : b.chosen.attempts)
    for (const auto& [name, d] : attempt.drawn) {
      for (const F x : d.cells) n += cells.contains(x.canonical());
      for (const Digest& x : d.digests) n += digests.contains(x);
    }
  return n;
}

TEST(Streams, one_seed_shares_no_pad_mask_or_salt_between_proofs_that_differ_in_anything) {
  const SmallModel small = SmallModel::make<Ext3>(2);
  const Witness witness = small.witness({1, 2, 3}, {1, 2, 3});
  const Bytes statement = {'s'}, context = {'c'}, other = {'x'}, both = {'s', 'c'};
  const Digest seed = hash_parts({bytes_of("one seed")});
  const auto run = [&](const ProofTask& task, Chosen chosen = {}) { return record(task, &seed, std::move(chosen)); };
  const ProofTask task{small.key, witness, small.statement, statement, context};
  const auto first = run(task);

  const auto again = run(task);
  EXPECT_EQ(again->proof, first->proof);
  EXPECT_EQ(again->chosen.attempts[0].key, first->chosen.attempts[0].key);
  const std::size_t all = shared(*first, *first);
  EXPECT_EQ(shared(*first, *again), all);

  std::vector<std::unique_ptr<Recorded>> runs;
  // Another input; another model; both.
  runs.push_back(run({small.key, small.witness({1, 2, 3}, {3, 3, 0}), small.statement, statement, context}));
  runs.push_back(run({small.key, small.witness({2, 2, 2}, {1, 2, 3}), small.statement, statement, context}));
  runs.push_back(run({small.key, small.witness({2, 1, 0}, {3, 0, 2}), small.statement, statement, context}));
  // Another statement, another context, the same bytes cut elsewhere.
  runs.push_back(run({small.key, witness, small.statement, other, context}));
  runs.push_back(run({small.key, witness, small.statement, statement, other}));
  runs.push_back(run({small.key, witness, small.statement, both, {}}));
  runs.push_back(run({small.key, witness, small.statement, {}, both}));
  // Other public values, other parameters, another circuit.
  SmallModel lower = small;
  lower.statement[small.lower] = {F(4)};
  auto& windows = lower.key.circuit.tables[small.window].multiplicity;
  Witness counted = witness;
  std::rotate(counted.values[windows].rbegin(), counted.values[windows].rbegin() + 1, counted.values[windows].rend());
  runs.push_back(run({small.key, counted, lower.statement, statement, context}));
  VerifyingKey params = small.key;
  params.params.security_bits = 2;
  runs.push_back(run({params, witness, small.statement, statement, context}));
  VerifyingKey named = small.key;
  named.circuit.inputs.push_back({});
  named.circuit.inputs.back().name = "x";
  runs.push_back(run({named, witness, small.statement, statement, context}));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    EXPECT_EQ(shared(*first, *runs[i]), 0U) << i;
    for (std::size_t k = 0; k < i; ++k) EXPECT_EQ(shared(*runs[k], *runs[i]), 0U) << k << ' ' << i;
  }

  // A generator that forgets the witness would be seen.
  for (const char* label : {"zk.pad", "zk.triple.a", "zk.dummy", "pcs.reserved", "pcs.masks", "pcs.salt"}) {
    Chosen forgetful;
    forgetful.fixed[label] = 1;
    const auto a = run(task, forgetful);
    const auto b =
        run({small.key, small.witness({1, 2, 3}, {3, 3, 0}), small.statement, statement, context}, forgetful);
    EXPECT_GT(shared(*a, *b), 0U) << label;
  }
}

// One by one: most of these runs have no proof, but all have a key.
TEST(Streams, every_private_cell_and_every_public_value_changes_the_key) {
  const SmallModel small = SmallModel::make<Ext3>(2);
  const Digest seed = hash_parts({bytes_of("one seed")});
  std::set<Digest> keys;
  std::size_t runs = 0;
  const auto run = [&](const Witness& witness, const PublicValues& statement) {
    Chosen chosen;
    watch(seed, chosen);
    (void)prove({small.key, witness, statement, {}, {}}, SecretDigest(seed));
    ASSERT_GE(chosen.attempts.size(), 1U);
    keys.insert(chosen.attempts[0].key);
    ++runs;
  };
  const Witness honest = small.witness({1, 2, 3}, {1, 2, 3});
  run(honest, small.statement);
  for (std::size_t t = 0; t < honest.values.size(); ++t)
    for (std::size_t i = 0; i < honest.values[t].size(); ++i) {
      Witness witness = honest;
      witness.values[t][i] += F(1);
      run(witness, small.statement);
    }
  PublicValues statement = small.statement;
  statement[small.lower][0] += F(1);
  run(honest, statement);
  EXPECT_EQ(runs, 3 * SmallModel::kSize + 4 + 16 + 2);
  EXPECT_EQ(keys.size(), runs);
}

TEST(Streams, another_seed_shares_nothing) {
  const SmallModel small = SmallModel::make<Ext3>(2);
  const Witness witness = small.witness({1, 2, 3}, {1, 2, 3});
  const ProofTask task{small.key, witness, small.statement, {}, {}};
  EXPECT_EQ(shared(*record(task), *record(task)), 0U);
}

// Singular masks at the challenges of the first attempt: all weights of mask rows are equal.
template <class E>
void expect_restart(const std::map<std::string, std::vector<std::uint64_t>>& words, bool restarts) {
  const SmallModel small = SmallModel::make<E>(2);
  const CheckedKey checked = UncheckedKeyForTests::make(small.key);
  const Witness witness = small.witness({1, 2, 3}, {1, 2, 3});
  const ProofTask task{small.key, witness, small.statement, {}, {}};
  const auto run = [&](Chosen chosen) {
    const Digest seed = hash_parts({bytes_of("restart")});
    tape_script() = {1, words};
    auto r = record(task, &seed, std::move(chosen));
    EXPECT_EQ(tape_script().starts, 0U);
    tape_script() = {};
    return r;
  };
  const auto made = run({});
  const auto& attempts = made->chosen.attempts;
  ASSERT_EQ(attempts.size(), restarts ? 2U : 1U);
  if (!restarts) return;
  ASSERT_EQ(attempts[0].parts.size(), attempts[1].parts.size());
  for (std::size_t i = 0; i + 1 < attempts[0].parts.size(); ++i) EXPECT_EQ(attempts[0].parts[i], attempts[1].parts[i]);
  EXPECT_EQ(attempts[0].parts.back(), Bytes(8));
  EXPECT_EQ(attempts[1].parts.back(), (Bytes{1, 0, 0, 0, 0, 0, 0, 0}));
  // Other randomness altogether,
  std::set<std::uint64_t> cells;
  std::set<Digest> digests;
  for (const auto& [name, d] : attempts[0].drawn) {
    for (const F x : d.cells) cells.insert(x.canonical());
    digests.insert(d.digests.begin(), d.digests.end());
  }
  for (const auto& [name, d] : attempts[1].drawn) {
    for (const F x : d.cells) EXPECT_FALSE(cells.contains(x.canonical())) << name.first;
    for (const Digest& x : d.digests) EXPECT_FALSE(digests.contains(x)) << name.first;
  }
  // the proof is valid, and nothing of the first attempt is in it: with other cells there it is the same.
  EXPECT_TRUE(verify(checked, small.statement, {}, {}, made->proof).ok());
  Chosen other;
  for (const char* label : {"zk.pad", "zk.triple.a", "zk.triple.b", "pcs.reserved", "pcs.masks", "pcs.salt"})
    other.fixed[label] = 3;
  const auto changed = run(other);
  EXPECT_EQ(changed->chosen.attempts.size(), 2U);
  EXPECT_NE(changed->drawn(0).at({"zk.pad", 0}).cells, made->drawn(0).at({"zk.pad", 0}).cells);
  EXPECT_EQ(changed->proof, made->proof);
}

TEST(Restart, singular_masks_are_followed_by_attempt_1) {
  expect_restart<Ext2>({{"open.w_res", {5, 7, 11}}}, true);
  expect_restart<Ext3>({{"open.w_res", {5, 7, 11}}}, true);
  // The script alone is not what does it.
  expect_restart<Ext3>({{"open.eps", {5, 7, 11}}}, false);
}

// alpha = fp(1) = 1 + range + beta: a looked-up value is 1, so a denominator is 0, and so is the root's.
TEST(Restart, a_vanishing_denominator_is_followed_by_attempt_1) {
  const std::uint64_t table = SmallModel::make<Ext3>(2).range;
  expect_restart<Ext3>({{"alpha", {1 + table + 5, 7, 11}}, {"beta", {5, 7, 11}}}, true);
  expect_restart<Ext3>({{"alpha", {1 + table + 50, 7, 11}}, {"beta", {5, 7, 11}}}, false);
}

// What is not opened is hidden by its salt, and by nothing else that is sent.
TEST(Salts, each_enters_the_root_and_no_other_message) {
  const SmallModel small = SmallModel::make<Ext2>(2);
  const pcs::Params& p = small.key.params;
  const Witness witness = small.witness({1, 2, 3}, {1, 2, 3});
  const Runs<Ext2> runs(small.key, small.statement, witness);
  const auto proof_with = [&](std::size_t row) {
    Chosen chosen;
    for (const char* label :
         {"zk.pad", "zk.triple.a", "zk.triple.b", "zk.dummy", "pcs.reserved", "pcs.masks", "pcs.salt"})
      chosen.fixed[label] = 1;
    if (row >> p.log_code() == 0) chosen.digests[{"pcs.salt", 0}][row] = Digest{};
    return record({small.key, witness, small.statement, {}, {}}, nullptr, std::move(chosen));
  };
  const std::size_t rows = std::size_t{1} << p.log_code();
  const auto first = proof_with(rows);
  const std::vector<Digest>& salts = first->drawn().at({"pcs.salt", 0}).digests;
  ASSERT_EQ(salts.size(), rows);
  const auto contains = [](const Bytes& proof, const Digest& d) {
    return std::search(proof.begin(), proof.end(), d.bytes.begin(), d.bytes.end()) != proof.end();
  };
  std::size_t opened = 0;
  std::set<std::string> roots = {{first->proof.begin(), first->proof.begin() + 32}};
  for (std::size_t row = 0; row < rows; ++row) {
    opened += contains(first->proof, salts[row]);
    const auto other = proof_with(row);
    EXPECT_EQ(runs.words.of(other->proof), runs.words.of(first->proof));
    EXPECT_TRUE(roots.insert({other->proof.begin(), other->proof.begin() + 32}).second) << row;
  }
  EXPECT_GE(opened, 2U);  // draws may meet
  EXPECT_LE(opened, p.queries);
}

}  // namespace
}  // namespace nescio
