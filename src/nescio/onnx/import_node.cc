// onnx/import_node.cc -- one node: its attributes, its operator's record or its local function.
#include <algorithm>

#include "nescio/onnx/importer.h"
#include "nescio/onnx/tensor_proto.h"
#include "nescio/ops/registry.h"
#include "newer_fields.pb.h"

namespace nescio {
namespace {

// Calls of functions inside functions; and nodes after all calls are written out, which can grow exponentially in the
// file's size.
constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxNodes = std::size_t{1} << 20;
// Node names are repeated in front of what they call.
constexpr std::size_t kMaxName = 256;

Error model_error(const std::string& what) {
  return Error{ErrorCode::kModel, 0, what, {}};
}

std::string function_key(const std::string& domain, const std::string& name, const std::string& overload) {
  return domain + ":" + name + ":" + overload;
}

// Operators that pass a list of class indices on unchanged.
bool passes_labels(const OnnxNode& node) {
  for (const char* op : {"Cast", "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze"}) {
    if (node.op == op) return true;
  }
  return false;
}

// Operators that move words without a look at them.
bool moves_words(const OnnxNode& node) {
  for (const char* op : {"Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Concat", "ArrayFeatureExtractor",
                         "Slice", "Gather", "Split", "Transpose"}) {
    if (node.op == op) return true;
  }
  return false;
}

// Elements, or bytes of text, of an attribute.
std::int64_t size_of(const OnnxAttribute& attribute) {
  struct Sizes {
    std::int64_t operator()(const OpaqueAttribute&) const { return 1; }
    std::int64_t operator()(std::int64_t) const { return 1; }
    std::int64_t operator()(double) const { return 1; }
    std::int64_t operator()(const std::string& v) const { return static_cast<std::int64_t>(v.size()); }
    std::int64_t operator()(const std::vector<std::int64_t>& v) const { return static_cast<std::int64_t>(v.size()); }
    std::int64_t operator()(const std::vector<double>& v) const { return static_cast<std::int64_t>(v.size()); }
    std::int64_t operator()(const std::vector<std::string>& v) const {
      std::int64_t n = 0;
      for (const std::string& s : v) n += 1 + (*this)(s);
      return n;
    }
    std::int64_t operator()(const std::shared_ptr<const Tensor>& v) const {
      return static_cast<std::int64_t>(v->size());
    }
  };
  return std::visit(Sizes{}, attribute);
}

}  // namespace

void Importer::index_function(const onnx::FunctionProto& function) {
  newer::Function fields;
  LocalFunction local{&function, {}};
  std::optional<Error> error;
  if (!fields.ParseFromString(function.SerializeAsString())) error = model_error("malformed");
  for (const auto& attribute : fields.attribute_proto()) {
    Result<OnnxAttribute> value = read_attribute(attribute);
    if (value.ok()) {
      local.defaults.insert_or_assign(attribute.name(), std::move(*value));
    } else {
      error = value.error();
    }
  }
  const std::string domain = function.domain() == "ai.onnx" ? "" : function.domain();
  const bool fresh =
      functions_.emplace(function_key(domain, function.name(), fields.overload()), std::move(local)).second;
  if (!fresh) error = model_error("defined twice");
  if (error) {
    error->detail = "function " + quote_name(function.name()) + ": " + error->detail;
    report(std::move(*error));
  }
}

void Importer::define(Scope& scope, const std::string& name, ValueId id) {
  if (id == kNoValue && scope.depth == 0) {
    // Lets problems further down be found in the same pass; the graph itself is lost already.
    const auto it = annotations_.find(name);
    if (it != annotations_.end()) {
      if (const Result<ValueId> typed = add_input(*it->second); typed.ok()) id = *typed;
    }
  }
  if (!scope.values.emplace(name, id).second) {
    report(model_error("value " + quote_name(name) + " is defined twice"));
  }
}

Result<OnnxAttribute> Importer::read_attribute(const onnx::AttributeProto& proto) const {
  using Type = onnx::AttributeProto;
  switch (proto.type()) {
    case Type::INT:
      return OnnxAttribute(std::int64_t{proto.i()});
    case Type::FLOAT:
      return OnnxAttribute(static_cast<double>(proto.f()));
    case Type::STRING:
      return OnnxAttribute(proto.s());
    case Type::INTS:
      return OnnxAttribute(std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end()));
    case Type::FLOATS:
      return OnnxAttribute(std::vector<double>(proto.floats().begin(), proto.floats().end()));
    case Type::STRINGS:
      return OnnxAttribute(std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
    case Type::TENSOR: {
      NESCIO_TRY(Tensor tensor, read_tensor(proto.t(), options_.directory));
      return OnnxAttribute(std::make_shared<const Tensor>(std::move(tensor)));
    }
    default:
      return OnnxAttribute(OpaqueAttribute{});
  }
}

Status Importer::read_attributes(const onnx::NodeProto& proto, const Scope& scope, OnnxNode& node) {
  for (const auto& attribute : proto.attribute()) {
    OnnxAttribute value;
    if (!attribute.ref_attr_name().empty()) {
      // Inside a function: the attribute of the call. When the call does not give it, neither does this node.
      const auto it = scope.bindings.find(attribute.ref_attr_name());
      if (it == scope.bindings.end()) continue;
      value = it->second;
    } else {
      Result<OnnxAttribute> read = read_attribute(attribute);
      if (!read.ok()) {
        Error e = read.error();
        e.detail = "attribute " + quote_name(attribute.name()) + ": " + e.detail;
        return e;
      }
      value = std::move(*read);
    }
    // What the model holds once may be met many times in a function.
    if (scope.depth == 0) {
      builder_.grant(kBudgetPerElement * size_of(value));
    } else {
      NESCIO_TRY_STATUS(builder_.afford(size_of(value)));
    }
    if (!node.attributes.emplace(attribute.name(), std::move(value)).second) {
      return model_error("attribute " + quote_name(attribute.name()) + " is given twice");
    }
  }
  return Unit{};
}

Result<std::vector<ValueId>> Importer::call(const LocalFunction& local, const OnnxNode& node, const Scope& caller) {
  const onnx::FunctionProto& function = *local.proto;
  if (caller.depth >= kMaxDepth) return model_error("functions call each other too deeply, or in a circle");
  if (node.inputs.size() > static_cast<std::size_t>(function.input_size()) ||
      node.output_is_used.size() > static_cast<std::size_t>(function.output_size())) {
    return model_error("has more inputs or outputs than its function");
  }
  Scope scope;
  scope.depth = caller.depth + 1;
  scope.prefix = node.name + "/";
  scope.opsets = caller.opsets;
  if (function.opset_import_size() != 0) {
    NESCIO_TRY(scope.opsets, read_opsets(function.opset_import()));
  }
  scope.bindings = local.defaults;
  for (const auto& [name, value] : node.attributes) scope.bindings.insert_or_assign(name, value);
  for (int i = 0; i < function.input_size(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    scope.values.insert_or_assign(function.input(i), node.has_input(k) ? node.inputs[k] : kNoValue);
    if (!node.has_input(k)) scope.absent.insert(function.input(i));
  }
  const std::size_t errors = errors_.size();
  import_nodes(function.node(), scope);
  std::vector<ValueId> out;
  for (int i = 0; i < static_cast<int>(node.output_is_used.size()); ++i) {
    const auto it = scope.values.find(function.output(i));
    if (it == scope.values.end()) return model_error("output " + quote_name(function.output(i)) + " is not computed");
    out.push_back(it->second);
    if (it->second == kNoValue && errors == errors_.size()) return model_error("output is not computed");
  }
  return out;
}

Result<std::vector<ValueId>> Importer::translate(const onnx::NodeProto& proto, OnnxNode& node, const Scope& scope) {
  if (!functions_.empty()) {
    newer::Node fields;
    if (!fields.ParseFromString(proto.SerializeAsString())) return model_error("malformed");
    const auto it = functions_.find(function_key(node.domain, node.op, fields.overload()));
    if (it != functions_.end()) {
      NESCIO_TRY_STATUS(read_attributes(proto, scope, node));
      return call(it->second, node, scope);
    }
  }
  const OpRecord* record = find_onnx_op(node.domain, node.op);
  if (record == nullptr) {
    const std::string from = node.domain.empty() ? "" : " of domain " + quote_name(node.domain);
    return Error{ErrorCode::kOp, 0, "this operator" + from + " is not supported", {}};
  }
  const auto opset = scope.opsets.find(node.domain);
  if (opset == scope.opsets.end()) return model_error("no opset is named for its domain " + quote_name(node.domain));
  node.version = opset->second;
  if (node.version < record->since || node.version > record->until) {
    return Error{ErrorCode::kOp,
                 0,
                 "this operator is supported from opset " + std::to_string(record->since) + " to " +
                     std::to_string(record->until) + "; the model uses " + std::to_string(node.version),
                 {}};
  }
  if (node.output_is_used.empty()) return model_error("has no outputs");
  NESCIO_TRY_STATUS(read_attributes(proto, scope, node));
  NESCIO_TRY(const bool moves, check_words(node));
  builder_.scope(node.name);
  NESCIO_TRY(auto out, record->import(node, builder_));
  for (const ValueId id : out)
    if (moves && builder_.labels(id) == nullptr) builder_.mark_words(id);
  if (out.size() < node.output_is_used.size()) return model_error("has too many outputs");
  NESCIO_TRY_STATUS(carry_labels(node, out));
  return out;
}

Result<bool> Importer::check_words(const OnnxNode& node) const {
  const auto holds = [&](ValueId id) { return id != kNoValue && builder_.holds_words(id); };
  const auto n = static_cast<std::size_t>(std::count_if(node.inputs.begin(), node.inputs.end(), holds));
  if (n == 0) return false;
  const bool moves = moves_words(node);
  if (n != (node.op == "Concat" ? node.inputs.size() : 1) || !holds(node.inputs[0]) ||
      !(moves || node.op == "OneHotEncoder" || node.op == "LabelEncoder"))
    return Error{ErrorCode::kDtype, 0, "reads words; encode them by OneHotEncoder or LabelEncoder", {}};
  return moves;
}

Status Importer::carry_labels(const OnnxNode& node, const std::vector<ValueId>& outputs) {
  for (const ValueId id : node.inputs) {
    const auto* labels = id == kNoValue ? nullptr : builder_.labels(id);
    if (labels == nullptr) continue;
    if (!passes_labels(node) || is_float(builder_.dtype(outputs[0]))) {
      return Error{
          ErrorCode::kAttr, 0, "reads class labels, which are kept as indices; leave it out of the exported model", {}};
    }
    builder_.label(outputs[0], std::vector<std::string>(*labels));
  }
  return Unit{};
}

void Importer::import_node(const onnx::NodeProto& proto, Scope& scope) {
  OnnxNode node;
  node.op = proto.op_type();
  node.domain = proto.domain() == "ai.onnx" ? "" : proto.domain();
  node.name = scope.prefix + (!proto.name().empty() ? proto.name() : proto.output_size() > 0 ? proto.output(0) : "");
  if (node.name.size() > kMaxName) node.name.resize(kMaxName);
  const auto fail = [&](Error e) {
    e.detail = "node " + quote_name(node.name) + " (" + (node.op.empty() ? "no operator" : quote_name(node.op)) +
               "): " + e.detail;
    report(std::move(e));
  };

  bool operands_known = true;
  for (const std::string& name : proto.input()) {
    if (name.empty()) {
      node.inputs.push_back(kNoValue);
      continue;
    }
    const auto it = scope.values.find(name);
    if (it == scope.values.end()) {
      fail(model_error("reads " + quote_name(name) + ", which no earlier node, input or constant defines"));
    }
    // Inside a function an input that the call does not give is not given to its nodes either.
    const bool known = it != scope.values.end() && it->second != kNoValue;
    operands_known = operands_known && (known || (it != scope.values.end() && scope.absent.count(name) != 0));
    node.inputs.push_back(known ? it->second : kNoValue);
  }
  for (const std::string& name : proto.output()) node.output_is_used.push_back(!name.empty());

  std::vector<ValueId> out;
  if (operands_known) {
    Result<std::vector<ValueId>> translated = translate(proto, node, scope);
    if (translated.ok()) {
      out = std::move(*translated);
    } else {
      fail(translated.error());
    }
    if (const Status s = builder_.afford(0); !s.ok() && !exhausted_) {
      exhausted_ = true;
      fail(s.error());
    }
  } else if (functions_.empty() && find_onnx_op(node.domain, node.op) == nullptr) {
    // What it reads is not known because of an earlier problem; that it is not supported is.
    fail(Error{ErrorCode::kOp, 0, "this operator is not supported", {}});
  }
  out.resize(node.output_is_used.size(), kNoValue);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!node.output_is_used[i]) continue;
    const std::string& name = proto.output(static_cast<int>(i));
    define(scope, name, out[i]);
    if (out[i] != kNoValue && scope.depth == 0) builder_.name_if_new(out[i], name);
  }
}

void Importer::import_nodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, Scope& scope) {
  for (const auto& node : nodes) {
    if (++node_count_ > kMaxNodes) {
      if (node_count_ == kMaxNodes + 1) report(Error{ErrorCode::kMemory, 0, "the model has too many nodes", {}});
      return;
    }
    if (exhausted_) return;
    import_node(node, scope);
  }
}

}  // namespace nescio
