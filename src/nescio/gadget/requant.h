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
#include <cstdint>
#include <vector>

#include "nescio/gadget/range.h"

namespace nescio {

// What happens after rounding, on integers.
struct Activation {
  enum class Kind : std::uint8_t {
    identity,
    relu,   // max(0, t)
    clip,   // min(hi, max(lo, t))
    leaky,  // t >= 0: t, else (slope t + 2^(shift-1)) >> shift, 0 <= slope < 2^shift
    table   // values[t + 2^(B-1)]
  } kind = Kind::identity;
  std::int64_t lo = 0, hi = 0;
  std::int64_t slope = 0;
  unsigned shift = 0;
  std::vector<std::int64_t> values = {};
  friend bool operator==(const Activation&, const Activation&) = default;
};
// f(t), the definition.
std::int64_t apply(const Activation& f, std::int64_t t, unsigned bits);

struct Requant {
  unsigned shift = 16;  // T; 0: t = acc
  unsigned bits = 16;   // B
};

// y = f(round(acc / 2^T)) for each cell. Values of t out of range are kRange.
Var requant(Backend& b, const GadgetPlan& plan, std::string_view name, Var acc, Requant q, const Activation& f);

}  // namespace nescio
