// Hostile key bytes: parsed, checked, written again. The mutations start from a sound key.
#include <algorithm>

#include "nescio/base/fuzz_start.h"
#include "nescio/circuit/mutate_circuit.h"
#include "nescio/prover/setup.h"
#include "nescio/relation/test_network.h"
#include "nescio/verifier/checked_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nescio;
  auto key = read_key(std::span(data, size));
  if (!key.ok()) return 0;
  const auto bytes = write_key(*key);
  NESCIO_CHECK(std::equal(bytes.begin(), bytes.end(), data, data + size));  // one encoding
  (void)verify_key(std::move(*key)).ok();
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace nescio;
  static const auto* const valid = [] {
    const auto key = make_key(TestNetwork(5, 2).circuit, {}, {});
    NESCIO_CHECK(key.ok() && verify_key(*key).ok());
    return new std::vector<std::vector<std::uint8_t>>{write_key(*key)};
  }();
  auto key = seed % 4 == 0 ? Result<VerifyingKey>(Error{}) : read_key(std::span(data, size));
  if (key.ok()) {
    CircuitMutator mutator(seed);
    mutator(key->circuit);
    if (const std::size_t n = put_mutant(write_key(*key), data, max_size)) return n;
  }
  return mutate_or_start_over(*valid, data, size, max_size, seed);
}
