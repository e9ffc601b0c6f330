// gadget/activation.h -- functions on integers, as data: what a quantised operator does to an accumulator.
#pragma once
#include <cstdint>
#include <vector>

namespace nescio {

// What happens after rounding, on integers.
struct Activation {
  enum class Kind : std::uint8_t {
    identity,
    relu,   // max(0, t)
    clip,   // min(hi, max(lo, t))
    leaky,  // t >= 0: t, else (slope t + 2^(shift-1)) >> shift, 0 <= slope < 2^shift
    table   // values[t - lo]; other t are refused
  } kind = Kind::identity;
  std::int64_t lo = 0, hi = 0;
  std::int64_t slope = 0;
  unsigned shift = 0;
  std::vector<std::int64_t> values = {};
  friend bool operator==(const Activation&, const Activation&) = default;
};
// f(t), the definition; t in the domain.
std::int64_t apply(const Activation& f, std::int64_t t);

// t = (acc + 2^(T-1)) >> T, which must lie in [-2^(B-1), 2^(B-1)).
struct Requant {
  unsigned shift = 16;  // T; 0: t = acc
  unsigned bits = 16;   // B
  friend bool operator==(const Requant&, const Requant&) = default;
};

enum class Comparison : std::uint8_t { greater, greater_equal, less, less_equal, equal };

}  // namespace nescio
