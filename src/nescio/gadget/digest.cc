#include "nescio/gadget/digest.h"

#include <algorithm>
#include <memory>

#include "nescio/base/check.h"

namespace nescio {
namespace {

constexpr std::uint32_t kWidth = kPoseidonWidth, kSboxes = kPoseidonSboxes, kInputs = kPoseidonInputs;
constexpr DimRef kFirst{false, 0};  // runs with dimension 0 of the result
constexpr DimRef fixed(std::uint32_t index) {
  return {true, index};
}

// Rows 0 .. rows-1 of the MDS matrix, on the last S-box outputs of a permutation.
SparseMatrix mds_rows(std::uint32_t rows) {
  SparseMatrix m;
  for (std::uint32_t i = 0; i < rows; ++i)
    for (std::uint32_t j = 0; j < kWidth; ++j) m.entries.push_back({i, kSboxes - kWidth + j, poseidon_mds(i, j)});
  return m;
}

// Constants have 62 bits: the IV as low and high halves, [12, 2].
Var iv_halves(Backend& b, const DigestCells& iv) {
  std::vector<std::int64_t> halves(2 * kWidth);
  for (std::size_t i = 0; i < kDigestCells; ++i) {
    const std::uint64_t word = iv[i].canonical();
    halves[kPoseidonRate + i] = static_cast<std::int64_t>(word & 0xFFFFFFFF);
    halves[kWidth + kPoseidonRate + i] = static_cast<std::int64_t>(word >> 32);
  }
  return b.constant("iv", {kWidth, 2}, std::move(halves));
}

// What the values of the S-box cells are made from.
struct Trace {
  DigestSpec spec;
  BlockPlan plan;
  DigestCells iv;
  std::vector<Var> values;
  Var salt;

  void run(const HintView& view, std::span<F> x7) const {
    std::vector<std::span<const std::int64_t>> data;
    for (const Var v : values) data.push_back(view[v]);
    DigestCells salt_cells;
    std::copy_n(view.field(salt).begin(), kDigestCells, salt_cells.begin());
    sponge_absorb(iv, packed_blocks(spec, plan, salt_cells, data), x7);
    wipe(&salt_cells, sizeof(salt_cells));
  }
};

Var packing(Backend& b, const Trace& t) {
  std::vector<PackedDigits> parts;
  for (const PackedPart& p : t.plan.parts) {
    const PackedTensor& x = t.spec.tensors[p.tensor];
    PackedDigits digits{t.values[p.tensor], {}};
    digits.layout.lo = x.lo;
    digits.layout.bits = static_cast<std::uint8_t>(x.bits());
    digits.layout.along = p.along;
    digits.layout.run = p.run;
    digits.layout.lane = static_cast<std::uint8_t>(p.lane);
    digits.layout.at = p.at;
    digits.layout.count = p.count;
    digits.layout.block = p.block;
    parts.push_back(std::move(digits));
  }
  return b.packing("blocks", t.plan.blocks, parts);
}

}  // namespace

DigestSpec digest_spec(const Backend& b, Group group, const std::vector<BoundTensor>& tensors) {
  DigestSpec spec;
  spec.role = static_cast<DigestRole>(group);
  for (const BoundTensor& t : tensors) {
    Dims dims = b.dims(t.values);
    if (dims.empty()) dims = {1};
    spec.tensors.push_back({std::move(dims), t.declared.lo, t.declared.hi});
  }
  return spec;
}

DigestGadget bind_digest(Backend& b, Group group, const FieldHint& salt, const std::vector<BoundTensor>& tensors) {
  const Backend::Scope scope(b, group == Group::weights  ? "digest of weights"
                                : group == Group::inputs ? "digest of inputs"
                                                         : "digest of outputs");
  const Backend::PartScope part(b, Part::digest);
  NESCIO_CHECK(!tensors.empty());
  for (const BoundTensor& t : tensors)
    if (static_cast<__int128>(t.declared.hi) - t.declared.lo >= kMaxMagnitude)
      b.fail(ErrorCode::kOverflow, "range", "a digest takes integers of 62 bits at most");
  if (b.failed()) return {b.public_field("digest", {kDigestCells}, digest_source(group)), tensors};
  auto trace = std::make_shared<Trace>();
  trace->spec = digest_spec(b, group, tensors);
  trace->plan = plan_blocks(trace->spec.tensors);
  trace->iv = digest_iv(trace->spec);
  DigestGadget gadget;
  for (const BoundTensor& t : tensors) {
    Var v = t.values;
    if (b.info(v).depth > 0) v = b.materialise("value", v);  // S-box inputs have depth 0
    if (b.dims(v).empty()) v = b.affine("value", {1}, {{1, v}});
    trace->values.push_back(v);
    gadget.bound.push_back({v, t.declared});
  }
  const std::uint32_t n = trace->plan.blocks;
  trace->salt = b.commit_field("salt", {kDigestCells}, salt);
  const Var x7 =
      b.commit_field("x7", {kSboxes, n}, [trace](const HintView& view, std::span<F> out) { trace->run(view, out); });

  // States before each permutation, [12, n].
  const Var iv = iv_halves(b, trace->iv);
  const Var first = b.affine("first", {kWidth, 1},
                             {{1, b.map("salt", trace->salt, 0, kWidth, ShiftMatrix{0}), {kFirst}},
                              {1, iv, {kFirst, fixed(0)}},
                              {std::int64_t{1} << 32, iv, {kFirst, fixed(1)}}});
  const Var after = b.map("after", x7, 0, kWidth, mds_rows(kWidth));
  const Var state = b.affine("state", {kWidth, n},
                             {{1, b.map("first", first, 1, n, ShiftMatrix{0})},
                              {1, b.map("chain", after, 1, n, ShiftMatrix{1})},
                              {1, b.map("data", packing(b, *trace), 0, kWidth, ShiftMatrix{0})}});
  const Var inputs = b.affine("inputs", {kInputs, n},
                              {{1, b.map("state", state, 0, kInputs, ShiftMatrix{0})},
                               {1, b.map("outputs", x7, 0, kInputs, ShiftMatrix{kWidth})}});
  const Var s = b.affine(
      "sbox", {kSboxes, n},
      {{1, b.map("linear", inputs, 0, kSboxes, PoseidonMatrix{})}, {1, b.poseidon_constants({kSboxes}), {kFirst}}});

  const Var s3 = b.cubic("cube", s, s, s);
  const Var s7 = b.cubic("seventh", s3, s3, s);
  b.zero("x7", b.affine("x7", {kSboxes, n}, {{1, x7}, {-1, s7}}));
  gadget.digest = b.public_field("digest", {kDigestCells}, digest_source(group));
  const Var out = b.map("out", x7, 0, kDigestCells, mds_rows(kDigestCells));
  b.zero("digest", b.affine("digest", {kDigestCells}, {{1, out, {kFirst, fixed(n - 1)}}, {-1, gadget.digest}}));
  return gadget;
}

DigestPort digest_port(const EmitBackend& b, Group group, const DigestGadget& gadget) {
  DigestPort port{group, b.tensor(gadget.digest), {}};
  for (const BoundTensor& t : gadget.bound) port.bound.push_back({b.tensor(t.values), t.declared.lo, t.declared.hi});
  return port;
}

}  // namespace nescio
