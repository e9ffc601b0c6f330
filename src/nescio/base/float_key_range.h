// base/float_key_range.h -- the ends of the keys of float32 numbers (base/float_key.h).
#pragma once
#include <cstdint>

namespace nescio {

inline constexpr std::int64_t kInfinityKey = 0x7F800000, kNanKey = kInfinityKey + 1;

}  // namespace nescio
