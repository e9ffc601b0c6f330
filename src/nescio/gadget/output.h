// gadget/output.h -- what may be stated of an output, by public switches: the circuit is the same for all statements.
//
// For each cell, N the size of the proven range of y, s a hidden bit:
//   d_lo = u - outside (2u + 1 - N s),        u = y - lo
//   d_hi = v - outside (2v + 1 - N (1 - s)),  v = hi - y,    both in [0, 2^b), 2^b > 2N - 2
// outside = 0: lo <= y <= hi. outside = 1: y < lo if s = 0 (d_lo = lo - 1 - y; d_hi = N - 1 - v >= 0 holds anyway), y >
// hi if s = 1. For a vector and on = 1, with onehot = [i = k], tie = [i < k]:
//   sum_j onehot_j y_j - on y_i - tie_i >= 0,
// so k is the first index of the largest entry; on = onehot = tie = 0 says nothing.
// Complete: each statement that is true of y has such an s; sound: a false one has none, as y, lo and hi lie in the
// proven range and nothing wraps.
// Cost per cell  1 cell and 1 lookup for s, two ranges of b bits; with argmax one more of b - 1 bits. Depth: that of y.
#pragma once
#include "nescio/gadget/range.h"

namespace nescio {

struct OutputSwitches {
  Var lo, hi, outside;  // statement values [n], lo and hi within the range of y, outside 0 or 1
  bool has_argmax = false;
  Var onehot, on, tie;  // [n], [1], [n]
};
// y[n], one dimension.
OutputSwitches output_gadget(Backend& b, const GadgetPlan& plan, std::string_view name, Var y);

}  // namespace nescio
