#include <cmath>
#include <cstdio>
#include <memory>

#include "cost.h"
#include "labels.h"
#include "measure.h"
#include "nescio/api/prover_memory.h"
#include "nescio/api/prover_size.h"
#include "progress.h"
#include "soundness.h"

namespace nescio::cli {
namespace {

struct Arguments {
  std::string model, data, predictions, labels;
  bool soundness = false;
};

// One column for each cell of an output, float and quantised, one row for each example.
std::string predictions_csv(const Model& model, const Accuracy& accuracy) {
  std::string out;
  const auto columns = [&](const char* suffix) {
    for (const QuantPort& port : model.graph.outputs) {
      const std::uint64_t n = num_elements(model.graph.values[port.value].shape);
      for (std::uint64_t i = 0; i < n; ++i)
        out += (out.empty() ? "" : ",") + port.name + (n > 1 ? "[" + std::to_string(i) + "]" : "") + suffix;
    }
  };
  columns("_float");
  columns("_quantised");
  out += '\n';
  for (std::size_t r = 0; r < accuracy.float_values.size(); ++r) {
    bool first = true;
    for (const auto* row : {&accuracy.float_values[r], &accuracy.quantised_values[r]})
      for (const double x : *row) {
        char text[32];
        std::snprintf(text, sizeof text, "%s%.9g", first ? "" : ",", x);
        out += text;
        first = false;
      }
    out += '\n';
  }
  return out;
}

// Of a compiled model, or of a verifying key.
int run_soundness(const Arguments& args, const Options& options) {
  const auto bytes = read_private_file(args.model);
  if (!bytes.ok()) return fail(options, bytes.error());
  if (auto model = read_model(*bytes); model.ok()) {
    const auto key = commit_model(std::move(*model), {});
    return key.ok() ? show_soundness(*key->key, options) : fail(options, key.error());
  }
  auto read = read_key(*bytes);
  if (!read.ok()) return fail(options, read.error());
  const auto key = verify_key(std::move(*read));
  return key.ok() ? show_soundness(*key, options) : fail(options, key.error());
}

int run(const Arguments& args, const Options& options) {
  hold_secrets();
  if (args.soundness) return run_soundness(args, options);
  if (!args.labels.empty() && args.data.empty())
    return fail(options, Error{ErrorCode::kUsage, 0, "--labels are those of the rows of --data", {}});
  const auto bytes = read_private_file(args.model);
  if (!bytes.ok()) return fail(options, bytes.error());
  const auto model = read_model(*bytes);
  if (!model.ok()) return fail(options, model.error());
  Accuracy accuracy = model->accuracy;
  if (!args.data.empty()) {
    const auto rows = read_arrays(args.data);
    if (!rows.ok()) return fail(options, rows.error());
    auto measured = measure(*model, *rows, progress_bar(options));
    if (!measured.ok()) return fail(options, measured.error());
    accuracy = std::move(*measured);
  }
  // What a lender would publish, if everything stays private.
  auto key = commit_model(*model, {});
  if (!key.ok()) return fail(options, key.error());
  const VerifyingKey& verifying = key->key->key();
  std::uint64_t weights = 0;
  for (const QuantNode& n : model->graph.nodes)
    for (const QuantWeights& w : n.weights) weights += w.values.size();
  line(options, "weights", grouped(weights));
  const nlohmann::ordered_json circuit = show_circuit(options, verifying);
  const std::uint64_t key_bytes = write_key(verifying).size(), private_bytes = write_proving_key(*key).size(),
                      proof_bytes = expected_file_bytes(verifying), memory = estimate_prove_memory(*key);
  line(options, "sizes",
       "verifying key " + grouped(key_bytes) + " bytes, proving key " + grouped(private_bytes) + ", a proof about " +
           grouped(proof_bytes));
  line(options, "memory", "at most " + grouped(memory / 1000000) + " MB to prove");
  line(options, "security", std::to_string(verifying.params.security_bits) + " bits; the error terms:");
  const nlohmann::ordered_json terms = show_terms(options, verifying);
  nlohmann::ordered_json declared = nlohmann::ordered_json::array();
  for (const QuantNode& n : model->graph.nodes)
    for (const QuantWeights& w : n.weights) {
      const std::int64_t half = std::int64_t{1} << (w.bits - 1);
      line(options, "weights " + w.name,
           grouped(w.values.size()) + " integers in [" + std::to_string(-half) + ", " + std::to_string(half - 1) + "]");
      declared.push_back(
          {{"name", w.name}, {"values", w.values.size()}, {"bits", w.bits}, {"lo", -half}, {"hi", half - 1}});
    }
  const nlohmann::ordered_json outputs = show_accuracy(options, accuracy);
  nlohmann::ordered_json curves = nlohmann::ordered_json::object();
  if (!args.labels.empty()) {
    const auto labels = read_labels(args.labels);
    if (!labels.ok()) return fail(options, labels.error());
    const auto areas = areas_under_curves(accuracy, *labels);
    if (!areas.ok()) return fail(options, areas.error());
    for (const OutputCurve& curve : *areas) {
      char text[96];
      std::snprintf(text, sizeof text, "%.6f of the float model, %.6f as proven", curve.floats, curve.quantised);
      line(options, "AUC " + curve.output, text);
      curves[curve.output] = {{"float", curve.floats}, {"quantised", curve.quantised}};
    }
  }
  if (!args.predictions.empty()) {
    const std::string csv = predictions_csv(*model, accuracy);
    const std::span<const std::uint8_t> data(reinterpret_cast<const std::uint8_t*>(csv.data()), csv.size());
    if (const Status s = write_file(args.predictions, data, 0600); !s.ok()) return fail(options, s.error());
    line(options, "predictions", args.predictions);
  }
  json(options, {{"ok", true},
                 {"weights", weights},
                 {"circuit", circuit},
                 {"key_bytes", key_bytes},
                 {"proving_key_bytes", private_bytes},
                 {"expected_proof_bytes", proof_bytes},
                 {"memory_bytes", memory},
                 {"security_bits", verifying.params.security_bits},
                 {"error_terms", terms},
                 {"declared_weights", declared},
                 {"outputs", outputs},
                 {"auc", curves},
                 {"rows", accuracy.rows},
                 {"out_of_range", accuracy.out_of_range}});
  return kDone;
}

}  // namespace

void add_report(CLI::App& app, const Options& options, int& exit_code) {
  auto args = std::make_shared<Arguments>();
  CLI::App* sub = app.add_subcommand("report", "what a compiled model costs and how accurate it is (private)");
  sub->add_option("MODEL", args->model, "compiled model, or with --soundness a verifying key")->required();
  CLI::Option* soundness = sub->add_flag(
      "--soundness", args->soundness, "parameters, counts and every error term with its source, instead of all else");
  CLI::Option* accuracy[] = {
      sub->add_option("--data", args->data, "measure accuracy on these inputs instead of the calibration rows"),
      sub->add_option("--labels", args->labels,
                      "0 or 1 for each row of --data: the area under the ROC curve of each score"),
      sub->add_option("--predictions", args->predictions,
                      "write float and quantised outputs of each row to this CSV file")};
  for (CLI::Option* option : accuracy) soundness->excludes(option);
  sub->callback([args, &options, &exit_code] { exit_code = run(*args, options); });
}

}  // namespace nescio::cli
