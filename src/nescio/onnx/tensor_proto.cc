// onnx/tensor_proto.cc -- decoding element by element; sizes are compared before memory is reserved.
#include "nescio/onnx/tensor_proto.h"

#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

#include "nescio/onnx/external_data.h"
#include "nescio/ops/onnx_node.h"
#include "onnx.pb.h"

namespace nescio {
namespace {

using Type = onnx::TensorProto;

Error malformed(const std::string& what) {
  return Error{ErrorCode::kModel, 0, what, {}};
}

// The value of a half-width float by its bits.
float widen_float16(std::uint16_t h) {
  const std::uint32_t sign = std::uint32_t{h & 0x8000u} << 16;
  const std::uint32_t exponent = (h >> 10) & 0x1fu, fraction = h & 0x3ffu;
  if (exponent == 0) {  // zero or subnormal: fraction * 2^-24
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 0x1f ? 0xffu : exponent + (127 - 15);
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}
float widen_bfloat16(std::uint16_t h) {
  return std::bit_cast<float>(std::uint32_t{h} << 16);
}

// One element type: its code, its width in raw_data, and the type that its tensors get here.
struct Format {
  int code;
  std::size_t width;
  DType dtype;
};
constexpr Format kFormats[] = {
    {Type::FLOAT, 4, DType::kFloat32},    {Type::DOUBLE, 8, DType::kFloat64}, {Type::FLOAT16, 2, DType::kFloat32},
    {Type::BFLOAT16, 2, DType::kFloat32}, {Type::INT32, 4, DType::kInt32},    {Type::INT64, 8, DType::kInt64},
    {Type::BOOL, 1, DType::kBool},        {Type::INT8, 1, DType::kInt32},     {Type::UINT8, 1, DType::kInt32},
    {Type::INT16, 2, DType::kInt32},      {Type::UINT16, 2, DType::kInt32},   {Type::UINT32, 4, DType::kInt64},
    {Type::UINT64, 8, DType::kInt64},
};

template <class From, class To, class Convert>
void decode(const std::uint8_t* bytes, std::span<To> out, Convert&& convert) {
  static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");
  for (std::size_t i = 0; i < out.size(); ++i) {
    From v;
    std::memcpy(&v, bytes + i * sizeof(From), sizeof(From));
    out[i] = static_cast<To>(convert(v));  // NOLINT(bugprone-signed-char-misuse): int8 is meant to keep its sign
  }
}

void decode_raw(int code, const std::uint8_t* bytes, Tensor& out) {
  const auto same = [](auto v) { return v; };
  switch (code) {
    case Type::FLOAT:
      return decode<float>(bytes, out.as<float>(), same);
    case Type::DOUBLE:
      return decode<double>(bytes, out.as<double>(), same);
    case Type::FLOAT16:
      return decode<std::uint16_t>(bytes, out.as<float>(), widen_float16);
    case Type::BFLOAT16:
      return decode<std::uint16_t>(bytes, out.as<float>(), widen_bfloat16);
    case Type::INT32:
      return decode<std::int32_t>(bytes, out.as<std::int64_t>(), same);
    case Type::INT64:
    case Type::UINT64:
      return decode<std::int64_t>(bytes, out.as<std::int64_t>(), same);
    case Type::BOOL:
      return decode<std::uint8_t>(bytes, out.as<std::int64_t>(), [](auto v) { return v != 0; });
    case Type::INT8:
      return decode<std::int8_t>(bytes, out.as<std::int64_t>(), same);
    case Type::UINT8:
      return decode<std::uint8_t>(bytes, out.as<std::int64_t>(), same);
    case Type::INT16:
      return decode<std::int16_t>(bytes, out.as<std::int64_t>(), same);
    case Type::UINT16:
      return decode<std::uint16_t>(bytes, out.as<std::int64_t>(), same);
    default:
      return decode<std::uint32_t>(bytes, out.as<std::int64_t>(), same);
  }
}

template <class List, class To, class Convert>
bool copy_list(const List& list, std::span<To> out, Convert&& convert) {
  if (static_cast<std::size_t>(list.size()) != out.size()) return false;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<To>(convert(list.Get(static_cast<int>(i))));
  return true;
}

// From the typed fields; false when their length is not the number of elements.
bool copy_typed(const onnx::TensorProto& proto, Tensor& out) {
  const auto same = [](auto v) { return v; };
  switch (proto.data_type()) {
    case Type::FLOAT:
      return copy_list(proto.float_data(), out.as<float>(), same);
    case Type::DOUBLE:
      return copy_list(proto.double_data(), out.as<double>(), same);
    case Type::FLOAT16:
      return copy_list(proto.int32_data(), out.as<float>(),
                       [](auto v) { return widen_float16(static_cast<std::uint16_t>(v)); });
    case Type::BFLOAT16:
      return copy_list(proto.int32_data(), out.as<float>(),
                       [](auto v) { return widen_bfloat16(static_cast<std::uint16_t>(v)); });
    case Type::INT64:
      return copy_list(proto.int64_data(), out.as<std::int64_t>(), same);
    case Type::UINT32:
      return copy_list(proto.uint64_data(), out.as<std::int64_t>(),
                       [](auto v) { return static_cast<std::uint32_t>(v); });
    case Type::UINT64:
      return copy_list(proto.uint64_data(), out.as<std::int64_t>(), same);
    case Type::BOOL:
      return copy_list(proto.int32_data(), out.as<std::int64_t>(), [](auto v) { return v != 0; });
    default:
      return copy_list(proto.int32_data(), out.as<std::int64_t>(), same);
  }
}

std::size_t typed_count(const onnx::TensorProto& proto) {
  return static_cast<std::size_t>(std::max({proto.float_data_size(), proto.double_data_size(), proto.int32_data_size(),
                                            proto.int64_data_size(), proto.uint64_data_size()}));
}

bool parse_number(const std::string& text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

// What a format and a shape take.
struct Layout {
  const Format* format;
  Shape shape;
  std::int64_t elements;
  std::uint64_t bytes() const { return static_cast<std::uint64_t>(elements) * format->width; }
};
Result<Layout> layout_of(const onnx::TensorProto& proto) {
  const Format* format = nullptr;
  for (const Format& f : kFormats) {
    if (f.code == proto.data_type()) format = &f;
  }
  if (format == nullptr) {
    return Error{ErrorCode::kDtype, 0, "constants of " + onnx_dtype_name(proto.data_type()) + " are not supported", {}};
  }
  if (proto.has_segment()) return malformed("segmented tensors are not supported");
  Shape shape(proto.dims().begin(), proto.dims().end());
  const auto n = element_count(shape);
  if (!n) return Error{ErrorCode::kMemory, 0, "its shape is not valid, or too large", {}};
  return Layout{format, std::move(shape), *n};
}

}  // namespace

Result<std::uint64_t> tensor_bytes(const onnx::TensorProto& proto) {
  NESCIO_TRY(const Layout layout, layout_of(proto));
  return layout.bytes();
}

Result<SecretVector<std::uint8_t>> external_bytes(const onnx::TensorProto& proto, const std::string& directory) {
  NESCIO_TRY(const std::uint64_t want, tensor_bytes(proto));
  ExternalRange range;
  range.length = want;
  for (const auto& entry : proto.external_data()) {
    std::uint64_t length = want;
    bool ok = true;
    if (entry.key() == "location") range.location = entry.value();
    if (entry.key() == "offset") ok = parse_number(entry.value(), range.offset);
    if (entry.key() == "length") ok = parse_number(entry.value(), length);
    if (!ok || length != want) return malformed("its external data has a wrong " + quote_name(entry.key()));
  }
  return read_external(directory, range);
}

Result<Tensor> read_tensor(const onnx::TensorProto& proto, const std::string& directory) {
  NESCIO_TRY(const Layout layout, layout_of(proto));
  const Format* format = layout.format;
  const Shape& shape = layout.shape;
  const std::uint64_t want = layout.bytes();

  const bool external = proto.data_location() == onnx::TensorProto::EXTERNAL;
  SecretVector<std::uint8_t> file;
  const std::uint8_t* bytes = nullptr;
  if (external) {
    NESCIO_TRY(file, external_bytes(proto, directory));
    bytes = file.data();
  } else if (proto.has_raw_data()) {
    if (proto.raw_data().size() != want) return malformed("its data does not fill its shape " + to_string(shape));
    bytes = reinterpret_cast<const std::uint8_t*>(proto.raw_data().data());
  } else if (typed_count(proto) != static_cast<std::size_t>(layout.elements)) {
    return malformed("its data does not fill its shape " + to_string(shape));
  }
  Tensor out(format->dtype, shape);
  if (external || proto.has_raw_data()) {
    decode_raw(format->code, bytes, out);
  } else if (!copy_typed(proto, out)) {
    return malformed("its data is of another type than it says");
  }
  if (format->code == Type::UINT64) {
    for (const std::int64_t v : out.as<std::int64_t>()) {
      if (v < 0) return Error{ErrorCode::kDtype, 0, "a constant of uint64 does not fit int64", {}};
    }
  }
  return out;
}

}  // namespace nescio
