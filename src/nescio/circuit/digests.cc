#include "nescio/circuit/digests.h"

#include <algorithm>

#include "nescio/sponge/poseidon.h"

namespace nescio {
namespace {

static_assert(static_cast<int>(DigestRole::weights) == static_cast<int>(Group::weights) &&
              static_cast<int>(DigestRole::inputs) == static_cast<int>(Group::inputs) &&
              static_cast<int>(DigestRole::outputs) == static_cast<int>(Group::outputs));

constexpr std::uint32_t kWidth = kPoseidonWidth, kSboxes = kPoseidonSboxes, kInputs = kPoseidonInputs;
constexpr std::uint64_t kMaxValues = std::uint64_t{1} << 30;  // plan_blocks

// The definitions in the order of their ids.
enum Member : TensorId {
  kSalt,
  kX7,
  kIv,
  kWideSalt,
  kFirst,
  kAfter,
  kFirstState,
  kChain,
  kBlocks,
  kData,
  kState,
  kWideState,
  kOutputs,
  kLinearIn,
  kLinear,
  kConstants,
  kSbox,
  kCube,
  kSeventh,
  kX7Zero,
  kPublic,
  kOut,
  kDigestZero,
  kMembers
};
static_assert(kPublic == kDigestPublic && kMembers == kDigestMembers);

SparseMatrix mds_rows(std::uint32_t rows) {
  SparseMatrix m;
  for (std::uint32_t i = 0; i < rows; ++i)
    for (std::uint32_t j = 0; j < kWidth; ++j) m.entries.push_back({i, kSboxes - kWidth + j, poseidon_mds(i, j)});
  return m;
}

// Small enough to plan, and packed by as many parts as `packing` has.
bool can_plan(const DigestSpec& spec, const Packing& packing) {
  std::uint64_t values = 0, parts = 0;
  for (const PackedTensor& t : spec.tensors) {
    if (t.bits() > kPackingBits || t.size() >= kMaxValues) return false;
    values += t.size();
    parts += num_parts(t);
    if (values >= kMaxValues || parts > packing.parts.size()) return false;
  }
  return true;
}

// What stands at base + member, but for the segments of the two that are committed.
std::vector<TensorDef> definitions(const DigestPort& port, const DigestSpec& spec, TensorId base) {
  const BlockPlan plan = plan_blocks(spec.tensors);
  const std::uint32_t n = plan.blocks;
  const DigestCells iv = digest_iv(spec);
  Constant halves{false, std::vector<std::int64_t>(2 * kWidth)};
  for (std::size_t i = 0; i < kDigestCells; ++i) {
    halves.values[kPoseidonRate + i] = static_cast<std::int64_t>(iv[i].canonical() & 0xFFFFFFFF);
    halves.values[kWidth + kPoseidonRate + i] = static_cast<std::int64_t>(iv[i].canonical() >> 32);
  }
  Packing blocks;
  for (const PackedPart& p : plan.parts)
    blocks.parts.push_back({port.bound[p.tensor].tensor, spec.tensors[p.tensor].lo,
                            static_cast<std::uint8_t>(spec.tensors[p.tensor].bits()), p.along, p.run,
                            static_cast<std::uint8_t>(p.lane), p.at, p.count, p.block});
  const DimRef lane{false, 0}, step{false, 1};
  const auto fixed = [](std::uint32_t i) { return DimRef{true, i}; };
  const auto shift = [&](Member source, std::uint32_t dim, std::int64_t by) {
    return Map{base + source, dim, ShiftMatrix{by}};
  };
  const auto sum = [](std::vector<AffineTerm> terms) { return Affine{std::move(terms), 0, 1}; };
  const auto term = [&](Member source, std::vector<DimRef> dims, std::int64_t coef = 1) {
    return AffineTerm{coef, base + source, std::move(dims)};
  };
  const Committed cells{};
  return {
      {{kDigestCells}, cells},
      {{kSboxes, n}, cells},
      {{kWidth, 2}, halves},
      {{kWidth}, shift(kSalt, 0, 0)},
      {{kWidth, 1},
       sum({term(kWideSalt, {lane}), term(kIv, {lane, fixed(0)}), term(kIv, {lane, fixed(1)}, std::int64_t{1} << 32)})},
      {{kWidth, n}, Map{base + kX7, 0, mds_rows(kWidth)}},
      {{kWidth, n}, shift(kFirst, 1, 0)},
      {{kWidth, n}, shift(kAfter, 1, 1)},
      {{kPoseidonRate, n}, blocks},
      {{kWidth, n}, shift(kBlocks, 0, 0)},
      {{kWidth, n}, sum({term(kFirstState, {lane, step}), term(kChain, {lane, step}), term(kData, {lane, step})})},
      {{kInputs, n}, shift(kState, 0, 0)},
      {{kInputs, n}, shift(kX7, 0, kWidth)},
      {{kInputs, n}, sum({term(kWideState, {lane, step}), term(kOutputs, {lane, step})})},
      {{kSboxes, n}, Map{base + kLinearIn, 0, PoseidonMatrix{}}},
      {{kSboxes}, Constant{true, {}}},
      {{kSboxes, n}, sum({term(kLinear, {lane, step}), term(kConstants, {lane})})},
      {{kSboxes, n}, Cubic{base + kSbox, base + kSbox, base + kSbox}},
      {{kSboxes, n}, Cubic{base + kCube, base + kCube, base + kSbox}},
      {{kSboxes, n}, sum({term(kX7, {lane, step}), term(kSeventh, {lane, step}, -1)})},
      {{kDigestCells}, Public{digest_source(port.group)}},
      {{kDigestCells, n}, Map{base + kX7, 0, mds_rows(kDigestCells)}},
      {{kDigestCells}, sum({term(kOut, {lane, fixed(n - 1)}), term(kPublic, {lane}, -1)})},
  };
}

bool computes(const Circuit& circuit, const DigestPort& port) {
  if (port.tensor < kPublic || port.tensor - kPublic + kMembers > circuit.tensors.size()) return false;
  const TensorId base = first_member(port);
  const DigestSpec spec = digest_spec(circuit, port);
  const auto* packing = std::get_if<Packing>(&circuit[base + kBlocks].def);
  if (packing == nullptr || !can_plan(spec, *packing)) return false;
  const std::vector<TensorDef> wanted = definitions(port, spec, base);
  for (TensorId i = 0; i < kMembers; ++i) {
    const TensorDef& tensor = circuit[base + i];
    const Committed* committed = circuit.committed(base + i);
    const bool same = std::holds_alternative<Committed>(wanted[i].def)
                          ? committed != nullptr && committed->role == Role::value && tensor.dims == wanted[i].dims
                          : tensor == wanted[i];
    if (!same) return false;
  }
  const auto vanishes = [&](TensorId id) {
    return std::any_of(circuit.zeros.begin(), circuit.zeros.end(), [&](const Zero& z) { return z.tensor == id; });
  };
  return vanishes(base + kX7Zero) && vanishes(base + kDigestZero);
}

}  // namespace

DigestSpec digest_spec(const Circuit& circuit, const DigestPort& port) {
  DigestSpec spec;
  spec.role = static_cast<DigestRole>(port.group);
  for (const BoundRange& b : port.bound) {
    const Dims& dims = circuit[b.tensor].dims;
    spec.tensors.push_back({dims.empty() ? Dims{1} : dims, b.lo, b.hi});
  }
  return spec;
}

Status check_digests(const Circuit& circuit, std::uint32_t rule) {
  for (std::uint32_t i = 0; i < circuit.digests.size(); ++i)
    NESCIO_VERIFY(computes(circuit, circuit.digests[i]), ErrorCode::kVKey, rule + i);
  return Unit{};
}

}  // namespace nescio
