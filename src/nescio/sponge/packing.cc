#include "nescio/sponge/packing.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <set>
#include <tuple>

#include "nescio/base/check.h"
#include "nescio/sponge/poseidon.h"

namespace nescio {
namespace {

constexpr std::uint32_t kLanes = kPoseidonRate;

// Which dimension the digits run along, and which one the blocks: least lanes, then fewest parts, then the lowest.
struct Axes {
  std::uint8_t along = 0, run = kNoRun;
  std::uint64_t parts = 0;
};
Axes axes_of(const PackedTensor& t) {
  const auto per_block = std::uint64_t{kLanes} * values_per_cell(t.bits());
  const auto longest_but = [&](std::size_t along) {
    std::uint8_t run = kNoRun;
    for (std::size_t d = 0; d < t.dims.size(); ++d)
      if (d != along && t.dims[d] > 1 && (run == kNoRun || t.dims[d] > t.dims[run])) run = static_cast<std::uint8_t>(d);
    return run;
  };
  Axes best;
  std::tuple<std::uint64_t, std::uint64_t> least{~std::uint64_t{0}, 0};
  for (std::size_t d = 0; d < t.dims.size(); ++d) {
    const std::uint64_t others = t.size() / t.dims[d];
    const std::uint8_t run = longest_but(d);
    const std::uint64_t parts = run == kNoRun ? 1 : others / t.dims[run] * ((t.dims[d] + per_block - 1) / per_block);
    const std::tuple cost{others * cells_of(t.dims[d], t.bits()), parts};
    if (cost >= least) continue;
    least = cost;
    best = {static_cast<std::uint8_t>(d), run, parts};
  }
  return best;
}

// A part to place: so many lanes of so many blocks.
struct Rectangle {
  PackedPart part;
  std::uint32_t lanes = 0, blocks = 0;
};

void cut(std::uint32_t number, const PackedTensor& t, std::vector<Rectangle>& out) {
  const Axes axes = axes_of(t);
  const std::uint32_t n = t.dims[axes.along];
  PackedPart part{number, axes.along, axes.run, std::vector<std::uint32_t>(t.dims.size()), n, 0, 0};
  if (axes.run == kNoRun) {
    const std::uint32_t cells = cells_of(n, t.bits());
    out.push_back({part, std::min(cells, kLanes), (cells + kLanes - 1) / kLanes});
    return;
  }
  const std::uint32_t per_block = kLanes * values_per_cell(t.bits());
  for (;;) {
    for (std::uint32_t first = 0; first < n; first += part.count) {
      part.at[axes.along] = first;
      part.count = std::min(per_block, n - first);
      out.push_back({part, cells_of(part.count, t.bits()), t.dims[axes.run]});
    }
    part.at[axes.along] = 0;
    std::size_t d = 0;  // the next index of the other dimensions
    for (; d < t.dims.size(); ++d) {
      if (d == axes.along || d == axes.run) continue;
      if (++part.at[d] < t.dims[d]) break;
      part.at[d] = 0;
    }
    if (d == t.dims.size()) return;
  }
}

}  // namespace

unsigned PackedTensor::bits() const {
  return std::max(1U, static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(hi - lo))));
}

std::uint64_t PackedTensor::size() const {
  std::uint64_t n = 1;
  for (const std::uint32_t d : dims) n *= d;
  return n;
}

std::uint64_t num_parts(const PackedTensor& t) {
  return axes_of(t).parts;
}

BlockPlan plan_blocks(std::span<const PackedTensor> tensors) {
  std::vector<Rectangle> whole, rest;
  std::uint64_t values = 0;
  for (std::uint32_t t = 0; t < tensors.size(); ++t) {
    NESCIO_CHECK(!tensors[t].dims.empty() && tensors[t].lo <= tensors[t].hi && tensors[t].bits() <= kPackingBits);
    values += tensors[t].size();
    NESCIO_CHECK(tensors[t].size() >= 1 && values < std::uint64_t{1} << 30);
    std::vector<Rectangle> parts;
    cut(t, tensors[t], parts);
    for (Rectangle& r : parts) (r.lanes == kLanes ? whole : rest).push_back(std::move(r));
  }
  BlockPlan plan;
  plan.blocks = 1;
  for (Rectangle& r : whole) {
    r.part.block = plan.blocks;
    plan.blocks += r.blocks;
    plan.parts.push_back(std::move(r.part));
  }
  std::vector<std::size_t> order(rest.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return rest[a].blocks != rest[b].blocks ? rest[a].blocks > rest[b].blocks : a < b;
  });
  struct Shelf {
    std::uint32_t block, lanes;
  };
  std::vector<Shelf> shelves;
  std::array<std::set<std::size_t>, kLanes + 1> by_free;  // shelves with so many free lanes
  for (const std::size_t i : order) {
    Rectangle& r = rest[i];
    std::size_t first = shelves.size();
    for (std::size_t free = r.lanes; free <= kLanes; ++free)
      if (!by_free[free].empty()) first = std::min(first, *by_free[free].begin());
    if (first == shelves.size()) {
      shelves.push_back({plan.blocks, 0});
      plan.blocks += r.blocks;
    }
    Shelf& shelf = shelves[first];
    r.part.lane = shelf.lanes;
    r.part.block = shelf.block;
    by_free[kLanes - shelf.lanes].erase(first);
    shelf.lanes += r.lanes;
    by_free[kLanes - shelf.lanes].insert(first);
    plan.parts.push_back(std::move(r.part));
  }
  return plan;
}

}  // namespace nescio
