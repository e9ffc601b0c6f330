// quant/fixed_point.h -- arithmetic of choosing scales and shifts. Doubles: the results are stored, never recomputed.
#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

#include "nescio/base/secret.h"

namespace nescio {

// The least power of two that is at least x > 0.
inline double power_of_two_above(double x) {
  int e = 0;
  const double m = std::frexp(x, &e);  // x = m 2^e, 0.5 <= m < 1
  return std::ldexp(1.0, m == 0.5 ? e - 1 : e);
}
// The least k 2^e, 8 <= k < 16, that is at least x > 0. Scales end up in the key, in full or as what they do to
// constants beside them: three bits and the order of magnitude is what they may tell of weights and calibration data.
inline double coarse_above(double x) {
  int e = 0;
  const double m = std::frexp(x, &e);
  return std::ldexp(std::ceil(16 * m), e - 4);
}
// The largest integer in `bits` bits, signed.
inline double top_of(unsigned bits) {
  return std::ldexp(1.0, static_cast<int>(bits) - 1) - 1;
}
// Half away from zero; |x| < 2^62.
inline std::int64_t rounded(double x) {
  return static_cast<std::int64_t>(std::llround(x));
}

// The largest even T in [least, 32] for which all |w| 2^T round into `bits` bits; nothing if there is none. 16 if all
// are zero.
inline std::optional<unsigned> shift_for(double largest, unsigned bits, unsigned least) {
  if (largest == 0) return 16;
  for (unsigned t = 32; t >= least && t >= 2; t -= 2)
    if (std::ldexp(largest, static_cast<int>(t)) < top_of(bits) + 0.5) return t;
  return std::nullopt;
}

}  // namespace nescio
