// api/prover_model.h -- the prover as users meet it: compile a model, commit to it, prove a statement about a run.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nescio/api/proof_file.h"
#include "nescio/api/record.h"
#include "nescio/arrays/array.h"
#include "nescio/compile/program.h"
#include "nescio/prover/prove.h"
#include "nescio/quant/quantise.h"
#include "nescio/verifier/checked_key.h"

namespace nescio {

// A phase of long work and how much of it is done, in [0, 1].
using Progress = std::function<void(std::string_view phase, double done)>;

// How far the integers are from the float model, over a set of rows.
struct OutputError {
  std::string output;
  double largest = 0, mean = 0;  // absolute, in the output's own unit
  double range = 0;              // largest - smallest float value
  std::uint64_t cells = 0;
  std::uint64_t agreeing = 0;  // of several cells: rows whose largest cell, the first of equals, is the same one
};
struct Accuracy {
  std::uint64_t rows = 0;
  std::uint64_t out_of_range = 0;  // rows that the circuit refuses
  std::vector<OutputError> outputs;
  std::vector<std::vector<double>> float_values, quantised_values;  // [row][cells of all outputs]; NaN where refused
};

// What reports compare with: a model file without external data, and how its open dimensions were chosen.
struct FloatModel {
  SecretString file;
  std::map<std::string, std::int64_t> dimensions = {};
};

// A compiled model: private, since it holds the weights.
struct Model {
  QuantGraph graph;
  GadgetPlan plan;
  Accuracy accuracy;                    // over the calibration rows; without the values
  std::vector<FloatModel> float_model;  // for reports: one, or none
};

struct CompileOptions {
  QuantOptions quant = {};
  std::map<std::string, std::int64_t> dimensions = {};  // sizes of dimensions that the model leaves open
  std::string output = {};                              // a name for the one output; empty: the model's own
  std::uint64_t memory_limit = 0;                       // bytes of the whole process; 0: none (api/prover_memory.h)
};
// The inputs of a key, for a model that is to take the same integers, and so the same attested records
// (QuantOptions::inputs). kUsage: a scale that is no double, a range that no compiler made.
Result<std::map<std::string, FixedInput>> inputs_like(const Circuit& circuit);
// What a model is compiled from.
struct ModelSource {
  Graph graph;
  Calibration calibration;
  std::vector<FloatModel> file;  // one, or none: it was generated, or passes 2 GiB
};
// A file of ONNX, XGBoost or LightGBM, and its folder, where ONNX's external data lie; without one they are refused.
struct ModelFile {
  SecretVector<std::uint8_t> bytes;
  std::string folder;
};
// kIo, kMemory.
Result<ModelFile> read_model_file(const std::string& path, const CompileOptions& options);
// kModel, kOp, .. all problems at once; kCalib; kMemory; kUsage: a name for one output of a model with several.
Result<ModelSource> make_source(const ModelFile& file, const NamedArrays& calibration, const CompileOptions& options);
// The same from files; kIo and kInFormat too.
Result<ModelSource> read_source(const std::string& model_path, const std::string& calibration_path,
                                const CompileOptions& options, const Progress& progress = {});
// For measurements: a fully connected network, ReLU between, "x" [1, widths.front()] to "y" [1, widths.back()]. Weights
// and examples from a fixed seed. At least two widths.
ModelSource generated_source(std::span<const std::uint32_t> widths);
// The first example.
NamedArrays example_of(const ModelSource& source);
Result<Model> compile_model(const ModelSource& source, const CompileOptions& options, const Progress& progress = {});
// Fills `agreeing` from the values of all rows; rows that the circuit refuses agree with nothing.
void count_agreement(Accuracy& accuracy);
// Of each output with one cell, over the rows that the circuit takes: how well it tells rows labelled 1 from rows
// labelled 0 (api/auc.h). `accuracy` holds the values. kInShape: not one label for each row; kInFormat: others than 0
// and 1, or one of them is missing.
struct OutputCurve {
  std::string output;
  double floats = 0, quantised = 0;
};
Result<std::vector<OutputCurve>> areas_under_curves(const Accuracy& accuracy, std::span<const double> labels);

SecretVector<std::uint8_t> write_model(const Model& model);
Result<Model> read_model(std::span<const std::uint8_t> bytes);  // kKey
Result<Accuracy> measure(const Model& model, const NamedArrays& data, const Progress& progress = {});

// Private: the verifying key, the model, and the salt of its digest.
struct ProvingKey {
  std::optional<CheckedKey> key;  // always there
  Model model;
  Secret<DigestCells> salt;  // of the weights
  Program program;
};
struct CommitOptions {
  std::uint8_t security_bits = 128;
  std::vector<std::string> disclose = {};  // inputs and outputs that every proof tells, by name
  // Every proof tells a salted digest of these inputs, by name, for each list; an empty list: of all inputs. No input
  // in two lists.
  std::vector<std::vector<std::string>> bind_inputs = {};
  bool output_digest = false;  // and of all outputs
  std::uint64_t memory_limit = 0;
};
// kUsage: a name that is neither an input nor an output, an input in two digests. kMemory.
Result<ProvingKey> commit_model(Model model, const CommitOptions& options);
SecretVector<std::uint8_t> write_proving_key(const ProvingKey& key);
// kKey; kVKey for the verifying key in it; as make_program() for a model that cannot be lowered.
Result<ProvingKey> read_proving_key(std::span<const std::uint8_t> bytes);

struct ProveRequest {
  NamedArrays inputs;
  std::string statement;
  std::vector<std::string> reveal;  // names of outputs, beside those that every proof tells
  std::vector<std::uint8_t> context;
  std::vector<AttestedRecord> records = {};  // inputs that an issuer vouches for, instead of in `inputs`
  // Of digests that the key asks for, those of inputs in the key's order; fresh ones if not given.
  std::vector<std::optional<Secret<DigestCells>>> input_salts = {};
  std::optional<Secret<DigestCells>> output_salt = {};
  std::uint64_t memory_limit = 0;
};
struct Proven {
  std::vector<std::uint8_t> file;  // api/proof_file.h; it has been verified
  Timings timings;
  double witness_ms = 0, verify_ms = 0;
  SecretVector<DigestCells> input_salts;  // as used
  Secret<DigestCells> output_salt;
};

// One run in the integers that a proof would be about, with the checks that come before one: real values of the outputs
// in the order of the model, and whether they fulfil the statement. Of a proof the errors, but kStatementFalse.
struct MockRun {
  NamedArrays outputs;
  bool holds = false;
};
Result<MockRun> mock_run(const Program& program, const QuantGraph& graph, const NamedArrays& inputs,
                         const Statement& statement);

// kUsage, kMemory, kInShape, kInNonFinite, kInRange, kRange, kStatementFalse; kVAttest: a record whose data
// are not what was signed. Nothing of a proof exists after an error.
Result<Proven> prove_statement(const ProvingKey& key, ProveRequest request, const Progress& progress = {});

}  // namespace nescio
