// Shifted points against their definition, and claims on a packing against its cells.
#include "nescio/sponge/packing.h"

#include <gtest/gtest.h>

#include <random>

#include "nescio/base/bits.h"
#include "nescio/circuit/builder.h"
#include "nescio/circuit/check.h"
#include "nescio/poly/mle.h"
#include "nescio/relation/claims.h"
#include "nescio/relation/prover.h"
#include "nescio/sponge/poseidon.h"
#include "nescio/witness/evaluate.h"

namespace nescio::relation {
namespace {

using E = Ext3;
using W = Weight<E>;

class Shifted : public testing::Test {
 protected:
  E random() { return E(std::array{F(rng()), F(rng()), F(rng())}); }
  std::vector<E> point(unsigned bits) {
    std::vector<E> z;
    for (unsigned i = 0; i < bits; ++i) z.push_back(random());
    return z;
  }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(rng() % n); }
  // A weight of each kind over n entries.
  std::vector<W> kinds(std::uint32_t n) {
    std::vector<W> out = {W::point(point(log2_ceil(n))), W::index(below(n)), W::dense(point(n))};
    const std::uint32_t begin = below(n);
    out.push_back(W::dense(point(1 + below(n - begin)), begin));
    out.push_back(W::dense({}));
    std::vector<W::Segment> segments;
    for (const Piece& piece : binary_pieces(n)) segments.push_back({random(), piece, point(piece.log)});
    out.push_back(W::pieces(segments));
    const std::uint32_t long_n = n + below(9);
    const auto offset = static_cast<std::int64_t>(below(2 * long_n)) - long_n;
    out.push_back(W::point(point(log2_ceil(long_n))).shifted(offset, long_n, n));
    return out;
  }
  std::mt19937_64 rng{7};
};

TEST_F(Shifted, RangesOfEq) {
  for (unsigned k = 0; k < 6; ++k) {
    const std::vector<E> z = point(k), all = eq_table<E>(z);
    for (std::size_t begin = 0; begin <= all.size(); ++begin)
      for (std::size_t end = begin; end <= all.size(); ++end) {
        const auto b = static_cast<std::ptrdiff_t>(begin), e = static_cast<std::ptrdiff_t>(end);
        EXPECT_EQ(eq_range<E>(z, begin, end), std::vector<E>(all.begin() + b, all.begin() + e));
      }
  }
}

TEST_F(Shifted, SumsOfTwoEqs) {
  for (unsigned kz = 0; kz < 4; ++kz)
    for (unsigned kr = 0; kr < 4; ++kr) {
      const std::vector<E> z = point(kz), r = point(kr), tz = eq_table<E>(z), tr = eq_table<E>(r);
      for (std::int64_t shift = -17; shift <= 17; ++shift) {
        E sum;
        for (std::size_t n = 0; n <= tr.size(); ++n) {
          EXPECT_EQ(eq_shift<E>(z, r, shift, n), sum) << kz << " " << kr << " " << shift << " " << n;
          const std::int64_t at = static_cast<std::int64_t>(n) + shift;
          if (n < tr.size() && at >= 0 && at < static_cast<std::int64_t>(tz.size()))
            sum += tr[n] * tz[static_cast<std::size_t>(at)];
        }
      }
    }
}

TEST_F(Shifted, WeightsAgreeWithTheirTables) {
  for (int round = 0; round < 60; ++round) {
    const std::uint32_t n = 1 + below(20);
    for (const W& w : kinds(n)) {
      const std::vector<E> t = w.table(n);
      E sum;
      for (const E& x : t) sum += x;
      EXPECT_EQ(w.sum(n), sum);
      const std::uint32_t begin = below(n), end = begin + below(n - begin + 1);
      EXPECT_EQ(w.table(begin, end), std::vector<E>(t.begin() + begin, t.begin() + end));
      for (const Piece& piece : binary_pieces(n))
        for (unsigned log = 0; log <= piece.log; ++log) {
          const Piece block{piece.offset + (below(1U << (piece.log - log)) << log), static_cast<std::uint8_t>(log)};
          const std::vector<E> r = point(log);
          EXPECT_EQ(w.on_block(block, r), (mle_eval<E, E>(std::span(t).subspan(block.offset, 1U << log), r)));
        }
      const std::vector<E> r = point(log2_ceil(n)), extended = w.extended_table(log2_ceil(n));
      EXPECT_EQ(w.extension(r), (mle_eval<E, E>(extended, r)));
      EXPECT_TRUE(std::equal(t.begin(), t.end(), extended.begin()));
    }
  }
}

// Twice, so that windows are shifted too.
TEST_F(Shifted, ShiftsAreTransposedMatrices) {
  for (int round = 0; round < 60; ++round) {
    const std::uint32_t n = 1 + below(20), cols = 1 + below(20);
    for (const W& w : kinds(n)) {
      const std::vector<E> t = w.table(n);
      for (std::int64_t offset = -20; offset <= 20; ++offset) {
        std::vector<E> expected(cols);
        for (std::uint32_t i = 0; i < cols; ++i)
          if (i + offset >= 0 && i + offset < n) expected[i] = t[static_cast<std::size_t>(i + offset)];
        EXPECT_EQ(w.shifted(offset, n, cols).table(cols), expected);
      }
    }
  }
}

// The most variables that a dimension has: nothing is lost of an index or of an offset.
TEST_F(Shifted, TheLongestDimension) {
  const std::uint32_t half = kMaxExtent / 2;
  const std::vector<E> r = point(31), z = point(30);
  EXPECT_EQ(log2_ceil(kMaxExtent), 31U);
  for (const std::uint32_t k : {0U, 1U, half - 1, half, kMaxExtent - 1}) {
    EXPECT_EQ(W::index(k).extension(r), eq_index<E>(r, k));
    EXPECT_EQ(W::dense({E::one()}, k).extension(r), eq_index<E>(r, k));
    EXPECT_EQ(W::index(k).shifted(-7, kMaxExtent - 7, kMaxExtent).extension(r),
              k < kMaxExtent - 7 ? eq_index<E>(r, k + 7) : E::zero());
  }
  const E low = eq<E>(z, std::span(r).first(30));
  EXPECT_EQ(W::pieces({{E::one(), {half, 30}, z}}).extension(r), r[30] * low);
  EXPECT_EQ(W::pieces({{E::one(), {0, 30}, z}, {E::one(), {half, 0}, {}}}).extension(r),
            (E::one() - r[30]) * low + eq_index<E>(r, half));
}

TEST_F(Shifted, EqualWeightsAreEqual) {
  const W p = W::point(point(4));
  EXPECT_EQ(p.shifted(3, 16, 5), p.shifted(3, 16, 5));
  EXPECT_FALSE(p.shifted(3, 16, 5) == p.shifted(4, 16, 5));
  EXPECT_FALSE(p.shifted(3, 16, 5) == p.shifted(3, 16, 6));
  const std::vector<E> v = point(3);
  const W d = W::dense(v), copy = d;
  EXPECT_EQ(d, copy);
  EXPECT_FALSE(d == W::dense(v));  // whatever the values
}

TEST_F(Shifted, ClaimsOnAPacking) {
  for (int round = 0; round < 40; ++round) {
    CircuitBuilder b;
    Witness witness;
    std::vector<PackedTensor> tensors;
    for (std::uint32_t t = 1 + below(3); t > 0; --t) {
      PackedTensor p;
      for (std::uint32_t d = 1 + below(3); d > 0; --d) p.dims.push_back(1 + below(24));
      p.lo = -static_cast<std::int64_t>(below(50));
      p.hi = p.lo + static_cast<std::int64_t>(std::uint64_t{1} << below(40));
      witness.values.emplace_back();
      for (std::uint64_t i = 0; i < p.size(); ++i)
        witness.values.back().push_back(F::from_signed(p.lo + static_cast<std::int64_t>(rng() % (1 + p.hi - p.lo))));
      b.committed(p.dims, 0);
      tensors.push_back(p);
    }
    const BlockPlan plan = plan_blocks(tensors);
    std::vector<Packing::Part> parts;
    for (const PackedPart& p : plan.parts) {
      const PackedTensor& t = tensors[p.tensor];
      parts.push_back({p.tensor, t.lo, static_cast<std::uint8_t>(t.bits()), p.along, p.run,
                       static_cast<std::uint8_t>(p.lane), p.at, p.count, p.block});
    }
    const TensorId blocks = b.packing(plan.blocks, parts);
    const Circuit c = b.take();
    witness.values.resize(c.tensors.size());
    const auto values = evaluate_virtual(c, witness, PublicValues(c.tensors.size()));
    ASSERT_TRUE(values.ok());
    for (const W& block : kinds(plan.blocks)) {
      const Claim<E> claim{random(), blocks, {W::dense(point(kPoseidonRate)), block}};
      Expanded<E> out;
      expand(c, PublicValues(c.tensors.size()), claim, out);
      EXPECT_TRUE(out.instances.empty());
      EXPECT_LE(out.atoms.size(), parts.size());
      E sum = out.constant;
      for (const Claim<E>& atom : out.atoms)
        sum += atom.coef * claim_value<E>(c[atom.tensor].dims, (*values)[atom.tensor], atom.weights);
      EXPECT_EQ(sum, claim.coef * claim_value<E>(c[blocks].dims, (*values)[blocks], claim.weights));
    }
  }
}

}  // namespace
}  // namespace nescio::relation
