// ops/walk.cc -- broadcasting and strided copies.
#include "nescio/ops/walk.h"

#include <algorithm>

namespace nescio {

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  Shape out(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < out.size(); ++i) {
    // i counts from the last dimension.
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) return std::nullopt;
    out[out.size() - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

std::vector<std::int64_t> broadcast_strides(const Shape& from, const Shape& to) {
  NESCIO_CHECK(from.size() <= to.size());
  const auto own = row_major_strides(from);
  std::vector<std::int64_t> out(to.size(), 0);
  const std::size_t shift = to.size() - from.size();
  for (std::size_t d = 0; d < from.size(); ++d) {
    NESCIO_CHECK(from[d] == 1 || from[d] == to[d + shift]);
    out[d + shift] = from[d] == 1 ? 0 : own[d];
  }
  return out;
}

void gather_strided(const Tensor& in, const std::vector<std::int64_t>& strides, std::int64_t start, Tensor& out) {
  NESCIO_CHECK(in.dtype() == out.dtype() && strides.size() == out.shape().size());
  std::visit(
      [&](auto& to) {
        using T = typename std::decay_t<decltype(to)>::value_type;
        const std::span<const T> from = in.as<T>();
        walk_rows<1>(out.shape(), {strides}, {start}, [&](auto position, auto offset, auto step, auto length) {
          for (std::int64_t i = 0; i < length; ++i) to[position + i] = from[offset[0] + i * step[0]];
        });
      },
      out.data());
}

}  // namespace nescio
