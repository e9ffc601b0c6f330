// api/record.h -- what an issuer hands to the person that a record is about: data, salt and attestation. Private.
#pragma once
#include "nescio/api/attestation.h"
#include "nescio/arrays/array.h"
#include "nescio/base/secret.h"

namespace nescio {

struct AttestedRecord {
  NamedArrays data;  // values of the inputs that the attestation is of, by name
  Secret<DigestCells> salt;
  Attestation attestation;
};

inline constexpr std::size_t kMaxRecordFile = std::size_t{1} << 30;

SecretVector<std::uint8_t> write_record(const AttestedRecord& record);
// kInFormat. Does not look at the signature.
Result<AttestedRecord> read_record(std::span<const std::uint8_t> bytes);

}  // namespace nescio
