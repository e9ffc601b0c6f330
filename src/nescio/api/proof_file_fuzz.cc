// Hostile proof files: one encoding, no crash, and a verdict only of what is true of the network behind the key. The
// mutations start from honest files; some change their fields.
#include <algorithm>

#include "nescio/api/sample_attestation.h"
#include "nescio/api/verify.h"
#include "nescio/base/fuzz_start.h"
#include "nescio/base/mutate_text.h"
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

class ProofFileMutator : private RandomChange {
 public:
  explicit ProofFileMutator(unsigned seed) : RandomChange(seed) {}

  void operator()(ProofFile& f) {
    switch (below(7)) {
      case 0: {
        TextMutator mutator(static_cast<unsigned>(below(1U << 31)));
        f.statement = mutator(f.statement);
        return;
      }
      case 1:
        return revealed(f.disclosed.outputs, "t2");
      case 2:
        return revealed(f.disclosed.inputs, "x");
      case 3:
        if (f.disclosed.digests.empty()) f.disclosed.digests.push_back({});
        return length(f.disclosed.digests);
      case 4:
        if (f.attestations.empty()) f.attestations.push_back(sample_attestation());
        return below(2) == 0 ? length(f.attestations) : number(f.attestations[0].expires);
      case 5:
        return length(f.context);
      default:  // another file's proof
        if (const auto other = read_proof_file(setting().honest[below(setting().honest.size())]); other.ok())
          f.proof = other->proof;
    }
  }

 private:
  void revealed(std::vector<Revealed>& list, const char* name) {
    if (list.empty()) list.push_back({name, {0, 1, 2, 3}});
    Revealed& r = *any(list);
    switch (below(4)) {
      case 0:
        return text(r.name);
      case 1:
        return length(r.values);
      case 2:
        return length(list);
      default:
        if (std::int64_t* x = any(r.values)) number(*x);
    }
  }
};

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
  if (seed % 4 == 1)
    if (const std::size_t n =
            mutate_value<ProofFileMutator>(read_proof_file, write_proof_file, data, size, max_size, seed))
      return n;
  return mutate_or_start_over(setting().honest, data, size, max_size, seed);
}
