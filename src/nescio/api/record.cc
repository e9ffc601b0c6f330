#include "nescio/api/record.h"

#include <algorithm>
#include <bit>

#include "nescio/api/digest_bytes.h"
#include "nescio/base/byte_writer.h"
#include "nescio/circuit/check.h"

namespace nescio {
namespace {

constexpr std::string_view kMagic = "nescio record";
constexpr std::uint16_t kVersion = 2;
using Writer = BasicByteWriter<SecretVector<std::uint8_t>>;

Result<std::pair<std::string, Array>> read_array(ByteReader& in) {
  std::pair<std::string, Array> out;
  NESCIO_TRY(const std::uint32_t length, in.count(1));
  NESCIO_VERIFY(length <= kMaxName, ErrorCode::kInFormat, in.position());
  NESCIO_TRY(const auto name, in.take(length));
  out.first.assign(name.begin(), name.end());
  NESCIO_VERIFY(std::all_of(name.begin(), name.end(), [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; }),
                ErrorCode::kInFormat, in.position());
  NESCIO_TRY(const std::uint32_t dims, in.count(8));
  for (std::uint32_t d = 0; d < dims; ++d) {
    NESCIO_TRY(const std::uint64_t n, in.u<std::uint64_t>());
    out.second.shape.push_back(n);
  }
  NESCIO_TRY(const std::uint32_t values, in.count(8));
  out.second.values.reserve(values);
  for (std::uint32_t i = 0; i < values; ++i) {
    NESCIO_TRY(const std::uint64_t bits, in.u<std::uint64_t>());
    out.second.values.push_back(std::bit_cast<double>(bits));
  }
  NESCIO_TRY(const std::uint32_t words, in.count(5));
  NESCIO_VERIFY(words == 0 || words == values, ErrorCode::kInFormat, in.position());
  for (std::uint32_t i = 0; i < words; ++i) {
    NESCIO_TRY(const std::uint8_t number, in.u<std::uint8_t>());
    NESCIO_TRY(const std::uint32_t size, in.count(1));
    NESCIO_TRY(const auto text, in.take(size));
    NESCIO_VERIFY(number < 2, ErrorCode::kInFormat, in.position());
    out.second.words.push_back({SecretString(text.begin(), text.end()), number != 0});
  }
  return out;
}

Result<AttestedRecord> parse(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes, ErrorCode::kInFormat);
  NESCIO_TRY_STATUS(in.header(kMagic, kVersion));
  AttestedRecord out;
  NESCIO_TRY(out.salt.value, read_digest_cells(in));
  NESCIO_TRY(const std::uint32_t length, in.count(1));
  NESCIO_TRY(const auto attestation, in.take(length));
  auto read = read_attestation(attestation);
  NESCIO_VERIFY(read.ok(), ErrorCode::kInFormat, in.position());
  out.attestation = std::move(*read);
  NESCIO_TRY(const std::uint32_t arrays, in.count(12));
  for (std::uint32_t i = 0; i < arrays; ++i) {
    NESCIO_TRY(auto array, read_array(in));
    out.data.push_back(std::move(array));
  }
  NESCIO_TRY_STATUS(in.finish());
  return out;
}

}  // namespace

SecretVector<std::uint8_t> write_record(const AttestedRecord& record) {
  Writer out;
  out.bytes(bytes_of(kMagic));
  out.u(kVersion);
  for (const F& x : record.salt.value) out.u(x.canonical());
  const std::vector<std::uint8_t> attestation = write_attestation(record.attestation);
  out.u(static_cast<std::uint32_t>(attestation.size()));
  out.bytes(attestation);
  out.u(static_cast<std::uint32_t>(record.data.size()));
  for (const auto& [name, array] : record.data) {
    out.u(static_cast<std::uint32_t>(name.size()));
    out.bytes(bytes_of(name));
    out.u(static_cast<std::uint32_t>(array.shape.size()));
    for (const std::uint64_t n : array.shape) out.u(n);
    out.u(static_cast<std::uint32_t>(array.values.size()));
    for (const double x : array.values) out.u(std::bit_cast<std::uint64_t>(x));
    out.u(static_cast<std::uint32_t>(array.words.size()));
    for (const Array::Word& w : array.words) {
      out.u(static_cast<std::uint8_t>(w.number));
      out.u(static_cast<std::uint32_t>(w.text.size()));
      out.bytes(bytes_of(w.text));
    }
  }
  return out.take();
}

Result<AttestedRecord> read_record(std::span<const std::uint8_t> bytes) {
  auto out = parse(bytes);
  if (!out.ok())
    return Error{ErrorCode::kInFormat, out.error().where, "not an attested record (nescio attest), or damaged", {}};
  return out;
}

}  // namespace nescio
