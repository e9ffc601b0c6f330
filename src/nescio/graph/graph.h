// graph/graph.h -- a model as a typed DAG of operators on float (or integer) tensors with ONNX semantics.
//
// Invariants (`validate`): every value has a type with static extents and exactly one origin (graph input, constant, or
// output of one node); nodes stand in topological order; every graph output names a value.
// What an operator means is in its record (ops/record.h): the graph knows only its name.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/graph/tensor.h"

namespace nescio {

using ValueId = std::uint32_t;
inline constexpr ValueId kNoValue = ~ValueId{0};  // an optional input that is not given

// Attributes in the normal form that the operator's record states: all present, none of another type.
using Attribute = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                               std::vector<std::string>>;
class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<const std::string, Attribute>> list) : map_(list) {}
  void set(const std::string& name, Attribute value) { map_[name] = std::move(value); }
  bool has(std::string_view name) const { return map_.find(name) != map_.end(); }
  // Absent or of another type: a programmer error.
  std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
  double real(std::string_view name) const { return get<double>(name); }
  const std::string& text(std::string_view name) const { return get<std::string>(name); }
  const std::vector<std::int64_t>& integers(std::string_view name) const {
    return get<std::vector<std::int64_t>>(name);
  }
  const auto& all() const { return map_; }
  friend bool operator==(const Attributes&, const Attributes&) = default;

 private:
  template <class T>
  const T& get(std::string_view name) const {
    const auto it = map_.find(name);
    NESCIO_CHECK(it != map_.end());
    const T* v = std::get_if<T>(&it->second);
    NESCIO_CHECK(v != nullptr);
    return *v;
  }
  std::map<std::string, Attribute, std::less<>> map_;
};

struct Value {
  std::string name;  // the model's own name where it has one; for messages only
  TensorType type;
  std::shared_ptr<const Tensor> constant = nullptr;  // known when compiling; shared, so copies of a Graph are cheap
};

struct Node {
  std::string op;    // key of the record: "Linear", "Relu", ...
  std::string name;  // the ONNX node it came from, for messages
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  Attributes attributes = {};
};

// A named input or output of the model.
struct Port {
  std::string name;
  ValueId value = kNoValue;
  // Outputs that hold a class index whose label is not the index itself, and inputs of words: labels[index] is what an
  // index stands for (of inputs the number of labels, or more, for none of them). Otherwise empty.
  std::vector<std::string> labels = {};
};

struct Graph {
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  std::vector<std::string> notes = {};  // what the importer decided on the user's behalf, one sentence each

  const Value& value(ValueId id) const { return values[id]; }
  const Tensor* constant(ValueId id) const { return id == kNoValue ? nullptr : values[id].constant.get(); }
};

// A name from a model, in quotes, fit for a terminal: at most 60 characters, none of them a control character.
std::string quote_name(std::string_view name);
// The invariants above; the Error (kModel) names the first node or value that breaks one.
Status validate(const Graph& graph);
// For each value, the nodes that read it (each once), in order.
std::vector<std::vector<std::uint32_t>> consumers(const Graph& graph);
// For each value, the node that makes it, or -1.
std::vector<std::int32_t> producers(const Graph& graph);
// Drops nodes and values that no output depends on; inputs stay. Renumbers values.
Graph without_dead_nodes(const Graph& graph);
// One line per input, node and output: types and attributes, never the elements of a constant.
std::string to_string(const Graph& graph);

}  // namespace nescio
