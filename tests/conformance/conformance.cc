// The official ONNX node tests (Debian: libonnx-testdata) end to end: compile, commit, prove with all outputs revealed,
// verify with the public key, and compare what the proof tells with the expected outputs. Models, inputs and outputs
// that nobody here wrote.
//
//   nescio_conformance CORE PASSING [--update] [--verbose] [NAME..]
//
// CORE     names of the tests that count: those whose operators are for inference and in common use, with inputs and
//          outputs of float32, int32, int64 and bool only
// PASSING  names of those that pass: all of them must, and a further one that does is an error too, until --update
//          writes it down
// Rules    Operands that decide shapes or indices become initialisers; if the model is not taken like that, all
// operands
//          but the first of each node do, as the weights of real models are. Calibration is on the test's own input.
//          Reals pass within 1e-3 |expected| + 1e-3 max |expected|, integers and truth values if they are equal.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "nescio/api/prover_model.h"
#include "nescio/api/verify.h"
#include "nescio/api/words.h"
#include "nescio/onnx/tensor_proto.h"
#include "onnx.pb.h"

namespace nescio {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = "/usr/share/libonnx-testdata/data/node";
constexpr double kTolerance = 1e-3;

std::string read_file_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) out.push_back(line);
  return out;
}

// Operands that decide shapes and indices.
bool decides_shape(const std::string& op, int operand) {
  static const std::map<std::string, std::set<int>> kOperands = {
      {"Reshape", {1}},     {"Slice", {1, 2, 3, 4}},  {"Squeeze", {1}},
      {"Unsqueeze", {1}},   {"Split", {1}},           {"Expand", {1}},
      {"Tile", {1}},        {"Pad", {1, 2, 3}},       {"TopK", {1}},
      {"Trilu", {1}},       {"Gather", {1}},          {"GatherElements", {1}},
      {"GatherND", {1}},    {"Dropout", {1, 2}},      {"Clip", {1, 2}},
      {"CumSum", {1}},      {"ConstantOfShape", {0}}, {"OneHot", {1, 2}},
      {"Range", {0, 1, 2}}, {"ScatterElements", {1}}, {"ScatterND", {1}},
      {"Upsample", {1}},    {"Resize", {1, 2, 3}}};
  if (op.starts_with("Reduce")) return operand == 1;
  const auto it = kOperands.find(op);
  return it != kOperands.end() && it->second.contains(operand);
}

struct Outcome {
  bool compiles = false, matches = false, proves = false;
  std::string reason = {};
  bool passes() const { return compiles && matches && proves; }
};

struct Case {
  std::string bytes;   // of the model, with initialisers for the operands that were promoted
  NamedArrays inputs;  // the others
  std::vector<std::pair<std::string, Tensor>> expected;
};

Array to_array(const Tensor& t) {
  Array out;
  for (const std::int64_t n : t.shape()) out.shape.push_back(static_cast<std::uint64_t>(n));
  for (std::size_t i = 0; i < t.size(); ++i) out.values.push_back(t.real(i));
  return out;
}

Result<Tensor> read_value(const fs::path& path, onnx::TensorProto& proto) {
  if (!proto.ParseFromString(read_file_text(path))) return Error{ErrorCode::kModel, 0, "no tensor", {}};
  return read_tensor(proto, "");
}

Result<Case> make_case(const fs::path& dir, bool promote_weights) {
  onnx::ModelProto model;
  if (!model.ParseFromString(read_file_text(dir / "model.onnx"))) return Error{ErrorCode::kModel, 0, "no model", {}};
  auto& graph = *model.mutable_graph();
  std::set<std::string> promoted, initialised;
  for (const auto& node : graph.node())
    for (int i = 0; i < node.input_size(); ++i)
      if (decides_shape(node.op_type(), i) || (promote_weights && i > 0)) promoted.insert(node.input(i));
  for (const auto& t : graph.initializer()) initialised.insert(t.name());
  Case out;
  int k = 0;
  for (const auto& info : graph.input()) {
    if (initialised.contains(info.name())) continue;
    onnx::TensorProto proto;
    NESCIO_TRY(const Tensor t, read_value(dir / "test_data_set_0" / ("input_" + std::to_string(k++) + ".pb"), proto));
    if (promoted.contains(info.name())) {
      proto.set_name(info.name());
      *graph.add_initializer() = proto;
    } else {
      out.inputs.emplace_back(info.name(), to_array(t));
    }
  }
  for (int i = 0; i < graph.output_size(); ++i) {
    onnx::TensorProto proto;
    NESCIO_TRY(Tensor t, read_value(dir / "test_data_set_0" / ("output_" + std::to_string(i) + ".pb"), proto));
    out.expected.emplace_back(graph.output(i).name(), std::move(t));
  }
  out.bytes = model.SerializeAsString();
  return out;
}

std::string difference(const Tensor& want, const OutputPort& port, const Revealed& got) {
  std::vector<std::int64_t> shape(port.dims.begin(), port.dims.end());
  if (shape != want.shape()) return "has shape " + to_string(shape) + ", expected " + to_string(want.shape());
  double largest = 0;
  for (std::size_t i = 0; i < want.size(); ++i) largest = std::max(largest, std::abs(want.real(i)));
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double g = real_number(got.values[i], port.scale), w = want.real(i);
    const double room = is_float(want.dtype()) ? kTolerance * (std::abs(w) + largest) : 0;
    if (!(std::abs(g - w) <= room))
      return "cell " + std::to_string(i) + " is " + std::to_string(g) + ", expected " + std::to_string(w);
  }
  return "";
}

Outcome prove_case(const Case& c) {
  Outcome out;
  const auto failed = [&](const Error& e) {
    out.reason = to_string(e);
    return out;
  };
  const ModelFile file{{c.bytes.begin(), c.bytes.end()}, {}};
  auto source = make_source(file, c.inputs, {});
  if (!source.ok()) return failed(source.error());
  auto model = compile_model(*source, {});
  if (!model.ok()) return failed(model.error());
  out.compiles = true;
  const auto key = commit_model(std::move(*model), {});
  if (!key.ok()) return failed(key.error());
  ProveRequest request;
  request.inputs = c.inputs;
  for (const auto& [name, tensor] : c.expected) request.reveal.push_back(name);
  const auto proven = prove_statement(*key, request);
  if (!proven.ok()) return failed(proven.error());
  auto read = read_key(write_key(key->key->key()));
  if (!read.ok()) return failed(read.error());
  const auto checked = verify_key(std::move(*read));
  if (!checked.ok()) return failed(checked.error());
  const auto verdict = verify_proof(*checked, proven->file);
  if (!verdict.ok()) return failed(verdict.error());
  if (!checked->one_model()) return failed({ErrorCode::kVKey, 0, "one model is not established", {}});
  out.proves = true;
  for (std::size_t i = 0; i < c.expected.size() && out.reason.empty(); ++i)
    for (const Revealed& r : verdict->disclosed.outputs)
      for (const OutputPort& port : checked->key().circuit.outputs)
        if (r.name == c.expected[i].first && port.name == r.name && out.reason.empty())
          out.reason = difference(c.expected[i].second, port, r);
  out.matches = out.reason.empty();
  return out;
}

Outcome run_test(const std::string& name) {
  Outcome out;
  for (const bool promote_weights : {false, true}) {
    const auto made = make_case(kRoot / name, promote_weights);
    if (!made.ok()) return {false, false, false, to_string(made.error())};
    Outcome now =
        made->inputs.empty() ? Outcome{false, false, false, "nothing depends on an input"} : prove_case(*made);
    if (now.passes()) return now;
    if (!promote_weights || now.compiles > out.compiles || now.proves > out.proves) out = std::move(now);
  }
  return out;
}

std::string operators_of(const std::string& name) {
  onnx::ModelProto model;
  if (!model.ParseFromString(read_file_text(kRoot / name / "model.onnx"))) return "?";
  return model.graph().node_size() == 1 ? model.graph().node(0).op_type() : "(several)";
}

int run(const std::vector<std::string>& arguments) {
  std::vector<std::string> names = {arguments.begin() + 2, arguments.end()};
  const bool update = std::erase(names, "--update") != 0, verbose = std::erase(names, "--verbose") != 0;
  const bool all = names.empty();
  if (all) names = read_lines(arguments[0]);
  const std::vector<std::string> pinned_list = read_lines(arguments[1]);
  const std::set<std::string> pinned(pinned_list.begin(), pinned_list.end());
  struct Count {
    int tests = 0, compile = 0, match = 0, prove = 0;
  };
  std::map<std::string, Count> by_operator;
  Count sum;
  std::set<std::string> passing;
  bool lost = false;
  for (const std::string& name : names) {
    const Outcome o = run_test(name);
    Count& count = by_operator[operators_of(name)];
    for (Count* c : {&count, &sum}) {
      ++c->tests;
      c->compile += o.compiles;
      c->match += o.matches;
      c->prove += o.passes();
    }
    if (o.passes()) passing.insert(name);
    const bool gone = pinned.contains(name) && !o.passes();
    lost = lost || gone;
    if (!o.passes() && (verbose || gone))
      std::printf("%s%s: %s\n", gone ? "NO LONGER PASSES " : "", name.c_str(), o.reason.c_str());
    std::fflush(stdout);
  }
  std::printf("\n%-22s %6s %8s %6s %6s\n", "operator", "tests", "compile", "match", "prove");
  const auto line = [](const std::string& what, const Count& c) {
    std::printf("%-22s %6d %8d %6d %6d\n", what.c_str(), c.tests, c.compile, c.match, c.prove);
  };
  for (const auto& [op, count] : by_operator) line(op, count);
  line("all", sum);
  if (lost && !update) return 1;
  if (!all) return 0;
  if (update) {
    std::ofstream file(arguments[1]);
    for (const std::string& name : passing) file << name << '\n';
  } else if (passing.size() > pinned.size()) {
    std::printf("%zu pass, %zu are pinned: write that down with ./dev conformance --update\n", passing.size(),
                pinned.size());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace nescio

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "nescio_conformance CORE PASSING [--update] [--verbose] [NAME..]\n");
    return 2;
  }
  return nescio::run({argv + 1, argv + argc});
}
