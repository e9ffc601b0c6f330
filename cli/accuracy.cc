// On how many rows of a labelled set a committed model is right: proven by its owner, checked by whoever has the set.
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

#include "command.h"
#include "labels.h"
#include "nescio/api/accuracy_file.h"
#include "nescio/api/cost.h"
#include "nescio/api/prover_labelled.h"
#include "nescio/api/words.h"
#include "nescio/base/stopwatch.h"
#include "progress.h"

namespace nescio::cli {
namespace {

struct Arguments {
  std::string key, data, labels, proof = "accuracy.nescio";
  std::optional<std::string> prediction, context, at_least;
  std::uint64_t memory_limit = 0;
};

std::optional<std::vector<std::uint8_t>> context_of(const Arguments& args) {
  if (!args.context) return std::nullopt;
  return std::vector<std::uint8_t>(args.context->begin(), args.context->end());
}

// "950", or "95%" of the rows, rounded up.
Result<std::optional<std::uint64_t>> rows_to_claim(const std::optional<std::string>& asked, std::uint64_t rows) {
  if (!asked) return std::optional<std::uint64_t>{};
  const std::string& text = *asked;
  const bool share = text.ends_with('%');
  char* end = nullptr;
  const double x = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != (share ? '%' : '\0') || !(x >= 0) ||
      (share ? x > 100 : x > static_cast<double>(rows)) || (!share && x != std::floor(x)))
    return Error{ErrorCode::kUsage, 0, "--at-least " + text + ": rows, at most all of them, or a share like 95%", {}};
  return std::optional(share ? rows_of_share(x / 100, rows) : static_cast<std::uint64_t>(x));
}

std::string rows_text(std::uint64_t correct, std::uint64_t rows) {
  char share[32];
  std::snprintf(share, sizeof share, " (%.2f %%)", 100.0 * static_cast<double>(correct) / static_cast<double>(rows));
  return grouped(correct) + " of " + grouped(rows) + " rows" + share;
}

Result<ProvenAccuracy> prove(const Arguments& args, const Options& options) {
  NESCIO_TRY(const auto bytes, read_private_file(args.key));
  NESCIO_TRY(const ProvingKey key, read_proving_key(bytes));
  AccuracyRequest request;
  NESCIO_TRY(request.data, read_arrays(args.data));
  NESCIO_TRY(request.labels, read_labels(args.labels));
  request.prediction = args.prediction.value_or("");
  request.context = context_of(args).value_or(std::vector<std::uint8_t>{});
  request.memory_limit = args.memory_limit;
  NESCIO_TRY(request.at_least, rows_to_claim(args.at_least, request.labels.size()));
  return prove_accuracy(key, request, progress_bar(options));
}

int run_prove(const Arguments& args, const Options& options) {
  hold_secrets();
  const auto proven = prove(args, options);
  if (!proven.ok()) return fail(options, proven.error());
  if (const Status s = write_file(args.proof, proven->file, 0644); !s.ok()) return fail(options, s.error());
  char time[48];
  std::snprintf(time, sizeof time, "%.1f ms", proven->prove_ms);
  line(options, "proven", "right on at least " + rows_text(proven->claimed, proven->rows));
  line(options, "proof", args.proof + ", " + grouped(proven->file.size()) + " bytes; it tells rows and labels");
  line(options, "time", time);
  line(options, "memory", grouped(peak_memory_bytes() / 1000000) + " MB");
  json(options, {{"ok", true},
                 {"rows", proven->rows},
                 {"at_least", proven->claimed},
                 {"proof", args.proof},
                 {"proof_bytes", proven->file.size()},
                 {"prove_ms", proven->prove_ms},
                 {"verify_ms", proven->verify_ms},
                 {"threads", num_threads()},
                 {"peak_memory_bytes", peak_memory_bytes()},
                 {"estimated_memory_bytes", proven->estimated_memory_bytes}});
  return kDone;
}

// What both sides have, and what is to be checked.
struct Given {
  std::optional<CheckedKey> model;
  LabelledSet set;
  std::vector<std::uint8_t> proof;
  std::optional<std::uint64_t> at_least;
};
Result<Given> read_given(const Arguments& args) {
  Given out;
  NESCIO_TRY(const auto bytes, read_file(args.key, std::size_t{1} << 32));
  NESCIO_TRY(VerifyingKey key, read_key(bytes));
  NESCIO_TRY(out.model, verify_key(std::move(key)));
  NESCIO_TRY(const NamedArrays data, read_arrays(args.data));
  NESCIO_TRY(const auto labels, read_labels(args.labels));
  NESCIO_TRY(out.set, labelled_set(out.model->key().circuit, data, labels));
  NESCIO_TRY(out.proof, read_file(args.proof, kMaxAccuracyFile));
  NESCIO_TRY(out.at_least, rows_to_claim(args.at_least, labels.size()));
  return out;
}

int run_verify(const Arguments& args, const Options& options) {
  const auto given = read_given(args);
  if (!given.ok())
    return given.error().code == ErrorCode::kVKey ? invalid(options, given.error()) : fail(options, given.error());
  const Stopwatch watch;
  const auto verdict = verify_accuracy(*given->model, given->proof, given->set, args.prediction, context_of(args));
  if (!verdict.ok())
    return verdict.error().code == ErrorCode::kUsage ? fail(options, verdict.error())
                                                     : invalid(options, verdict.error());
  if (given->at_least && verdict->correct < *given->at_least)
    return invalid(options, Error{ErrorCode::kVStatement,
                                  0,
                                  "the proof says " + rows_text(verdict->correct, verdict->rows) + ", not " +
                                      rows_text(*given->at_least, verdict->rows),
                                  {}});
  char time[48], bits[64];
  std::snprintf(time, sizeof time, "%.2f ms", watch.ms());
  std::snprintf(bits, sizeof bits, "%.2f bits, zero knowledge, no trusted setup", real_bits(verdict->bits));
  line(options, "VALID", "right on at least " + rows_text(verdict->correct, verdict->rows));
  line(options, "says of a row", said_text(*verdict));
  line(options, "model", hex(given->model->model().bytes));
  if (!verdict->context.empty()) line(options, "context", shown(verdict->context));
  line(options, "stays hidden", hidden_text(*verdict));
  line(options, "security", bits);
  line(options, "time", time);
  json(options, {{"valid", true},
                 {"rows", verdict->rows},
                 {"at_least", verdict->correct},
                 {"prediction", verdict->prediction},
                 {"threshold", verdict->threshold},
                 {"model_id", hex(given->model->model().bytes)},
                 {"context", shown(verdict->context)},
                 {"weakest_term_bits", real_bits(verdict->bits)},
                 {"verify_ms", watch.ms()},
                 {"proof_bytes", given->proof.size()},
                 {"peak_memory_bytes", peak_memory_bytes()}});
  return kDone;
}

void add_set(CLI::App& sub, Arguments& args) {
  sub.add_option("--data", args.data, "rows: CSV, .npy, .npz or JSON")->required();
  sub.add_option("--labels", args.labels, "the right answer for each row, a whole number each")->required();
  sub.add_option("--at-least", args.at_least, "rows, or a share of them, like 95%");
  sub.add_option("--context", args.context, "bound into the proof: a tender, a date");
}

}  // namespace

void add_accuracy(CLI::App& app, const Options& options, int& exit_code) {
  auto args = std::make_shared<Arguments>();
  CLI::App* sub = app.add_subcommand("prove-accuracy", "prove on how many rows of a labelled set a model is right");
  sub->add_option("--proving-key", args->key, "private key of the model")->required();
  sub->add_option("--predict", args->prediction,
                  "what the model says of a row: an output (its whole number, or the largest of several cells), or "
                  "'score >= 700' for the label 1")
      ->required();
  add_set(*sub, *args);
  sub->add_option("-o,--output", args->proof, "proof file");
  add_memory_limit(*sub, args->memory_limit);
  sub->callback([args, &options, &exit_code] { exit_code = run_prove(*args, options); });

  auto given = std::make_shared<Arguments>();
  sub = app.add_subcommand("verify-accuracy", "check such a proof with the model's public key and the set");
  sub->add_option("PROOF", given->proof, "proof file")->required();
  sub->add_option("--verifying-key", given->key, "public key of the model")->required();
  sub->add_option("--predict", given->prediction, "what the proof must take as what the model says of a row");
  add_set(*sub, *given);
  sub->callback([given, &options, &exit_code] { exit_code = run_verify(*given, options); });
}

}  // namespace nescio::cli
