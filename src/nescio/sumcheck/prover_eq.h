// sumcheck/prover_eq.h -- the equality polynomial of a point from round to round, without a table of its own size.
//
// In the round that binds variable i a prover needs eq(z[i+1 ..], x) for all x. It is kept as a table over the next
// kInner variables (`inner`) times one over those above (`outer`): a prover sums chunk by chunk with the first and
// multiplies each chunk's sum by its entry of the second.
#pragma once
#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "nescio/field/kernels.h"

namespace nescio::sumcheck {

inline constexpr unsigned kInner = 11;  // variables of a chunk at most: its tables stay in the cache

template <class E>
class EqSplit {
 public:
  // Stands at the round that binds variable 0. z may be empty: there are no rounds.
  explicit EqSplit(std::vector<E> z) : z_(std::move(z)) { split(); }

  bool empty() const { return z_.empty(); }
  // The coordinate of the variable that this round binds.
  const E& now() const { return z_[next_]; }
  // Those above it.
  std::span<const E> above() const { return std::span<const E>(z_).subspan(next_ + 1); }
  // A chunk has 2^chunk_bits() entries of a table over the variables from this one on.
  unsigned chunk_bits() const { return end_ - next_; }
  // A weight for each pair of entries of a chunk.
  ExtView<E> inner() const { return inner_.subspan(0, std::size_t{1} << (end_ - next_ - 1)); }
  E outer(std::size_t chunk) const { return outer_.get(chunk); }

  // On to the next round. After the last one there is nothing to ask.
  void advance() {
    if (++next_ == end_) return split();
    const std::size_t n = std::size_t{1} << (end_ - next_ - 1);  // eq sums to 1 over the lowest variable
    add_pairs<E>(inner_.subspan(0, 2 * n), inner_.subspan(0, n));
  }

 private:
  void split() {
    if (next_ >= z_.size()) return;
    end_ = std::min<unsigned>(static_cast<unsigned>(z_.size()), next_ + kInner);
    const std::span<const E> z(z_);
    const auto table = [](std::span<const E> point) {
      ExtVector<E> t(std::size_t{1} << point.size());
      eq_table<E>(point, E::one(), t);
      return t;
    };
    inner_ = table(z.subspan(next_ + 1, end_ - next_ - 1));
    outer_ = table(z.subspan(end_));
  }

  std::vector<E> z_;
  unsigned next_ = 0, end_ = 0;
  ExtVector<E> inner_, outer_;
};

}  // namespace nescio::sumcheck
