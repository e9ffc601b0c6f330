// relation/prover_functional.h -- the weight of relation/functional.h at every cell.
#pragma once
#include <vector>

#include "nescio/field/ext_vector.h"
#include "nescio/relation/functional.h"

namespace nescio::relation {

// By column position, 2^log_rows entries; empty for a column without weight. Cost: two multiplications in E for each
// cell of each claim.
template <class E>
std::vector<ExtVector<E>> dense(const Functional<E>& functional, const Circuit& circuit, const Layout& layout);

}  // namespace nescio::relation
