// Hostile proof files: one encoding, no crash, and a verdict only of what is true of the network behind the key. The
// mutations start from honest files.
#include <algorithm>

#include "nescio/api/verify.h"
#include "nescio/base/fuzz_start.h"
#include "nescio/prover/prove.h"
#include "nescio/relation/test_network.h"
#include "nescio/verifier/test_key.h"

namespace {

using namespace nescio;

struct Setting {
  TestNetwork net{1};
  CheckedKey key = UncheckedKeyForTests::make(toy_key<Ext3>(net.circuit, 7));
  std::vector<SecretVector<std::int64_t>> outputs{{}};
  std::vector<std::vector<std::uint8_t>> honest;

  Setting() {
    for (const F& lower : net.statement[net.lower]) outputs[0].push_back(lower.to_signed() + 3);  // see the network
    const Revealed all{"t2", {outputs[0].begin(), outputs[0].end()}};
    honest = {file("", {}), file("t2[0] >= 1 and t2[1] < 1000", {}), file("", {all})};
  }
  std::vector<std::uint8_t> file(const std::string& statement, const std::vector<Revealed>& revealed) {
    ProofFile f{statement, {revealed, {}, {}}, {}, {'c'}, {}};
    const auto values = statement_values(net.circuit, *parse_statement(statement), f.disclosed);
    NESCIO_CHECK(values.ok());
    net.statement = *values;
    net.statement.resize(net.circuit.tensors.size());
    net.count();
    const auto proof = prove({key.key(), net.witness, *values, statement_bytes(f), f.context}, SecretDigest(Digest{}));
    NESCIO_CHECK(proof.ok());
    f.proof = *proof;
    const auto bytes = write_proof_file(f);
    NESCIO_CHECK(verify_proof(key, bytes).ok());
    return bytes;
  }
};
const Setting& setting() {
  static const Setting* const s = new Setting;
  return *s;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Setting& s = setting();
  const auto file = read_proof_file(std::span(data, size));
  if (!file.ok()) return 0;
  const auto bytes = write_proof_file(*file);
  NESCIO_CHECK(std::equal(bytes.begin(), bytes.end(), data, data + size));
  const auto verdict = verify_proof(s.key, bytes);
  if (!verdict.ok()) return 0;
  NESCIO_CHECK(fulfils(s.net.circuit, verdict->statement, s.outputs).ok());
  const Disclosed& disclosed = verdict->disclosed;
  NESCIO_CHECK(disclosed.inputs.empty() && disclosed.digests.empty());  // the key asks for none
  NESCIO_CHECK(verdict->attested.empty());
  for (const Revealed& r : disclosed.outputs)
    NESCIO_CHECK(r.name == "t2" && std::ranges::equal(r.values, s.outputs[0]));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  return mutate_or_start_over(setting().honest, data, size, max_size, seed);
}
