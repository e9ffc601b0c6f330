// statement/rounding.h -- from a decimal threshold to the integers that a quantised output can take, exactly.
#pragma once
#include <cstdint>

#include "nescio/circuit/circuit.h"
#include "nescio/statement/statement.h"

namespace nescio {

// floor and ceiling of d / scale, clamped to +-2^62; equal if and only if d is a multiple of the scale.
struct Quotient {
  std::int64_t floor = 0, ceil = 0;
};
Quotient divide(const Decimal& d, const Scale& scale);

}  // namespace nescio
