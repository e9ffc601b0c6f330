// gadget/select.h -- exact choices: comparisons, the largest entry, one of two.
#pragma once
#include "nescio/gadget/activation.h"
#include "nescio/gadget/range.h"

namespace nescio {

// Truth of `d ? 0` for each cell, as 0 or 1. d needs a bound, which gives the width.
// Cost  one sign_of; two for `equal` ([d >= 0] + [-d >= 0] - 1).
Var compare_with_zero(Backend& b, const GadgetPlan& plan, std::string_view name, Var d, Comparison c);

// The first largest entry of each row of y [n, rest..], n >= 2; k its index.
// c_i = [i >= k] is committed; b_i = c_i - c_{i-1} is 0 or 1 and c_{n-1} = 1, so exactly one b_i is 1;
// sum_j b_j y_j - y_i - (1 - c_i) >= 0 for all i: no entry is larger, and none before k is equal.
// Cost  for each entry a cell and two lookups, and the range of a difference of the bits of y.
struct FirstLargest {
  Var reached;  // c, [n, rest..]
  Var here;     // b, [n, rest..]: 1 at k, 0 elsewhere
  Var value;    // y_k, [rest..], as a sum of products
};
FirstLargest first_largest(Backend& b, const GadgetPlan& plan, Var y);
// n - 1 - k, [1, rest..]: a sum of cells.
Var entries_behind(Backend& b, const FirstLargest& largest);

// Of it, as [rest..] ([1] if there are none)
//   index    k
//   value    y_k, for another cell for each row, and the range of y
//   one_hot  b, as [n, rest..]
enum class Chosen : std::uint8_t { index, value, one_hot };
Var choose_largest(Backend& b, const GadgetPlan& plan, std::string_view name, Var y, Chosen what);

// x where c is 1, y where it is 0; equal dims, c in [0, 1].
// Cost  a cell each.
Var select(Backend& b, std::string_view name, Var c, Var x, Var y);

}  // namespace nescio
