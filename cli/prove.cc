#include <cstdio>
#include <memory>

#include "disclosure.h"
#include "measure.h"
#include "progress.h"

namespace nescio::cli {
namespace {

struct Arguments {
  std::string key, input, statement, output = "proof.nescio", context;
  std::vector<std::string> input_salt, input_salt_out;
  std::string output_salt, output_salt_out;
  std::vector<std::string> reveal, records;
  std::uint64_t memory_limit = 0;
};

Result<Secret<DigestCells>> read_salt(const std::string& path) {
  NESCIO_TRY(const auto bytes, read_private_file(path, 4096));
  NESCIO_TRY(const DigestCells salt, parse_digest_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  return Secret(salt);
}
Status write_salt(const std::string& path, const DigestCells& salt) {
  const std::string text = digest_text(salt) + "\n";
  return write_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, 0600);
}

int run(const Arguments& args, const Options& options) {
  hold_secrets();
  const auto bytes = read_private_file(args.key);
  if (!bytes.ok()) return fail(options, bytes.error());
  const auto key = read_proving_key(*bytes);
  if (!key.ok()) return fail(options, key.error());
  ProveRequest request;
  if (args.input.empty() && args.records.empty())
    return fail(options, Error{ErrorCode::kUsage, 0, "--input or --attestation is needed", {}});
  if (!args.input.empty()) {
    auto inputs = read_arrays(args.input);
    if (!inputs.ok()) return fail(options, inputs.error());
    request.inputs = std::move(*inputs);
  }
  for (const std::string& path : args.records) {
    const auto file = read_private_file(path, kMaxRecordFile);
    if (!file.ok()) return fail(options, file.error());
    auto record = read_record(*file);
    if (!record.ok()) return fail(options, record.error());
    request.records.push_back(std::move(*record));
  }
  request.statement = args.statement;
  request.reveal = args.reveal;
  request.memory_limit = args.memory_limit;
  request.context.assign(args.context.begin(), args.context.end());
  for (const std::string& path : args.input_salt) {
    const auto salt = read_salt(path);
    if (!salt.ok()) return fail(options, salt.error());
    request.input_salts.emplace_back(*salt);
  }
  if (!args.output_salt.empty()) {
    const auto salt = read_salt(args.output_salt);
    if (!salt.ok()) return fail(options, salt.error());
    request.output_salt = *salt;
  }
  const Disclosure& disclosure = key->program.disclosure;
  if (args.input_salt_out.size() > disclosure.input_digests.size() ||
      (!args.output_salt_out.empty() && !disclosure.output_digest))
    return fail(options, Error{ErrorCode::kUsage, 0, "a salt is asked for, but the key binds no such digest", {}});
  const auto made = timed_prove(*key, request, progress_bar(options));
  if (!made.ok()) return fail(options, made.error());
  const Proven& proven = made->proven;
  // The salts first: a digest that nobody can open is of no use.
  for (std::size_t k = 0; k < args.input_salt_out.size(); ++k)
    if (const Status s = write_salt(args.input_salt_out[k], proven.input_salts[k]); !s.ok())
      return fail(options, s.error());
  if (!args.output_salt_out.empty())
    if (const Status s = write_salt(args.output_salt_out, proven.output_salt.value); !s.ok())
      return fail(options, s.error());
  if (const Status written = write_file(args.output, proven.file, 0644); !written.ok())
    return fail(options, written.error());
  char text[96];
  std::snprintf(text, sizeof text, "%.1f ms", made->ms);
  line(options, "proven", args.statement.empty() ? "(only the revealed values)" : args.statement);
  // The key's maker chose these; who holds the inputs may be somebody else.
  const Circuit& circuit = key->key->key().circuit;
  show_disclosure(options, circuit);
  line(options, "proof", args.output + ", " + grouped(proven.file.size()) + " bytes");
  line(options, "time", text);
  line(options, "memory", grouped(made->peak_memory_bytes / 1000000) + " MB");
  json(options, {{"ok", true},
                 {"statement", args.statement},
                 {"disclosure", disclosure_json(circuit)},
                 {"revealed", request.reveal},
                 {"proof", args.output},
                 {"proof_bytes", proven.file.size()},
                 {"prove_ms", made->ms},
                 {"phases_ms", phases_json(proven)},
                 {"parts_ms", parts_json(*key, proven)},
                 {"zero_knowledge_ms", proven.timings.zero_knowledge},
                 {"threads", num_threads()},
                 {"peak_memory_bytes", made->peak_memory_bytes},
                 {"estimated_memory_bytes", made->estimated_memory_bytes}});
  return kDone;
}

}  // namespace

void add_prove(CLI::App& app, const Options& options, int& exit_code) {
  auto args = std::make_shared<Arguments>();
  CLI::App* sub =
      app.add_subcommand("prove", "prove a statement about the model's output for an input; nothing else is revealed");
  sub->add_option("--proving-key", args->key, "private key of the model")->required();
  sub->add_option("--input", args->input, "JSON, .npy, .npz or CSV");
  sub->add_option("--attestation", args->records,
                  "a record that an issuer vouches for (nescio attest), in place of its inputs; may be given again");
  sub->add_option("--statement", args->statement,
                  "e.g. 'score >= 700', 'score in [600, 700]', 'argmax(probs) == 2'; joined by 'and'");
  sub->add_option("--reveal", args->reveal, "outputs whose values the proof discloses");
  sub->add_option(
      "--input-salt", args->input_salt,
      "salt of the digest of the inputs (default: a fresh one); again for each further digest, in the model's order");
  sub->add_option("--input-salt-out", args->input_salt_out, "private file to write that salt to; as often");
  sub->add_option("--output-salt", args->output_salt, "salt of the digest of the outputs (default: a fresh one)");
  sub->add_option("--output-salt-out", args->output_salt_out, "private file to write that salt to");
  sub->add_option("--context", args->context, "bound into the proof: a loan number, a nonce, an address");
  sub->add_option("-o,--output", args->output, "proof file");
  add_memory_limit(*sub, args->memory_limit);
  sub->callback([args, &options, &exit_code] { exit_code = run(*args, options); });
}

}  // namespace nescio::cli
