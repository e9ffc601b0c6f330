// relation/prover_tables.h -- tables of a contraction's operands over the variables of its sumcheck.
#pragma once
#include <span>

#include "nescio/relation/claims.h"
#include "nescio/sumcheck/prover.h"

namespace nescio::relation {

// T(x) = sum over the free dimensions of weight * value; zero beyond the extents. Over F if no dimension is free.
template <class E>
sumcheck::Table<E> operand_table(const Instance<E>& inst, const typename Instance<E>::Side& side, const Dims& dims,
                                 std::span<const F> values);

// W(x) of a weighted instance.
template <class E>
ExtVector<E> weight_table(const Instance<E>& inst);

}  // namespace nescio::relation
