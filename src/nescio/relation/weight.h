// relation/weight.h -- a public weight vector w over one dimension of n entries, with a succinct extension where it has
// one.
//
// A claim about a tensor T is  sum_i w_0(i_0) w_1(i_1) .. T[i]  for one weight per dimension. Kinds:
//   point    w(i) = eq(z, i), i < n        the multilinear extension of T at z in this dimension
//   index    w(i) = [i = k]
//   pieces   w(i) = sum_p c_p [i in piece p] eq(z_p, i - offset_p), pieces aligned and disjoint
//   dense    w(i) = any public vector from some index on, zero elsewhere
//   window   w(i) = [begin <= i < end] eq(z, i + offset)    a point seen through a shift
// Weights are equal if they were made alike: a point, an index, pieces and windows by what they hold; a dense vector is
// equal to its own copies only. Not by its values: those may depend on a statement's public values, and what a proof
// sends must be a function of the circuit alone.
// `on_block` gives the multilinear extension of w restricted to an aligned block: what the verifier needs to evaluate
// the combined functional at the end of the proof.
#pragma once
#include <compare>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "nescio/circuit/layout.h"
#include "nescio/field/extension.h"
#include "nescio/poly/eq.h"

namespace nescio::relation {

template <class E>
class Weight {
 public:
  struct Segment {  // one piece of `pieces`
    E coef;
    Piece piece;
    std::vector<E> z;  // [piece.log]
  };

  static Weight point(std::vector<E> z) { return Weight(Point{std::make_shared<const std::vector<E>>(std::move(z))}); }
  static Weight index(std::uint32_t k) { return Weight(k); }
  static Weight pieces(std::vector<Segment> s) {
    return Weight(Pieces{std::make_shared<const std::vector<Segment>>(std::move(s))});
  }
  // w[j] at index begin + j.
  static Weight dense(std::vector<E> w, std::uint32_t begin = 0) {
    return Weight(Dense{begin, std::make_shared<const std::vector<E>>(std::move(w))});
  }
  // The weights i -> w(i + offset) of cols entries, zero where i + offset is not an index of w's n. |offset| < 2^33.
  Weight shifted(std::int64_t offset, std::uint32_t n, std::uint32_t cols) const;

  // The z of a point; null for the other kinds.
  const std::vector<E>* as_point() const {
    const auto* point = std::get_if<Point>(&kind_);
    return point == nullptr ? nullptr : point->z.get();
  }
  // w(0), .., w(n-1)
  std::vector<E> table(std::uint32_t n) const;
  // w(begin), .., w(end-1)
  std::vector<E> table(std::uint32_t begin, std::uint32_t end) const;
  // sum_{i<n} w(i)
  E sum(std::uint32_t n) const;
  // The extension at r (r.size() = block.log) of the vector w(block.offset + i), i < 2^block.log. The block lies below
  // n.
  E on_block(const Piece& block, std::span<const E> r) const;
  // A vector of 2^bits entries that agrees with w below n, and its multilinear extension at r (r.size() = bits). Beyond
  // n a point goes on as eq; the other kinds are zero there. For sums whose other factors vanish beyond n.
  std::vector<E> extended_table(unsigned bits) const;
  E extension(std::span<const E> r) const;

  // Some total order, for sets of claims.
  friend std::strong_ordering operator<=>(const Weight& a, const Weight& b) { return compare(a, b); }
  friend bool operator==(const Weight& a, const Weight& b) { return compare(a, b) == std::strong_ordering::equal; }

 private:
  using Vector = std::shared_ptr<const std::vector<E>>;
  struct Point {
    Vector z;
  };
  struct Pieces {
    std::shared_ptr<const std::vector<Segment>> list;
  };
  struct Dense {
    std::uint32_t begin;
    Vector w;
  };
  struct Window {
    Vector z;
    std::int64_t offset;
    std::uint32_t begin, end;  // begin < end
  };
  using Kind = std::variant<Point, std::uint32_t, Pieces, Dense, Window>;
  explicit Weight(Kind kind) : kind_(std::move(kind)) {}
  static std::strong_ordering compare(const Weight& a, const Weight& b);

  Kind kind_;
};

// One weight per dimension.
template <class E>
using Weights = std::vector<Weight<E>>;

}  // namespace nescio::relation
