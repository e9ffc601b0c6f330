// gadget/top.h -- the k largest entries of each row, the largest first; of equal ones the one before the others.
//
// Round r takes the first largest entry (gadget/select.h) of y_r, y_0 = y and y_{r+1} = y_r - M b_r, b_r being 1 at
// what round r took and 0 elsewhere, M = hi - lo + 1 for y in [lo, hi]. While r < n, some entry has not been taken. It
// is at least lo, and what was taken is at most hi - M < lo: so nothing is taken twice, and the first largest entry of
// y_r is that of what is left of y.
//
// Cost  k times first_largest, of differences with up to 1 + log2 k bits more, and a cell for each entry of each y_r:
//       without it claims on a round become claims on all rounds before it. Values, indices: k cells and their ranges.
#pragma once
#include "nescio/gadget/select.h"

namespace nescio {

struct Top {
  Var y;                             // [n, rest..]
  std::vector<FirstLargest> rounds;  // k of them
};
// 1 <= k <= n, n >= 2.
Top take_top(Backend& b, const GadgetPlan& plan, std::string_view name, Var y, std::uint32_t k);
// Entries of y, and where they are: [k, rest..].
Var top_values(Backend& b, const GadgetPlan& plan, std::string_view name, const Top& top);
Var top_indices(Backend& b, const GadgetPlan& plan, std::string_view name, const Top& top);

}  // namespace nescio
