// reference/tests/corpus.cc -- what this verifier says of the inputs kept for fuzzing (tests/corpus) that are keys,
// proofs or attestations, one JSON object a line, for the second verifier.
//
//   nescio_reference_corpus say FOLDER     for each file its verdict, and what it is judged by: the settings of the
//                                          targets key_fuzz, verify_fuzz, proof_file_fuzz, attestation_fuzz
//   nescio_reference_corpus write FOLDER   makes the files anew: honest ones, and changes that end in each code
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "nescio/api/sample_attestation.h"
#include "nescio/api/verify.h"
#include "nescio/api/words.h"
#include "nescio/prover/prove.h"
#include "nescio/prover/setup.h"
#include "nescio/relation/test_network.h"
#include "nescio/verifier/test_key.h"

namespace nescio {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Of the targets that judge proofs.
struct Setting {
  TestNetwork net{1};
  CheckedKey key = UncheckedKeyForTests::make(toy_key<Ext3>(net.circuit, 7));

  Bytes messages(std::span<const std::uint8_t> statement, std::span<const std::uint8_t> context) const {
    const auto proof = prove({key.key(), net.witness, net.statement, statement, context}, SecretDigest(Digest{}));
    NESCIO_CHECK(proof.ok());
    return *proof;
  }
};

std::string outcome(const Status& status) {
  return status.ok() ? "null" : "\"" + std::string(error_name(status.error().code)) + "\"";
}
template <class T>
Status status_of(const Result<T>& result) {
  return result.ok() ? Status(Unit{}) : Status(result.error());
}

Status judge_key(const Setting&, const Bytes& data) {
  auto key = read_key(data);
  return key.ok() ? status_of(verify_key(std::move(*key))) : status_of(key);
}
Status judge_messages(const Setting& s, const Bytes& data) {
  return verify(s.key, s.net.statement, {}, {}, data);
}
Status judge_file(const Setting& s, const Bytes& data) {
  return status_of(verify_proof(s.key, data));
}
Status judge_attestation(const Setting&, const Bytes& data) {
  const auto attestation = read_attestation(data);
  return attestation.ok() ? check_signature(*attestation) : status_of(attestation);
}
struct Target {
  const char* name;
  Status (*judge)(const Setting&, const Bytes&);
};
constexpr Target kTargets[] = {{"key_fuzz", judge_key},
                               {"verify_fuzz", judge_messages},
                               {"proof_file_fuzz", judge_file},
                               {"attestation_fuzz", judge_attestation}};

int say(const std::filesystem::path& folder) {
  const Setting s;
  std::string publics;
  for (const auto& values : s.net.statement) {
    publics += publics.empty() ? "[" : ",[";
    for (std::size_t i = 0; i < values.size(); ++i)
      publics += (i > 0 ? "," : "") + std::to_string(values[i].canonical());
    publics += "]";
  }
  std::printf("{\"key\":\"%s\",\"publics\":[%s]}\n", hex(write_key(s.key.key())).c_str(), publics.c_str());
  for (const Target& target : kTargets)
    for (const auto& entry : std::filesystem::directory_iterator(folder / target.name)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const Bytes data{std::istreambuf_iterator<char>(file), {}};
      std::printf("{\"target\":\"%s\",\"file\":\"%s\",\"code\":%s}\n", target.name,
                  entry.path().filename().string().c_str(), outcome(target.judge(s, data)).c_str());
    }
  return 0;
}

// ---- making the files

class Folder {
 public:
  Folder(const std::filesystem::path& all, const char* target) : path_(all / target) {
    std::filesystem::create_directories(path_);
  }
  void write(const std::string& name, const Bytes& data) const {
    std::ofstream out(path_ / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
    NESCIO_CHECK(out.flush());
  }

 private:
  std::filesystem::path path_;
};

Bytes flipped(Bytes data, std::size_t at, std::uint8_t bits = 1) {
  data.at(at) = static_cast<std::uint8_t>(data.at(at) ^ bits);
  return data;
}
Bytes cut(Bytes data, std::size_t size) {
  data.resize(size);
  return data;
}
// `word` in the place of the eight bytes at `at`.
Bytes with_word(Bytes data, std::size_t at, std::uint64_t word) {
  for (std::size_t i = 0; i < 8; ++i) data.at(at + i) = static_cast<std::uint8_t>(word >> 8 * i);
  return data;
}

void write_keys(const Folder& to) {
  const auto key = make_key(TestNetwork(5, 2).circuit, {}, {});
  NESCIO_CHECK(key.ok());
  const Bytes bytes = write_key(*key);
  to.write("sound", bytes);
  to.write("one_byte_more", cut(bytes, bytes.size() + 1));
  to.write("one_byte_less", cut(bytes, bytes.size() - 1));
  to.write("magic", flipped(cut(bytes, 40), 3));
  to.write("version", flipped(cut(bytes, 40), 20));
  const auto changed = [&](const char* name, const std::function<void(VerifyingKey&)>& change) {
    VerifyingKey other = *key;
    change(other);
    to.write(name, write_key(other));
  };
  changed("one_query_less", [](VerifyingKey& k) { --k.params.queries; });
  changed("security_99", [](VerifyingKey& k) { k.params.security_bits = 99; });
  changed("reserved_rows", [](VerifyingKey& k) { ++k.layout.reserved_rows; });
  changed("a_lower_bound_less", [](VerifyingKey& k) { k.circuit.lookups.pop_back(); });
  changed("both_bounds_less", [](VerifyingKey& k) { k.circuit.lookups.resize(k.circuit.lookups.size() - 2); });
  changed("output_range", [](VerifyingKey& k) { k.circuit.outputs[0].hi = 1022; });
  changed("divisor_0", [](VerifyingKey& k) {
    for (TensorDef& t : k.circuit.tensors)
      if (auto* affine = std::get_if<Affine>(&t.def)) affine->divisor = 0;
  });
  changed("a_pad_too_few", [](VerifyingKey& k) {
    for (TensorDef& t : k.circuit.tensors)
      if (auto* cells = std::get_if<Committed>(&t.def); cells != nullptr && cells->role == Role::pad) --t.dims[0];
  });
}

void write_messages(const Folder& to, const Setting& s) {
  const Bytes proof = s.messages({}, {});
  const pcs::Params& p = s.key.key().params;
  const std::size_t nonce = 32, root_q = nonce + (p.lookup_pow > 0 ? 8 : 0), element = 8 * p.degree;
  to.write("honest", proof);
  to.write("one_byte_more", cut(proof, proof.size() + 1));
  to.write("empty", {});
  to.write("first_messages", cut(proof, 700));
  to.write("root", cut(flipped(proof, 0), 200));
  to.write("nonce", cut(flipped(proof, nonce), 200));
  Bytes zero = proof;
  std::fill_n(zero.begin() + static_cast<std::ptrdiff_t>(root_q), element, std::uint8_t{0});
  to.write("denominator_0", cut(zero, 200));
  to.write("word_p", cut(with_word(proof, root_q + 8, F::kModulus), 200));
  to.write("last_round", flipped(proof, proof.size() - 1));
  to.write("opened_rows", flipped(proof, proof.size() - 4 * element - 900));
}

void write_files(const Folder& to, Setting s) {
  ProofFile file;
  file.statement = "";
  file.context = {'c'};
  const auto values = statement_values(s.net.circuit, *parse_statement(""), {});
  NESCIO_CHECK(values.ok());
  s.net.statement = *values;
  s.net.statement.resize(s.net.circuit.tensors.size());
  s.net.count();
  file.proof = s.messages(statement_bytes(file), file.context);
  const Bytes whole = write_proof_file(file);
  to.write("honest", whole);
  to.write("one_byte_less", cut(whole, whole.size() - 1));
  to.write("context", flipped(cut(whole, 400), std::string_view("nescio proof").size() + 2 + 24));
  file.proof.resize(300);
  const auto changed = [&](const char* name, const std::function<void(ProofFile&)>& change) {
    ProofFile f = file;
    change(f);
    to.write(name, write_proof_file(f));
  };
  const Bytes begin = write_proof_file(file);
  to.write("magic", flipped(begin, 0));
  to.write("version", flipped(begin, 12));
  to.write("first_messages", begin);
  to.write("statement_too_long", flipped(begin, 17, 0xFF));
  changed("statement_of_other_bytes", [](ProofFile& f) { f.statement = "t2[0] >= 1 and\nt2[1] < 9"; });
  changed("statement_not_canonical", [](ProofFile& f) { f.statement = "t2[0]>=1"; });
  changed("statement_of_no_output", [](ProofFile& f) { f.statement = "t3[0] >= 1"; });
  changed("statement_out_of_range", [](ProofFile& f) { f.statement = "t2[0] >= 2000"; });
  changed("statement_of_a_cell_too_far", [](ProofFile& f) { f.statement = "t2[3] >= 1"; });
  changed("argmax_unknown", [](ProofFile& f) { f.statement = "argmax(t2) == 1"; });
  const auto revealed = [](const char* name, std::vector<std::int64_t> cells) {
    return [name, cells](ProofFile& f) { f.disclosed.outputs = {{name, cells}}; };
  };
  changed("another_output", revealed("t3", {1, 2, 3}));
  changed("values_too_few", revealed("t2", {1, 2}));
  changed("values_out_of_range", revealed("t2", {1, 2, 1024}));
  changed("input_not_asked_for", [](ProofFile& f) { f.disclosed.inputs = {{"x", {1}}}; });
  changed("digest_not_asked_for", [](ProofFile& f) { f.disclosed.digests = {{Group::inputs, {}}}; });
  changed("attestation_of_nothing", [](ProofFile& f) { f.attestations = {sample_attestation()}; });
}

void write_attestations(const Folder& to) {
  const Bytes bytes = write_attestation(sample_attestation());
  to.write("signed", bytes);
  to.write("one_byte_more", cut(bytes, bytes.size() + 1));
  to.write("one_byte_less", cut(bytes, bytes.size() - 1));
  to.write("version", flipped(bytes, 18));
  to.write("digest_word_p", with_word(bytes, 18 + 2 + 32, F::kModulus));
  to.write("name_of_other_bytes", flipped(bytes, bytes.size() - 97, 0x80));
  to.write("name_too_long", flipped(bytes, bytes.size() - 103, 0x10));
  to.write("another_nonce", flipped(bytes, bytes.size() - 64));
  to.write("another_issuer", flipped(bytes, bytes.size() - 96));
  to.write("another_time", flipped(bytes, bytes.size() - 108));
  // s + L is as good as s in the group, and refused: the order L of the group is 2^252 + 277..
  constexpr std::uint8_t kOrder[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                       0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  Bytes again = bytes;
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += again[bytes.size() - 32 + i] + kOrder[i];
    again[bytes.size() - 32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  to.write("s_plus_order", again);
  Bytes small = bytes;  // the neutral element as key
  std::fill_n(small.end() - 96, 32, std::uint8_t{0});
  *(small.end() - 96) = 1;
  to.write("issuer_of_order_1", small);
  std::fill_n(small.end() - 96, 32, std::uint8_t{0xFF});
  to.write("issuer_is_no_point", small);
}

int write(const std::filesystem::path& folder) {
  const Setting s;
  write_keys({folder, "key_fuzz"});
  write_messages({folder, "verify_fuzz"}, s);
  write_files({folder, "proof_file_fuzz"}, s);
  write_attestations({folder, "attestation_fuzz"});
  return 0;
}

}  // namespace
}  // namespace nescio

int main(int argc, char** argv) {
  const std::string_view what = argc == 3 ? argv[1] : "";
  if (what == "say") return nescio::say(argv[2]);
  if (what == "write") return nescio::write(argv[2]);
  std::fprintf(stderr, "usage: nescio_reference_corpus say|write FOLDER\n");
  return 2;
}
