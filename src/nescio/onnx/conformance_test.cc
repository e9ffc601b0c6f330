// onnx/conformance_test.cc -- the official ONNX backend tests (Debian: libonnx-testdata) against the float interpreter:
// models, inputs and expected outputs that nobody here wrote.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "nescio/onnx/import.h"
#include "nescio/onnx/tensor_proto.h"
#include "nescio/ops/evaluate.h"
#include "nescio/ops/registry.h"
#include "onnx.pb.h"

namespace nescio {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = "/usr/share/libonnx-testdata/data";

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// `info` types the value in the model: the files store bfloat16 as uint16.
std::optional<Tensor> read_pb(const fs::path& path, const onnx::ValueInfoProto& info) {
  onnx::TensorProto proto;
  if (!proto.ParseFromString(read_file(path))) return std::nullopt;
  if (info.type().tensor_type().elem_type() == onnx::TensorProto::BFLOAT16) {
    proto.set_data_type(onnx::TensorProto::BFLOAT16);
  }
  Result<Tensor> tensor = read_tensor(proto, "");
  if (!tensor.ok()) return std::nullopt;
  return *tensor;
}

// Operands that decide shapes or are weights in every real model; the node tests give them as inputs.
bool is_promoted(const std::string& op, int operand) {
  static const std::set<std::string> kAllButFirst = {
      "Reshape", "Slice", "Squeeze", "Unsqueeze", "Split",  "Clip", "BatchNormalization",
      "Gather",  "Div",   "Dropout", "TopK",      "OneHot", "Mod"};
  return (operand > 0 && kAllButFirst.count(op) != 0) || op == "ConstantOfShape";
}

// The official tolerance: rtol 1e-3, atol 1e-7; integers and bools exactly.
std::string difference(const Tensor& got, const Tensor& want) {
  if (got.type() != want.type()) {
    return std::string("type ") + dtype_name(got.dtype()) + to_string(got.shape()) + ", expected " +
           dtype_name(want.dtype()) + to_string(want.shape());
  }
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double g = got.real(i), w = want.real(i);
    const bool both_nan = std::isnan(g) && std::isnan(w);
    const bool close = is_float(want.dtype()) ? g == w || std::abs(g - w) <= 1e-7 + 1e-3 * std::abs(w) : g == w;
    if (!close && !both_nan) {
      return "element " + std::to_string(i) + " is " + std::to_string(g) + ", expected " + std::to_string(w);
    }
  }
  return "";
}

// "" when the test passes; "?..." when it is refused when importing; else what is wrong.
std::string run_case(const fs::path& dir, const onnx::ModelProto& model, const std::string& bytes) {
  const fs::path data = dir / "test_data_set_0";
  std::set<std::string> promoted, initialised;
  for (const auto& node : model.graph().node()) {
    for (int i = 0; i < node.input_size(); ++i) {
      if (is_promoted(node.op_type(), i)) promoted.insert(node.input(i));
    }
  }
  for (const auto& t : model.graph().initializer()) initialised.insert(t.name());
  promoted.insert("like");  // CastLike reads its type only, and some tests misstate its shape
  ImportOptions options;
  std::vector<Tensor> inputs;
  int k = 0;
  for (const auto& info : model.graph().input()) {
    if (initialised.count(info.name()) != 0) continue;
    const auto tensor = read_pb(data / ("input_" + std::to_string(k++) + ".pb"), info);
    if (!tensor) return "?input " + info.name() + " is of an unsupported type";
    if (promoted.count(info.name()) != 0) {
      options.constants.emplace(info.name(), *tensor);
    } else {
      inputs.push_back(*tensor);
    }
  }
  const Result<Graph> graph = import_onnx({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, options);
  if (!graph.ok()) return std::string("?").append(to_string(graph.error()));
  const auto outputs = evaluate(*graph, inputs);
  if (!outputs.ok()) return to_string(outputs.error());
  for (std::size_t i = 0; i < outputs->size(); ++i) {
    const auto want =
        read_pb(data / ("output_" + std::to_string(i) + ".pb"), model.graph().output(static_cast<int>(i)));
    if (!want) return "?output of an unsupported type";
    if (const std::string d = difference((*outputs)[i], *want); !d.empty())
      return "output " + std::to_string(i) + ": " + d;
  }
  return "";
}

struct Count {
  std::size_t passed = 0;
  std::vector<std::string> refused;
};

// Runs every test of a folder all of whose operators are in the registry; failures are reported by name.
Count run_folder(const std::string& folder, const std::set<std::string>& known_failures = {}) {
  Count count;
  std::vector<fs::path> dirs;
  for (const auto& entry : fs::directory_iterator(kRoot / folder)) dirs.push_back(entry.path());
  std::sort(dirs.begin(), dirs.end());
  for (const fs::path& dir : dirs) {
    const std::string bytes = read_file(dir / "model.onnx");
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes)) continue;
    const auto& nodes = model.graph().node();
    if (!std::all_of(nodes.begin(), nodes.end(),
                     [](const auto& n) { return find_onnx_op(n.domain(), n.op_type()) != nullptr; })) {
      continue;
    }
    const std::string name = dir.filename().string();
    const std::string outcome = run_case(dir, model, bytes);
    if (outcome.empty()) {
      EXPECT_EQ(known_failures.count(name), 0u) << name << " passes now";
      ++count.passed;
    } else if (outcome[0] == '?') {
      count.refused.push_back(name + ": " + outcome.substr(1));
    } else {
      EXPECT_EQ(known_failures.count(name), 1u) << name << ": " << outcome;
    }
  }
  std::printf("%s: %zu passed, %zu refused\n", folder.c_str(), count.passed, count.refused.size());
  for (const std::string& r : count.refused) std::printf("  refused %s\n", r.c_str());
  return count;
}

class Conformance : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kRoot / "node")) GTEST_SKIP() << "install the Debian package libonnx-testdata to run these tests";
  }
};

TEST_F(Conformance, NodeTests) {
  // Half-width floats are computed as float32, so that nothing is rounded to bfloat16 here.
  const Count count = run_folder("node", {"test_cast_FLOAT_to_BFLOAT16", "test_castlike_FLOAT_to_BFLOAT16",
                                          "test_castlike_FLOAT_to_BFLOAT16_expanded"});
  EXPECT_EQ(count.passed, 491u);
  // Types of 8 and 16 bits, strings, sequences, training, opsets below 6, shapes and indices that this runner leaves
  // to the input; each was refused when importing.
  EXPECT_EQ(count.refused.size(), 120u);
}

TEST_F(Conformance, ModelsConvertedFromPyTorch) {
  EXPECT_EQ(run_folder("pytorch-converted").passed, 72u);
}

TEST_F(Conformance, OperatorsExportedFromPyTorch) {
  EXPECT_EQ(run_folder("pytorch-operator").passed, 31u);
}

}  // namespace
}  // namespace nescio
