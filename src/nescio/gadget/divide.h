// gadget/divide.h -- quotients of integers, rounded half up; remainders.
//
//   2^(k+1) a + 2^j b = 2^(j+1) b y + r,  0 <= r < 2^(j+1) b
// so y = floor(2^k a / (2^j b) + 1/2), and each (a, b) has exactly one (y, r). r >= 0 and 2^(j+1) b - 1 - r >= 0 leave
// no b below 1. Cost  the range of y in `bits` bits, and twice that of j + 1 more bits than b has.
//
//   a = b q + y,  0 <= y < b
// so y is a modulo b, and each (a, b) has exactly one (q, y). Again y >= 0 and b - 1 - y >= 0 leave no b below 1. Cost
// the range of q, which has the bits of a; y and its range, and that of b - 1 - y, which have the bits of b.
#pragma once
#include "nescio/gadget/range.h"

namespace nescio {

// a, b of equal dims. kDivZero: b below 1 in an honest run; kOverflow: a side of the equation reaches 2^62.
Var divide(Backend& b, const GadgetPlan& plan, std::string_view name, Var dividend, Var divisor, unsigned k, unsigned j,
           unsigned bits);
// y, with the same errors.
Var remainder(Backend& b, const GadgetPlan& plan, std::string_view name, Var dividend, Var divisor);

}  // namespace nescio
