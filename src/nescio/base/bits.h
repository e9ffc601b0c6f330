// base/bits.h -- powers of two.
#pragma once
#include <bit>
#include <cstdint>

namespace nescio {

// Number of variables of a dimension of n entries: the least k with 2^k >= n; 0 for n <= 1.
constexpr unsigned log2_ceil(std::uint64_t n) {
  return n <= 1 ? 0 : static_cast<unsigned>(std::bit_width(n - 1));
}
constexpr unsigned log2_floor(std::uint64_t n) {
  return n == 0 ? 0 : static_cast<unsigned>(std::bit_width(n)) - 1;
}
constexpr bool is_power_of_two(std::uint64_t n) {
  return std::has_single_bit(n);
}
// The lowest `bits` bits of x in the opposite order; x < 2^bits.
constexpr std::uint64_t reverse_bits(std::uint64_t x, unsigned bits) {
  std::uint64_t r = 0;
  for (unsigned i = 0; i < bits; ++i) r |= (x >> i & 1) << (bits - 1 - i);
  return r;
}

}  // namespace nescio
