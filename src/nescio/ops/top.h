// ops/top.h -- Top{k, least, index}: of each row [.., n] of a tensor its k largest (or least) entries, the largest (or
// least) first and of equal ones the one before the others, or their indices, as [.., k].
#pragma once
#include <cstdint>

namespace nescio {

inline constexpr std::int64_t kMaxTop = 64;  // each entry costs as much as a maximum

}  // namespace nescio
