// api/digest_bytes.h -- digests and salts in files: four elements, each a little-endian u64 below p.
#pragma once
#include "nescio/base/byte_reader.h"
#include "nescio/sponge/sponge.h"

namespace nescio {

// The reader's error unless each element is canonical.
inline Result<DigestCells> read_digest_cells(ByteReader& in) {
  DigestCells out;
  for (F& x : out) {
    NESCIO_TRY(const std::uint64_t word, in.u<std::uint64_t>());
    if (word >= F::kModulus) return in.error();
    x = F(word);
  }
  return out;
}

}  // namespace nescio
