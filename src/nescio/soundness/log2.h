// soundness/log2.h -- binary logarithms of integers in fixed point with directed rounding; no floating point.
//
// A Bits value b stands for b / 2^32. log2_down(x) <= log2(x) <= log2_up(x), and they differ by at most 2 / 2^32.
// Algorithm (second verifiers must reproduce it exactly): x = 2^e * y with y in [1, 2); y is kept with 63 fractional
// bits. Thirty-two times: square y, keep the top 64 bits (truncate); if the square is at least 2, the next bit of the
// fraction is 1 and y is halved (truncate). Truncation only lowers y; the sum of all its effects on the result is below
// 2^-61.
#pragma once
#include <bit>
#include <cstdint>

namespace nescio::soundness {

using Bits = std::int64_t;

constexpr Bits whole_bits(std::int64_t b) {
  return b * (Bits{1} << 32);
}

// x >= 1.
constexpr Bits log2_down(std::uint64_t x) {
  const int e = static_cast<int>(std::bit_width(x)) - 1;
  std::uint64_t y = x << (63 - e);
  Bits fraction = 0;
  for (int i = 0; i < 32; ++i) {
    const unsigned __int128 square = static_cast<unsigned __int128>(y) * y;  // 126 fractional bits
    const bool carry = (square >> 127) != 0;
    y = static_cast<std::uint64_t>(square >> (carry ? 64 : 63));
    fraction = 2 * fraction + (carry ? 1 : 0);
  }
  return whole_bits(e) + fraction;
}

// x >= 1. Exact for powers of two.
constexpr Bits log2_up(std::uint64_t x) {
  return std::has_single_bit(x) ? whole_bits(std::bit_width(x) - 1) : log2_down(x) + 2;
}

}  // namespace nescio::soundness
