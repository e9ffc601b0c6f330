// graph/tensor.cc -- storage and conversion of tensors.
#include "nescio/graph/tensor.h"

#include <cmath>
#include <limits>

namespace nescio {
namespace {

Tensor::Data make_storage(DType dtype, std::size_t n) {
  switch (dtype) {
    case DType::kFloat32:
      return SecretVector<float>(n);
    case DType::kFloat64:
      return SecretVector<double>(n);
    default:
      return SecretVector<std::int64_t>(n);
  }
}

// Towards zero; what does not fit becomes the nearest end of the type, NaN becomes 0.
std::int64_t truncate(double x, DType to) {
  if (std::isnan(x)) return 0;
  const bool narrow = to == DType::kInt32;
  const std::int64_t lo = narrow ? std::numeric_limits<std::int32_t>::min() : std::numeric_limits<std::int64_t>::min();
  const std::int64_t hi = narrow ? std::numeric_limits<std::int32_t>::max() : std::numeric_limits<std::int64_t>::max();
  if (x <= static_cast<double>(lo)) return lo;
  if (x >= static_cast<double>(hi)) return hi;
  return static_cast<std::int64_t>(x);
}

template <class From>
std::int64_t to_integer(From x, DType to) {
  if (to == DType::kBool) return x != From{0} ? 1 : 0;
  if constexpr (std::is_integral_v<From>) {
    return to == DType::kInt32 ? static_cast<std::int32_t>(x) : x;
  } else {
    return truncate(x, to);
  }
}

}  // namespace

const char* dtype_name(DType t) {
  switch (t) {
    case DType::kFloat32:
      return "float32";
    case DType::kFloat64:
      return "float64";
    case DType::kInt32:
      return "int32";
    case DType::kInt64:
      return "int64";
    case DType::kBool:
      return "bool";
  }
  return "?";
}

std::string to_string(const Shape& shape) {
  std::string out = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) out.append(i ? ", " : "").append(std::to_string(shape[i]));
  return out + "]";
}

std::optional<std::int64_t> element_count(const Shape& shape) {
  // The bound holds for the non-zero extents, so that no partial product of them can wrap.
  if (shape.size() > kMaxRank) return std::nullopt;
  std::int64_t n = 1;
  bool empty = false;
  for (const std::int64_t d : shape) {
    if (d < 0) return std::nullopt;
    if (d == 0) {
      empty = true;
      continue;
    }
    if (d > kMaxElements / n) return std::nullopt;
    n *= d;
  }
  return empty ? 0 : n;
}

std::vector<std::int64_t> row_major_strides(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t step = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

Tensor::Tensor(DType dtype, Shape shape) : type_{dtype, std::move(shape)} {
  const auto n = element_count(type_.shape);
  NESCIO_CHECK(n.has_value());
  size_ = static_cast<std::size_t>(*n);
  data_ = make_storage(dtype, size_);
}

Tensor Tensor::of(DType dtype, Shape shape, std::span<const double> values) {
  Tensor t(dtype, std::move(shape));
  NESCIO_CHECK(values.size() == t.size());
  std::visit(
      [&](auto& out) {
        using T = typename std::decay_t<decltype(out)>::value_type;
        for (std::size_t i = 0; i < values.size(); ++i) {
          if constexpr (std::is_integral_v<T>) {
            out[i] = to_integer(values[i], dtype);
          } else {
            out[i] = static_cast<T>(values[i]);
          }
        }
      },
      t.data_);
  return t;
}

Tensor Tensor::of_ints(DType dtype, Shape shape, std::span<const std::int64_t> values) {
  Tensor t(dtype, std::move(shape));
  NESCIO_CHECK(values.size() == t.size());
  std::visit(
      [&](auto& out) {
        using T = typename std::decay_t<decltype(out)>::value_type;
        for (std::size_t i = 0; i < values.size(); ++i) {
          if constexpr (std::is_integral_v<T>) {
            out[i] = to_integer(values[i], dtype);
          } else {
            out[i] = static_cast<T>(values[i]);
          }
        }
      },
      t.data_);
  return t;
}

std::vector<double> Tensor::reals() const {
  std::vector<double> out(size_);
  for (std::size_t i = 0; i < size_; ++i) out[i] = real(i);
  return out;
}

Tensor Tensor::reshaped(Shape shape) const {
  const auto n = element_count(shape);
  NESCIO_CHECK(n.has_value() && static_cast<std::size_t>(*n) == size_);
  Tensor t = *this;
  t.type_.shape = std::move(shape);
  return t;
}

Tensor Tensor::cast(DType to) const {
  if (to == dtype()) return *this;
  Tensor t(to, shape());
  std::visit(
      [&](const auto& from, auto& out) {
        using T = typename std::decay_t<decltype(out)>::value_type;
        for (std::size_t i = 0; i < size_; ++i) {
          if constexpr (std::is_integral_v<T>) {
            out[i] = to_integer(from[i], to);
          } else {
            out[i] = static_cast<T>(from[i]);
          }
        }
      },
      data_, t.data_);
  return t;
}

}  // namespace nescio
