// What an issuer does: make keys, sign records; and what anybody does who has a salt and data: their digest.
#include <memory>

#include "disclosure.h"
#include "nescio/api/issuer_text.h"
#include "nescio/api/prover_attest.h"
#include "nescio/api/prover_digest.h"

namespace nescio::cli {
namespace {

struct KeyArguments {
  std::string secret = "issuer.key", shared = "issuer.pub";
};
struct AttestArguments {
  std::string issuer, name, key, input, expires, issued, output = "record.attested";
};
struct DigestArguments {
  std::string key, input, salt;
};

Status write_text(const std::string& path, const std::string& text, unsigned mode) {
  return write_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, mode);
}

Result<CheckedKey> read_checked_key(const std::string& path) {
  NESCIO_TRY(const auto bytes, read_file(path, std::size_t{1} << 32));
  NESCIO_TRY(VerifyingKey key, read_key(bytes));
  return verify_key(std::move(key));
}

int make_keys(const KeyArguments& args, const Options& options) {
  hold_secrets();
  const IssuerKeys keys = make_issuer_keys();
  if (const Status s = write_file(args.secret, write_issuer_keys(keys), 0600); !s.ok()) return fail(options, s.error());
  if (const Status s = write_text(args.shared, hex(keys.key) + "\n", 0644); !s.ok()) return fail(options, s.error());
  line(options, "issuer", hex(keys.key));
  line(options, "secret key", args.secret + " (private)");
  line(options, "public key", args.shared);
  json(options, {{"ok", true}, {"issuer", hex(keys.key)}, {"secret_key", args.secret}, {"public_key", args.shared}});
  return kDone;
}

Result<AttestedRecord> make_record(const AttestArguments& args) {
  NESCIO_TRY(const auto secret, read_private_file(args.issuer, 4096));
  NESCIO_TRY(const IssuerKeys keys, read_issuer_keys(secret, args.issuer));
  NESCIO_TRY(const CheckedKey key, read_checked_key(args.key));
  AttestRequest request;
  NESCIO_TRY(request.data, read_arrays(args.input));
  request.name = args.name;
  request.issued = now();
  if (!args.issued.empty()) {
    NESCIO_TRY(request.issued, parse_time(args.issued));
  }
  NESCIO_TRY(request.expires, parse_time(args.expires, true));
  return attest(key.key().circuit, std::move(request), keys);
}

int run_attest(const AttestArguments& args, const Options& options) {
  hold_secrets();
  const auto record = make_record(args);
  if (!record.ok()) return fail(options, record.error());
  if (const Status s = write_file(args.output, write_record(*record), 0600); !s.ok()) return fail(options, s.error());
  const Attestation& a = record->attestation;
  std::string names;
  for (const auto& [name, array] : record->data) names += (names.empty() ? "" : ", ") + label(name);
  line(options, "attested", names);
  line(options, "issuer", hex(a.issuer) + (a.name.empty() ? "" : ", \"" + a.name + "\""));
  line(options, "holds", time_text(a.issued) + " to " + time_text(a.expires));
  line(options, "digest", digest_text(a.digest));
  line(options, "schema", hex(a.schema.bytes));
  line(options, "record", args.output + " (private: for whom it is about)");
  json(options, {{"ok", true},
                 {"inputs", names},
                 {"issuer", hex(a.issuer)},
                 {"name", a.name},
                 {"issued", time_text(a.issued)},
                 {"expires", time_text(a.expires)},
                 {"digest", digest_text(a.digest)},
                 {"schema", hex(a.schema.bytes)},
                 {"record", args.output}});
  return kDone;
}

Result<DigestCells> make_digest(const DigestArguments& args) {
  NESCIO_TRY(const CheckedKey key, read_checked_key(args.key));
  NESCIO_TRY(const NamedArrays data, read_arrays(args.input));
  NESCIO_TRY(const auto text, read_private_file(args.salt, 4096));
  Secret<DigestCells> salt;
  NESCIO_TRY(salt.value, parse_digest_text({reinterpret_cast<const char*>(text.data()), text.size()}));
  return input_digest(key.key().circuit, data, salt.value);
}

int run_digest(const DigestArguments& args, const Options& options) {
  hold_secrets();
  const auto digest = make_digest(args);
  if (!digest.ok()) return fail(options, digest.error());
  line(options, "digest", digest_text(*digest));
  json(options, {{"ok", true}, {"digest", digest_text(*digest)}});
  return kDone;
}

}  // namespace

void add_attest(CLI::App& app, const Options& options, int& exit_code) {
  auto keys = std::make_shared<KeyArguments>();
  CLI::App* make =
      app.add_subcommand("issuer-key", "make the keys of somebody who signs: vouches for data, or for a model");
  make->add_option("--secret-key", keys->secret, "private key to write");
  make->add_option("--public-key", keys->shared, "public key to write: what verifiers trust");
  make->callback([keys, &options, &exit_code] { exit_code = make_keys(*keys, options); });

  auto args = std::make_shared<AttestArguments>();
  CLI::App* sub = app.add_subcommand("attest", "vouch for a record: sign a salted digest of it");
  sub->add_option("--issuer-key", args->issuer, "private key of issuer-key")->required();
  sub->add_option("--verifying-key", args->key, "public key of the model: it says how values are digested")->required();
  sub->add_option("--input", args->input, "the record: JSON, .npy, .npz or CSV, by the names of the inputs")
      ->required();
  sub->add_option("--expires", args->expires, "last day or second on which it holds: 2026-12-31")->required();
  sub->add_option("--issued", args->issued, "from when it holds (default: now)");
  sub->add_option("--name", args->name, "how the issuer calls itself");
  sub->add_option("-o,--output", args->output, "private file to write: the record, its salt and the signature");
  sub->callback([args, &options, &exit_code] { exit_code = run_attest(*args, options); });

  auto digest = std::make_shared<DigestArguments>();
  CLI::App* of = app.add_subcommand("digest", "the digest of inputs under a salt, as a proof tells it");
  of->add_option("--verifying-key", digest->key, "public key of the model")->required();
  of->add_option("--input", digest->input, "the inputs that it is of")->required();
  of->add_option("--salt", digest->salt, "file with the salt")->required();
  of->callback([digest, &options, &exit_code] { exit_code = run_digest(*digest, options); });
}

}  // namespace nescio::cli
