// What an owner says of a model: signs a card; and what a verifier is shown of it.
#include "card.h"

#include <memory>
#include <optional>

#include "labels.h"
#include "nescio/api/issuer_text.h"
#include "nescio/api/prover_card.h"
#include "nescio/api/words.h"
#include "progress.h"

namespace nescio::cli {
namespace {

struct Arguments {
  std::string key, owner, name, version, calibration, data, labels, output = "model.card", salt = "card.salt";
};

Result<MadeCard> make(const Arguments& args, const Options& options) {
  NESCIO_TRY(const auto secret, read_private_file(args.owner, 4096));
  NESCIO_TRY(const IssuerKeys owner, read_issuer_keys(secret, args.owner));
  NESCIO_TRY(const auto bytes, read_private_file(args.key));
  NESCIO_TRY(const ProvingKey key, read_proving_key(bytes));
  CardRequest request;
  request.name = args.name;
  request.version = args.version;
  request.issued = now();
  NESCIO_TRY(request.calibration, read_arrays(args.calibration));
  if (!args.data.empty()) {
    NESCIO_TRY(request.data, read_arrays(args.data));
  }
  if (!args.labels.empty()) {
    NESCIO_TRY(request.labels, read_labels(args.labels));
  }
  return make_card(key, request, owner, progress_bar(options));
}

int run(const Arguments& args, const Options& options) {
  hold_secrets();
  const auto made = make(args, options);
  if (!made.ok()) return fail(options, made.error());
  const std::string salt = hex(made->salt.bytes) + "\n";
  if (const Status s = write_file(args.salt, bytes_of(salt), 0600); !s.ok()) return fail(options, s.error());
  if (const Status s = write_file(args.output, write_card(made->card), 0644); !s.ok()) return fail(options, s.error());
  nlohmann::ordered_json told = show_card(options, made->card);
  line(options, "card", args.output);
  line(options, "salt of its digests", args.salt + " (private: it opens them to whoever has the data)");
  json(options, {{"ok", true}, {"card", args.output}, {"salt", args.salt}, {"says", std::move(told)}});
  return kDone;
}

}  // namespace

nlohmann::ordered_json show_card(const Options& options, const ModelCard& card) {
  const auto number = [](double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", x);
    return std::string(text);
  };
  line(options, "model card", "\"" + card.name + "\", version \"" + card.version + "\", " + time_text(card.issued));
  line(options, "", "signed by " + hex(card.owner));
  line(options, "",
       "calibrated on " + grouped(card.calibration.rows) + " rows, measured on " + grouped(card.measured.rows) +
           ", of which " + grouped(card.refused) + " cannot be proven");
  nlohmann::ordered_json outputs = nlohmann::ordered_json::array();
  for (const CardOutput& y : card.outputs) {
    std::string text =
        "error at most " + number(y.largest) + ", mean " + number(y.mean) + ", of a range of " + number(y.range);
    if (y.cells > 1) text += "; same largest in " + grouped(y.agreeing);
    if (y.curve) text += "; AUC " + number(y.curve->floats) + ", as proven " + number(y.curve->quantised);
    line(options, "", label(y.name) + ": " + text);
    outputs.push_back({{"name", y.name},
                       {"largest_error", y.largest},
                       {"mean_error", y.mean},
                       {"range", y.range},
                       {"cells", y.cells},
                       {"same_largest", y.agreeing}});
    if (y.curve) outputs.back()["auc"] = {{"float", y.curve->floats}, {"quantised", y.curve->quantised}};
  }
  const auto data = [](const CardData& d) {
    return nlohmann::ordered_json{{"rows", d.rows}, {"digest", hex(d.digest.bytes)}};
  };
  return {{"name", card.name},
          {"version", card.version},
          {"issued", time_text(card.issued)},
          {"owner", hex(card.owner)},
          {"model_id", hex(card.model.bytes)},
          {"calibration", data(card.calibration)},
          {"measured", data(card.measured)},
          {"refused_rows", card.refused},
          {"outputs", outputs}};
}

void add_card(CLI::App& app, const Options& options, int& exit_code) {
  auto args = std::make_shared<Arguments>();
  CLI::App* sub = app.add_subcommand("card", "say what a model is and how well it does, and sign that");
  sub->add_option("--proving-key", args->key, "the committed model (private)")->required();
  sub->add_option("--owner-key", args->owner, "private key of issuer-key")->required();
  sub->add_option("--name", args->name, "what the model is called")->required();
  sub->add_option("--model-version", args->version, "which version of it")->required();
  sub->add_option("--calibrate", args->calibration, "the data that it was compiled with")->required();
  sub->add_option("--data", args->data, "rows to measure accuracy on (default: those of --calibrate)");
  sub->add_option("--labels", args->labels, "0 or 1 for each row of --data: adds areas under ROC curves");
  sub->add_option("--salt-output", args->salt, "private file to write: the salt of the digests of the data");
  sub->add_option("-o,--output", args->output, "card to write");
  sub->callback([args, &options, &exit_code] { exit_code = run(*args, options); });
}

}  // namespace nescio::cli
