// The simulator of a whole proof against real proofs, on the same challenges: the verifier accepts it, its words are
// uniform as those of real proofs of any witness are, and no linear relation between words tells them apart. That the
// distributions are equal, not only alike, is shown in prover/chosen/affine_test.cc.
#include "nescio/prover/frozen/simulator.h"

#include <gtest/gtest.h>

#include "nescio/base/endian.h"
#include "nescio/base/parallel.h"
#include "nescio/pcs/frozen/uniformity.h"
#include "nescio/prover/frozen/small_model.h"
#include "nescio/prover/frozen/span.h"
#include "nescio/prover/prove.h"
#include "nescio/relation/random_circuit.h"
#include "nescio/relation/test_network.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

Digest seed(std::uint64_t n) {
  Digest d{};
  store_u64(d.bytes.data(), n);
  return d;
}
std::vector<std::uint8_t> prove_or_die(const VerifyingKey& key, const Witness& witness, const PublicValues& statement,
                                       std::uint64_t n) {
  const auto proof = prove({key, witness, statement, {}, {}}, SecretDigest(seed(n)));
  NESCIO_CHECK(proof.ok());
  return *proof;
}
// Another set of frozen challenges: they follow from the parameters.
VerifyingKey on_tape(VerifyingKey key, std::uint8_t n) {
  key.params.security_bits = n;
  return key;
}

template <class E>
class WholeSimulator : public ::testing::Test {};
using Degrees = ::testing::Types<Ext2, Ext3>;
TYPED_TEST_SUITE(WholeSimulator, Degrees);

template <class E>
void expect_accepted(const VerifyingKey& key, const PublicValues& statement, std::size_t real_size) {
  const CheckedKey checked = UncheckedKeyForTests::make(key);
  const ProofWriter sim = simulate<E>(checked, statement, {}, {}, seed(1));
  EXPECT_EQ(sim.bytes().size(), real_size);
  EXPECT_TRUE(verify(checked, statement, {}, {}, sim.bytes()).ok());
  // On other challenges it is worth nothing.
  const CheckedKey other = UncheckedKeyForTests::make(on_tape(key, 77));
  EXPECT_FALSE(verify(other, statement, {}, {}, sim.bytes()).ok());
}

TYPED_TEST(WholeSimulator, is_accepted_without_a_witness_on_its_challenges_only) {
  using E = TypeParam;
  for (const std::uint32_t segments : {1U, 2U}) {
    const SmallModel small = SmallModel::make<E>(segments);
    expect_accepted<E>(small.key, small.statement,
                       prove_or_die(small.key, small.witness({1, 2, 3}, {1, 2, 3}), small.statement, 0).size());
    const TestNetwork net(3, segments);
    const VerifyingKey key = without_work(toy_key<E>(net.circuit, 7));
    expect_accepted<E>(key, net.statement, prove_or_die(key, net.witness, net.statement, 0).size());
  }
  for (std::uint64_t n = 0; n < 20; ++n) {
    RandomCircuit r(n, n % 2 == 0 ? 2 : 5);
    const VerifyingKey key = without_work(toy_key<E>(r.circuit, 7));
    r.witness.values.resize(key.circuit.tensors.size());
    r.statement.resize(key.circuit.tensors.size());
    expect_accepted<E>(key, r.statement, prove_or_die(key, r.witness, r.statement, 0).size());
  }
}

// The simulator needs no true statement: here there is no witness (l + 16 > 27 >= s).
TYPED_TEST(WholeSimulator, is_accepted_for_a_false_statement_when_challenges_are_known) {
  using E = TypeParam;
  SmallModel small = SmallModel::make<E>(2);
  small.statement[small.lower] = {F(28)};
  const CheckedKey checked = UncheckedKeyForTests::make(small.key);
  const ProofWriter sim = simulate<E>(checked, small.statement, {}, {}, seed(1));
  EXPECT_TRUE(verify(checked, small.statement, {}, {}, sim.bytes()).ok());
  small.statement[small.lower] = {F(5)};
  EXPECT_FALSE(verify(checked, small.statement, {}, {}, sim.bytes()).ok());
}

void add(std::span<const std::uint8_t> proof, const std::vector<ProofWriter::Entry>& log, Uniformity& words) {
  for (const ProofWriter::Entry& e : log)
    for (std::size_t at = e.offset; at < e.offset + e.size; at += 8) words.add(e.label, at, &proof[at]);
}

// Digests, salts and paths too.
TYPED_TEST(WholeSimulator, every_word_of_real_and_simulated_proofs_is_uniform) {
  using E = TypeParam;
  constexpr std::size_t kProofs = 256;
  for (const std::uint32_t segments : {1U, 2U}) {
    const SmallModel small = SmallModel::make<E>(segments);
    const CheckedKey checked = UncheckedKeyForTests::make(small.key);
    const Witness witnesses[] = {small.witness({1, 2, 3}, {1, 2, 3}), small.witness({2, 1, 0}, {3, 0, 2})};
    const auto log = simulate<E>(checked, small.statement, {}, {}, seed(0)).log();
    for (std::size_t source = 0; source < 3; ++source) {
      std::vector<std::vector<std::uint8_t>> proofs(kProofs);
      parallel_for(kProofs, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i)
          proofs[i] = source == 2 ? simulate<E>(checked, small.statement, {}, {}, seed(i)).bytes()
                                  : prove_or_die(small.key, witnesses[source], small.statement, kProofs * source + i);
      });
      Uniformity words;
      for (const auto& proof : proofs) add(proof, log, words);
      const auto worst = words.worst();
      EXPECT_EQ(worst.size(), 18U);
      for (const auto& [label, value] : worst) EXPECT_LT(value, kUniformityLimit) << label << " of source " << source;
    }
  }
}

std::vector<F> words_of(std::span<const std::uint8_t> proof, const std::vector<ProofWriter::Entry>& log) {
  std::vector<F> out;
  for (const ProofWriter::Entry& e : log)
    for (std::size_t at = e.offset; (e.kind == "E" || e.kind == "F") && at < e.offset + e.size; at += 8)
      out.push_back(F(load_u64(&proof[at])));
  return out;
}

// The linear relations with constant coefficients that hold between the words of all proofs of one witness are those
// that hold in all simulated ones. A pad used twice, or left out, would be one more.
TYPED_TEST(WholeSimulator, no_linear_relation_tells_witnesses_and_simulator_apart) {
  using E = TypeParam;
  const SmallModel small = SmallModel::make<E>(2);
  const CheckedKey checked = UncheckedKeyForTests::make(small.key);
  const Witness witnesses[] = {small.witness({1, 2, 3}, {1, 2, 3}), small.witness({2, 1, 0}, {3, 0, 2})};
  const auto log = simulate<E>(checked, small.statement, {}, {}, seed(0)).log();
  const std::size_t width = words_of(simulate<E>(checked, small.statement, {}, {}, seed(0)).bytes(), log).size();
  std::vector<F> first;
  std::vector<Span> spans;
  for (std::size_t source = 0; source < 3; ++source) {
    std::vector<std::vector<F>> rows(width + 3);
    parallel_for(rows.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i)
        rows[i] = words_of(source == 2 ? simulate<E>(checked, small.statement, {}, {}, seed(i)).bytes()
                                       : prove_or_die(small.key, witnesses[source], small.statement, i),
                           log);
    });
    if (source == 0) first = rows[0];
    Span& span = spans.emplace_back(width);
    std::size_t idle = 0;  // random differences that added nothing, one after the other
    for (std::size_t i = 1; i < rows.size() && idle < 3; ++i)
      idle = span.add(difference(rows[i], rows[0])) ? 0 : idle + 1;
    EXPECT_EQ(idle, 3U);
    EXPECT_EQ(span.rank(), spans[0].rank());
    for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(spans[0].contains(difference(rows[i], first))) << source;
  }
  EXPECT_LT(spans[0].rank(), width);  // the verifier's equations
}

}  // namespace
}  // namespace nescio
