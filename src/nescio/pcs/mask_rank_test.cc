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
    if (kappa >= 3) {
      EXPECT_EQ(generic_mask_rank<E>(kappa, rule_positions(kappa, kappa + 3)), full);
    }
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

unsigned rank_of(std::vector<std::vector<F>> m) {
  unsigned rank = 0;
  for (std::size_t col = 0; col < m[0].size() && rank < m.size(); ++col) {
    std::size_t pivot = rank;
    while (pivot < m.size() && m[pivot][col] == F()) ++pivot;
    if (pivot == m.size()) continue;
    std::swap(m[pivot], m[rank]);
    for (std::size_t i = rank + 1; i < m.size(); ++i) {
      const F factor = m[i][col] * m[rank][col].inverse();
      for (std::size_t k = col; k < m[i].size(); ++k) m[i][k] -= factor * m[rank][k];
    }
    ++rank;
  }
  return rank;
}

// What the prover sends in the column rounds for a matrix of mask cells [positions.size()][rows], by definition.
template <class E>
std::vector<F> column_messages(std::span<const std::uint32_t> at, std::span<const E> w, std::span<const E> r,
                               std::span<const F> cells) {
  const std::size_t rows = w.size() / at.size();
  std::vector<std::vector<E>> wt(std::size_t{1} << r.size(), std::vector<E>(rows)), ft = wt;
  for (std::size_t j = 0; j < at.size(); ++j)
    for (std::size_t y = 0; y < rows; ++y) {
      wt[at[j]][y] = w[j * rows + y];
      ft[at[j]][y] = E(cells[j * rows + y]);
    }
  std::vector<F> out;
  const auto push = [&](const E& e) {
    for (unsigned d = 0; d < E::D; ++d) out.push_back(e[d]);
  };
  E sum = E::zero();
  for (std::size_t j = 0; j < wt.size(); ++j)
    for (std::size_t y = 0; y < rows; ++y) sum += wt[j][y] * ft[j][y];
  push(sum);
  for (const E& ri : r) {
    E c0 = E::zero(), c2 = E::zero();
    for (std::size_t k = 0; k < wt.size() / 2; ++k)
      for (std::size_t y = 0; y < rows; ++y) {
        c0 += wt[2 * k][y] * ft[2 * k][y];
        c2 += (wt[2 * k + 1][y] - wt[2 * k][y]) * (ft[2 * k + 1][y] - ft[2 * k][y]);
        wt[k][y] = wt[2 * k][y] + ri * (wt[2 * k + 1][y] - wt[2 * k][y]);
        ft[k][y] = ft[2 * k][y] + ri * (ft[2 * k + 1][y] - ft[2 * k][y]);
      }
    wt.resize(wt.size() / 2);
    ft.resize(ft.size() / 2);
    push(c0);
    push(c2);
  }
  return out;
}

template <class E>
std::vector<E> random_elements(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 rng(seed);
  std::vector<E> v(n);
  for (E& e : v)
    for (unsigned d = 0; d < E::D; ++d) e[d] = F(rng());
  return v;
}

// The messages are linear in the cells: the images of unit cells are the rows of the matrix whose rank is counted.
TYPED_TEST(MaskRank, AgreesWithTheMessages) {
  using E = TypeParam;
  const std::vector<std::vector<std::uint32_t>> layouts = {{0, 5, 3}, {1, 2, 4, 0}, {7, 6}};
  for (const auto& at : layouts)
    for (const std::size_t rows : {1u, 2u, 6u}) {
      const auto w = random_elements<E>(at.size() * rows, rows), r = random_elements<E>(3, 7);
      std::vector<std::vector<F>> m;
      for (std::size_t c = 0; c < w.size(); ++c) {
        std::vector<F> cells(w.size());
        cells[c] = F(1);
        m.push_back(column_messages<E>(at, w, r, cells));
      }
      EXPECT_EQ(mask_rank<E>(at, w, r), rank_of(m));
    }
}

// All that is seen of the fresh columns: t0 opened cells of each, and the column rounds. With 2D mask rows and t0
// hiding rows the map from reserved cells to it is onto; with one hiding row less it is not.
TYPED_TEST(MaskRank, TogetherWithTheOpenedRows) {
  using E = TypeParam;
  const unsigned t0 = 5, kappa = 2, log_rows = 5, log_n = 7;
  const std::size_t rows = 2 * E::D, height = std::size_t{1} << log_rows;
  const std::vector<std::uint32_t> at = {0, 1, 2};
  const auto w = random_elements<E>(at.size() * rows, 1), r = random_elements<E>(kappa, 2);
  const std::uint32_t opened[t0] = {3, 17, 64, 65, 127};
  for (const std::size_t hiding : {std::size_t{t0}, std::size_t{t0 - 2}}) {
    std::vector<std::vector<F>> m;
    for (std::size_t j = 0; j < at.size(); ++j)
      for (std::size_t y = 0; y < rows + hiding; ++y) {
        std::vector<F> image(at.size() * t0);
        for (std::size_t s = 0; s < t0; ++s)
          image[j * t0 + s] = leaf_point(opened[s], log_n).pow(height - rows - hiding + y);
        std::vector<F> cells(w.size());
        if (y < rows) cells[j * rows + y] = F(1);
        const auto messages = column_messages<E>(at, w, r, cells);
        image.insert(image.end(), messages.begin(), messages.end());
        m.push_back(std::move(image));
      }
    const unsigned seen = static_cast<unsigned>(at.size()) * t0 + full_mask_rank(E::D, kappa);
    EXPECT_EQ(rank_of(m) == seen, hiding == t0);
  }
}

}  // namespace
}  // namespace nescio::pcs
