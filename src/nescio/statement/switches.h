// statement/switches.h -- whether the public switches of a circuit's outputs mean what they are called.
//
// A key names for each output y the public tensors lo, hi, outside (and onehot, on, tie); a verdict says from their
// values what is true of y. The key may be hostile: so the circuit must enforce it. Looked for among the tensors that
// the circuit alone keeps from being negative (circuit/bounds.h), as polynomials mod p in the cells of one index:
//   u - outside (2u + 1 - N s),        u = y - lo
//   v - outside (2v + 1 - N (1 - s)),  v = hi - y,    s some tensor within [0, 1], any N;
// or u and v, where outside is kept at 0. And, with argmax, sum_j onehot_j y_j - on y_i - tie_i as gadget/output.h has
// it. If these are not negative: lo <= y <= hi where outside = 0; y < lo (if s = 0) or y > hi (if s = 1) where it is 1;
// and k is the first index of the largest entry. All sides are below 2^63, so nothing wraps. Also: y does not depend on
// the statement.
#pragma once
#include <vector>

#include "nescio/base/error.h"
#include "nescio/circuit/bounds.h"

namespace nescio {

// kVKey unless all of that holds for every output port; `where` is rule + the port's number.
// circuit has passed check_circuit; bounds are those of derive_bounds.
Status check_switches(const Circuit& circuit, const std::vector<Interval>& bounds, std::uint32_t rule);

}  // namespace nescio
