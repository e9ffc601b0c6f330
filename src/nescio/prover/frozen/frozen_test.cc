// Whole proofs whose challenges are known in advance (pcs/frozen/transcript.cc): what is still rejected is caught by an
// equation or a root alone, so every message enters one. And a lie that needs only to know alpha and beta is accepted:
// they must come after the root.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "nescio/base/endian.h"
#include "nescio/base/parallel.h"
#include "nescio/circuit/builder.h"
#include "nescio/prover/frozen/span.h"
#include "nescio/prover/prove.h"
#include "nescio/relation/test_network.h"
#include "nescio/verifier/test_key.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

template <class E>
VerifyingKey key_of(const TestNetwork& net) {
  return without_work(toy_key<E>(net.circuit, 7));
}
std::vector<std::uint8_t> make(const VerifyingKey& key, const TestNetwork& net) {
  const auto proof = prove({key, net.witness, net.statement, {}, {}}, SecretDigest(Digest{}));
  EXPECT_TRUE(proof.ok()) << to_string(proof.error());
  return proof.ok() ? *proof : std::vector<std::uint8_t>();
}

template <class E>
void every_word_enters() {
  const TestNetwork net(4, 2);
  const VerifyingKey key = key_of<E>(net);
  const CheckedKey checked = UncheckedKeyForTests::make(key);
  const std::vector<std::uint8_t> proof = make(key, net);
  ASSERT_TRUE(verify(checked, net.statement, {}, {}, proof).ok());
  ASSERT_EQ(proof.size() % 8, 0U);
  std::vector<ErrorCode> codes(proof.size() / 8);
  parallel_for(codes.size(), 16, [&](std::size_t begin, std::size_t end) {
    std::vector<std::uint8_t> bad = proof;
    for (std::size_t i = begin; i < end; ++i) {
      bad[8 * i] ^= 1;
      const Status s = verify(checked, net.statement, {}, {}, bad);
      codes[i] = s.ok() ? ErrorCode{} : s.error().code;
      bad[8 * i] ^= 1;
    }
  });
  for (std::size_t i = 0; i < codes.size(); ++i)
    EXPECT_TRUE(codes[i] == ErrorCode::kVOpening || codes[i] == ErrorCode::kVMerkle) << "word " << i;
}

TEST(Frozen, every_word_of_a_proof_enters_an_equation_or_a_root) {
  every_word_enters<Ext2>();
  every_word_enters<Ext3>();
}

TEST(Frozen, public_values_enter_the_equations) {
  const TestNetwork net(4, 2);
  const VerifyingKey key = key_of<Ext3>(net);
  const CheckedKey checked = UncheckedKeyForTests::make(key);
  const std::vector<std::uint8_t> proof = make(key, net);
  for (const TensorId id : {net.lower, net.upper, net.outside}) {
    PublicValues other = net.statement;
    other[id][1] = id == net.outside ? F(1) : other[id][1] - F(1);
    EXPECT_FALSE(verify(checked, other, {}, {}, proof).ok()) << id;
  }
  const std::vector<std::uint8_t> other = {1};
  EXPECT_TRUE(verify(checked, net.statement, other, other, proof).ok());  // these only the transcript binds
}

// One witness, one set of challenges, many seeds: the words that the segments send span the whole space. A message
// without a pad, or a pad in two messages, would show as a missing dimension.
template <class E>
void every_message_has_its_own_pad() {
  CircuitBuilder b(2);
  const TensorId x = b.committed({3}, 0), y = b.committed({3}, 1), z = b.committed({3}, 1), q = b.committed({3}, 0);
  const std::uint32_t t = b.table(4, {progression(0, 1)}, 0);
  for (const TensorId id : {x, y, z}) b.lookup(t, id == x ? 0 : 1, {id});
  const TensorId square = b.product(b.product(x, x), b.affine({3}, {b.term(y), b.term(z)}));
  b.zero(b.affine({3}, {b.term(square), b.term(q, -1)}), 0);
  const VerifyingKey key = without_work(toy_key<E>(b.take(), 7));
  Witness witness;
  witness.values.resize(key.circuit.tensors.size());
  for (const TensorId id : {x, y, z}) witness.values[id] = {F(1), F(2), F(3)};
  witness.values[q] = {F(2), F(16), F(54)};
  witness.values[key.circuit.tables[0].multiplicity] = {F(), F(3), F(3), F(3)};
  const PublicValues none(key.circuit.tensors.size());
  std::size_t words = 0;
  for (std::uint32_t s = 0; s < 2; ++s) {
    const relation::Counts counts = relation::count_messages<E>(key.circuit, s);
    words += E::D * (counts.pads + 2 * counts.triples + 3);  // and Q, triple.a, triple.b in clear
  }
  std::vector<std::vector<F>> sent(words + 5);
  parallel_for(sent.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      Digest seed{};
      store_u64(seed.bytes.data(), i);
      const auto proof = prove({key, witness, none, {}, {}}, SecretDigest(seed));
      ASSERT_TRUE(proof.ok());
      ASSERT_TRUE(verify(UncheckedKeyForTests::make(key), none, {}, {}, *proof).ok());
      for (std::size_t w = 0; w < words; ++w) sent[i].push_back(F(load_u64(proof->data() + 32 + 8 * w)));
    }
  });
  Span span(words);
  for (const auto& row : sent) span.add(difference(row, sent[0]));
  EXPECT_EQ(span.rank(), words);
}

TEST(Frozen, every_message_of_the_segments_has_its_own_pad) {
  every_message_has_its_own_pad<Ext2>();
  every_message_has_its_own_pad<Ext3>();
}

// x[0] = 8 is in no table. Known alpha and beta: D + 1 multiplicities that make the fractions cancel all the same.
TEST(Frozen, a_false_lookup_passes_when_alpha_and_beta_are_known) {
  using E = Ext3;
  TestNetwork net(4);
  net.set(net.x, 0, 8);
  net.first_layer();
  net.second_layer();
  net.count();
  const VerifyingKey key = key_of<E>(net);
  const CheckedKey checked = UncheckedKeyForTests::make(key);
  EXPECT_EQ(prove({key, net.witness, net.statement, {}, {}}, SecretDigest(Digest{})).error().code,
            ErrorCode::kSelfCheck);
  Transcript tr = start_transcript(key.params);
  const E alpha = tr.challenge<E>("alpha"), beta = tr.challenge<E>("beta");
  // -1/(alpha - fp(8)) is missing: sum_j m_j / (alpha - fp(j)) = 1/(alpha - fp(8)) over F, j = 0, 1, 2 of that table.
  const auto table = static_cast<std::uint32_t>(
      std::find_if(net.circuit.tables.begin(), net.circuit.tables.end(), [](const Table& t) { return t.rows == 8; }) -
      net.circuit.tables.begin());
  const auto fraction = [&](std::uint64_t v) { return (alpha - E(F(table + 1)) - beta * F(v)).inverse(); };
  std::array<std::array<F, 4>, 3> m;  // [equation][unknown, right side]
  for (unsigned d = 0; d < 3; ++d)
    for (unsigned j = 0; j < 4; ++j) m[d][j] = fraction(j == 3 ? 8 : j)[d];
  for (unsigned i = 0; i < 3; ++i) {
    ASSERT_FALSE(m[i][i] == F());
    const F pivot = m[i][i].inverse();
    for (F& x : m[i]) x *= pivot;
    for (unsigned k = 0; k < 3; ++k) {
      const F factor = m[k][i];
      for (unsigned j = 0; k != i && j < 4; ++j) m[k][j] -= factor * m[i][j];
    }
  }
  for (unsigned j = 0; j < 3; ++j) net.witness.values[net.circuit.tables[table].multiplicity][j] += m[j][3];
  EXPECT_TRUE(verify(checked, net.statement, {}, {}, make(key, net)).ok());
}

}  // namespace
}  // namespace nescio
