// base/byte_reader.h -- cursor over untrusted bytes. Returns errors; never aborts, never reads past the end.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "nescio/base/error.h"

namespace nescio {

class ByteReader {
 public:
  // `code` is what every malformed read of this reader returns.
  explicit ByteReader(std::span<const std::uint8_t> bytes, ErrorCode code = ErrorCode::kVFormat)
      : bytes_(bytes), code_(code) {}

  std::size_t position() const { return pos_; }
  std::size_t remaining() const { return bytes_.size() - pos_; }
  Error error() const { return Error{code_, static_cast<std::uint32_t>(pos_), {}, {}}; }

  Result<std::span<const std::uint8_t>> take(std::size_t n) {
    if (n > remaining()) return error();
    auto out = bytes_.subspan(pos_, n);
    pos_ += n;
    return out;
  }
  // Little-endian unsigned integer of sizeof(T) bytes.
  template <class T>
  Result<T> u() {
    NESCIO_TRY(const auto b, take(sizeof(T)));
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) v |= std::uint64_t{b[i]} << (8 * i);
    return static_cast<T>(v);
  }
  // A count of items of at least `item_bytes` bytes each: refused when the rest cannot hold them, so that
  // memory reserved for it is bounded by the input's own size.
  Result<std::uint32_t> count(std::size_t item_bytes) {
    NESCIO_TRY(const std::uint32_t n, u<std::uint32_t>());
    if (item_bytes == 0 || n > remaining() / item_bytes) return error();
    return n;
  }
  // What a file begins with.
  Status header(std::string_view magic, std::uint16_t version) {
    NESCIO_TRY(const auto begin, take(magic.size()));
    if (!std::equal(magic.begin(), magic.end(), begin.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }))
      return Error{code_, 0, {}, {}};
    NESCIO_TRY(const std::uint16_t given, u<std::uint16_t>());
    if (given != version) return error();
    return Unit{};
  }
  // Call exactly once, last: bytes left over are an error.
  Status finish() const {
    if (pos_ != bytes_.size()) return error();
    return Unit{};
  }

 private:
  std::span<const std::uint8_t> bytes_;
  ErrorCode code_;
  std::size_t pos_ = 0;
};

}  // namespace nescio
