// base/endian.h -- 64-bit little-endian words in byte arrays, on every platform.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>

namespace nescio {

static_assert(std::endian::native == std::endian::little, "memory is hashed as little-endian words");

// The word stored at p[0..8), which need not be aligned.
inline std::uint64_t load_u64(const std::uint8_t* p) {
  std::uint64_t v = 0;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline void store_u64(std::uint8_t* p, std::uint64_t v) {
  std::memcpy(p, &v, sizeof v);
}

}  // namespace nescio
