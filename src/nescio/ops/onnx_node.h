// ops/onnx_node.h -- one node of an ONNX model, as its file has it: attributes in the form of the model's opset.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/graph/graph.h"

namespace nescio {

// Attribute values that no operator of ours takes (graphs, sparse tensors, types).
struct OpaqueAttribute {};
using OnnxAttribute = std::variant<OpaqueAttribute, std::int64_t, double, std::string, std::vector<std::int64_t>,
                                   std::vector<double>, std::vector<std::string>, std::shared_ptr<const Tensor>>;

struct OnnxNode {
  std::string op;
  std::string domain;  // "" or "ai.onnx.ml"
  int version = 0;     // of that domain's operator set
  std::string name;
  std::vector<ValueId> inputs;       // kNoValue where optional and not given
  std::vector<bool> output_is_used;  // one entry per output of the node; false where it has no name
  std::map<std::string, OnnxAttribute, std::less<>> attributes;

  bool has_input(std::size_t i) const { return i < inputs.size() && inputs[i] != kNoValue; }
};

// Reads the attributes of a node. Errors do not name the node: the importer does. The first misuse is kept, and so is
// an attribute that nobody has read: `finish` returns it as kAttr.
class AttributeReader {
 public:
  explicit AttributeReader(const OnnxNode& node) : node_(node) {}
  bool has(std::string_view name) const { return node_.attributes.find(name) != node_.attributes.end(); }
  std::int64_t integer(std::string_view name, std::int64_t otherwise);
  double real(std::string_view name, double otherwise);
  std::string text(std::string_view name, std::string otherwise);
  // Empty when absent.
  std::vector<std::int64_t> integers(std::string_view name);
  std::vector<double> reals(std::string_view name);
  std::vector<std::string> texts(std::string_view name);
  std::shared_ptr<const Tensor> tensor(std::string_view name);
  // Has no effect on the result: read and dropped.
  void ignore(std::string_view name) { seen_.insert(std::string(name)); }
  Status finish() const;

 private:
  template <class T>
  T get(std::string_view name, T otherwise);

  const OnnxNode& node_;
  std::set<std::string, std::less<>> seen_;
  std::optional<Error> error_;
};

// The element type of ONNX's code (TensorProto.DataType), half-width floats widened; nothing for those not supported.
std::optional<DType> dtype_of_onnx(std::int64_t code);
std::string onnx_dtype_name(std::int64_t code);

}  // namespace nescio
