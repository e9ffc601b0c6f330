#include "nescio/onnx/embed.h"

#include <limits>

#include "nescio/onnx/tensor_proto.h"
#include "onnx.pb.h"

namespace nescio {
namespace {

constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();

// Visits the constants wherever the importer reads them: in graphs, functions and attributes, nested as protobuf
// allows.
class Embedder {
 public:
  explicit Embedder(const std::string& directory) : directory_(directory) {}

  Status visit(onnx::GraphProto& graph) {
    for (onnx::TensorProto& tensor : *graph.mutable_initializer()) NESCIO_TRY_STATUS(embed(tensor));
    return visit(*graph.mutable_node());
  }
  Status visit(google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes) {
    for (onnx::NodeProto& node : nodes)
      for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
        if (attribute.has_t()) NESCIO_TRY_STATUS(embed(*attribute.mutable_t()));
        if (attribute.has_g()) NESCIO_TRY_STATUS(visit(*attribute.mutable_g()));
        for (onnx::TensorProto& tensor : *attribute.mutable_tensors()) NESCIO_TRY_STATUS(embed(tensor));
        for (onnx::GraphProto& graph : *attribute.mutable_graphs()) NESCIO_TRY_STATUS(visit(graph));
      }
    return Unit{};
  }
  bool found() const { return found_; }

 private:
  Status embed(onnx::TensorProto& tensor) {
    if (tensor.data_location() != onnx::TensorProto::EXTERNAL) return Unit{};
    found_ = true;
    NESCIO_TRY(const auto bytes, external_bytes(tensor, directory_));
    total_ += bytes.size();
    if (total_ > kMost) return Error{ErrorCode::kMemory, 0, "the model and its external data pass 2 GiB", {}};
    tensor.set_raw_data(bytes.data(), bytes.size());
    tensor.clear_data_location();
    tensor.clear_external_data();
    return Unit{};
  }

  const std::string& directory_;
  bool found_ = false;
  std::size_t total_ = 0;
};

}  // namespace

Result<SecretString> embed_external_data(std::span<const std::uint8_t> model, const std::string& directory) {
  SecretString same(model.begin(), model.end());
  onnx::ModelProto proto;
  if (model.size() > kMost || !proto.ParseFromArray(model.data(), static_cast<int>(model.size())))
    return Error{ErrorCode::kModel, 0, "not an ONNX model, or truncated", {}};
  Embedder embedder(directory);
  NESCIO_TRY_STATUS(embedder.visit(*proto.mutable_graph()));
  for (onnx::FunctionProto& function : *proto.mutable_functions())
    NESCIO_TRY_STATUS(embedder.visit(*function.mutable_node()));
  if (!embedder.found()) return same;
  if (proto.ByteSizeLong() > kMost)
    return Error{ErrorCode::kMemory, 0, "the model and its external data pass 2 GiB", {}};
  SecretString out(proto.ByteSizeLong(), '\0');
  NESCIO_CHECK(proto.SerializeToArray(out.data(), static_cast<int>(out.size())));
  return out;
}

}  // namespace nescio
