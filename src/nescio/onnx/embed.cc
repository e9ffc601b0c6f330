#include "nescio/onnx/embed.h"

#include <limits>

#include "nescio/onnx/tensor_proto.h"
#include "onnx.pb.h"

namespace nescio {
namespace {

constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();

// Visits the constants that lie elsewhere, wherever the importer reads constants: in graphs, functions and attributes,
// nested as protobuf allows.
template <class Visit>
class Walk {
 public:
  explicit Walk(const Visit& visit) : visit_(visit) {}

  Status model(onnx::ModelProto& proto) {
    NESCIO_TRY_STATUS(graph(*proto.mutable_graph()));
    for (onnx::FunctionProto& function : *proto.mutable_functions()) NESCIO_TRY_STATUS(nodes(*function.mutable_node()));
    return Unit{};
  }

 private:
  Status graph(onnx::GraphProto& g) {
    for (onnx::TensorProto& t : *g.mutable_initializer()) NESCIO_TRY_STATUS(tensor(t));
    return nodes(*g.mutable_node());
  }
  Status nodes(google::protobuf::RepeatedPtrField<onnx::NodeProto>& list) {
    for (onnx::NodeProto& node : list)
      for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
        if (attribute.has_t()) NESCIO_TRY_STATUS(tensor(*attribute.mutable_t()));
        if (attribute.has_g()) NESCIO_TRY_STATUS(graph(*attribute.mutable_g()));
        for (onnx::TensorProto& t : *attribute.mutable_tensors()) NESCIO_TRY_STATUS(tensor(t));
        for (onnx::GraphProto& g : *attribute.mutable_graphs()) NESCIO_TRY_STATUS(graph(g));
      }
    return Unit{};
  }
  Status tensor(onnx::TensorProto& t) {
    return t.data_location() == onnx::TensorProto::EXTERNAL ? visit_(t) : Status(Unit{});
  }

  const Visit& visit_;
};

Result<onnx::ModelProto> parse(std::span<const std::uint8_t> model) {
  onnx::ModelProto proto;
  if (model.size() > kMost || !proto.ParseFromArray(model.data(), static_cast<int>(model.size())))
    return Error{ErrorCode::kModel, 0, "not an ONNX model, or truncated", {}};
  return proto;
}

}  // namespace

Result<std::uint64_t> external_data_bytes(std::span<const std::uint8_t> model) {
  NESCIO_TRY(onnx::ModelProto proto, parse(model));
  std::uint64_t total = 0;
  const auto count = [&](const onnx::TensorProto& tensor) -> Status {
    NESCIO_TRY(const std::uint64_t bytes, tensor_bytes(tensor));
    if (__builtin_add_overflow(total, bytes, &total))
      return Error{ErrorCode::kMemory, 0, "the external data is too large", {}};
    return Unit{};
  };
  NESCIO_TRY_STATUS(Walk(count).model(proto));
  return total;
}

Result<SecretString> embed_external_data(std::span<const std::uint8_t> model, const std::string& directory) {
  NESCIO_TRY(onnx::ModelProto proto, parse(model));
  bool found = false;
  std::size_t total = 0;
  const auto embed = [&](onnx::TensorProto& tensor) -> Status {
    found = true;
    NESCIO_TRY(const auto bytes, external_bytes(tensor, directory));
    total += bytes.size();
    if (total > kMost) return Error{ErrorCode::kMemory, 0, "the model and its external data pass 2 GiB", {}};
    tensor.set_raw_data(bytes.data(), bytes.size());
    tensor.clear_data_location();
    tensor.clear_external_data();
    return Unit{};
  };
  NESCIO_TRY_STATUS(Walk(embed).model(proto));
  if (!found) return SecretString(model.begin(), model.end());
  if (proto.ByteSizeLong() > kMost)
    return Error{ErrorCode::kMemory, 0, "the model and its external data pass 2 GiB", {}};
  SecretString out(proto.ByteSizeLong(), '\0');
  NESCIO_CHECK(proto.SerializeToArray(out.data(), static_cast<int>(out.size())));
  return out;
}

}  // namespace nescio
