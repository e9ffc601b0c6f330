// relation/prover_tables.h -- tables of a contraction's operands over the variables of its sumcheck.
#pragma once
#include <span>
#include <vector>

#include "nescio/relation/claims.h"
#include "nescio/sumcheck/prover.h"

namespace nescio::relation {

// T(x) = sum over the free dimensions of weight * value; zero beyond the extents, and left out beyond the last cell.
// Over F if no dimension is free.
template <class E>
sumcheck::Table<E> operand_table(const Instance<E>& inst, const typename Instance<E>::Side& side, const Dims& dims,
                                 std::span<const F> values);

// W(x) of a weighted instance: the point that it is the equality polynomial of, or nothing if it is not of this kind.
template <class E>
std::vector<E> weight_point(const Instance<E>& inst);
// As a table.
template <class E>
ExtVector<E> weight_table(const Instance<E>& inst);

// The tables and terms of a wave's instances, a group for each number of variables. An operand that several instances
// read in the same way is one table.
template <class E>
class WaveTables {
 public:
  WaveTables(const Circuit& circuit, const std::vector<std::span<const F>>& values,
             const std::vector<Instance<E>>& instances);

  std::vector<sumcheck::Group<E>> take() { return std::move(groups_); }
  // Where the final values of an instance's operands are, in the order a, b, c.
  std::size_t group(std::size_t instance) const { return place_[instance].group; }
  const std::vector<std::size_t>& tables(std::size_t instance) const { return place_[instance].tables; }

 private:
  struct Place {
    std::size_t group = 0;
    std::vector<std::size_t> tables;
  };
  std::vector<sumcheck::Group<E>> groups_;
  std::vector<Place> place_;
};

}  // namespace nescio::relation
