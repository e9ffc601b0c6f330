// Hostile records and attestations: one encoding, no crash, and no signature but the issuer's. The mutations start from
// a record that nobody signed.
#include <algorithm>

#include "nescio/api/prover_attest.h"
#include "nescio/base/fuzz_start.h"

namespace {

using namespace nescio;

AttestedRecord unsigned_record() {
  AttestedRecord r{};
  r.data = {{"income", {{1, 2}, {1.5, -2}}}, {"home", {{1}, {0}, {{"RENT", false}}}}};
  r.attestation.name = "bank";
  r.attestation.expires = 7;
  r.attestation.issuer = issuer_keys({}).key;
  return r;
}
const std::vector<std::vector<std::uint8_t>>& honest() {
  static const auto* const files = [] {
    const auto bytes = write_record(unsigned_record());
    return new std::vector<std::vector<std::uint8_t>>{{bytes.begin(), bytes.end()}};
  }();
  return *files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto record = read_record(std::span(data, size));
  if (!record.ok()) return 0;
  const auto bytes = write_record(*record);
  NESCIO_CHECK(std::equal(bytes.begin(), bytes.end(), data, data + size));
  NESCIO_CHECK(!check_signature(record->attestation).ok());  // nobody signed anything
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  return mutate_or_start_over(honest(), data, size, max_size, seed);
}
