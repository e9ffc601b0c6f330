// Openings whose challenges are known in advance (pcs/frozen/transcript.cc). What is still rejected is caught by the
// algebra or a root alone; what is now accepted shows which challenge forbids it.
#include <gtest/gtest.h>

#include <set>

#include "nescio/pcs/lies.h"
#include "nescio/pcs/mask_rank.h"
#include "nescio/pcs/verifier.h"

namespace nescio::pcs {
namespace {

template <class E>
class Frozen : public ::testing::Test {};
using Degrees = ::testing::Types<Ext2, Ext3>;
TYPED_TEST_SUITE(Frozen, Degrees);

template <class E>
Sample<E> sample() {
  Sample<E> s(toy_params(E::D, 2, 3, 6, 2, 6, {{3, 1, 5, 2}, {4, 2, 3, 1}}), 11, 1);
  s.commit();
  return s;
}

TYPED_TEST(Frozen, TheTranscriptIsTheFrozenOne) {
  using E = TypeParam;
  Transcript a(bytes_of("x")), b(bytes_of("x")), c(bytes_of("y"));
  a.absorb("E", "anything", bytes_of("abc"));
  const E x = a.challenge<E>("r");
  EXPECT_EQ(x, b.challenge<E>("r"));
  EXPECT_FALSE(x == c.challenge<E>("r"));
}

TYPED_TEST(Frozen, EveryByteEntersAnEquationOrARoot) {
  using E = TypeParam;
  Sample<E> s(toy_params(E::D, 2, 3, 5, 2, 4, {{3, 2, 3, 1}, {4, 2, 2, 1}}), 5, 1);
  s.commit();
  ProofWriter proof(true);
  ASSERT_TRUE(s.prove(proof).ok());
  ASSERT_TRUE(s.verify(proof.bytes()).ok());
  std::set<std::string> opening, merkle;
  for (const ProofWriter::Entry& e : proof.log())
    for (std::size_t i = e.offset; i < e.offset + e.size; ++i) {
      std::vector<std::uint8_t> bad = proof.bytes();
      bad[i] = static_cast<std::uint8_t>(bad[i] ^ (1u << (i % 8)));
      const Status st = s.verify(bad);
      ASSERT_FALSE(st.ok()) << e.label << " " << i - e.offset;
      if (st.error().code == ErrorCode::kVOpening) opening.insert(e.label);
      if (st.error().code == ErrorCode::kVMerkle) merkle.insert(e.label);
    }
  EXPECT_EQ(merkle,
            (std::set<std::string>{"row.cells", "row.salt", "row.path", "whir.root", "whir.leaf", "whir.path"}));
  EXPECT_EQ(opening,
            (std::set<std::string>{"open.sigma_res", "open.col.c0", "open.col.c2", "open.mu_g", "whir.ood.y",
                                   "whir.fold.c0", "whir.fold.c2", "whir.final", "whir.last.c0", "whir.last.c2"}));
}

// The claim is false. Each message alone could hide that from a verifier whose next challenge is known: so each
// challenge is needed, and comes after what it protects against.
TYPED_TEST(Frozen, EveryLieIsAcceptedWhenItsChallengeIsKnown) {
  using E = TypeParam;
  const Sample<E> honest = sample<E>();
  for (const Lie& lie : all_lies(honest.p)) {
    SCOPED_TRACE(std::string(lie.label) + " " + std::to_string(lie.count));
    Sample<E> s = sample<E>();
    s.sigma = honest.sigma + E::one();
    ProofWriter proof;
    Transcript tr = s.transcript();
    prove_falsely<E>(honest, lie, s.sigma, tr, proof);
    EXPECT_TRUE(s.verify(proof.bytes()).ok());
    // It is the lie that does it: told about another challenge, it fails.
    ProofWriter other;
    Transcript unknown = s.transcript("unknown");
    prove_falsely<E>(honest, lie, s.sigma, unknown, other);
    EXPECT_FALSE(s.verify(other.bytes()).ok());
  }
}

TYPED_TEST(Frozen, AFalseClaimWithoutALieFails) {
  using E = TypeParam;
  const Sample<E> honest = sample<E>();
  ReferenceProver<E> prover;
  ProofWriter proof;
  Transcript tr = honest.transcript();
  prover.run(honest, honest.sigma + E::one(), tr, proof);
  Sample<E> s = sample<E>();
  s.sigma += E::one();
  EXPECT_FALSE(s.verify(proof.bytes()).ok());
}

TYPED_TEST(Frozen, SingularMasksAskForARestart) {
  using E = TypeParam;
  Sample<E> s(toy_params(E::D, 2, 3, 6, 2, 6, {{3, 1, 5, 2}}), 11, 1);
  s.commit();
  ProofWriter proof;
  const auto opened = s.prove(proof, "constant");  // all weights of the mask rows are equal
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, Opened::kRestart);
}

// h_i(0) and h_i(1) of every column round, for the same data and challenges under 20 seeds of masks. If no fresh column
// has bit i = b, then h_i(b) is a function of static columns alone: one value, in clear.
template <class E>
std::vector<std::size_t> distinct_halves(std::vector<std::uint32_t> fresh, std::size_t static_columns) {
  const auto columns = static_cast<unsigned>(fresh.size());
  std::vector<std::set<std::vector<std::uint64_t>>> seen(4);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Sample<E> s(toy_params(E::D, 2, columns, 5, 2, 4, {{3, 2, 3, 1}}), 3, static_columns, 1000 + seed, fresh);
    s.commit();
    ReferenceProver<E> prover;
    prover.tamper = [&](const typename ReferenceProver<E>::Message& m, const E& x) {
      if (m.label != kColumnRound.c0) return x;
      std::size_t half = 2 * m.count;
      for (const E& h : {x, prover.claim - x}) {
        std::vector<std::uint64_t> words;
        for (unsigned d = 0; d < E::D; ++d) words.push_back(h[d].canonical());
        seen[half++].insert(words);
      }
      return x;
    };
    ProofWriter proof;
    Transcript tr = s.transcript();
    prover.run(s, s.sigma, tr, proof);
  }
  std::vector<std::size_t> out;
  for (const auto& values : seen) out.push_back(values.size());
  return out;
}

TYPED_TEST(Frozen, UncoveredStaticColumnsLeakAndTheLayoutRulePreventsIt) {
  using E = TypeParam;
  const std::vector<std::size_t> all(4, 20);
  EXPECT_EQ(distinct_halves<E>({0, 1}, 2), (std::vector<std::size_t>{20, 20, 20, 1}));
  EXPECT_EQ(distinct_halves<E>({0, 1, 2}, 1), all);
  EXPECT_EQ(distinct_halves<E>({0, 1, 2, 3}, 0), all);
  EXPECT_LT(generic_mask_rank<E>(2, std::vector<std::uint32_t>{0, 1}), full_mask_rank(E::D, 2));
  EXPECT_EQ(generic_mask_rank<E>(2, std::vector<std::uint32_t>{0, 1, 2}), full_mask_rank(E::D, 2));
}

}  // namespace
}  // namespace nescio::pcs
