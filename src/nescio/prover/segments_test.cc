// Circuits cut into segments, through the whole real path: key, its check, proof, verdict.
#include <gtest/gtest.h>

#include <set>

#include "nescio/base/parallel.h"
#include "nescio/prover/every_relation.h"
#include "nescio/prover/prove.h"
#include "nescio/relation/random_circuit.h"
#include "nescio/relation/test_network.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

soundness::SearchOptions options(unsigned degree, unsigned bits) {
  soundness::SearchOptions o;
  o.degree = static_cast<std::uint8_t>(degree);
  o.security_bits = static_cast<std::uint8_t>(bits);
  return o;
}
SecretDigest seed() {
  return SecretDigest(Digest{});
}

// Key bytes, the check of what they hold, a proof by the one and a verdict by the other.
void prove_and_verify(const Circuit& circuit, const std::vector<std::vector<F>>& bindings, Witness witness,
                      PublicValues statement, const soundness::SearchOptions& o) {
  const auto key = make_key(circuit, bindings, o);
  ASSERT_TRUE(key.ok()) << to_string(key.error()) << " rule " << key.error().where;
  auto read = read_key(write_key(*key));
  ASSERT_TRUE(read.ok()) << read.error().where;
  const auto checked = verify_key(std::move(*read));
  ASSERT_TRUE(checked.ok()) << checked.error().where;
  EXPECT_GE(checked->bits(), soundness::whole_bits(o.security_bits));
  std::set<std::uint32_t> columns(key->layout.column_segment.begin(), key->layout.column_segment.end());
  EXPECT_EQ(columns.size(), circuit.segments);  // each has some
  witness.values.resize(key->circuit.tensors.size());
  statement.resize(key->circuit.tensors.size());
  const auto proof = prove({*key, witness, statement, {}, {}}, seed());
  ASSERT_TRUE(proof.ok()) << to_string(proof.error());
  EXPECT_TRUE(verify(*checked, statement, {}, {}, *proof).ok());
}

TEST(Segments, every_relation_cut_into_1_2_and_7) {
  for (const std::uint32_t segments : {1U, 2U, 7U})
    for (const auto& o : {options(2, 100), options(3, 128)}) {
      SCOPED_TRACE(segments);
      const EveryRelation net(segments);
      for (std::uint32_t s = 0; s < segments; ++s) {
        const auto here = [s](const auto& relation) { return relation.segment == s; };
        EXPECT_TRUE(std::ranges::any_of(net.circuit().lookups, here)) << s;
        EXPECT_TRUE(std::ranges::any_of(net.circuit().zeros, here)) << s;
      }
      prove_and_verify(net.circuit(), net.bindings, net.witness, net.statement, o);
    }
}

// The lookups of one table in all segments but its own; and segments without any relation.
TEST(Segments, lookups_far_from_their_tables) {
  for (const std::uint32_t segments : {2U, 7U}) {
    TestNetwork net(5);
    net.circuit.segments = segments;
    for (TensorDef& t : net.circuit.tensors)
      if (auto* c = std::get_if<Committed>(&t.def)) c->segment = c->role == Role::multiplicity ? segments - 1 : 0;
    std::uint32_t next = 0;
    for (Lookup& l : net.circuit.lookups) l.segment = next++ % (segments - 1);
    prove_and_verify(net.circuit, {}, net.witness, net.statement, options(2, 100));
    const TestNetwork empty(5, segments);
    prove_and_verify(empty.circuit, {}, empty.witness, empty.statement, options(2, 100));
  }
}

TEST(Segments, random_circuits_cut_into_7) {
  for (std::uint64_t number = 0; number < 20; ++number) {
    RandomCircuit r(number);
    spread(r.circuit, 7);
    const VerifyingKey key = toy_key<Ext2>(r.circuit, 8);
    ASSERT_TRUE(check_layout(key.circuit, key.layout).ok());
    r.witness.values.resize(key.circuit.tensors.size());
    r.statement.resize(key.circuit.tensors.size());
    const auto proof = prove({key, r.witness, r.statement, {}, {}}, seed());
    ASSERT_TRUE(proof.ok()) << number << " " << to_string(proof.error());
    EXPECT_TRUE(verify(UncheckedKeyForTests::make(key), r.statement, {}, {}, *proof).ok()) << number;
  }
}

// A proof of 7 parts, and where they are in it.
struct Parts {
  EveryRelation net{7};
  VerifyingKey key = toy_key<Ext3>(net.circuit(), 9);
  std::vector<std::size_t> begin;  // [8]
  std::vector<std::uint8_t> proof;
  Parts() {
    key.bindings = net.bindings;
    net.fit(key);
    begin.push_back(32 + 8);  // root, nonce
    for (const relation::Counts& c :
         relation::count_messages<Ext3>(key.circuit))  // root.q, triple.a, triple.b in clear
      begin.push_back(begin.back() + Ext3::kBytes * (c.pads + 2 * c.triples + 3));
    const auto made = prove({key, net.witness, net.statement, {}, {}}, seed());
    NESCIO_CHECK(made.ok());
    proof = *made;
  }
  ErrorCode verdict(const std::vector<std::uint8_t>& bytes) const {
    const Status s = verify(UncheckedKeyForTests::make(key), net.statement, {}, {}, bytes);
    return s.ok() ? ErrorCode{} : s.error().code;
  }
};

TEST(Segments, every_message_of_every_part_counts) {
  const Parts p;
  ASSERT_EQ(p.verdict(p.proof), ErrorCode{});
  const std::size_t words = (p.begin.back() - p.begin.front()) / 8;
  std::vector<ErrorCode> codes(words);
  parallel_for(words, 16, [&](std::size_t first, std::size_t last) {
    std::vector<std::uint8_t> bad = p.proof;
    for (std::size_t i = first; i < last; ++i) {
      bad[p.begin[0] + 8 * i] ^= 1;
      codes[i] = p.verdict(bad);
      bad[p.begin[0] + 8 * i] ^= 1;
    }
  });
  const std::set<ErrorCode> found(codes.begin(), codes.end());
  // The challenges of the opening are others: work, rows or equations do not fit.
  EXPECT_TRUE(std::ranges::includes(std::set{ErrorCode::kVPow, ErrorCode::kVMerkle, ErrorCode::kVOpening}, found));
}

// Segments 1 to 6 say the same of other cells, so their parts have one form: each is good in its own place only.
TEST(Segments, parts_have_a_place) {
  CircuitBuilder b(7);
  std::vector<TensorId> x;
  for (std::uint32_t s = 0; s < 7; ++s) {
    x.push_back(b.committed({4}, s));
    b.lookup(b.table(8, {progression(0, 1)}, 0), s, {x.back()});
    b.zero(b.affine({4}, {b.term(b.product(x.back(), x.back())), b.term(x.back(), -2)}, 0), s);
  }
  VerifyingKey key = toy_key<Ext3>(b.take(), 7);
  Witness witness;
  witness.values.resize(key.circuit.tensors.size());
  for (std::uint32_t s = 0; s < 7; ++s)
    for (std::uint32_t i = 0; i < 4; ++i) witness.values[x[s]].push_back(F((s * i * 3 + i + s / 2) % 2 * 2));
  const PublicValues none(key.circuit.tensors.size());
  count_rows(key.circuit, none, witness);
  const auto proof = prove({key, witness, none, {}, {}}, seed());
  ASSERT_TRUE(proof.ok()) << to_string(proof.error());
  const CheckedKey checked = UncheckedKeyForTests::make(key);
  ASSERT_TRUE(verify(checked, none, {}, {}, *proof).ok());
  const std::vector<relation::Counts> counts = relation::count_messages<Ext3>(key.circuit);
  const auto bytes = [&](std::size_t s) {
    return static_cast<std::ptrdiff_t>(Ext3::kBytes * (counts[s].pads + 2 * counts[s].triples + 3));
  };
  const std::ptrdiff_t first = 32 + 8 + bytes(0), size = bytes(1);
  for (std::ptrdiff_t a = 0; a < 6; ++a) {
    ASSERT_EQ(bytes(static_cast<std::size_t>(a) + 1), size);
    for (std::ptrdiff_t c = a + 1; c < 6; ++c) {
      std::vector<std::uint8_t> bad = *proof;
      std::swap_ranges(bad.begin() + first + a * size, bad.begin() + first + (a + 1) * size,
                       bad.begin() + first + c * size);
      EXPECT_FALSE(verify(checked, none, {}, {}, bad).ok()) << a << " " << c;
    }
    std::vector<std::uint8_t> less = *proof, more = *proof;  // one part less, one more
    less.erase(less.begin() + first + a * size, less.begin() + first + (a + 1) * size);
    more.insert(more.begin() + first, proof->begin() + first + a * size, proof->begin() + first + (a + 1) * size);
    EXPECT_FALSE(verify(checked, none, {}, {}, less).ok());
    EXPECT_FALSE(verify(checked, none, {}, {}, more).ok());
  }
}

}  // namespace
}  // namespace nescio
