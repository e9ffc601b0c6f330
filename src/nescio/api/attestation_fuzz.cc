// Hostile attestations: one encoding, no crash, and no signature but the one that the issuer made. The mutations start
// from that one; some change its fields, and some are signed by somebody else.
#include <algorithm>

#include "nescio/api/sample_attestation.h"
#include "nescio/base/fuzz_start.h"
#include "nescio/base/random_change.h"

namespace {

using namespace nescio;

const std::vector<std::uint8_t>& honest() {
  static const auto* const bytes = new std::vector<std::uint8_t>(write_attestation(sample_attestation()));
  return *bytes;
}

class AttestationMutator : private RandomChange {
 public:
  explicit AttestationMutator(unsigned seed) : RandomChange(seed) {}

  void operator()(Attestation& a) {
    switch (below(7)) {
      case 0:
        return bytes(a.schema.bytes);
      case 1:
        a.digest[below(a.digest.size())] += F(1);
        return;
      case 2:
        return number(below(2) == 0 ? a.issued : a.expires);
      case 3:
        return text(a.name);
      case 4:
        return bytes(a.issuer);
      case 5:
        return bytes(a.signature);
      default: {
        Secret<std::array<std::uint8_t, 32>> seed;
        seed.value[0] = 1;
        const IssuerKeys other = issuer_keys(seed);
        a.issuer = other.key;
        a.signature = sign(other, signed_bytes(a));
        NESCIO_CHECK(check_signature(a).ok());
      }
    }
  }
};

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
  if (seed % 4 == 1)
    if (const std::size_t n =
            mutate_value<AttestationMutator>(read_attestation, write_attestation, data, size, max_size, seed))
      return n;
  return mutate_or_start_over({honest()}, data, size, max_size, seed);
}
