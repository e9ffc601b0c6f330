#include "nescio/pcs/mask_rank.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "nescio/base/check.h"
#include "nescio/transcript/transcript.h"

namespace nescio::pcs {
namespace {

// Row echelon form, built one row at a time.
class Echelon {
 public:
  explicit Echelon(std::size_t columns) : pivots_(columns) {}
  unsigned rank() const { return rank_; }
  void add(std::vector<F> row) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (row[c] == F()) continue;
      const std::vector<F>& pivot = pivots_[c];
      if (pivot.empty()) {
        const F inverse = row[c].inverse();
        for (std::size_t i = c; i < row.size(); ++i) row[i] *= inverse;
        pivots_[c] = std::move(row);
        ++rank_;
        return;
      }
      const F factor = row[c];
      for (std::size_t i = c; i < row.size(); ++i) row[i] -= factor * pivot[i];
    }
  }

 private:
  std::vector<std::vector<F>> pivots_;  // [column]: a row that is 0 before it and 1 in it, or empty
  unsigned rank_ = 0;
};

}  // namespace

template <class E>
unsigned mask_rank(std::span<const std::uint32_t> positions, std::span<const E> w_res, std::span<const E> r) {
  const auto kappa = static_cast<unsigned>(r.size());
  NESCIO_CHECK(!positions.empty() && w_res.size() % positions.size() == 0);
  const std::size_t rows = w_res.size() / positions.size();

  // folded[i][k][y]: the weights after i bound column variables.
  std::vector<std::vector<E>> folded(kappa + 1);
  folded[0].resize(rows << kappa);
  for (std::size_t j = 0; j < positions.size(); ++j)
    std::copy_n(w_res.begin() + j * rows, rows, folded[0].begin() + positions[j] * rows);
  for (unsigned i = 0; i < kappa; ++i) {
    const std::vector<E>& in = folded[i];
    folded[i + 1].resize(in.size() / 2);
    for (std::size_t k = 0; k < folded[i + 1].size() / rows; ++k)
      for (std::size_t y = 0; y < rows; ++y) {
        const E &lo = in[2 * k * rows + y], &hi = in[(2 * k + 1) * rows + y];
        folded[i + 1][k * rows + y] = lo + r[i] * (hi - lo);
      }
  }

  std::vector<std::size_t> order;
  for (const bool rule : {true, false})
    for (std::size_t j = 0; j < positions.size(); ++j)
      if ((std::popcount(positions[j]) <= 1) == rule) order.push_back(j);

  const unsigned full = full_mask_rank(E::D, kappa);
  Echelon echelon(full);
  for (const std::size_t j : order)
    for (std::size_t y = 0; y < rows && echelon.rank() < full; ++y) {
      // What one unit of this cell adds to sigma_res, c0_0, c2_0, c0_1, ..
      std::vector<F> image;
      image.reserve(full);
      const auto push = [&](const E& e) {
        for (unsigned d = 0; d < E::D; ++d) image.push_back(e[d]);
      };
      push(w_res[j * rows + y]);
      E weight = E::one();  // of the cell in its folded column: eq of the bound bits
      for (unsigned i = 0; i < kappa; ++i) {
        const std::size_t k = positions[j] >> (i + 1);
        const bool bit = (positions[j] >> i & 1) != 0;
        const E &w0 = folded[i][2 * k * rows + y], &w1 = folded[i][(2 * k + 1) * rows + y];
        push(bit ? E::zero() : w0 * weight);
        push((w1 - w0) * (bit ? weight : -weight));
        weight *= bit ? r[i] : E::one() - r[i];
      }
      echelon.add(std::move(image));
    }
  return echelon.rank();
}

template <class E>
unsigned generic_mask_rank(unsigned kappa, std::span<const std::uint32_t> positions, unsigned rows) {
  Transcript points(bytes_of("nescio/pcs/generic mask rank"));
  std::vector<E> w_res(positions.size() * rows), r(kappa);
  for (E& x : w_res) x = points.challenge<E>("w");
  for (E& x : r) x = points.challenge<E>("r");
  return mask_rank<E>(positions, w_res, r);
}

template unsigned mask_rank<Ext2>(std::span<const std::uint32_t>, std::span<const Ext2>, std::span<const Ext2>);
template unsigned mask_rank<Ext3>(std::span<const std::uint32_t>, std::span<const Ext3>, std::span<const Ext3>);
template unsigned generic_mask_rank<Ext2>(unsigned, std::span<const std::uint32_t>, unsigned);
template unsigned generic_mask_rank<Ext3>(unsigned, std::span<const std::uint32_t>, unsigned);

}  // namespace nescio::pcs
