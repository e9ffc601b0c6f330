// gadget/requant.h -- from an accumulator to the integers of the next layer: an exact shift, then an activation.
//
//   acc + 2^(T-1) = 2^T t + r,  0 <= r < 2^T,  -2^(B-1) <= t < 2^(B-1),  y = f(t)
// so t is acc / 2^T rounded half up, and each acc has exactly one (t, r). r's lowest limb is the rest of this equation:
// a virtual tensor, one contraction deep.
// Cost per output (cells, lookups), with b(n) limbs for n bits:
//   identity   b(T) - 1 + b(B)             b(T) + b(B)               t is a linear function of its limbs
//   relu       b(T) - 1 + 2 + b(B - k) + 1 b(T) + 1 + b(B - k)       sign table of k bits; y = s t, committed
//   table      b(T) - 1 + 2                b(T) + 1                  (t, y) in a table of 2^B rows, B <= 16
//   clip       relu of two differences     see activation.h
#pragma once
#include "nescio/gadget/activation.h"
#include "nescio/gadget/range.h"

namespace nescio {

// y = f(round(acc / 2^T)) for each cell. Values of t out of range are kRange.
Var requant(Backend& b, const GadgetPlan& plan, std::string_view name, Var acc, Requant q, const Activation& f);

}  // namespace nescio
