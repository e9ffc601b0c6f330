// Provers that lie. With Fiat-Shamir no lie of pcs/lies.h passes; pcs/frozen/frozen_test.cc shows that each of them
// does when the challenge that forbids it is known in advance.
#include <gtest/gtest.h>

#include "nescio/pcs/lies.h"
#include "nescio/pcs/verifier.h"

namespace nescio::pcs {
namespace {

template <class E>
class Dishonest : public ::testing::Test {};
using Degrees = ::testing::Types<Ext2, Ext3>;
TYPED_TEST_SUITE(Dishonest, Degrees);

template <class E>
Sample<E> sample() {
  Sample<E> s(toy_params(E::D, 2, 3, 6, 2, 6, {{3, 1, 5, 2}, {4, 2, 3, 1}}), 11, 1);
  s.commit();
  return s;
}

TYPED_TEST(Dishonest, LiesThatGuessTheNextChallengeFail) {
  using E = TypeParam;
  const Sample<E> honest = sample<E>();
  const std::vector<Lie> lies = all_lies(honest.p);
  EXPECT_EQ(lies.size(), 2u + 4 + 3 + 6 + 2 + 6 + 1);
  for (const Lie& lie : lies) {
    SCOPED_TRACE(std::string(lie.label) + " " + std::to_string(lie.count));
    Sample<E> s = sample<E>();
    s.sigma = honest.sigma + E::one();
    ProofWriter proof;
    Transcript tr = s.transcript();
    prove_falsely<E>(honest, lie, s.sigma, tr, proof);
    const Status st = s.verify(proof.bytes());
    ASSERT_FALSE(st.ok());
    EXPECT_EQ(st.error().code, ErrorCode::kVOpening);
  }
}

TYPED_TEST(Dishonest, AWrongClaimOrMessageFails) {
  using E = TypeParam;
  const Sample<E> s = sample<E>();
  std::vector<Lie> messages = all_lies(s.p);
  std::erase_if(messages, [](const Lie& l) { return l.label == "substitute"; });
  messages.push_back({"none", 0});
  for (const Lie& which : messages) {
    SCOPED_TRACE(std::string(which.label) + " " + std::to_string(which.count));
    const bool claim = which.label == "none";
    ReferenceProver<E> prover;
    prover.tamper = [&](const typename ReferenceProver<E>::Message& m, const E& x) {
      return m.label == which.label && m.count == which.count ? x + E::basis(1) : x;
    };
    ProofWriter proof;
    Transcript tr = s.transcript(), check = s.transcript();
    prover.run(s, s.sigma, tr, proof);
    ProofReader in(proof.bytes());
    const Status st = verify_opening<E>(s.p, s.roots(), s.weight_at(), claim ? s.sigma + E::one() : s.sigma, check, in);
    ASSERT_FALSE(st.ok());
    EXPECT_EQ(st.error().code, ErrorCode::kVOpening);
    EXPECT_EQ(st.error().where, proof.bytes().size());  // the final claim
  }
}

// A cell is changed after the commitment, and the claim is true of the changed matrix.
TYPED_TEST(Dishonest, AnotherMatrixThanTheCommittedOneFails) {
  using E = TypeParam;
  const Sample<E> s = sample<E>();
  for (std::size_t t = 0; t < 2; ++t)
    for (const bool mask_column : {false, true}) {
      if (t == 1 && mask_column) continue;
      Sample<E> changed = sample<E>();
      changed.messages[t][mask_column ? s.shapes[0].positions.size() : 0] += F(1);
      changed.sigma = changed.value();
      EXPECT_EQ(changed.sigma == s.sigma, mask_column);
      ReferenceProver<E> prover;
      prover.messages = &changed.messages;
      ProofWriter proof;
      Transcript tr = s.transcript();
      Sample<E> claimed = sample<E>();
      claimed.sigma = changed.sigma;
      prover.run(claimed, changed.sigma, tr, proof);
      const Status st = claimed.verify(proof.bytes());
      ASSERT_FALSE(st.ok());
      EXPECT_EQ(st.error().code, ErrorCode::kVOpening);
    }
}

// The last message is checked on the last oracle before anything else.
TYPED_TEST(Dishonest, AWrongLastMessageIsSeenByTheDraws) {
  using E = TypeParam;
  const Sample<E> s = sample<E>();
  for (const std::size_t oracle : {1u, 2u, 3u}) {
    ReferenceProver<E> prover;
    prover.substitute = [&](std::size_t i, std::vector<E>& f, const std::vector<E>&, const E&, Transcript) {
      if (i == oracle) f[1] += E::one();
    };
    ProofWriter proof(true);
    Transcript tr = s.transcript();
    prover.run(s, s.sigma, tr, proof);
    const Status st = s.verify(proof.bytes());
    ASSERT_FALSE(st.ok());
    EXPECT_EQ(st.error().code, ErrorCode::kVOpening);
    EXPECT_EQ(st.error().where < proof.bytes().size(), oracle == 3);
  }
}

}  // namespace
}  // namespace nescio::pcs
