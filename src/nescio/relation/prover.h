// relation/prover.h -- the prover of relation/verifier.h.
#pragma once
#include <span>
#include <vector>

#include "nescio/relation/verifier.h"
#include "nescio/zk/prover.h"

namespace nescio::relation {

// values[id]: the cells of every tensor but those of the argument's own roles, logical order.
using Values = std::vector<std::span<const F>>;

// Milliseconds of the parts of a segment: fractions with their leaves, sumchecks of products, the argument for triples.
struct SegmentTimes {
  double fractions = 0, products = 0, triples = 0;
};

// Adds to *times, if it is given.
template <class E>
void prove_segment(const Circuit& circuit, const PublicValues& publics, const Values& values, std::uint32_t segment,
                   const E& alpha, const E& beta, zk::ProverChannel<E>& ch, SegmentTimes* times = nullptr);

// <w_0 x w_1 x .., values>: the value of a claim without its coefficient; dims as in the circuit.
template <class E>
E claim_value(const Dims& dims, std::span<const F> values, const Weights<E>& weights);

}  // namespace nescio::relation
