#include "nescio/api/accuracy_file.h"

#include <algorithm>

#include "nescio/base/byte_reader.h"
#include "nescio/base/byte_writer.h"
#include "nescio/hash/blake3.h"
#include "nescio/statement/statement.h"

namespace nescio {
namespace {

constexpr std::string_view kMagic = "nescio accuracy";
constexpr std::uint16_t kVersion = 1;

}  // namespace

std::vector<std::uint8_t> write_accuracy_file(const AccuracyFile& file) {
  ByteWriter out;
  out.bytes(bytes_of(kMagic));
  out.u(kVersion);
  out.u(static_cast<std::uint32_t>(file.prediction.size()));
  out.bytes(bytes_of(file.prediction));
  out.u(static_cast<std::uint32_t>(file.key.size()));
  out.bytes(file.key);
  out.bytes(file.proof);
  return out.take();
}

Result<AccuracyFile> read_accuracy_file(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes);
  NESCIO_TRY_STATUS(in.header(kMagic, kVersion));
  AccuracyFile out;
  NESCIO_TRY(const std::uint32_t length, in.count(1));
  NESCIO_VERIFY(length <= kMaxStatement, ErrorCode::kVFormat, in.position());
  NESCIO_TRY(const auto prediction, in.take(length));
  NESCIO_VERIFY(std::all_of(prediction.begin(), prediction.end(), [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; }),
                ErrorCode::kVFormat, in.position());
  out.prediction.assign(prediction.begin(), prediction.end());
  NESCIO_TRY(const std::uint32_t key_length, in.count(1));
  NESCIO_TRY(const auto key, in.take(key_length));
  out.key.assign(key.begin(), key.end());
  NESCIO_TRY(const auto proof, in.take(in.remaining()));
  out.proof.assign(proof.begin(), proof.end());
  return out;
}

}  // namespace nescio
