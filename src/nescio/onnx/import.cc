// onnx/import.cc -- the model and its graph: operator sets, constants, inputs, outputs.
#include "nescio/onnx/import.h"

#include <filesystem>
#include <fstream>

#include "nescio/onnx/importer.h"
#include "nescio/onnx/tensor_proto.h"

namespace nescio {
namespace {

constexpr int kFirstOpset = 6, kLastOpset = 25, kLastMlOpset = 5;
constexpr std::size_t kMaxErrors = 100;

Error model_error(const std::string& what) {
  return Error{ErrorCode::kModel, 0, what, {}};
}

}  // namespace

void Importer::report(Error error) {
  if (errors_.size() < kMaxErrors) errors_.push_back(std::move(error));
}

Result<Importer::Opsets> Importer::read_opsets(
    const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>& list) const {
  Opsets out;
  for (const auto& entry : list) {
    const std::string domain = entry.domain() == "ai.onnx" ? "" : entry.domain();
    const std::int64_t version = entry.version();
    const bool known = domain.empty()           ? version >= kFirstOpset && version <= kLastOpset
                       : domain == "ai.onnx.ml" ? version >= 1 && version <= kLastMlOpset
                                                : true;
    if (!known) {
      return Error{ErrorCode::kOp,
                   0,
                   "the model uses opset " + std::to_string(version) + " of " +
                       (domain.empty() ? "ai.onnx (supported: 6 to 25)" : "ai.onnx.ml (supported: 1 to 5)") +
                       "; convert it with onnx.version_converter, or export it again",
                   {}};
    }
    const auto [it, fresh] = out.emplace(domain, static_cast<int>(version));
    if (!fresh && it->second != version) return model_error("two opsets are named for domain " + quote_name(domain));
  }
  return out;
}

Result<Tensor> Importer::read_words(const onnx::TensorProto& proto) {
  const Shape shape(proto.dims().begin(), proto.dims().end());
  const auto n = element_count(shape);
  if (!n || *n != proto.string_data_size()) return model_error("its strings do not fill its shape");
  std::vector<std::int64_t> places;
  for (const std::string& word : proto.string_data()) {
    NESCIO_TRY(const std::int64_t place, builder_.place_of(word));
    places.push_back(place);
  }
  return Tensor::of_ints(DType::kInt64, shape, places);
}

void Importer::read_initializers(const onnx::GraphProto& graph, Scope& scope) {
  if (graph.sparse_initializer_size() != 0)
    report(model_error("sparse constants are not supported; store them densely"));
  for (const auto& proto : graph.initializer()) {
    const bool words = proto.data_type() == onnx::TensorProto::STRING;
    Result<Tensor> tensor = words ? read_words(proto) : read_tensor(proto, options_.directory);
    if (!tensor.ok()) {
      Error e = tensor.error();
      e.detail = "constant " + quote_name(proto.name()) + ": " + e.detail;
      report(std::move(e));
      define(scope, proto.name(), kNoValue);
      continue;
    }
    builder_.grant(kBudgetPerElement * static_cast<std::int64_t>(tensor->size()));
    const ValueId id = builder_.constant(proto.name(), std::move(*tensor));
    if (words) builder_.mark_words(id);
    define(scope, proto.name(), id);
  }
}

Result<TensorType> Importer::resolve_type(const onnx::ValueInfoProto& info) {
  const std::string what = "input " + quote_name(info.name());
  if (!info.type().has_tensor_type()) {
    return Error{ErrorCode::kDtype, 0, what + " is not a tensor; sequences, maps and optionals are not supported", {}};
  }
  const auto& tensor = info.type().tensor_type();
  const bool words = tensor.elem_type() == onnx::TensorProto::STRING;
  const auto dtype = words ? DType::kInt64 : dtype_of_onnx(tensor.elem_type());
  if (!dtype) {
    return Error{ErrorCode::kDtype,
                 0,
                 what + " is " + onnx_dtype_name(tensor.elem_type()) +
                     "; supported are float16, float32, float64, int32, int64, bool and string",
                 {}};
  }
  if (!tensor.has_shape()) {
    return Error{ErrorCode::kDynShape, 0, what + " has no shape; export the model with one", {}};
  }
  TensorType type{*dtype, {}};
  std::vector<std::string> notes;
  for (int axis = 0; axis < tensor.shape().dim_size(); ++axis) {
    const auto& dim = tensor.shape().dim(axis);
    const std::string key = info.name() + ":" + std::to_string(axis);
    const auto by_axis = options_.dimensions.find(key), by_symbol = options_.dimensions.find(dim.dim_param());
    std::int64_t extent = dim.has_dim_value() ? dim.dim_value() : -1;
    if (by_axis != options_.dimensions.end()) {
      extent = by_axis->second;
      used_options_.insert(key);
    } else if (dim.has_dim_param() && by_symbol != options_.dimensions.end()) {
      extent = by_symbol->second;
      used_options_.insert(dim.dim_param());
    } else if (extent < 0 && axis == 0) {
      extent = 1;
      notes.push_back("the first dimension of " + what + " is open; it was set to 1");
    } else if (extent < 0) {
      const std::string symbol = dim.dim_param().empty() ? key : dim.dim_param();
      return Error{
          ErrorCode::kDynShape,
          0,
          "dimension " + std::to_string(axis) + " of " + what + " is open; give " + quote_name(symbol) + " a size",
          {}};
    }
    type.shape.push_back(extent);
  }
  if (!element_count(type.shape)) {
    return Error{ErrorCode::kMemory, 0, what + " of shape " + to_string(type.shape) + " is too large", {}};
  }
  for (std::string& n : notes) builder_.note(std::move(n));
  if (tensor.elem_type() == onnx::TensorProto::FLOAT16 || tensor.elem_type() == onnx::TensorProto::BFLOAT16) {
    builder_.note(what + " is " + onnx_dtype_name(tensor.elem_type()) + "; it is computed as float32");
  }
  return type;
}

Result<ValueId> Importer::add_input(const onnx::ValueInfoProto& info) {
  NESCIO_TRY(TensorType type, resolve_type(info));
  const ValueId id = builder_.input(info.name(), std::move(type));
  if (info.type().tensor_type().elem_type() == onnx::TensorProto::STRING) builder_.mark_words(id);
  return id;
}

void Importer::read_inputs(const onnx::GraphProto& graph, Scope& scope) {
  for (const auto& info : graph.input()) {
    if (scope.values.find(info.name()) != scope.values.end()) continue;  // the default value of an input: a constant
    if (const auto it = options_.constants.find(info.name()); it != options_.constants.end()) {
      used_options_.insert(info.name());
      builder_.grant(kBudgetPerElement * static_cast<std::int64_t>(it->second.size()));
      define(scope, info.name(), builder_.constant(info.name(), it->second));
      continue;
    }
    const Result<ValueId> id = add_input(info);
    if (!id.ok()) report(id.error());
    define(scope, info.name(), id.ok() ? *id : kNoValue);
  }
}

void Importer::read_outputs(const onnx::GraphProto& graph, const Scope& scope) {
  if (graph.output_size() == 0) report(model_error("the model has no outputs"));
  for (const auto& info : graph.output()) {
    const auto it = scope.values.find(info.name());
    if (it == scope.values.end() || info.name().empty()) {
      report(model_error("output " + quote_name(info.name()) + " is not computed by the model"));
    } else if (it->second != kNoValue) {
      builder_.output(info.name(), it->second);
    }
  }
}

void Importer::check_options() {
  const auto check = [&](const std::string& name) {
    if (used_options_.count(name) == 0) {
      report(Error{ErrorCode::kUsage, 0, "the model has no open dimension or input " + quote_name(name), {}});
    }
  };
  for (const auto& [name, size] : options_.dimensions) check(name);
  for (const auto& [name, tensor] : options_.constants) check(name);
}

Result<Graph> Importer::run(const onnx::ModelProto& model) {
  if (!model.has_graph()) return model_error("not an ONNX model: it has no graph");
  Scope scope;
  NESCIO_TRY(scope.opsets, read_opsets(model.opset_import()));
  if (scope.opsets.empty()) return model_error("not an ONNX model: it names no opset");
  for (const auto& function : model.functions()) index_function(function);
  for (const auto& info : model.graph().value_info()) annotations_.emplace(info.name(), &info);

  read_initializers(model.graph(), scope);
  read_inputs(model.graph(), scope);
  import_nodes(model.graph().node(), scope);
  read_outputs(model.graph(), scope);
  check_options();

  if (!errors_.empty()) {
    Error first = std::move(errors_.front());
    first.others.assign(std::make_move_iterator(errors_.begin() + 1), std::make_move_iterator(errors_.end()));
    return first;
  }
  Graph graph = without_dead_nodes(builder_.take());
  NESCIO_CHECK(validate(graph).ok());
  return graph;
}

Result<Graph> import_onnx(std::span<const std::uint8_t> bytes, const ImportOptions& options) {
  if (bytes.size() > options.max_bytes || bytes.size() > std::numeric_limits<std::int32_t>::max()) {
    return Error{ErrorCode::kMemory,
                 0,
                 "the model file has " + std::to_string(bytes.size()) + " bytes; store its weights as external data",
                 {}};
  }
  // Nesting is bounded by protobuf's own limit of 100 messages.
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return model_error("not an ONNX model, or truncated");
  }
  return Importer(options).run(model);
}

Result<Graph> import_onnx_file(const std::string& path, ImportOptions options) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  if (size < 0) return Error{ErrorCode::kIo, 0, "cannot read " + quote_name(path), {}};
  if (static_cast<std::uint64_t>(size) > options.max_bytes) {
    return Error{ErrorCode::kMemory, 0, "the model file has " + std::to_string(size) + " bytes", {}};
  }
  SecretVector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  file.seekg(0);
  if (size != 0 && !file.read(reinterpret_cast<char*>(bytes.data()), size)) {
    return Error{ErrorCode::kIo, 0, "cannot read " + quote_name(path), {}};
  }
  if (options.directory.empty()) {
    options.directory = std::filesystem::path(path).parent_path().string();
    if (options.directory.empty()) options.directory = ".";
  }
  return import_onnx(bytes, options);
}

}  // namespace nescio
