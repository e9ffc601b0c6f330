// base/byte_writer.h -- little-endian, canonical output; the mirror of base/byte_reader.h.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace nescio {

// Bytes: std::vector<std::uint8_t>, or a SecretVector for private files.
template <class Bytes>
class BasicByteWriter {
 public:
  void bytes(std::span<const std::uint8_t> b) {
    const std::size_t at = out_.size();
    out_.resize(at + b.size());
    std::copy(b.begin(), b.end(), out_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  template <class T>
  void u(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      out_.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
  std::size_t size() const { return out_.size(); }
  const Bytes& data() const { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};
using ByteWriter = BasicByteWriter<std::vector<std::uint8_t>>;

}  // namespace nescio
