#include "measure.h"

#include <cstdio>
#include <fstream>

#include "nescio/api/prover_memory.h"
#include "nescio/api/prover_parts.h"
#include "nescio/base/stopwatch.h"

namespace nescio::cli {
void add_memory_limit(CLI::App& sub, std::uint64_t& limit) {
  const auto parse = [&limit](const std::string& text) {
    const auto size = parse_size(text);
    if (!size.ok()) throw CLI::ValidationError("--memory-limit", size.error().detail);
    limit = *size;
  };
  sub.add_option_function<std::string>("--memory-limit", parse,
                                       "refuse what may take more: 2G, 512M; never changes a result");
}

Result<ProveRun> timed_prove(const ProvingKey& key, const ProveRequest& request, const Progress& progress) {
  const std::uint64_t estimate = estimate_prove_memory(key);
  std::ofstream("/proc/self/clear_refs") << "5";  // forgets the peak so far
  const Stopwatch watch;
  NESCIO_TRY(Proven proven, prove_statement(key, request, progress));
  return ProveRun{std::move(proven), watch.ms(), peak_memory_bytes(), estimate};
}

nlohmann::ordered_json phases_json(const Proven& proven) {
  const Timings& t = proven.timings;
  return {{"witness", proven.witness_ms},
          {"evaluate", t.evaluate},
          {"random", t.random},
          {"commit", t.commit},
          {"fractions", t.segment.fractions},
          {"products", t.segment.products},
          {"triples", t.segment.triples},
          {"functional", t.functional},
          {"opening", t.opening},
          {"self_verify", proven.verify_ms}};
}

nlohmann::ordered_json parts_json(const ProvingKey& key, const Proven& proven) {
  const PartTimes t = time_by_part(key, proven);
  return {{"digest", t.digest}, {"weights", t.weights}, {"activations", t.activations},
          {"tables", t.tables}, {"hiding", t.hiding},   {"self_verify", t.verifying}};
}

nlohmann::ordered_json show_accuracy(const Options& options, const Accuracy& accuracy) {
  nlohmann::ordered_json outputs = nlohmann::ordered_json::array();
  for (const OutputError& e : accuracy.outputs) {
    char text[160];
    std::snprintf(text, sizeof text, "largest error %.3g, mean %.3g, of a range of %.4g", e.largest, e.mean, e.range);
    line(options, "output " + e.output, text);
    outputs.push_back({{"name", e.output}, {"largest_error", e.largest}, {"mean_error", e.mean}, {"range", e.range}});
    if (e.cells < 2) continue;
    const std::uint64_t taken = accuracy.rows - accuracy.out_of_range;
    line(options, "", "same largest entry in " + grouped(e.agreeing) + " of " + grouped(taken) + " rows");
    outputs.back()["same_argmax_rows"] = e.agreeing;
    outputs.back()["same_argmax"] = taken != 0 ? static_cast<double>(e.agreeing) / static_cast<double>(taken) : 0;
  }
  line(options, "measured on",
       grouped(accuracy.rows) + " rows, of which " + grouped(accuracy.out_of_range) + " out of range");
  return outputs;
}

Result<VerifyRun> timed_verify(std::span<const std::uint8_t> key, std::span<const std::uint8_t> proof,
                               const Expected& expected) {
  const Stopwatch watch;
  NESCIO_TRY(VerifyingKey parsed, read_key(key));
  NESCIO_TRY(CheckedKey checked, verify_key(std::move(parsed)));
  const double key_ms = watch.ms();
  const Stopwatch verifying;
  NESCIO_TRY(Verdict verdict, verify_proof(checked, proof, expected));
  const double ms = verifying.ms();
  return VerifyRun{std::move(checked), std::move(verdict), key_ms, ms};
}

}  // namespace nescio::cli
