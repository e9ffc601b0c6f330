#include <cstdio>
#include <memory>

#include "measure.h"
#include "progress.h"

namespace nescio::cli {
namespace {

struct Arguments {
  std::string model, calibration, like, output = "model.nescio";
  std::vector<std::string> dimensions;
  CompileOptions compile;
};

Result<std::map<std::string, FixedInput>> read_inputs_like(const std::string& path) {
  NESCIO_TRY(const auto bytes, read_file(path, std::size_t{1} << 32));
  NESCIO_TRY(VerifyingKey key, read_key(bytes));
  NESCIO_TRY(const CheckedKey checked, verify_key(std::move(key)));
  return inputs_like(checked.key().circuit);
}

int run(Arguments& args, const Options& options) {
  for (const std::string& d : args.dimensions) {
    const std::size_t equals = d.rfind('=');
    std::int64_t size = 0;
    if (equals == std::string::npos || std::sscanf(d.c_str() + equals + 1, "%ld", &size) != 1 || size < 1)
      return fail(options, Error{ErrorCode::kUsage, 0, "--dimension " + d + ": write NAME=SIZE", {}});
    args.compile.dimensions[d.substr(0, equals)] = size;
  }
  hold_secrets();
  if (!args.like.empty()) {
    const auto ports = read_inputs_like(args.like);
    if (!ports.ok()) return fail(options, ports.error());
    args.compile.quant.inputs = *ports;
  }
  const Progress progress = progress_bar(options);
  const auto source = read_source(args.model, args.calibration, args.compile, progress);
  if (!source.ok()) return fail(options, source.error());
  const auto model = compile_model(*source, args.compile, progress);
  if (!model.ok()) return fail(options, model.error());
  const auto bytes = write_model(*model);
  if (const Status written = write_file(args.output, bytes, 0600); !written.ok()) return fail(options, written.error());
  line(options, "compiled", args.output + " (private), " + grouped(bytes.size()) + " bytes");
  const nlohmann::ordered_json outputs = show_accuracy(options, model->accuracy);
  for (const std::string& note : model->graph.notes) line(options, "note", note);
  json(options, {{"ok", true},
                 {"model", args.output},
                 {"bytes", bytes.size()},
                 {"rows", model->accuracy.rows},
                 {"out_of_range", model->accuracy.out_of_range},
                 {"outputs", outputs},
                 {"notes", model->graph.notes}});
  return kDone;
}

}  // namespace

void add_compile(CLI::App& app, const Options& options, int& exit_code) {
  auto args = std::make_shared<Arguments>();
  CLI::App* sub = app.add_subcommand("compile", "quantise a model and lower it to a circuit");
  sub->add_option("MODEL", args->model, "ONNX, XGBoost (JSON, UBJSON) or LightGBM (text) file")->required();
  sub->add_option("--calibrate", args->calibration, "example inputs: CSV, .npy, .npz or JSON")->required();
  sub->add_option("-o,--output", args->output, "private file with circuit and weights");
  sub->add_option("--dimension", args->dimensions, "NAME=SIZE of a dimension that the model leaves open");
  sub->add_option("--output-name", args->compile.output, "a name for the model's one output; statements use it");
  sub->add_option("--headroom", args->compile.quant.headroom, "how far beyond the calibrated range values may go")
      ->check(CLI::Range(1.0, 64.0));
  sub->add_option("--inputs-like", args->like,
                  "a verifying key whose inputs become integers in the way that this model's are to: records that are "
                  "attested for it hold for this model too");
  add_memory_limit(*sub, args->compile.memory_limit);
  sub->callback([args, &options, &exit_code] { exit_code = run(*args, options); });
}

}  // namespace nescio::cli
