#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <limits>
#include <system_error>

#include "nescio/api/prover_memory.h"
#include "nescio/base/file.h"
#include "nescio/compile/canonical.h"
#include "nescio/compile/plan.h"
#include "nescio/forest/read.h"
#include "nescio/onnx/embed.h"
#include "nescio/onnx/import.h"
#include "nescio/ops/evaluate.h"

namespace nescio {
namespace {

void report(const Progress& progress, std::string_view phase, double done) {
  if (progress) progress(phase, done);
}

// 0 where there is none: reading it says so.
std::uint64_t file_bytes(const std::string& path) {
  std::error_code missing;
  const std::uintmax_t size = std::filesystem::file_size(path, missing);
  return missing ? 0 : size;
}

std::vector<double> real_outputs(const QuantGraph& graph, const IntegerOutputs& outputs) {
  std::vector<double> out;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    for (const std::int64_t v : outputs[i])
      out.push_back(static_cast<double>(v) * graph.values[graph.outputs[i].value].scales[0]);
  return out;
}

// Float and quantised outputs for each row.
Result<Accuracy> compare(const Graph& graph, const QuantGraph& quant, const Program& program, const Calibration& data,
                         const Progress& progress) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  Accuracy out;
  out.rows = data.rows.size();
  const std::vector<InputPort>& ports = program.emitted.circuit.inputs;
  for (std::size_t r = 0; r < data.rows.size(); ++r) {
    if (r % 16 == 0) report(progress, "accuracy", static_cast<double>(r) / static_cast<double>(data.rows.size()));
    NESCIO_TRY(const auto floats, evaluate(graph, data.rows[r]));
    std::vector<double> wanted;
    for (const Tensor& t : floats)
      for (std::size_t i = 0; i < t.size(); ++i) wanted.push_back(t.real(i));
    std::vector<double> got(wanted.size(), kNan);
    IntegerInputs inputs;
    bool ok = true;
    for (std::size_t i = 0; ok && i < quant.inputs.size(); ++i) {
      auto x = quantise_input(ports[i], data.rows[r][i].reals());
      ok = x.ok();
      if (ok) inputs.push_back(std::move(*x));
    }
    if (ok) {
      auto run = run_model(program, quant, inputs);
      ok = run.ok();
      if (ok) got = real_outputs(quant, *run);
    }
    if (!ok) ++out.out_of_range;
    out.float_values.push_back(std::move(wanted));
    out.quantised_values.push_back(std::move(got));
  }
  std::size_t at = 0;
  for (const QuantPort& port : quant.outputs) {
    const std::uint64_t n = num_elements(quant.values[port.value].shape);
    OutputError e{port.name};
    double low = std::numeric_limits<double>::infinity(), high = -low, sum = 0;
    std::uint64_t count = 0;
    for (std::size_t r = 0; r < out.float_values.size(); ++r)
      for (std::size_t c = at; c < at + n; ++c) {
        low = std::min(low, out.float_values[r][c]);
        high = std::max(high, out.float_values[r][c]);
        const double error = std::abs(out.float_values[r][c] - out.quantised_values[r][c]);
        if (std::isnan(error)) continue;
        e.largest = std::max(e.largest, error);
        sum += error;
        ++count;
      }
    e.mean = count != 0 ? sum / static_cast<double>(count) : 0;
    e.range = high - low;
    e.cells = n;
    out.outputs.push_back(e);
    at += n;
  }
  count_agreement(out);
  return out;
}

Result<Graph> import_canonical(std::span<const std::uint8_t> file, const std::string& directory,
                               const std::map<std::string, std::int64_t>& dimensions) {
  if (is_forest(file)) {
    if (!dimensions.empty())
      return Error{ErrorCode::kUsage, 0, "a tree model has no open dimension '" + dimensions.begin()->first + "'", {}};
    NESCIO_TRY(const Graph graph, read_forest(file));
    return canonicalise(graph);
  }
  ImportOptions options;
  options.dimensions = dimensions;
  options.directory = directory;
  NESCIO_TRY(const Graph graph, import_onnx(file, options));
  return canonicalise(graph);
}

// Number and sizes, which a hostile model file may have changed.
bool same_ports(const Graph& graph, const std::vector<Port>& floats, const QuantGraph& quant,
                const std::vector<QuantPort>& integers) {
  return std::equal(floats.begin(), floats.end(), integers.begin(), integers.end(),
                    [&](const Port& a, const QuantPort& b) {
                      const auto n = element_count(graph.value(a.value).type.shape);
                      return n && static_cast<std::uint64_t>(*n) == num_elements(quant.values[b.value].shape);
                    });
}

}  // namespace

Result<ModelFile> read_model_file(const std::string& path, const CompileOptions& options) {
  NESCIO_TRY_STATUS(check_memory(estimate_read_memory(file_bytes(path)), options.memory_limit, "reading the model"));
  const std::size_t slash = path.rfind('/');
  ModelFile out{{}, slash == std::string::npos ? "." : path.substr(0, slash)};
  NESCIO_TRY(out.bytes, read_private_file(path, std::size_t{1} << 31));
  return out;
}

Result<ModelSource> make_source(const ModelFile& file, const NamedArrays& calibration, const CompileOptions& options) {
  const bool is_onnx = !is_forest(file.bytes);
  if (is_onnx && options.memory_limit != 0) {
    NESCIO_TRY(const std::uint64_t external, external_data_bytes(file.bytes));
    NESCIO_TRY_STATUS(check_memory(estimate_read_memory(file.bytes.size() + external), options.memory_limit,
                                   "reading the model and its external data"));
  }
  ModelSource source;
  NESCIO_TRY(source.graph, import_canonical(file.bytes, file.folder, options.dimensions));
  NESCIO_TRY(source.calibration, make_calibration(calibration, source.graph));
  if (!options.output.empty()) {
    if (source.graph.outputs.size() != 1)
      return Error{ErrorCode::kUsage,
                   0,
                   "the model has " + std::to_string(source.graph.outputs.size()) +
                       " outputs; a name can be given to the only one",
                   {}};
    source.graph.outputs[0].name = options.output;
  }
  auto alone = is_onnx ? embed_external_data(file.bytes, file.folder)
                       : SecretString(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size());
  if (alone.ok()) {
    source.file.push_back({std::move(*alone), options.dimensions});
  } else if (alone.error().code != ErrorCode::kMemory) {
    return alone.error();
  }
  return source;
}

Result<ModelSource> read_source(const std::string& model_path, const std::string& calibration_path,
                                const CompileOptions& options, const Progress& progress) {
  report(progress, "reading the model", 0);
  NESCIO_TRY(const ModelFile file, read_model_file(model_path, options));
  NESCIO_TRY_STATUS(
      check_memory(estimate_data_memory(file_bytes(calibration_path)), options.memory_limit, "reading the examples"));
  NESCIO_TRY(const NamedArrays arrays, read_arrays(calibration_path));
  return make_source(file, arrays, options);
}

NamedArrays example_of(const ModelSource& source) {
  NamedArrays out;
  for (std::size_t i = 0; i < source.graph.inputs.size(); ++i) {
    const Tensor& x = source.calibration.rows[0][i];
    const std::vector<double> reals = x.reals();
    Array array{{x.size()}, {reals.begin(), reals.end()}};
    if (const auto& words = source.graph.inputs[i].labels; !words.empty())
      for (const double place : reals) {
        const auto k = static_cast<std::size_t>(place);
        array.words.push_back({SecretString(k < words.size() ? words[k] : ""), false});
      }
    out.emplace_back(source.graph.inputs[i].name, std::move(array));
  }
  return out;
}

Result<std::map<std::string, FixedInput>> inputs_like(const Circuit& circuit) {
  std::map<std::string, FixedInput> out;
  for (const InputPort& port : circuit.inputs) {
    FixedInput f;
    f.float_keys = port.float_keys;
    f.missing = port.missing;
    f.categories = port.categories;
    bool ok = port.hi > 0 && std::has_single_bit(static_cast<std::uint64_t>(port.hi) + 1) && port.lo == -port.hi - 1;
    f.bits = ok ? static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(port.hi))) + 1 : 0;
    for (const Scale& s : port.scales) {
      f.scales.push_back(std::ldexp(static_cast<double>(s.mantissa), s.exponent));
      ok = ok && s.mantissa < (std::uint64_t{1} << 53) && f.scales.back() > 0;
    }
    if (!ok && !f.float_keys)
      return Error{ErrorCode::kUsage, 0, "the key's input '" + port.name + "' has a form that no model can take", {}};
    out[port.name] = std::move(f);
  }
  return out;
}

Result<Model> compile_model(const ModelSource& source, const CompileOptions& options, const Progress& progress) {
  report(progress, "calibrating", 0);
  Model model;
  NESCIO_TRY(model.graph, quantise(source.graph, source.calibration, options.quant));
  report(progress, "choosing tables", 0);
  NESCIO_TRY(model.plan, choose_plan(model.graph));
  NESCIO_TRY(const Program program, make_program(model.graph, model.plan));
  NESCIO_TRY_STATUS(check_memory(estimate_run_memory(program), options.memory_limit, "compiling"));
  NESCIO_TRY(model.accuracy, compare(source.graph, model.graph, program, source.calibration, progress));
  model.accuracy.float_values.clear();
  model.accuracy.quantised_values.clear();
  model.float_model = source.file;
  report(progress, "compiled", 1);
  return model;
}

Result<Accuracy> measure(const Model& model, const NamedArrays& arrays, const Progress& progress) {
  if (model.float_model.empty())
    return Error{ErrorCode::kKey, 0, "the model file has no float model to compare with", {}};
  NESCIO_TRY(const Graph graph,
             import_canonical(bytes_of(model.float_model[0].file), {}, model.float_model[0].dimensions));
  if (!same_ports(graph, graph.inputs, model.graph, model.graph.inputs) ||
      !same_ports(graph, graph.outputs, model.graph, model.graph.outputs))
    return Error{ErrorCode::kKey, 0, "the model file's float model has other inputs or outputs", {}};
  NESCIO_TRY(const Calibration data, make_calibration(arrays, graph));
  NESCIO_TRY(const Program program, make_program(model.graph, model.plan));
  return compare(graph, model.graph, program, data, progress);
}

}  // namespace nescio
