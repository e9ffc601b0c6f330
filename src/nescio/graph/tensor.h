// graph/tensor.h -- dense tensors of the float side: constants of a model, inputs, results of the interpreter.
// Row-major as in ONNX: the LAST dimension is the fastest (circuit tensors are the other way round).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "nescio/base/check.h"
#include "nescio/base/secret.h"

namespace nescio {

// Half-width floats are widened to kFloat32 when a model is read.
enum class DType : std::uint8_t { kFloat32, kFloat64, kInt32, kInt64, kBool };
const char* dtype_name(DType t);
constexpr bool is_float(DType t) {
  return t == DType::kFloat32 || t == DType::kFloat64;
}

// Extents, slowest dimension first; {} is a scalar; zero extents are legal.
using Shape = std::vector<std::int64_t>;
std::string to_string(const Shape& shape);  // "[1, 3, 224]"

// Largest tensor that any graph may hold.
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 31;
inline constexpr std::size_t kMaxRank = 16;
// Product of the extents; nothing when one is negative, or they or their number pass the limits.
std::optional<std::int64_t> element_count(const Shape& shape);
// Elements between neighbours along each dimension.
std::vector<std::int64_t> row_major_strides(const Shape& shape);

struct TensorType {
  DType dtype = DType::kFloat32;
  Shape shape;
  friend bool operator==(const TensorType&, const TensorType&) = default;
};

// Elements live as float (kFloat32), double (kFloat64) or int64 (kInt32, kInt64, kBool as 0 or 1).
// Weights pass through here, so the memory is wiped when released.
class Tensor {
 public:
  using Data = std::variant<SecretVector<float>, SecretVector<double>, SecretVector<std::int64_t>>;

  Tensor() : Tensor(DType::kFloat32, Shape{0}) {}
  Tensor(DType dtype, Shape shape);  // zeros; the shape must have an element_count
  // Values in row-major order, rounded to the type of the elements. values.size() is the product of the extents.
  static Tensor of(DType dtype, Shape shape, std::span<const double> values);
  static Tensor of_ints(DType dtype, Shape shape, std::span<const std::int64_t> values);
  static Tensor scalar(DType dtype, double value) { return of(dtype, {}, std::span(&value, 1)); }

  DType dtype() const { return type_.dtype; }
  const Shape& shape() const { return type_.shape; }
  const TensorType& type() const { return type_; }
  std::int64_t rank() const { return static_cast<std::int64_t>(type_.shape.size()); }
  std::size_t size() const { return size_; }

  Data& data() { return data_; }
  const Data& data() const { return data_; }
  // T is the storage type of dtype(): float, double or int64.
  template <class T>
  std::span<T> as() {
    auto* v = std::get_if<SecretVector<T>>(&data_);
    NESCIO_CHECK(v != nullptr);
    return *v;
  }
  template <class T>
  std::span<const T> as() const {
    const auto* v = std::get_if<SecretVector<T>>(&data_);
    NESCIO_CHECK(v != nullptr);
    return *v;
  }
  // Element i in row-major order, whatever the type (int64 beyond 2^53 is rounded).
  double real(std::size_t i) const {
    return std::visit([i](const auto& v) { return static_cast<double>(v[i]); }, data_);
  }
  std::vector<double> reals() const;

  // The same elements under another shape with as many elements.
  Tensor reshaped(Shape shape) const;
  // Converted as ONNX Cast does: towards zero to integers (saturating; NaN to 0), != 0 to bool.
  Tensor cast(DType to) const;

 private:
  TensorType type_;
  std::size_t size_ = 0;
  Data data_;
};

}  // namespace nescio
