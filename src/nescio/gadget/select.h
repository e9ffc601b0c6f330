// gadget/select.h -- exact choices: comparisons and the index of the largest entry.
#pragma once
#include "nescio/gadget/activation.h"
#include "nescio/gadget/range.h"

namespace nescio {

// Truth of `d ? 0` for each cell, as 0 or 1. d needs a bound, which gives the width.
// Cost  one sign_of; two for `equal` ([d >= 0] + [-d >= 0] - 1).
Var compare_with_zero(Backend& b, const GadgetPlan& plan, std::string_view name, Var d, Comparison c);

// The first index k of y[n] with y_k = max y, as one integer [1]. n >= 2.
// c_i = [i >= k] is committed; b_i = c_i - c_{i-1} is 0 or 1 and c_{n-1} = 1, so exactly one b_i is 1;
// sum_j b_j y_j - y_i - (1 - c_i) >= 0 for all i: no entry is larger, and none before k is equal.
// Cost  n cells and 2n lookups, and the range of n differences of the bits of y.
Var argmax(Backend& b, const GadgetPlan& plan, std::string_view name, Var y);
// y_k itself, [1].
Var maximum(Backend& b, const GadgetPlan& plan, std::string_view name, Var y);

}  // namespace nescio
