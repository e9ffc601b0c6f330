// Hostile attestations: one encoding, no crash, and no signature but the one that the issuer made. The mutations start
// from that one.
#include <algorithm>

#include "nescio/api/sample_attestation.h"
#include "nescio/base/fuzz_start.h"

namespace {

using namespace nescio;

const std::vector<std::uint8_t>& honest() {
  static const auto* const bytes = new std::vector<std::uint8_t>(write_attestation(sample_attestation()));
  return *bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto attestation = read_attestation(std::span(data, size));
  if (!attestation.ok()) return 0;
  const auto bytes = write_attestation(*attestation);
  NESCIO_CHECK(std::equal(bytes.begin(), bytes.end(), data, data + size));
  if (attestation->issuer == issuer_keys({}).key)
    NESCIO_CHECK(check_signature(*attestation).ok() == (bytes == honest()));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  return mutate_or_start_over({honest()}, data, size, max_size, seed);
}
