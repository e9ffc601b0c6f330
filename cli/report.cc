#include <cmath>
#include <cstdio>
#include <memory>

#include "measure.h"
#include "progress.h"

namespace nescio::cli {
namespace {

struct Arguments {
  std::string model, data, predictions, labels;
};

// The labels of a file with one number a row.
Result<SecretVector<double>> read_labels(const std::string& path) {
  NESCIO_TRY(const NamedArrays arrays, read_arrays(path));
  if (arrays.size() != 1) return Error{ErrorCode::kInFormat, 0, path + ": one column of labels is needed", {}};
  return arrays[0].second.values;
}

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

int run(const Arguments& args, const Options& options) {
  hold_secrets();
  const auto bytes = read_private_file(args.model);
  if (!bytes.ok()) return fail(options, bytes.error());
  const auto model = read_model(*bytes);
  if (!model.ok()) return fail(options, model.error());
  Accuracy accuracy = model->accuracy;
  if (!args.data.empty()) {
    auto measured = measure(*model, args.data, progress_bar(options));
    if (!measured.ok()) return fail(options, measured.error());
    accuracy = std::move(*measured);
  }
  const auto program = make_program(model->graph, model->plan);
  if (!program.ok()) return fail(options, program.error());
  const Circuit& c = program->emitted.circuit;
  std::uint64_t cells = 0, lookups = 0, rows = 0, weights = 0;
  for (TensorId id = 0; id < c.tensors.size(); ++id)
    if (c.committed(id) != nullptr) cells += num_cells(c[id].dims);
  for (const Lookup& l : c.lookups) lookups += num_cells(c[l.columns[0]].dims);
  for (const Table& t : c.tables) rows += t.rows;
  for (const QuantNode& n : model->graph.nodes)
    for (const QuantWeights& w : n.weights) weights += w.values.size();
  line(options, "weights", grouped(weights));
  line(options, "circuit",
       grouped(cells) + " cells, " + grouped(lookups) + " lookups, " + grouped(rows) + " table rows, " +
           std::to_string(c.segments) + " segment(s)");
  nlohmann::ordered_json declared = nlohmann::ordered_json::array();
  for (const QuantNode& n : model->graph.nodes)
    for (const QuantWeights& w : n.weights) {
      line(options, "weights " + w.name,
           std::to_string(w.values.size()) + " integers of " + std::to_string(w.bits) + " bits");
      declared.push_back({{"name", w.name}, {"values", w.values.size()}, {"bits", w.bits}});
    }
  const nlohmann::ordered_json outputs = show_accuracy(options, accuracy);
  nlohmann::ordered_json curves = nlohmann::ordered_json::object();
  if (!args.labels.empty()) {
    if (args.data.empty())
      return fail(options, Error{ErrorCode::kUsage, 0, "--labels are those of the rows of --data", {}});
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
                 {"cells", cells},
                 {"lookups", lookups},
                 {"table_rows", rows},
                 {"segments", c.segments},
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
  sub->add_option("MODEL", args->model, "compiled model")->required();
  sub->add_option("--data", args->data, "measure accuracy on these inputs instead of the calibration rows");
  sub->add_option("--labels", args->labels,
                  "0 or 1 for each row of --data: the area under the ROC curve of each score");
  sub->add_option("--predictions", args->predictions, "write float and quantised outputs of each row to this CSV file");
  sub->callback([args, &options, &exit_code] { exit_code = run(*args, options); });
}

}  // namespace nescio::cli
