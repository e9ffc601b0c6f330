#include "nescio/merkle/verifier.h"

#include <vector>

#include "nescio/base/check.h"

namespace nescio::merkle {

Result<Digest> root_from(std::span<const IndexedDigest> leaves, unsigned log_n, ProofReader& proof,
                         std::string_view label) {
  NESCIO_CHECK(!leaves.empty() && log_n <= 32 && (std::uint64_t{leaves.back().index} >> log_n) == 0);
  for (std::size_t i = 1; i < leaves.size(); ++i) NESCIO_CHECK(leaves[i - 1].index < leaves[i].index);

  std::vector<IndexedDigest> level(leaves.begin(), leaves.end());  // parents overwrite their children
  for (unsigned l = 0; l < log_n; ++l) {
    std::size_t parents = 0;
    for (std::size_t i = 0; i < level.size(); ++parents) {
      const IndexedDigest x = level[i++];
      Digest sibling;
      if (i < level.size() && level[i].index == (x.index ^ 1)) {
        sibling = level[i++].digest;
      } else {
        NESCIO_TRY(sibling, proof.digest(label));
      }
      const bool right = (x.index & 1) != 0;
      const Digest pair[2] = {right ? sibling : x.digest, right ? x.digest : sibling};
      level[parents] = {x.index >> 1, hash_padded(HashContext::kNode, {pair[0].bytes.data(), 2 * sizeof(Digest)})};
    }
    level.resize(parents);
  }
  return level[0].digest;
}

}  // namespace nescio::merkle
