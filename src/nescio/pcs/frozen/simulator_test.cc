// The simulator of an opening: the verifier accepts it on the same challenges, and its messages are distributed like
// those of real openings.
#include "nescio/pcs/frozen/simulator.h"

#include <gtest/gtest.h>

#include "nescio/pcs/frozen/uniformity.h"
#include "nescio/pcs/sample_opening.h"

namespace nescio::pcs {
namespace {

struct Simulated {
  std::vector<Digest> roots;
  ProofWriter proof{true};
};

// From `s` it takes the parameters, the shapes, the functional and sigma.
template <class E>
Simulated simulate(const Sample<E>& s, std::uint64_t seed, std::string_view domain) {
  Simulated out;
  Transcript tr(bytes_of(domain));
  out.roots = simulate_opening<E>(s.p, s.shapes, s.w, s.sigma, sample_key(seed), tr, out.proof);
  return out;
}

template <class E>
Status verify(const Sample<E>& s, const Simulated& sim, std::string_view domain) {
  std::vector<TreeRef> roots;
  for (std::size_t t = 0; t < s.shapes.size(); ++t) roots.push_back({sim.roots[t], &s.shapes[t]});
  Transcript tr(bytes_of(domain));
  ProofReader in(sim.proof.bytes());
  NESCIO_TRY_STATUS(verify_opening<E>(s.p, roots, s.weight_at(), s.sigma, tr, in));
  return in.end();
}

template <class E>
class Simulator : public ::testing::Test {};
using Degrees = ::testing::Types<Ext2, Ext3>;
TYPED_TEST_SUITE(Simulator, Degrees);

TYPED_TEST(Simulator, IsAcceptedOnItsChallengesOnly) {
  using E = TypeParam;
  const std::vector<Params> shapes = {
      toy_params(E::D, 0, 1, 5, 1, 4, {}), toy_params(E::D, 1, 2, 5, 1, 5, {{2, 2, 3, 1}}),
      toy_params(E::D, 2, 3, 6, 2, 6, {{3, 2, 4, 2}, {4, 2, 3, 1}}), toy_params(E::D, 3, 5, 6, 2, 6, {{3, 3, 4, 1}})};
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    Sample<E> s(shapes[i], i, i >= 2 ? 1 : 0);
    const Simulated sim = simulate<E>(s, 1, "one");
    EXPECT_TRUE(verify<E>(s, sim, "one").ok());
    EXPECT_FALSE(verify<E>(s, sim, "two").ok());
    // It needs no true claim: the matrix does not exist.
    s.sigma += E::one();
    EXPECT_FALSE(verify<E>(s, sim, "one").ok());
    EXPECT_TRUE(verify<E>(s, simulate<E>(s, 1, "one"), "one").ok());
  }
}

TYPED_TEST(Simulator, HasTheShapeOfAProof) {
  using E = TypeParam;
  Sample<E> s(toy_params(E::D, 2, 3, 6, 2, 6, {{3, 2, 4, 2}, {4, 2, 3, 1}}), 4, 1);
  s.commit();
  ProofWriter real(true);
  ASSERT_TRUE(s.prove(real, "one").ok());
  const Simulated sim = simulate<E>(s, 1, "one");
  ASSERT_EQ(real.log().size(), sim.proof.log().size());
  for (std::size_t i = 0; i < real.log().size(); ++i) {
    EXPECT_EQ(real.log()[i].label, sim.proof.log()[i].label);
    EXPECT_EQ(real.log()[i].size, sim.proof.log()[i].size);
  }
}

// Pooled by label.
void add(const ProofWriter& proof, Uniformity& words) {
  for (const ProofWriter::Entry& e : proof.log())
    if (e.kind == "E" || e.kind == "F")
      for (std::size_t at = e.offset; at < e.offset + e.size; at += 8) words.add(e.label, 0, &proof.bytes()[at]);
}

const char* const kTapes[] = {"a", "b", "c", "d"};

// Two matrices on which the functional has one value, and the simulator, on the same four tapes.
TYPED_TEST(Simulator, MessagesAreDistributedAsInRealOpenings) {
  using E = TypeParam;
  const Params p = toy_params(E::D, 2, 4, 6, 1, 6, {{2, 2, 4, 1}, {3, 1, 3, 1}});
  Uniformity first, second, simulated;
  std::uint64_t seed = 0;
  for (const char* tape : kTapes)
    for (int trial = 0; trial < 40; ++trial, ++seed) {
      Sample<E> a(p, 1, 0, seed), b(p, 1, 0, seed + 500);
      const std::size_t stride = row_stride(p, b.shapes[0]), last = 49;
      for (std::size_t i = 0; i < last; ++i) b.messages[0][i * stride] = F(i % 2);
      b.messages[0][last * stride] += F(1);
      a.w[0][last] = b.w[0][last] = E::zero();
      a.w[0][last] = b.w[0][last] = a.value() - b.value();
      a.sigma = a.value();
      b.sigma = b.value();
      ASSERT_EQ(a.sigma, b.sigma);
      a.commit(seed);
      b.commit(seed + 500);
      ProofWriter x(true), y(true);
      ASSERT_TRUE(a.prove(x, tape).ok());
      ASSERT_TRUE(b.prove(y, tape).ok());
      add(x, first);
      add(y, second);
      add(simulate<E>(a, seed, tape).proof, simulated);
    }
  for (const Uniformity* words : {&first, &second, &simulated}) {
    const auto worst = words->worst();
    EXPECT_EQ(worst.size(), 12u);
    for (const auto& [label, value] : worst) EXPECT_LT(value, kUniformityLimit) << label;
  }
}

// Without the random rows and columns the test above sees it.
TYPED_TEST(Simulator, UnmaskedOpeningsLookDifferent) {
  using E = TypeParam;
  const Params p = toy_params(E::D, 2, 4, 6, 1, 6, {{2, 2, 4, 1}, {3, 1, 3, 1}});
  Uniformity words;
  std::uint64_t seed = 0;
  for (const char* tape : kTapes)
    for (int trial = 0; trial < 40; ++trial, ++seed) {
      Sample<E> s(p, 1, 0, seed);
      const std::size_t stride = row_stride(p, s.shapes[0]);
      for (std::size_t i = 0; i < p.rows(); ++i)
        for (std::size_t j = i < p.rows() - p.reserved_rows() ? 4 : 0; j < stride; ++j)
          s.messages[0][i * stride + j] = F();
      s.commit(seed);
      ProofWriter x(true);
      ASSERT_TRUE(s.prove(x, tape).ok());
      add(x, words);
    }
  for (const auto& [label, value] : words.worst()) EXPECT_GT(value, kUniformityLimit) << label;
}

}  // namespace
}  // namespace nescio::pcs
