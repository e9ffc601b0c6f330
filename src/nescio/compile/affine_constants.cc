// compile/affine_constants.cc -- moving and combining, in double precision.
#include "nescio/compile/affine_constants.h"

#include <algorithm>
#include <cmath>

#include "nescio/ops/walk.h"

namespace nescio {
namespace {

// Largest constant that moving or combining may create.
constexpr std::int64_t kMaxConstant = std::int64_t{1} << 24;

Tensor broadcast(const Tensor& t, const Shape& to) {
  Tensor out(DType::kFloat64, to);
  gather_strided(t, broadcast_strides(t.shape(), to), 0, out);
  return out;
}

bool varies_along(const Tensor& t, std::size_t d) {
  const auto strides = row_major_strides(t.shape());
  const std::span<const double> v = t.as<double>();
  for (std::size_t i = 0; i < v.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i) / strides[d] % t.shape()[d];
    if (v[i] != v[i - static_cast<std::size_t>(at * strides[d])]) return true;
  }
  return false;
}

Tensor first_along(const Tensor& t, std::size_t d) {
  Shape shape = t.shape();
  shape[d] = 1;
  Tensor out(DType::kFloat64, shape);
  gather_strided(t, row_major_strides(t.shape()), 0, out);
  return out;
}

AffineConstants reshaped(const AffineConstants& c, const Shape& from, const Shape& to) {
  return compressed({broadcast(c.scale, from).reshaped(to), broadcast(c.shift, from).reshaped(to)});
}

AffineConstants permuted(const AffineConstants& c, const std::vector<std::int64_t>& perm) {
  const auto permute = [&](const Tensor& t) {
    const auto own = row_major_strides(t.shape());
    Shape shape;
    std::vector<std::int64_t> strides;
    for (const std::int64_t d : perm) {
      shape.push_back(t.shape()[static_cast<std::size_t>(d)]);
      strides.push_back(own[static_cast<std::size_t>(d)]);
    }
    Tensor out(DType::kFloat64, shape);
    gather_strided(t, strides, 0, out);
    return out;
  };
  return {permute(c.scale), permute(c.shift)};
}

bool small(const Shape& shape) {
  return element_count(shape).value_or(kMaxElements) <= kMaxConstant;
}

}  // namespace

bool AffineConstants::is_identity() const {
  const auto all = [](const Tensor& t, double v) {
    return std::ranges::all_of(t.as<double>(), [v](double x) { return x == v; });
  };
  return all(scale, 1.0) && all(shift, 0.0);
}

bool AffineConstants::is_finite() const {
  const auto finite = [](double x) { return std::isfinite(x); };
  return std::ranges::all_of(scale.as<double>(), finite) && std::ranges::all_of(shift.as<double>(), finite);
}

bool AffineConstants::is_per_column() const {
  return scale.shape().empty() || scale.size() == static_cast<std::size_t>(scale.shape().back());
}

AffineConstants compressed(const AffineConstants& constants) {
  AffineConstants c{constants.scale.cast(DType::kFloat64), constants.shift.cast(DType::kFloat64)};
  for (std::size_t d = 0; d < c.scale.shape().size(); ++d) {
    if (c.scale.shape()[d] <= 1 || c.scale.size() == 0) continue;
    if (varies_along(c.scale, d) || varies_along(c.shift, d)) continue;
    c = {first_along(c.scale, d), first_along(c.shift, d)};
  }
  return c;
}

std::optional<AffineConstants> composed(const AffineConstants& inner, const AffineConstants& outer) {
  const auto shape = broadcast_shape(inner.scale.shape(), outer.scale.shape());
  if (!shape || !small(*shape)) return std::nullopt;
  AffineConstants out{broadcast(inner.scale, *shape), broadcast(inner.shift, *shape)};
  const Tensor scale = broadcast(outer.scale, *shape), shift = broadcast(outer.shift, *shape);
  const auto a = out.scale.as<double>(), b = out.shift.as<double>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] *= scale.as<double>()[i];
    b[i] = b[i] * scale.as<double>()[i] + shift.as<double>()[i];
  }
  return out;
}

std::optional<AffineConstants> moved_behind(const AffineConstants& constants, const Node& node, const Shape& from) {
  if (node.op == "Transpose") return permuted(constants, node.attributes.integers("perm"));
  if (node.op != "Reshape" || !small(from)) return std::nullopt;
  return reshaped(constants, from, node.attributes.integers("shape"));
}

std::optional<AffineConstants> moved_before(const AffineConstants& constants, const Node& node, const Shape& from) {
  if (node.op == "Transpose") {
    const auto& perm = node.attributes.integers("perm");
    std::vector<std::int64_t> inverse(perm.size());
    for (std::size_t i = 0; i < perm.size(); ++i)
      inverse[static_cast<std::size_t>(perm[i])] = static_cast<std::int64_t>(i);
    return permuted(constants, inverse);
  }
  if (node.op != "Reshape" || !small(from)) return std::nullopt;
  return reshaped(constants, node.attributes.integers("shape"), from);
}

}  // namespace nescio
