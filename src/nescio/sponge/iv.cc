#include "nescio/sponge/iv.h"

#include "nescio/base/byte_writer.h"
#include "nescio/base/check.h"
#include "nescio/hash/blake3.h"

namespace nescio {
namespace {

constexpr std::uint8_t kInteger = 0;  // the kind of a tensor; there is no other yet

}  // namespace

DigestCells digest_iv(const DigestSpec& spec) {
  ByteWriter out;
  std::uint64_t values = 0;
  out.u(static_cast<std::uint8_t>(spec.role));
  out.u(static_cast<std::uint32_t>(spec.tensors.size()));
  for (const PackedTensor& t : spec.tensors) {
    out.u(kInteger);
    NESCIO_CHECK(t.dims.size() < 256);
    out.u(static_cast<std::uint8_t>(t.dims.size()));
    for (const std::uint32_t n : t.dims) out.u(n);
    out.u(t.lo);
    out.u(t.hi);
    out.u(static_cast<std::uint8_t>(t.bits()));
    out.u(static_cast<std::uint8_t>(values_per_cell(t.bits())));
    values += t.size();
  }
  out.u(values);
  out.u(plan_blocks(spec.tensors).blocks);
  std::array<std::uint8_t, 16 * kDigestCells> bytes;
  Hasher::derive_key("nescio 2026 v1 digest").update(out.data()).finish(bytes);
  DigestCells iv;
  for (std::size_t i = 0; i < kDigestCells; ++i) {
    unsigned __int128 word = 0;
    for (std::size_t j = 16; j-- > 0;) word = word << 8 | bytes[16 * i + j];
    iv[i] = F(F::reduce(word).canonical());
  }
  return iv;
}

}  // namespace nescio
