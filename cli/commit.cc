#include <memory>

#include "disclosure.h"
#include "nescio/api/prover_model.h"

namespace nescio::cli {
namespace {

struct Arguments {
  std::string model, proving = "pk.key", verifying = "vk.key";
  std::vector<std::string> bind;
  unsigned security_bits = 128;
  CommitOptions commit;
};

int run(Arguments& args, const Options& options) {
  hold_secrets();
  args.commit.security_bits = static_cast<std::uint8_t>(args.security_bits);
  for (const std::string& group : args.bind) {
    if (group == "outputs") {
      args.commit.output_digest = true;
    } else {
      args.commit.bind_inputs.push_back(group == "inputs" ? std::vector<std::string>{}
                                                          : CLI::detail::split(group, ','));
    }
  }
  const auto bytes = read_private_file(args.model);
  if (!bytes.ok()) return fail(options, bytes.error());
  auto model = read_model(*bytes);
  if (!model.ok()) return fail(options, model.error());
  const auto key = commit_model(std::move(*model), args.commit);
  if (!key.ok()) return fail(options, key.error());
  const auto proving = write_proving_key(*key);
  const auto verifying = write_key(key->key->key());
  // The private file first: a verifying key without it would be of no use.
  if (const Status s = write_file(args.proving, proving, 0600); !s.ok()) return fail(options, s.error());
  if (const Status s = write_file(args.verifying, verifying, 0644); !s.ok()) return fail(options, s.error());
  line(options, "model", hex(key->key->model().bytes));
  line(options, "one model", one_model_text(key->key->one_model()));
  line(options, "proving key", args.proving + " (private), " + grouped(proving.size()) + " bytes");
  line(options, "verifying key", args.verifying + " (public), " + grouped(verifying.size()) + " bytes");
  line(options, "security", std::to_string(key->key->key().params.security_bits) + " bits");
  const Circuit& circuit = key->key->key().circuit;
  show_disclosure(options, circuit);
  json(options, {{"ok", true},
                 {"model_id", hex(key->key->model().bytes)},
                 {"key_id", hex(key->key->id().bytes)},
                 {"one_model", key->key->one_model()},
                 {"proving_key", args.proving},
                 {"verifying_key", args.verifying},
                 {"proving_key_bytes", proving.size()},
                 {"verifying_key_bytes", verifying.size()},
                 {"disclosure", disclosure_json(circuit)},
                 {"security_bits", key->key->key().params.security_bits}});
  return kDone;
}

}  // namespace

void add_commit(CLI::App& app, const Options& options, int& exit_code) {
  auto args = std::make_shared<Arguments>();
  CLI::App* sub = app.add_subcommand("commit", "commit to a compiled model: makes its two keys and prints its id");
  sub->add_option("MODEL", args->model, "compiled model")->required();
  sub->add_option("--proving-key", args->proving, "private key to write");
  sub->add_option("--verifying-key", args->verifying, "public key to write");
  sub->add_option("--security-bits", args->security_bits, "error of a proof at most 2^-BITS (default: 128)")
      ->check(CLI::Range(100, 128));
  sub->add_option("--public", args->commit.disclose, "an input or output that every proof tells; may be given again");
  sub->add_option(
      "--bind", args->bind,
      "every proof tells a salted digest of all 'inputs', of all 'outputs', or of the inputs NAME,..; may be "
      "given again");
  add_memory_limit(*sub, args->commit.memory_limit);
  sub->callback([args, &options, &exit_code] { exit_code = run(*args, options); });
}

}  // namespace nescio::cli
