// Hostile records and attestations: one encoding, no crash, and no signature but the issuer's. The mutations start from
// a record that nobody signed; some change its fields.
#include <algorithm>

#include "nescio/api/prover_attest.h"
#include "nescio/base/fuzz_start.h"
#include "nescio/base/random_change.h"

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

class RecordMutator : private RandomChange {
 public:
  explicit RecordMutator(unsigned seed) : RandomChange(seed) {}

  void operator()(AttestedRecord& r) {
    switch (below(6)) {
      case 0:
        return text(r.attestation.name);
      case 1:
        return number(below(2) == 0 ? r.attestation.issued : r.attestation.expires);
      case 2:
        return length(r.data);
      default:
        if (auto* named = any(r.data)) below(5) == 0 ? text(named->first) : array(named->second);
    }
  }

 private:
  void array(Array& a) {
    switch (below(5)) {
      case 0:
        return length(a.shape);
      case 1:
        if (std::uint64_t* n = any(a.shape)) number(*n);
        return;
      case 2:
        return length(a.values);
      case 3:
        if (double* x = any(a.values)) real(*x);
        return;
      default:
        if (Array::Word* w = any(a.words)) below(3) == 0 ? static_cast<void>(w->number = !w->number) : text(w->text);
    }
  }
};

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
  if (seed % 4 == 1)
    if (const std::size_t n = mutate_value<RecordMutator>(read_record, write_record, data, size, max_size, seed))
      return n;
  return mutate_or_start_over(honest(), data, size, max_size, seed);
}
