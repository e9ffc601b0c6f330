#include <algorithm>
#include <cstdlib>

#include "card.h"
#include "cost.h"
#include "disclosure.h"
#include "nescio/api/accuracy_file.h"
#include "nescio/api/verify.h"

namespace nescio::cli {
namespace {

int show_key(const VerifyingKey& key, std::size_t bytes, const Options& options) {
  const auto checked = verify_key(key);
  const Circuit& c = key.circuit;
  const std::string verdict = checked.ok() ? "sound" : std::string("NOT SOUND: ") + to_string(checked.error());
  line(options, "verifying key", grouped(bytes) + " bytes, " + verdict);
  line(options, "model", hex(model_id(key).bytes));
  line(options, "key", hex(key_id(key).bytes));
  if (checked.ok()) line(options, "one model", one_model_text(checked->one_model()));
  line(options, "security", std::to_string(key.params.security_bits) + " bits");
  const nlohmann::ordered_json sizes = show_circuit(options, key);
  const auto shape = [](const Dims& dims) {
    std::string s = "[";
    for (const std::uint32_t d : dims) s += (s.size() > 1 ? ", " : "") + std::to_string(d);
    return s + "]";
  };
  nlohmann::ordered_json inputs = nlohmann::ordered_json::array(), outputs = inputs, terms = inputs, bound = inputs;
  for (const DigestPort& p : c.digests) {
    std::uint64_t values = 0;
    for (const BoundRange& b : p.bound) values += num_cells(c[b.tensor].dims);
    line(options, "digest of " + digest_name(c, p),
         "of " + std::to_string(p.bound.size()) + " tensors, " + grouped(values) + " values");
    for (const BoundRange& b : p.bound)
      bound.push_back({{"group", group_name(p.group)},
                       {"tensor", b.tensor},
                       {"shape", c[b.tensor].dims},
                       {"lo", b.lo},
                       {"hi", b.hi}});
  }
  for (const InputPort& p : c.inputs) {
    std::string words;
    for (const std::string& w : p.categories) words += (words.empty() ? "; one of " : ", ") + quoted(w);
    line(options, "input " + label(p.name), shape(p.dims) + ", " + disclosure_text(c, p) + words);
    inputs.push_back({{"name", p.name}, {"shape", p.dims}});
    if (!p.categories.empty()) inputs.back()["categories"] = p.categories;
  }
  for (const OutputPort& p : c.outputs) {
    line(options, "output " + label(p.name),
         shape(p.dims) + ", " + disclosure_text(c, p) + "; steps of " + real_value(1, p.scale) + ", from " +
             real_value(p.lo, p.scale) + " to " + real_value(p.hi, p.scale));
    outputs.push_back(
        {{"name", p.name}, {"shape", p.dims}, {"step", std::strtod(real_value(1, p.scale).c_str(), nullptr)}});
  }
  if (checked.ok()) terms = show_terms(options, key);
  json(options, {{"kind", "verifying key"},
                 {"sound", checked.ok()},
                 {"bytes", bytes},
                 {"model_id", hex(model_id(key).bytes)},
                 {"key_id", hex(key_id(key).bytes)},
                 {"security_bits", key.params.security_bits},
                 {"circuit", sizes},
                 {"inputs", inputs},
                 {"outputs", outputs},
                 {"disclosure", disclosure_json(c)},
                 {"bound_by_digests", bound},
                 {"one_model", checked.ok() && checked->one_model()},
                 {"error_terms", terms}});
  return checked.ok() ? kDone : kInvalid;
}

int show_proof(const ProofFile& file, std::size_t bytes, const Options& options) {
  line(options, "proof", grouped(bytes) + " bytes, not verified here");
  line(options, "says", file.statement);
  nlohmann::ordered_json revealed = nlohmann::ordered_json::object(), inputs = revealed,
                         digests = nlohmann::ordered_json::array();
  for (const Revealed& r : file.disclosed.outputs) {
    line(options, "reveals", r.name);
    revealed[r.name] = r.values;
  }
  for (const Revealed& r : file.disclosed.inputs) {
    line(options, "tells the input", r.name);
    inputs[r.name] = r.values;
  }
  for (const GroupDigest& d : file.disclosed.digests) {
    line(options, "digest of the " + group_name(d.group), digest_text(d.digest));
    digests.push_back({{"group", group_name(d.group)}, {"digest", digest_text(d.digest)}});
  }
  line(options, "context", shown(file.context));
  json(options, {{"kind", "proof"},
                 {"bytes", bytes},
                 {"statement", file.statement},
                 {"revealed_integers", revealed},
                 {"input_integers", inputs},
                 {"digests", digests},
                 {"context", shown(file.context)}});
  return kDone;
}

// A proof of accuracy.
int show_accuracy(const AccuracyFile& file, std::size_t bytes, const Options& options) {
  const auto proof = read_proof_file(file.proof);
  if (!proof.ok()) return fail(options, proof.error());
  std::size_t rows = 0;
  for (const Revealed& r : proof->disclosed.inputs)
    if (r.name == "label") rows = r.values.size();
  line(options, "proof of accuracy", grouped(bytes) + " bytes, not verified here");
  line(options, "says", proof->statement + " of " + grouped(rows) + " rows");
  line(options, "says of a row", label(file.prediction));
  line(options, "context", shown(proof->context));
  json(options, {{"kind", "proof of accuracy"},
                 {"bytes", bytes},
                 {"statement", proof->statement},
                 {"rows", rows},
                 {"prediction", file.prediction},
                 {"context", shown(proof->context)}});
  return kDone;
}

int run(const std::string& path, const Options& options) {
  const auto bytes = read_file(path);
  if (!bytes.ok()) return fail(options, bytes.error());
  if (const auto proof = read_proof_file(*bytes); proof.ok()) return show_proof(*proof, bytes->size(), options);
  if (const auto file = read_accuracy_file(*bytes); file.ok()) return show_accuracy(*file, bytes->size(), options);
  if (const auto card = read_card(*bytes); card.ok()) {
    const bool holds = check_card(*card, card->model, {}).ok();
    nlohmann::ordered_json told = show_card(options, *card);
    line(options, "of the model", hex(card->model.bytes));
    line(options, "signature", holds ? "its owner's" : "NOT ITS OWNER'S");
    json(options, {{"kind", "model card"}, {"signed", holds}, {"says", std::move(told)}});
    return holds ? kDone : kInvalid;
  }
  if (const auto key = read_key(*bytes); key.ok()) return show_key(*key, bytes->size(), options);
  return fail(options, Error{ErrorCode::kUsage,
                             0,
                             path + " is neither a proof, a proof of accuracy, a verifying key nor a model card "
                                    "(private files are not shown)",
                             {}});
}

}  // namespace

void add_inspect(CLI::App& app, const Options& options, int& exit_code) {
  auto path = std::make_shared<std::string>();
  CLI::App* sub = app.add_subcommand("inspect",
                                     "show what a proof, a proof of accuracy or a model card says, or what a verifying "
                                     "key is about and how sound it is");
  sub->add_option("FILE", *path, "proof, proof of accuracy, verifying key or model card")->required();
  sub->callback([path, &options, &exit_code] { exit_code = run(*path, options); });
}

}  // namespace nescio::cli
