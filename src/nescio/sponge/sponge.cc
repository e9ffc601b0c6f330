#include "nescio/sponge/sponge.h"

#include <algorithm>

#include "nescio/base/check.h"

namespace nescio {
namespace {

DigestCells canonical(const F* cells) {
  DigestCells out;
  for (std::size_t i = 0; i < kDigestCells; ++i) out[i] = F(cells[i].canonical());
  return out;
}

void add_part(const PackedTensor& t, const PackedPart& part, std::span<const std::int64_t> values,
              std::span<F> blocks) {
  std::size_t start = 0, along = 0, run = 0, stride = 1;
  for (std::size_t d = 0; d < t.dims.size(); ++d) {
    start += part.at[d] * stride;
    if (d == part.along) along = stride;
    if (d == part.run) run = stride;
    stride *= t.dims[d];
  }
  const unsigned bits = t.bits(), per_cell = values_per_cell(bits);
  const std::uint32_t columns = part.run == kNoRun ? 1 : t.dims[part.run];
  const F lo = F::from_signed(t.lo);
  for (std::uint32_t o = 0; o < columns; ++o) {
    F* cells = blocks.data() + std::size_t{kPoseidonRate} * (part.block + o) + part.lane;
    const std::int64_t* v = values.data() + start + o * run;
    for (std::uint32_t i = 0; i < part.count; ++i)
      cells[i / per_cell] += (F::from_signed(v[i * along]) - lo) * F(std::uint64_t{1} << (bits * (i % per_cell)));
  }
}

}  // namespace

SecretVector<F> packed_blocks(const DigestSpec& spec, const BlockPlan& plan, const DigestCells& salt,
                              std::span<const std::span<const std::int64_t>> values) {
  NESCIO_CHECK(values.size() == spec.tensors.size());
  for (std::size_t t = 0; t < values.size(); ++t) NESCIO_CHECK(values[t].size() == spec.tensors[t].size());
  SecretVector<F> blocks(std::size_t{kPoseidonRate} * plan.blocks);
  std::copy(salt.begin(), salt.end(), blocks.begin());
  for (const PackedPart& part : plan.parts) add_part(spec.tensors[part.tensor], part, values[part.tensor], blocks);
  return blocks;
}

DigestCells sponge_absorb(const DigestCells& iv, std::span<const F> blocks, std::span<F> x7) {
  const std::size_t n = blocks.size() / kPoseidonRate;
  NESCIO_CHECK(blocks.size() == n * kPoseidonRate && (x7.empty() || x7.size() == n * kPoseidonSboxes));
  SecretVector<F> unused(x7.empty() ? kPoseidonSboxes : 0);
  PoseidonState state{};
  std::copy(iv.begin(), iv.end(), state.begin() + kPoseidonRate);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t lane = 0; lane < kPoseidonRate; ++lane) state[lane] += blocks[i * kPoseidonRate + lane];
    F* sevenths = x7.empty() ? unused.data() : x7.data() + i * kPoseidonSboxes;
    poseidon_permute(state, std::span<F, kPoseidonSboxes>(sevenths, kPoseidonSboxes));
  }
  const DigestCells out = canonical(state.data());
  wipe(&state, sizeof(state));
  return out;
}

Result<DigestCells> sponge_digest(const DigestSpec& spec, const DigestCells& salt,
                                  std::span<const std::span<const std::int64_t>> values) {
  NESCIO_CHECK(!spec.tensors.empty() && values.size() == spec.tensors.size());
  for (std::uint32_t t = 0; t < values.size(); ++t)
    for (const std::int64_t v : values[t])
      if (v < spec.tensors[t].lo || v > spec.tensors[t].hi)
        return Error{ErrorCode::kRange, t, "a value is outside of its tensor's declared range", {}};
  return sponge_absorb(digest_iv(spec), packed_blocks(spec, plan_blocks(spec.tensors), salt, values));
}

}  // namespace nescio
