#include "nescio/compile/moves.h"

#include <algorithm>

#include "nescio/base/check.h"
#include "nescio/compile/lower.h"

namespace nescio {
namespace {

DimRef runs(std::size_t d) {
  return {false, static_cast<std::uint32_t>(d)};
}
DimRef at(std::uint32_t i) {
  return {true, i};
}

// A dimension of extent 1 before dimension d.
Var with_unit(Backend& b, Var x, std::size_t d) {
  Dims dims = b.dims(x);
  Term t{1, x, {}};
  for (std::size_t i = 0; i < dims.size(); ++i) t.dims.push_back(runs(i < d ? i : i + 1));
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(d), 1);
  return b.affine("unit", dims, {t});
}
// Dimension d fixed at index i, and gone.
Var at_index(Backend& b, Var x, std::size_t d, std::uint32_t i) {
  Dims dims = b.dims(x);
  Term t{1, x, {}};
  for (std::size_t e = 0; e < dims.size(); ++e) t.dims.push_back(e == d ? at(i) : runs(e < d ? e : e - 1));
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(d));
  return b.affine("index", dims, {t});
}
Var sum(Backend& b, const std::vector<Var>& parts) {
  if (parts.size() == 1) return parts[0];
  std::vector<Term> terms;
  for (const Var p : parts) terms.push_back({1, p});
  return b.affine("joined", b.dims(parts[0]), terms);
}
Var shifted(Backend& b, Var x, std::size_t d, std::int64_t offset, std::uint32_t extent) {
  return b.map("moved", x, static_cast<std::uint32_t>(d), extent, ShiftMatrix{offset});
}
bool allowed(Backend& b, std::uint32_t slices) {
  if (slices <= kMaxSlices) return true;
  b.fail(ErrorCode::kOp, "reshape",
         "would be put together from " + std::to_string(slices) + " slices, at most " + std::to_string(kMaxSlices) +
             " are possible");
  return false;
}

// Dimensions d and d + 1 as one.
Var merge(Backend& b, Var x, std::size_t d) {
  const std::uint32_t n = b.dims(x)[d], m = b.dims(x)[d + 1];
  Dims dims = b.dims(x);
  dims[d] *= m;
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(d) + 1);
  if (!allowed(b, m)) return b.affine("joined", dims, {});
  std::vector<Var> parts;
  for (std::uint32_t j = 0; j < m; ++j)
    parts.push_back(shifted(b, at_index(b, x, d + 1, j), d, std::int64_t{j} * n, n * m));
  return sum(b, parts);
}
// Dimension d as two, the first of extent n.
Var split(Backend& b, Var x, std::size_t d, std::uint32_t n) {
  const std::uint32_t m = b.dims(x)[d] / n;
  Dims dims = b.dims(x);
  dims[d] = n;
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(d) + 1, m);
  if (!allowed(b, m)) return b.affine("joined", dims, {});
  std::vector<Var> parts;
  for (std::uint32_t j = 0; j < m; ++j)
    parts.push_back(shifted(b, with_unit(b, shifted(b, x, d, -std::int64_t{j} * n, n), d + 1), d + 1, j, m));
  return sum(b, parts);
}

// Drops dimensions of extent 1, but for one if there is nothing else.
Var tidy(Backend& b, Var x) {
  const Dims from = b.dims(x);
  Dims to;
  Term t{1, x, {}};
  for (const std::uint32_t n : from) {
    t.dims.push_back(n == 1 ? at(0) : runs(to.size()));
    if (n != 1) to.push_back(n);
  }
  if (to.empty()) to = {1};
  return to == from ? x : b.affine("tidy", to, {t});
}

}  // namespace

Dims squeezed(const QuantShape& shape) {
  Dims out;
  for (std::size_t d = shape.size(); d-- > 0;)
    if (shape[d] != 1) out.push_back(shape[d]);
  return out.empty() ? Dims{1} : out;
}

std::vector<int> squeezed_positions(const QuantShape& shape) {
  std::vector<int> out(shape.size(), -1);
  int next = 0;
  for (std::size_t d = shape.size(); d-- > 0;)
    if (shape[d] != 1) out[d] = next++;
  return out;
}

Var flatten(Backend& b, Var x) {
  while (b.dims(x).size() > 1) x = merge(b, x, 0);
  return x;
}

Var reshape(Backend& b, Var x, const QuantShape& to) {
  const Dims want = squeezed(to);
  // From the fastest dimension on: make dimension d right by merging what follows, then splitting.
  for (std::size_t d = 0; b.dims(x) != want && d < want.size(); ++d) {
    while (b.dims(x)[d] % want[d] != 0 || b.dims(x)[d] < want[d]) x = merge(b, x, d);
    if (b.dims(x)[d] != want[d]) x = split(b, x, d, want[d]);
  }
  return x;
}

Var transpose(Backend& b, Var x, const QuantShape& from, const std::vector<std::int64_t>& perm) {
  QuantShape to;
  for (const std::int64_t p : perm) to.push_back(from[static_cast<std::size_t>(p)]);
  const std::vector<int> source = squeezed_positions(from), target = squeezed_positions(to);
  Term t{1, x, {}};
  t.dims.resize(b.dims(x).size());
  bool moves = false;
  for (std::size_t d = 0; d < perm.size(); ++d) {
    const int s = source[static_cast<std::size_t>(perm[d])];
    if (s < 0) continue;
    t.dims[static_cast<std::size_t>(s)] = runs(static_cast<std::size_t>(target[d]));
    moves = moves || s != target[d];
  }
  return moves ? b.affine("transposed", squeezed(to), {t}) : x;
}

Var slice(Backend& b, Var x, const QuantShape& from, const std::vector<std::int64_t>& starts_steps_sizes) {
  const std::size_t rank = from.size();
  const std::vector<int> position = squeezed_positions(from);
  for (std::size_t d = 0; d < rank; ++d) {
    if (position[d] < 0) continue;
    const std::int64_t start = starts_steps_sizes[d], step = starts_steps_sizes[rank + d];
    const auto size = static_cast<std::uint32_t>(starts_steps_sizes[2 * rank + d]);
    const auto dim = static_cast<std::size_t>(position[d]);
    if (start == 0 && step == 1 && size == from[d]) continue;
    if (step == 1) {
      x = shifted(b, x, dim, -start, size);
      continue;
    }
    SparseMatrix m;
    for (std::uint32_t o = 0; o < size; ++o) m.entries.push_back({o, static_cast<std::uint32_t>(start + step * o), 1});
    x = b.map("picked", x, static_cast<std::uint32_t>(dim), size, m);
  }
  return tidy(b, x);
}

Var concat(Backend& b, const std::vector<Var>& parts, const std::vector<QuantShape>& from, std::size_t axis) {
  std::uint32_t total = 0;
  for (const QuantShape& s : from) total += s[axis];
  // Where the axis stands among the extents above 1 of the result.
  std::size_t dim = 0;
  for (std::size_t d = axis + 1; d < from[0].size(); ++d) dim += from[0][d] != 1 ? 1 : 0;
  std::vector<Var> moved;
  std::uint32_t offset = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Var x = parts[i];
    const bool alone = num_elements(from[i]) == 1;  // [1]
    if (from[i][axis] == 1 && !alone) x = with_unit(b, x, dim);
    moved.push_back(parts.size() == 1 ? x : shifted(b, x, dim, offset, total));
    offset += from[i][axis];
  }
  return tidy(b, sum(b, moved));
}

Var pick(Backend& b, Var x, const std::vector<std::int64_t>& indices, const QuantShape& to) {
  SparseMatrix m;
  for (std::uint32_t o = 0; o < indices.size(); ++o)
    if (indices[o] >= 0) m.entries.push_back({o, static_cast<std::uint32_t>(indices[o]), 1});
  const Var flat = flatten(b, x);
  return reshape(b, b.map("picked", flat, 0, static_cast<std::uint32_t>(indices.size()), m), to);
}

}  // namespace nescio
