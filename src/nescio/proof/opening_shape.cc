#include "nescio/proof/opening_shape.h"

#include <numeric>

#include "nescio/transcript/encoding.h"

namespace nescio {

pcs::MatrixShape matrix_shape(const pcs::Params& params, const Layout& layout) {
  std::vector<std::uint32_t> positions(layout.columns());
  std::iota(positions.begin(), positions.end(), 0U);
  return pcs::fresh_shape(params, std::move(positions), layout.column_segment);
}

Transcript start_transcript(const pcs::Params& params) {
  ByteWriter domain;
  domain.bytes(bytes_of("nescio"));
  domain.u(kFormatVersion);
  pcs::write_params(params, domain);
  return Transcript(domain.data());
}

void absorb_public(const VerifyingKey& key, const Digest& id, const PublicValues& publics,
                   std::span<const std::uint8_t> statement, std::span<const std::uint8_t> context, Transcript& tr) {
  tr.absorb("digest", "key", id.bytes);
  ByteWriter values;
  for (TensorId t = 0; t < key.circuit.tensors.size(); ++t)
    if (std::holds_alternative<Public>(key.circuit[t].def))
      for (const F& x : publics[t]) values.u(x.canonical());
  tr.absorb("values", "public", values.data());
  tr.absorb("bytes", "statement", statement);
  tr.absorb("bytes", "context", context);
}

}  // namespace nescio
