#include "nescio/pcs/shape.h"

#include "nescio/base/check.h"

namespace nescio::pcs {

MatrixShape fresh_shape(const Params& p, std::vector<std::uint32_t> positions,
                        std::span<const std::uint32_t> segments) {
  NESCIO_CHECK(segments.size() == positions.size());
  MatrixShape s{true, std::move(positions), {}};
  for (std::size_t j = 0, begin = 0; j < segments.size(); ++j) {
    const bool last = j + 1 == segments.size() || segments[j + 1] != segments[j];
    if (!last) continue;
    s.groups.push_back({begin, j + 1});
    begin = j + 1;
  }
  s.groups.push_back({s.positions.size(), s.stored_columns(p)});
  return s;
}

Status check_shapes(const Params& p, std::span<const MatrixShape* const> shapes) {
  constexpr auto kBad = ErrorCode::kVKey;
  NESCIO_VERIFY(!shapes.empty() && shapes.size() <= kMaxTrees, kBad, 33);
  std::vector<std::uint8_t> taken(std::size_t{1} << p.kappa);  // 1: fresh, 2: static
  for (std::size_t t = 0; t < shapes.size(); ++t) {
    const MatrixShape& s = *shapes[t];
    NESCIO_VERIFY(s.fresh == (t == 0), kBad, 33);
    NESCIO_VERIFY(s.fresh ? s.positions.size() == p.columns : !s.positions.empty(), kBad, 34);
    for (const std::uint32_t at : s.positions) {
      NESCIO_VERIFY(at < taken.size() && taken[at] == 0, kBad, 35);
      taken[at] = s.fresh ? 1 : 2;
    }
    std::size_t next = 0;
    for (const merkle::ColumnGroup& g : s.groups) {
      NESCIO_VERIFY(g.begin == next && g.end > g.begin, kBad, 37);
      next = g.end;
    }
    NESCIO_VERIFY(next == s.stored_columns(p), kBad, 37);
    NESCIO_VERIFY(!s.fresh || s.groups.back().begin == s.positions.size(), kBad, 38);
  }
  NESCIO_VERIFY(taken[0] == 1, kBad, 36);
  for (unsigned i = 0; i < p.kappa; ++i) NESCIO_VERIFY(taken[std::size_t{1} << i] == 1, kBad, 36);
  return Unit{};
}

}  // namespace nescio::pcs
