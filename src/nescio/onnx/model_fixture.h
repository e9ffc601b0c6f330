// onnx/model_fixture.h -- small ONNX models made in code, for tests.
#pragma once
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <variant>
#include <vector>

#include "nescio/onnx/import.h"
#include "nescio/ops/evaluate.h"
#include "onnx.pb.h"

namespace nescio {

using Ints = std::vector<std::int64_t>;
using Reals = std::vector<float>;

// An attribute of a node: the alternative decides ONNX's type.
struct ModelAttribute {
  std::string name;
  std::variant<std::int64_t, float, std::string, Ints, Reals, std::vector<std::string>> value;
};

class ModelBuilder {
 public:
  explicit ModelBuilder(int opset, int ml_opset = 1) {
    proto.set_ir_version(8);
    auto* standard = proto.add_opset_import();
    standard->set_domain("");
    standard->set_version(opset);
    auto* ml = proto.add_opset_import();
    ml->set_domain("ai.onnx.ml");
    ml->set_version(ml_opset);
  }

  ModelBuilder& input(const std::string& name, const Ints& shape, int type = onnx::TensorProto::FLOAT) {
    annotate(proto.mutable_graph()->add_input(), name, shape, type);
    return *this;
  }
  ModelBuilder& output(const std::string& name) {
    proto.mutable_graph()->add_output()->set_name(name);
    return *this;
  }
  ModelBuilder& reals(const std::string& name, const Ints& dims, const Reals& values) {
    auto* t = tensor(name, dims, onnx::TensorProto::FLOAT);
    for (const float v : values) t->add_float_data(v);
    return *this;
  }
  ModelBuilder& ints(const std::string& name, const Ints& dims, const Ints& values) {
    auto* t = tensor(name, dims, onnx::TensorProto::INT64);
    for (const std::int64_t v : values) t->add_int64_data(v);
    return *this;
  }
  ModelBuilder& node(const std::string& op, const std::vector<std::string>& inputs,
                     const std::vector<std::string>& outputs, const std::vector<ModelAttribute>& attributes = {},
                     const std::string& domain = "") {
    fill(proto.mutable_graph()->add_node(), op, inputs, outputs, attributes, domain);
    return *this;
  }

  static void fill(onnx::NodeProto* n, const std::string& op, const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs, const std::vector<ModelAttribute>& attributes = {},
                   const std::string& domain = "") {
    n->set_op_type(op);
    n->set_domain(domain);
    for (const auto& name : inputs) n->add_input(name);
    for (const auto& name : outputs) n->add_output(name);
    for (const auto& a : attributes) set(n->add_attribute(), a);
  }

  static void set(onnx::AttributeProto* to, const ModelAttribute& a) {
    using Type = onnx::AttributeProto;
    to->set_name(a.name);
    if (const auto* i = std::get_if<std::int64_t>(&a.value)) {
      to->set_type(Type::INT);
      to->set_i(*i);
    } else if (const auto* f = std::get_if<float>(&a.value)) {
      to->set_type(Type::FLOAT);
      to->set_f(*f);
    } else if (const auto* s = std::get_if<std::string>(&a.value)) {
      to->set_type(Type::STRING);
      to->set_s(*s);
    } else if (const auto* is = std::get_if<Ints>(&a.value)) {
      to->set_type(Type::INTS);
      for (const auto v : *is) to->add_ints(v);
    } else if (const auto* fs = std::get_if<Reals>(&a.value)) {
      to->set_type(Type::FLOATS);
      for (const auto v : *fs) to->add_floats(v);
    } else {
      to->set_type(Type::STRINGS);
      for (const auto& v : std::get<std::vector<std::string>>(a.value)) to->add_strings(v);
    }
  }

  // A negative extent is left open; -2 gets the symbol "n".
  static void annotate(onnx::ValueInfoProto* info, const std::string& name, const Ints& shape, int type) {
    info->set_name(name);
    auto* t = info->mutable_type()->mutable_tensor_type();
    t->set_elem_type(type);
    t->mutable_shape();
    for (const std::int64_t d : shape) {
      auto* dim = t->mutable_shape()->add_dim();
      if (d >= 0) dim->set_dim_value(d);
      if (d == -2) dim->set_dim_param("n");
    }
  }

  onnx::TensorProto* tensor(const std::string& name, const Ints& dims, int type) {
    auto* t = proto.mutable_graph()->add_initializer();
    t->set_name(name);
    t->set_data_type(type);
    for (const std::int64_t d : dims) t->add_dims(d);
    return t;
  }

  Result<Graph> import(const ImportOptions& options = {}) const {
    return import_bytes(proto.SerializeAsString(), options);
  }
  static Result<Graph> import_bytes(const std::string& bytes, const ImportOptions& options = {}) {
    return import_onnx({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, options);
  }

  // The outputs for float32 inputs given in order; a failure of the test when something goes wrong.
  std::vector<Tensor> run(const std::vector<std::vector<double>>& inputs, const ImportOptions& options = {}) const {
    const auto graph = import(options);
    if (!graph.ok()) {
      ADD_FAILURE() << to_string(graph.error());
      return std::vector<Tensor>(8);
    }
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const TensorType& type = graph->value(graph->inputs[i].value).type;
      tensors.push_back(Tensor::of(type.dtype, type.shape, inputs[i]));
    }
    auto out = evaluate(*graph, tensors);
    if (!out.ok()) {
      ADD_FAILURE() << to_string(out.error());
      return std::vector<Tensor>(8);
    }
    return *out;
  }

  onnx::ModelProto proto;
};

inline void expect_error(const Result<Graph>& graph, ErrorCode code, const std::string& part) {
  ASSERT_FALSE(graph.ok()) << "expected " << error_name(code);
  EXPECT_STREQ(error_name(graph.error().code), error_name(code)) << to_string(graph.error());
  EXPECT_NE(to_string(graph.error()).find(part), std::string::npos) << to_string(graph.error());
}

}  // namespace nescio
