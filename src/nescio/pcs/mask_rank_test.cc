// The rank that hides the column rounds: full under the layout rule, deficient without it (docs/spec/pcs.md).
#include "nescio/pcs/mask_rank.h"

#include <gtest/gtest.h>

#include <random>

#include "nescio/pcs/reference_prover.h"
#include "nescio/pcs/sample_opening.h"

namespace nescio::pcs {
namespace {

template <class E>
class MaskRank : public ::testing::Test {};
using Degrees = ::testing::Types<Ext2, Ext3>;
TYPED_TEST_SUITE(MaskRank, Degrees);

std::vector<std::uint32_t> first(unsigned n) {
  std::vector<std::uint32_t> v(n);
  for (unsigned j = 0; j < n; ++j) v[j] = j;
  return v;
}

TYPED_TEST(MaskRank, FullUnderTheLayoutRule) {
  using E = TypeParam;
  for (unsigned kappa = 0; kappa <= 10; ++kappa) {
    const unsigned full = full_mask_rank(E::D, kappa);
    EXPECT_EQ(generic_mask_rank<E>(kappa, rule_positions(kappa, kappa + 1)), full);
    // Exactly D cells more than needed.
    EXPECT_EQ((kappa + 1) * 2 * E::D, full + E::D);
    if (kappa >= 3) EXPECT_EQ(generic_mask_rank<E>(kappa, rule_positions(kappa, kappa + 3)), full);
    // More columns in any order do not hurt.
    std::vector<std::uint32_t> all = first(1u << kappa);
    std::shuffle(all.begin(), all.end(), std::mt19937(kappa));
    EXPECT_EQ(generic_mask_rank<E>(kappa, all), full);
  }
}

TYPED_TEST(MaskRank, FewerMaskRowsFail) {
  using E = TypeParam;
  for (unsigned kappa = 4; kappa <= 6; ++kappa)
    EXPECT_LT(generic_mask_rank<E>(kappa, rule_positions(kappa, kappa + 1), 2 * E::D - 1), full_mask_rank(E::D, kappa));
  for (unsigned kappa = 2; kappa <= 6; ++kappa)
    EXPECT_LT(generic_mask_rank<E>(kappa, rule_positions(kappa, kappa + 1), 3), full_mask_rank(E::D, kappa));
}

// Eight fresh columns at 0..7 beside 32 static ones, and others that leave a column bit uncovered: no number of mask
// rows helps.
TYPED_TEST(MaskRank, UncoveredBitsAreDeficientWhateverTheRows) {
  using E = TypeParam;
  const std::vector<std::vector<std::uint32_t>> layouts = {
      first(8), {32, 33, 34, 35, 36, 37, 38, 39}, {0, 8, 16, 24, 32, 40, 48, 56}, first(32)};
  const unsigned bits[] = {3, 3, 3, 5};  // covered
  for (std::size_t l = 0; l < layouts.size(); ++l)
    for (const unsigned rows : {2 * E::D, 4 * E::D, 16u}) {
      const unsigned rank = generic_mask_rank<E>(6, layouts[l], rows);
      EXPECT_LT(rank, full_mask_rank(E::D, 6));
      EXPECT_EQ(rank, full_mask_rank(E::D, bits[l]));
    }
}

// Columns 0..c-1: full iff they reach into the upper half and hold enough cells.
TYPED_TEST(MaskRank, ContiguousColumns) {
  using E = TypeParam;
  for (unsigned kappa = 1; kappa <= 4; ++kappa)
    for (unsigned c = 1; c <= 1u << kappa; ++c)
      for (const unsigned rows : {3u, 2 * E::D - 1, 2 * E::D}) {
        const unsigned full = full_mask_rank(E::D, kappa);
        EXPECT_EQ(generic_mask_rank<E>(kappa, first(c), rows) == full, c > 1u << (kappa - 1) && rows * c >= full)
            << kappa << " " << c << " " << rows;
      }
}

TYPED_TEST(MaskRank, EqualWeightsAreDeficient) {
  using E = TypeParam;
  const auto at = rule_positions(3, 4);
  std::vector<E> w(4 * 2 * E::D, E::basis(1)), r = {E::basis(1) + F(3), E::basis(1) + F(5), E::basis(1) + F(7)};
  EXPECT_LE(mask_rank<E>(at, w, r), 4u * E::D);
  EXPECT_LT(mask_rank<E>(at, w, r), full_mask_rank(E::D, 3));
}

// The rank counts what it says: the image of the mask cells under the prover's own messages. Changing one mask cell by
// 1 on frozen challenges moves (sigma_res, c0, c2) by one row of the matrix; here the rows are recomputed from scratch.
TYPED_TEST(MaskRank, AgreesWithTheMessages) {
  using E = TypeParam;
  std::mt19937_64 rng(9);
  const auto element = [&] {
    E e;
    for (unsigned d = 0; d < E::D; ++d) e[d] = F(rng());
    return e;
  };
  const unsigned kappa = 3, rows = 2;
  const std::vector<std::uint32_t> at = {0, 5, 3};
  std::vector<E> w(at.size() * rows), r(kappa);
  for (E& x : w) x = element();
  for (E& x : r) x = element();
  // All messages of the column rounds for given cells, by definition.
  const auto messages = [&](const std::vector<F>& cells) {
    std::vector<std::vector<E>> wt(8, std::vector<E>(rows)), ft = wt;
    for (std::size_t j = 0; j < at.size(); ++j)
      for (unsigned y = 0; y < rows; ++y) {
        wt[at[j]][y] = w[j * rows + y];
        ft[at[j]][y] = E(cells[j * rows + y]);
      }
    std::vector<F> out;
    const auto push = [&](const E& e) {
      for (unsigned d = 0; d < E::D; ++d) out.push_back(F(e[d].canonical()));
    };
    E s = E::zero();
    for (std::size_t j = 0; j < 8; ++j)
      for (unsigned y = 0; y < rows; ++y) s += wt[j][y] * ft[j][y];
    push(s);
    for (unsigned i = 0; i < kappa; ++i) {
      E c0 = E::zero(), c2 = E::zero();
      const std::size_t half = wt.size() / 2;
      for (std::size_t k = 0; k < half; ++k)
        for (unsigned y = 0; y < rows; ++y) {
          c0 += wt[2 * k][y] * ft[2 * k][y];
          c2 += (wt[2 * k + 1][y] - wt[2 * k][y]) * (ft[2 * k + 1][y] - ft[2 * k][y]);
          wt[k][y] = wt[2 * k][y] + r[i] * (wt[2 * k + 1][y] - wt[2 * k][y]);
          ft[k][y] = ft[2 * k][y] + r[i] * (ft[2 * k + 1][y] - ft[2 * k][y]);
        }
      wt.resize(half);
      ft.resize(half);
      push(c0);
      push(c2);
    }
    return out;
  };
  // Rank of the images of unit cells, by elimination on whole rows.
  std::vector<std::vector<F>> m;
  for (std::size_t c = 0; c < w.size(); ++c) {
    std::vector<F> cells(w.size());
    cells[c] = F(1);
    m.push_back(messages(cells));
  }
  unsigned rank = 0;
  for (std::size_t col = 0; col < m[0].size(); ++col) {
    std::size_t pivot = rank;
    while (pivot < m.size() && m[pivot][col] == F()) ++pivot;
    if (pivot == m.size()) continue;
    std::swap(m[pivot], m[rank]);
    for (std::size_t i = rank + 1; i < m.size(); ++i) {
      const F factor = m[i][col] * m[rank][col].inverse();
      for (std::size_t k = 0; k < m[i].size(); ++k) m[i][k] -= factor * m[rank][k];
    }
    ++rank;
  }
  EXPECT_EQ(mask_rank<E>(at, w, r), rank);
}

}  // namespace
}  // namespace nescio::pcs
