// circuit/determined.h -- whether a circuit leaves its prover a choice: is every output a function of the inputs and of
// what the key's digests bind?
//
// A tensor is determined if any two satisfying assignments that agree on the cells of the input ports and on the
// tensors bound by digests of the key agree on it too. Found by rules; what they do not find is not claimed.
//   constants, and tensors whose interval (circuit/bounds.h) is a point
//   forward    a definition whose sources are determined
//   identity   q y = c + sum a_k x_k over the integers, y or an x_k unknown: if, ordered by coefficient, each |a_j| is
//              more than sum_(i<j) |a_i| (hi_i - lo_i), two solutions would differ last in a term that the others
//              cannot make up for. Limbs, quotient and remainder, copies.
//   lookup     a column that is determined and a progression with a step tells the row: so all columns, if the
//              table's private columns are determined
//   argmax     [i >= k], k the first index of the largest entry of a row, as gadget/select.h states it
//   quotient   of known integers, as gadget/divide.h states it
// Why        all of it is about integers: derive_bounds refuses a circuit where an identity used here could wrap.
#pragma once
#include <vector>

#include "nescio/circuit/bounds.h"

namespace nescio {

// [tensors]. circuit has passed check_circuit; bounds are those of derive_bounds. Cost: linear in the circuit.
std::vector<bool> determined_tensors(const Circuit& circuit, const std::vector<Interval>& bounds);

}  // namespace nescio
