#include <cstdio>
#include <cstdlib>
#include <optional>

#include "card.h"
#include "disclosure.h"
#include "measure.h"
#include "nescio/api/cost.h"
#include "nescio/api/issuer_text.h"

namespace nescio::cli {
namespace {

struct Arguments {
  std::string key, proof;
  std::optional<std::string> statement, context;
  std::vector<std::string> issuers;
  std::string at, card, owner;
};

// A public key, or a file with one.
Result<SigningKey> read_public_key(const std::string& source) {
  if (const auto direct = parse_key(source, source); direct.ok()) return *direct;
  NESCIO_TRY(const auto bytes, read_file(source, 4096));
  return parse_key({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, source);
}

// "FILE" or "INPUT,..=FILE"; a public key may stand in place of the file.
Result<TrustedIssuer> read_issuer(const std::string& text) {
  TrustedIssuer out;
  const std::size_t equals = text.find('=');
  if (equals != std::string::npos) out.inputs = CLI::detail::split(text.substr(0, equals), ',');
  NESCIO_TRY(out.key, read_public_key(equals == std::string::npos ? text : text.substr(equals + 1)));
  return out;
}

// A card, and who must have signed it.
struct ExpectedCard {
  ModelCard card;
  std::optional<SigningKey> owner;
};
Result<std::optional<ExpectedCard>> read_expected_card(const Arguments& args) {
  if (args.card.empty() && !args.owner.empty())
    return Error{ErrorCode::kUsage, 0, "--owner says who must have signed the card: give --card too", {}};
  if (args.card.empty()) return std::optional<ExpectedCard>{};
  ExpectedCard out;
  NESCIO_TRY(const auto bytes, read_file(args.card, kMaxCardFile));
  NESCIO_TRY(out.card, read_card(bytes));
  if (!args.owner.empty()) {
    NESCIO_TRY(out.owner, read_public_key(args.owner));
  }
  return std::optional<ExpectedCard>(std::move(out));
}

// Prints who vouches for what.
nlohmann::ordered_json show_attested(const Options& options, const Circuit& circuit,
                                     const std::vector<Attested>& attested, bool asked) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Attested& x : attested) {
    const Attestation& a = x.attestation;
    const std::string of = digest_name(circuit, circuit.digests[x.digest]);
    line(options, "attested " + of, "by " + hex(a.issuer) + (a.name.empty() ? "" : ", who says \"" + a.name + "\""));
    line(options, "",
         time_text(a.issued) + " to " + time_text(a.expires) +
             (asked ? "" : "; nobody was asked for: --issuer says whom you trust"));
    list.push_back({{"of", of},
                    {"issuer", hex(a.issuer)},
                    {"name", a.name},
                    {"issued", time_text(a.issued)},
                    {"expires", time_text(a.expires)}});
  }
  return list;
}

int run(const Arguments& args, const Options& options) {
  const auto key_bytes = read_file(args.key, std::size_t{1} << 32);
  if (!key_bytes.ok()) return fail(options, key_bytes.error());
  const auto proof = read_file(args.proof, kMaxProofFile);
  if (!proof.ok()) return fail(options, proof.error());
  Expected expected;
  expected.statement = args.statement;
  if (args.context) expected.context = std::vector<std::uint8_t>(args.context->begin(), args.context->end());
  for (const std::string& text : args.issuers) {
    auto issuer = read_issuer(text);
    if (!issuer.ok()) return fail(options, issuer.error());
    expected.issuers.push_back(std::move(*issuer));
  }
  expected.time = now();
  if (!args.at.empty()) {
    const auto time = parse_time(args.at);
    if (!time.ok()) return fail(options, time.error());
    expected.time = *time;
  }
  const auto card = read_expected_card(args);
  if (!card.ok()) return fail(options, card.error());
  const auto run = timed_verify(*key_bytes, *proof, expected);
  if (!run.ok())
    return run.error().code == ErrorCode::kUsage ? fail(options, run.error()) : invalid(options, run.error());
  if (*card)
    if (const Status s = check_card((*card)->card, run->key.model(), (*card)->owner); !s.ok())
      return invalid(options, s.error());
  const CheckedKey* checked = &run->key;
  const Verdict* verdict = &run->verdict;

  const Circuit& circuit = checked->key().circuit;
  const Disclosed& disclosed = verdict->disclosed;
  nlohmann::ordered_json revealed = nlohmann::ordered_json::object(), inputs = revealed, digests = revealed;
  line(options, "VALID",
       to_string(verdict->statement).empty() ? "(says nothing beyond the revealed values)"
                                             : to_string(verdict->statement));
  const auto show = [&](const char* what, const Revealed& r, const std::vector<Scale>& scales, auto& list,
                        const InputPort* input = nullptr) {
    std::string values;
    for (std::size_t i = 0; i < r.values.size(); ++i) {
      if (input != nullptr && !input->categories.empty()) {
        const std::string* word = category(input->categories, r.values[i]);
        values += (values.empty() ? "" : " ") + (word ? quoted(*word) : "(none of its categories)");
        list[r.name].push_back(word ? nlohmann::ordered_json(*word) : nlohmann::ordered_json());
        continue;
      }
      if (input != nullptr && is_missing(*input, r.values[i])) {
        values += values.empty() ? "(missing)" : " (missing)";
        list[r.name].push_back(nullptr);
        continue;
      }
      const std::string text = input != nullptr && input->float_keys
                                   ? float_value(r.values[i])
                                   : real_value(r.values[i], scales[scales.size() == 1 ? 0 : i]);
      values += (values.empty() ? "" : " ") + text;
      list[r.name].push_back(std::strtod(text.c_str(), nullptr));
    }
    line(options, what + label(r.name), values);
  };
  for (const Revealed& r : disclosed.outputs)
    for (const OutputPort& port : circuit.outputs)
      if (port.name == r.name) show("revealed ", r, {port.scale}, revealed);
  for (const Revealed& r : disclosed.inputs)
    for (const InputPort& port : circuit.inputs)
      if (port.name == r.name) show("input ", r, port.scales, inputs, &port);
  std::size_t number = 0;
  for (const DigestPort& port : circuit.digests) {
    if (port.group == Group::weights) continue;
    const std::string text = digest_text(disclosed.digests[number++].digest);
    line(options, "digest of " + digest_name(circuit, port), text);
    digests[digest_name(circuit, port)] = text;
  }
  const nlohmann::ordered_json attested = show_attested(options, circuit, verdict->attested, !args.issuers.empty());
  const double bits = real_bits(checked->bits());
  char bits_text[96];
  std::snprintf(bits_text, sizeof bits_text, "%u bits (weakest term %.2f), zero knowledge, no trusted setup",
                unsigned{checked->key().params.security_bits}, bits);
  line(options, "model", hex(checked->model().bytes));
  line(options, "one model", one_model_text(checked->one_model()));
  nlohmann::ordered_json told = nullptr;
  if (*card) {
    told = show_card(options, (*card)->card);
    if (!(*card)->owner) line(options, "", "which may be anybody: --owner says whom you trust");
  }
  if (!verdict->context.empty()) line(options, "context", shown(verdict->context));
  line(options, "stays hidden", hidden_text(circuit, disclosed));
  line(options, "security", bits_text);
  char time[64];
  std::snprintf(time, sizeof time, "%.2f ms (key check %.2f ms)", run->ms, run->key_ms);
  line(options, "time", time);
  json(options, {{"valid", true},
                 {"statement", to_string(verdict->statement)},
                 {"revealed", revealed},
                 {"inputs", inputs},
                 {"digests", digests},
                 {"attested", attested},
                 {"model_id", hex(checked->model().bytes)},
                 {"key_id", hex(checked->id().bytes)},
                 {"one_model", checked->one_model()},
                 {"card", told},
                 {"context", shown(verdict->context)},
                 {"hidden", hidden_text(circuit, disclosed)},
                 {"security_bits", checked->key().params.security_bits},
                 {"weakest_term_bits", bits},
                 {"verify_ms", run->ms},
                 {"key_check_ms", run->key_ms},
                 {"proof_bytes", proof->size()},
                 {"key_bytes", key_bytes->size()},
                 {"peak_memory_bytes", peak_memory_bytes()}});
  return kDone;
}

}  // namespace

void add_verify(CLI::App& app, const Options& options, int& exit_code) {
  auto args = std::make_shared<Arguments>();
  CLI::App* sub =
      app.add_subcommand("verify", "check a proof with the public key alone; exit code 1 if it is not valid");
  sub->add_option("PROOF", args->proof, "proof file")->required();
  sub->add_option("--verifying-key", args->key, "public key of the model")->required();
  sub->add_option("--statement", args->statement, "the proof must say exactly this");
  sub->add_option("--context", args->context, "the proof must be made for this context");
  sub->add_option("--issuer", args->issuers,
                  "[INPUT,..=]FILE: these inputs, or all others, must be attested by the holder of this public key");
  sub->add_option("--card", args->card, "a model card: it must be of the key's model, and is shown");
  sub->add_option("--owner", args->owner, "the card must be signed by the holder of this public key");
  sub->add_option("--at", args->at, "the time at which attestations must hold (default: now)");
  sub->callback([args, &options, &exit_code] { exit_code = run(*args, options); });
}

}  // namespace nescio::cli
