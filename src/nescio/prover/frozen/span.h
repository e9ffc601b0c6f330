// prover/frozen/span.h -- for tests: the space that vectors over F span.
#pragma once
#include <span>
#include <utility>
#include <vector>

#include "nescio/field/goldilocks.h"
#include "nescio/field/kernels.h"

namespace nescio {

class Span {
 public:
  explicit Span(std::size_t columns) : pivots_(columns) {}
  std::size_t rank() const { return rank_; }
  // False if the vector is in the span already.
  bool add(std::vector<F> v) {
    const std::size_t c = reduce(v);
    if (c == v.size()) return false;
    scale(v[c].inverse(), std::vector<F>(v), v);
    pivots_[c] = std::move(v);
    ++rank_;
    return true;
  }
  bool contains(std::vector<F> v) const { return reduce(v) == v.size(); }
  bool contains(const Span& other) const {
    for (const std::vector<F>& v : other.pivots_)
      if (!v.empty() && !contains(v)) return false;
    return true;
  }

 private:
  // Leaves the first column that is not 0, or v.size().
  std::size_t reduce(std::vector<F>& v) const {
    std::vector<F> multiple(v.size());
    for (std::size_t c = 0; c < v.size(); ++c) {
      if (v[c] == F()) continue;
      if (pivots_[c].empty()) return c;
      const std::size_t from = c / 8 * 8;  // whole registers: the pivot is 0 before c
      const BaseSpan rest = std::span(v).subspan(from), by = std::span(multiple).subspan(from);
      scale(v[c], std::span(pivots_[c]).subspan(from), by);
      sub(rest, by, rest);
    }
    return v.size();
  }

  std::vector<std::vector<F>> pivots_;  // [column]: 0 before it and 1 in it, or empty
  std::size_t rank_ = 0;
};

inline std::vector<F> difference(std::span<const F> a, std::span<const F> b) {
  std::vector<F> out(a.begin(), a.end());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] -= b[i];
  return out;
}

}  // namespace nescio
