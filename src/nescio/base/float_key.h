// base/float_key.h -- float32 numbers as integers of the same order: x <= y exactly if key(x) <= key(y).
//
// The key of x is the bits of |x| with the sign of x: -0 and +0 are both 0, neighbours differ by 1, infinities are
// -kInfinityKey and kInfinityKey. NaN, any of them, is kNanKey, above all others.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "nescio/base/float_key_range.h"

namespace nescio {

inline std::int64_t float_key(float x) {
  if (std::isnan(x)) return kNanKey;
  const auto magnitude = static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(x) & 0x7FFFFFFFU);
  return std::signbit(x) ? -magnitude : magnitude;
}
// key in [-kInfinityKey, kNanKey].
inline float float_of_key(std::int64_t key) {
  if (key == kNanKey) return std::numeric_limits<float>::quiet_NaN();
  const float magnitude = std::bit_cast<float>(static_cast<std::uint32_t>(key < 0 ? -key : key));
  return key < 0 ? -magnitude : magnitude;
}

}  // namespace nescio
