// onnx/importer.h -- one run over one model: names to values, problems collected. Inside this module only.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "nescio/onnx/import.h"
#include "nescio/ops/builder.h"
#include "nescio/ops/onnx_node.h"
#include "onnx.pb.h"

namespace nescio {

// Elements that constants may take for each element that the model itself brings.
inline constexpr std::int64_t kBudgetPerElement = 8;

class Importer {
 public:
  explicit Importer(const ImportOptions& options) : options_(options), builder_(options.fold_budget) {}
  Result<Graph> run(const onnx::ModelProto& model);

 private:
  using Bindings = std::map<std::string, OnnxAttribute, std::less<>>;
  using Opsets = std::map<std::string, int, std::less<>>;

  struct LocalFunction {
    const onnx::FunctionProto* proto;
    Bindings defaults;  // of its attributes
  };

  // Where names are looked up: the graph, or one call of a local function.
  struct Scope {
    std::map<std::string, ValueId, std::less<>> values;
    Opsets opsets;
    Bindings bindings;             // attributes of the call
    std::set<std::string> absent;  // inputs that the call does not give
    std::string prefix;            // of node names
    int depth = 0;
  };

  Result<Opsets> read_opsets(const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>& list) const;
  // A constant of strings, as places in the dictionary.
  Result<Tensor> read_words(const onnx::TensorProto& proto);
  void read_initializers(const onnx::GraphProto& graph, Scope& scope);
  void read_inputs(const onnx::GraphProto& graph, Scope& scope);
  // Adds an input of the graph, of words if the model says strings.
  Result<ValueId> add_input(const onnx::ValueInfoProto& info);
  Result<TensorType> resolve_type(const onnx::ValueInfoProto& info);
  void read_outputs(const onnx::GraphProto& graph, const Scope& scope);
  void check_options();
  void index_function(const onnx::FunctionProto& function);

  void import_nodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, Scope& scope);
  void import_node(const onnx::NodeProto& proto, Scope& scope);
  Result<std::vector<ValueId>> translate(const onnx::NodeProto& proto, OnnxNode& node, const Scope& scope);
  Result<std::vector<ValueId>> call(const LocalFunction& local, const OnnxNode& node, const Scope& scope);
  Status read_attributes(const onnx::NodeProto& proto, const Scope& scope, OnnxNode& node);
  Result<OnnxAttribute> read_attribute(const onnx::AttributeProto& proto) const;
  // Whether the node moves words, which its outputs then are. kDtype: it reads words and is no operator for them.
  Result<bool> check_words(const OnnxNode& node) const;
  Status carry_labels(const OnnxNode& node, const std::vector<ValueId>& outputs);
  // Defines an output name; a value that is not known after an error may still be typed by the model's own annotation.
  void define(Scope& scope, const std::string& name, ValueId id);
  void report(Error error);

  const ImportOptions& options_;
  GraphBuilder builder_;
  std::vector<Error> errors_;
  std::map<std::string, LocalFunction, std::less<>> functions_;  // by "domain:name:overload"
  std::map<std::string, const onnx::ValueInfoProto*, std::less<>> annotations_;
  std::set<std::string> used_options_;
  std::size_t node_count_ = 0;
  bool exhausted_ = false;  // the budget of constants is spent: nothing more is translated
};

}  // namespace nescio
