// The simulator of an opening: it knows the shape, the functional and sigma, but no matrix. The verifier accepts it on
// the same challenges, and its messages are distributed like those of real openings.
//
// sigma_res, c0, c2 uniform; f uniform; mu_g = <w(r,.), f> - gamma * claim; cells of the opened rows uniform, mask
// cells g(x) = f(x) - gamma F(r,x); then plain WHIR on f. Leaves that are not opened are random digests.
#include <gtest/gtest.h>

#include <map>

#include "nescio/pcs/opening.h"
#include "nescio/pcs/prover_oracle.h"
#include "nescio/pcs/prover_whir.h"
#include "nescio/pcs/sample_opening.h"
#include "nescio/poly/univariate.h"

namespace nescio::pcs {
namespace {

struct Simulated {
  std::vector<Digest> roots;
  ProofWriter proof{true};
};

// From `s` it takes the parameters, the shapes, the functional and sigma.
template <class E>
Simulated simulate(const Sample<E>& s, std::uint64_t seed, std::string_view domain) {
  const Params& p = s.p;
  Prf random(sample_key(seed), "simulator", 0);
  Simulated out;
  Transcript tr(bytes_of(domain));
  const auto uniform = [&](std::string_view label) {
    const E x = random.ext<E>();
    out.proof.ext(label, x, tr);
    return x;
  };
  const std::vector<E> w_res = draw_mask_weights<E>(p, tr);
  const E sigma_res = uniform("open.sigma_res");
  const E eps = tr.challenge<E>("open.eps");
  E claim = eps * s.sigma + sigma_res;
  std::vector<E> r;
  for (unsigned i = 0; i < p.kappa; ++i) {
    const E c0 = uniform(kColumnRound.c0), c2 = uniform(kColumnRound.c2);
    r.push_back(tr.challenge<E>(kColumnRound.r));
    claim = quadratic(c0, claim - c0 - c0 - c2, c2, r.back());
  }
  const std::vector<E> eq = eq_table<E>(r);

  ExtVector<E> w(p.rows()), f(p.rows());
  E inner = E::zero();
  for (std::size_t i = 0; i < p.rows(); ++i) {
    E wi = E::zero();
    for (std::size_t j = 0; j < eq.size(); ++j)
      if (!s.w[j].empty()) wi += eps * eq[j] * s.w[j][i];
    const std::size_t mask0 = p.rows() - p.reserved_rows();
    if (i >= mask0 && i < mask0 + p.mask_rows())
      for (std::size_t j = 0; j < p.columns; ++j)
        wi += eq[s.shapes[0].positions[j]] * w_res[j * p.mask_rows() + i - mask0];
    const E fi = random.ext<E>();
    w.set(i, wi);
    f.set(i, fi);
    inner += wi * fi;
  }
  Transcript ahead = tr;
  const E gamma = ahead.challenge<E>("open.gamma");
  out.proof.ext("open.mu_g", inner - gamma * claim, tr);
  EXPECT_EQ(tr.challenge<E>("open.gamma"), gamma);

  const Oracle<E> code(f.view(), p.log_inv_rate, 0);
  const OpenRows open_rows = [&](std::span<const std::uint32_t> rows) {
    std::vector<E> folded(rows.size(), E::zero());
    std::vector<ProofWriter> parts(s.shapes.size(), ProofWriter(true));
    out.roots.resize(s.shapes.size());
    for (std::size_t t = s.shapes.size(); t-- > 0;) {  // the fresh tree last: its mask cells depend on all others
      const MatrixShape& shape = s.shapes[t];
      std::vector<Digest> leaves(std::size_t{1} << p.log_code());
      random.fill(std::span(leaves));
      for (std::size_t k = 0; k < rows.size(); ++k) {
        std::vector<F> row(shape.positions.size());
        random.fill(std::span(row));
        for (std::size_t j = 0; j < row.size(); ++j) folded[k] += eq[shape.positions[j]] * row[j];
        if (shape.fresh) {
          const E g = code.at(rows[k]) - gamma * folded[k];
          for (unsigned d = 0; d < E::D; ++d) row.push_back(g[d]);
        }
        const Digest salt = random.bytes32();
        leaves[rows[k]] = merkle::row_leaf(salt, row, shape.groups);
        parts[t].bases("row.cells", row);
        parts[t].digest("row.salt", salt);
      }
      const merkle::Tree tree(std::move(leaves));
      for (const Digest& d : tree.multiproof(rows)) parts[t].digest("row.path", d);
      out.roots[t] = tree.root();
    }
    for (const ProofWriter& part : parts) out.proof.append(part);
  };
  prove_whir<E>(p, std::move(f), std::move(w), open_rows, tr, out.proof);
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

// The lowest three bits of every word of every message, pooled by label.
class Histogram {
 public:
  void add(const ProofWriter& proof) {
    for (const ProofWriter::Entry& e : proof.log()) {
      if (e.kind != "E" && e.kind != "F") continue;
      for (std::size_t at = e.offset; at < e.offset + e.size; at += 8) ++counts_[e.label][proof.bytes()[at] & 7];
    }
  }
  // Pearson's statistic against uniform, 7 degrees of freedom, by label.
  std::map<std::string, double> chi_square() const {
    std::map<std::string, double> out;
    for (const auto& [label, c] : counts_) {
      double n = 0;
      for (const int x : c) n += x;
      for (const int x : c) out[label] += (x - n / 8) * (x - n / 8) / (n / 8);
    }
    return out;
  }

 private:
  std::map<std::string, std::array<int, 8>> counts_;
};

constexpr double kLimit = 40;  // exceeded by chance with probability 1e-6
const char* const kTapes[] = {"a", "b", "c", "d"};

// Two matrices on which the functional has one value, and the simulator, on the same four tapes.
TYPED_TEST(Simulator, MessagesAreDistributedAsInRealOpenings) {
  using E = TypeParam;
  const Params p = toy_params(E::D, 2, 4, 6, 1, 6, {{2, 2, 4, 1}, {3, 1, 3, 1}});
  Histogram first, second, simulated;
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
      first.add(x);
      second.add(y);
      simulated.add(simulate<E>(a, seed, tape).proof);
    }
  for (const Histogram* h : {&first, &second, &simulated}) {
    const auto chi = h->chi_square();
    EXPECT_EQ(chi.size(), 12u);
    for (const auto& [label, value] : chi) EXPECT_LT(value, kLimit) << label;
  }
}

// Without the random rows and columns the test above sees it.
TYPED_TEST(Simulator, UnmaskedOpeningsLookDifferent) {
  using E = TypeParam;
  const Params p = toy_params(E::D, 2, 4, 6, 1, 6, {{2, 2, 4, 1}, {3, 1, 3, 1}});
  Histogram h;
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
      h.add(x);
    }
  for (const auto& [label, value] : h.chi_square()) EXPECT_GT(value, kLimit) << label;
}

}  // namespace
}  // namespace nescio::pcs
