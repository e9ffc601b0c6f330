// Hostile proof bytes against a small key with toy parameters: any verdict when the public values are those of a run, a
// refusal when no run has them. The mutations start from an honest proof.
#include "nescio/base/fuzz_start.h"
#include "nescio/prover/prove.h"
#include "nescio/relation/test_network.h"
#include "nescio/verifier/test_key.h"
#include "nescio/verifier/verifier.h"

namespace {

using namespace nescio;

struct Setting {
  TestNetwork net{1};
  CheckedKey key = UncheckedKeyForTests::make(toy_key<Ext3>(net.circuit, 7));
  PublicValues false_values = net.statement;
  std::vector<std::uint8_t> honest;
  Setting() {
    false_values[net.lower][0] = net.statement[net.upper][0] + F(1);
    const auto proof = prove({key.key(), net.witness, net.statement, {}, {}}, SecretDigest(Digest{}));
    NESCIO_CHECK(proof.ok());
    honest = *proof;
    NESCIO_CHECK(verify(key, net.statement, {}, {}, honest).ok());
  }
};
const Setting& setting() {
  static const Setting* const s = new Setting;
  return *s;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Setting& s = setting();
  const std::span proof(data, size);
  (void)verify(s.key, s.net.statement, {}, {}, proof).ok();
  NESCIO_CHECK(!verify(s.key, s.false_values, {}, {}, proof).ok());
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  return mutate_or_start_over({setting().honest}, data, size, max_size, seed);
}
