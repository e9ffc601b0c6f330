// ops/onnx_node.cc -- attribute access with the errors that users see.
#include "nescio/ops/onnx_node.h"

namespace nescio {

template <class T>
T AttributeReader::get(std::string_view name, T otherwise) {
  seen_.insert(std::string(name));
  const auto it = node_.attributes.find(name);
  if (it == node_.attributes.end()) return otherwise;
  if (const T* v = std::get_if<T>(&it->second)) return *v;
  if (!error_) error_ = Error{ErrorCode::kAttr, 0, "attribute " + quote_name(name) + " has the wrong type", {}};
  return otherwise;
}

std::int64_t AttributeReader::integer(std::string_view name, std::int64_t otherwise) {
  return get(name, otherwise);
}
double AttributeReader::real(std::string_view name, double otherwise) {
  return get(name, otherwise);
}
std::string AttributeReader::text(std::string_view name, std::string otherwise) {
  return get(name, std::move(otherwise));
}
std::vector<std::int64_t> AttributeReader::integers(std::string_view name) {
  return get(name, std::vector<std::int64_t>{});
}
std::vector<double> AttributeReader::reals(std::string_view name) {
  return get(name, std::vector<double>{});
}
std::vector<std::string> AttributeReader::texts(std::string_view name) {
  return get(name, std::vector<std::string>{});
}
std::shared_ptr<const Tensor> AttributeReader::tensor(std::string_view name) {
  return get(name, std::shared_ptr<const Tensor>{});
}

Status AttributeReader::finish() const {
  if (error_) return *error_;
  for (const auto& [name, value] : node_.attributes) {
    if (seen_.find(name) == seen_.end()) {
      return Error{
          ErrorCode::kAttr,
          0,
          "attribute " + quote_name(name) + " is not one of this operator's at opset " + std::to_string(node_.version),
          {}};
    }
  }
  return Unit{};
}

namespace {
struct OnnxType {
  const char* name;
  std::optional<DType> dtype;
};
// In the order of TensorProto.DataType.
constexpr OnnxType kOnnxTypes[] = {
    {"undefined", {}},
    {"float32", DType::kFloat32},
    {"uint8", {}},
    {"int8", {}},
    {"uint16", {}},
    {"int16", {}},
    {"int32", DType::kInt32},
    {"int64", DType::kInt64},
    {"string", {}},
    {"bool", DType::kBool},
    {"float16", DType::kFloat32},
    {"float64", DType::kFloat64},
    {"uint32", {}},
    {"uint64", {}},
    {"complex64", {}},
    {"complex128", {}},
    {"bfloat16", DType::kFloat32},
};
}  // namespace

std::optional<DType> dtype_of_onnx(std::int64_t code) {
  if (code < 0 || code >= static_cast<std::int64_t>(std::size(kOnnxTypes))) return std::nullopt;
  return kOnnxTypes[code].dtype;
}

std::string onnx_dtype_name(std::int64_t code) {
  if (code < 0 || code >= static_cast<std::int64_t>(std::size(kOnnxTypes))) return "type " + std::to_string(code);
  return kOnnxTypes[code].name;
}

}  // namespace nescio
