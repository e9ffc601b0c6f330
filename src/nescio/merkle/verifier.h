// merkle/verifier.h -- the root that opened leaves and a pruned multiproof lead to.
//
// A node is Hash("node"; left || right). The proof holds the missing siblings, bottom up, left to right; their number
// follows from the indices, so no length is sent. Paths are not absorbed: the root binds them.
// Soundness  collisions, 2^-128 for 256-bit digests. Cost  at most (number of indices) * log_n hashes; memory bounded
// by the number of indices.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "nescio/base/error.h"
#include "nescio/hash/blake3.h"
#include "nescio/transcript/reader.h"

namespace nescio::merkle {

struct IndexedDigest {
  std::uint32_t index;
  Digest digest;
};

// Root of a tree of 2^log_n leaves, log_n <= 32, in which leaves[i].digest stands at leaves[i].index.
// leaves: at least one, strictly increasing indices below 2^log_n (they come from the transcript, not from the proof).
// Reads the siblings from `proof`: kVFormat when they run out. The caller compares with the root (kVMerkle).
Result<Digest> root_from(std::span<const IndexedDigest> leaves, unsigned log_n, ProofReader& proof,
                         std::string_view label);

}  // namespace nescio::merkle
