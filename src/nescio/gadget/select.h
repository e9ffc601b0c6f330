// gadget/select.h -- exact choices: comparisons, the largest entry, one of two.
#pragma once
#include "nescio/gadget/activation.h"
#include "nescio/gadget/range.h"

namespace nescio {

// Truth of `d ? 0` for each cell, as 0 or 1. d needs a bound, which gives the width.
// Cost  one sign_of; two for `equal` ([d >= 0] + [-d >= 0] - 1).
Var compare_with_zero(Backend& b, const GadgetPlan& plan, std::string_view name, Var d, Comparison c);

// The first largest entry of each row of y [n, rest..], n >= 2: with k its index, as [rest..] ([1] if there are none)
//   index    k
//   value    y_k
//   one_hot  1 at k, 0 elsewhere, as [n, rest..]
// c_i = [i >= k] is committed; b_i = c_i - c_{i-1} is 0 or 1 and c_{n-1} = 1, so exactly one b_i is 1;
// sum_j b_j y_j - y_i - (1 - c_i) >= 0 for all i: no entry is larger, and none before k is equal.
// Cost  for each entry a cell and two lookups, and the range of a difference of the bits of y; value: for each row a
//       cell, and the range of y.
enum class Chosen : std::uint8_t { index, value, one_hot };
Var choose_largest(Backend& b, const GadgetPlan& plan, std::string_view name, Var y, Chosen what);

// x where c is 1, y where it is 0; equal dims, c in [0, 1].
// Cost  a cell each.
Var select(Backend& b, std::string_view name, Var c, Var x, Var y);

}  // namespace nescio
