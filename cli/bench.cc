#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>

#include "measure.h"
#include "nescio/api/prover_units.h"
#include "nescio/base/stopwatch.h"
#include "progress.h"

namespace nescio::cli {
namespace {

// Generated networks; the first has the layers of examples/credit.
const std::map<std::string, std::vector<std::uint32_t>> kScenarios = {
    {"credit", {27, 64, 32, 1}}, {"digits", {784, 64, 10}}, {"wide", {64, 512, 512, 16}}};

struct Arguments {
  std::string target, calibration, input, statement;
  unsigned times = 5;
  CompileOptions compile;
};

nlohmann::ordered_json machine(const Options& options) {
  std::ifstream cpu("/proc/cpuinfo");
  std::string text = "unknown", row;
  while (std::getline(cpu, row))
    if (row.rfind("model name", 0) == 0 && row.find(": ") != std::string::npos) {
      text = row.substr(row.find(": ") + 2);
      break;
    }
  line(options, "machine", text + ", " + std::to_string(num_threads()) + " threads");
  return {{"cpu", text}, {"threads", num_threads()}};
}

int units(const Options& options) {
  const auto where = machine(options);
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  if (!options.json)
    std::printf("%-36s %10s %10s %12s\n", "unit, ns on one thread", "measured", "target", "acceptable");
  for (const UnitCost& u : measure_units()) {
    const char* verdict = u.ns <= u.target ? "target" : u.ns <= u.acceptable ? "acceptable" : "too slow";
    if (!options.json)
      std::printf("%-36s %10.2f %10.2f %12.2f  %s\n", u.unit.c_str(), u.ns, u.target, u.acceptable, verdict);
    list.push_back({{"unit", u.unit},
                    {"ns", u.ns},
                    {"target_ns", u.target},
                    {"acceptable_ns", u.acceptable},
                    {"verdict", verdict}});
  }
  json(options, {{"ok", true}, {"machine", where}, {"units", list}});
  return kDone;
}

struct Sample {
  double least = 0, median = 0;
};
Sample summary(std::vector<double> ms) {
  std::sort(ms.begin(), ms.end());
  const std::size_t n = ms.size();
  return {ms[0], n % 2 == 1 ? ms[n / 2] : (ms[n / 2 - 1] + ms[n / 2]) / 2};
}
nlohmann::ordered_json show(const Options& options, const std::string& name, const Sample& s) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2f ms (median %.2f)", s.least, s.median);
  line(options, name, text);
  return {{"least_ms", s.least}, {"median_ms", s.median}};
}

Result<ModelSource> source_of(const Arguments& args) {
  if (const auto it = kScenarios.find(args.target); it != kScenarios.end()) return generated_source(it->second);
  if (args.calibration.empty()) {
    std::string names = "unit";
    for (const auto& [name, widths] : kScenarios) names += ", " + name;
    return Error{ErrorCode::kUsage, 0, "'" + args.target + "' is none of " + names + "; a model needs --calibrate", {}};
  }
  return read_source(args.target, args.calibration, args.compile);
}

struct Measured {
  Accuracy accuracy;
  double compile_ms = 0, commit_ms = 0;
  std::vector<double> prove, verify, key_check;
  nlohmann::ordered_json phases, parts;  // of the fastest proof
  std::size_t proof_bytes = 0, key_bytes = 0;
  std::uint64_t peak_memory_bytes = 0, estimated_memory_bytes = 0;
  unsigned security_bits = 0;
};

Result<Measured> measure(const Arguments& args, const Progress& progress) {
  NESCIO_TRY(const ModelSource source, source_of(args));
  ProveRequest request;
  request.statement = args.statement;
  request.inputs = example_of(source);
  if (!args.input.empty()) {
    NESCIO_TRY(request.inputs, read_arrays(args.input));
  }
  Measured out;
  const Stopwatch compiling;
  NESCIO_TRY(Model model, compile_model(source, args.compile, progress));
  out.compile_ms = compiling.ms();
  out.accuracy = model.accuracy;
  const Stopwatch committing;
  NESCIO_TRY(const ProvingKey key, commit_model(std::move(model), {}));
  out.commit_ms = committing.ms();
  const auto verifying = write_key(key.key->key());
  out.key_bytes = verifying.size();
  out.security_bits = key.key->key().params.security_bits;
  for (unsigned i = 0; i < args.times; ++i) {
    NESCIO_TRY(const ProveRun made, timed_prove(key, request, progress));
    NESCIO_TRY(const VerifyRun checked, timed_verify(verifying, made.proven.file, {}));
    if (out.prove.empty() || made.ms < *std::min_element(out.prove.begin(), out.prove.end())) {
      out.phases = phases_json(made.proven);
      out.parts = parts_json(key, made.proven);
    }
    out.prove.push_back(made.ms);
    out.verify.push_back(checked.ms);
    out.key_check.push_back(checked.key_ms);
    out.proof_bytes = made.proven.file.size();
    out.peak_memory_bytes = std::max(out.peak_memory_bytes, made.peak_memory_bytes);
    if (i == 0) out.estimated_memory_bytes = made.estimated_memory_bytes;
  }
  return out;
}

int run(const Arguments& args, const Options& options) {
  if (args.target == "unit") return units(options);
  hold_secrets();
  const auto m = measure(args, progress_bar(options));
  if (!m.ok()) return fail(options, m.error());
  line(options, "scenario", args.target + ", " + std::to_string(args.times) + " proofs in one process");
  const auto where = machine(options);
  line(options, "compile", std::to_string(static_cast<std::uint64_t>(m->compile_ms)) + " ms");
  line(options, "commit", std::to_string(static_cast<std::uint64_t>(m->commit_ms)) + " ms");
  const auto prove = show(options, "prove", summary(m->prove)), verify = show(options, "verify", summary(m->verify)),
             key = show(options, "key check, once", summary(m->key_check));
  for (const auto& [name, times] : {std::pair{"phases", &m->phases}, {"spent on", &m->parts}}) {
    std::string text;
    for (const auto& [part, ms] : times->items()) {
      char one[64];
      std::snprintf(one, sizeof one, "%s%s %.1f", text.empty() ? "" : ", ", part.c_str(), ms.get<double>());
      text += one;
    }
    line(options, name, text + " ms");
  }
  line(options, "proof", grouped(m->proof_bytes) + " bytes");
  line(options, "verifying key", grouped(m->key_bytes) + " bytes");
  line(options, "peak memory",
       grouped(m->peak_memory_bytes / 1000000) + " MB while proving, " + grouped(m->estimated_memory_bytes / 1000000) +
           " MB estimated");
  line(options, "security", std::to_string(m->security_bits) + " bits");
  const nlohmann::ordered_json outputs = show_accuracy(options, m->accuracy);
  json(options, {{"ok", true},
                 {"scenario", args.target},
                 {"times", args.times},
                 {"machine", where},
                 {"compile_ms", m->compile_ms},
                 {"commit_ms", m->commit_ms},
                 {"prove", prove},
                 {"verify", verify},
                 {"key_check", key},
                 {"phases_ms", m->phases},
                 {"parts_ms", m->parts},
                 {"proof_bytes", m->proof_bytes},
                 {"key_bytes", m->key_bytes},
                 {"peak_memory_bytes", m->peak_memory_bytes},
                 {"estimated_memory_bytes", m->estimated_memory_bytes},
                 {"security_bits", m->security_bits},
                 {"rows", m->accuracy.rows},
                 {"out_of_range", m->accuracy.out_of_range},
                 {"outputs", outputs}});
  return kDone;
}

}  // namespace

void add_bench(CLI::App& app, const Options& options, int& exit_code) {
  auto args = std::make_shared<Arguments>();
  CLI::App* sub = app.add_subcommand("bench", "measure: compile, commit, prove and verify in one process");
  sub->add_option("TARGET", args->target, "'unit', a generated network (credit, digits, wide), or an ONNX file")
      ->required();
  sub->add_option("--calibrate", args->calibration, "example inputs of the ONNX file");
  sub->add_option("--input", args->input, "what to prove about (default: the first example)");
  sub->add_option("--statement", args->statement, "what to prove (default: nothing beyond the outputs' ranges)");
  sub->add_option("--times", args->times, "proofs to make")->check(CLI::Range(1, 1000));
  sub->callback([args, &options, &exit_code] { exit_code = run(*args, options); });
}

}  // namespace nescio::cli
