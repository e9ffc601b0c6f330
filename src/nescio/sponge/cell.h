// sponge/cell.h -- how many integers of b bits stand in one cell of a digest: as many as fit into 62 bits. A sum of
// digits below 2^62 < p is its own residue, so the cell tells its digits. (63 bits would do; integers have 62 at most.)
#pragma once
#include <cstdint>

namespace nescio {

inline constexpr unsigned kPackingBits = 62;
inline constexpr std::uint8_t kNoRun = 255;  // a part of a packing that is not repeated along a dimension
// bits in 1..62.
constexpr unsigned values_per_cell(unsigned bits) {
  return kPackingBits / bits;
}
constexpr std::uint32_t cells_of(std::uint32_t values, unsigned bits) {
  return (values - 1) / values_per_cell(bits) + 1;
}

}  // namespace nescio
