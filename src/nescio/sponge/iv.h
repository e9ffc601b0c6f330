// sponge/iv.h -- what a digest is of, and the IV that says so: all that a verifier needs of sponge/sponge.h.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "nescio/field/goldilocks.h"
#include "nescio/sponge/packing.h"

namespace nescio {

enum class DigestRole : std::uint8_t { weights, inputs, outputs };

struct DigestSpec {
  DigestRole role = DigestRole::weights;
  std::vector<PackedTensor> tensors;  // at least one
};

inline constexpr std::size_t kDigestCells = 4;
using DigestCells = std::array<F, kDigestCells>;  // an IV, a salt, or a digest

// Canonical.
DigestCells digest_iv(const DigestSpec& spec);

}  // namespace nescio
