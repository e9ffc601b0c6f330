// base/byte_writer.h -- little-endian, canonical output; the mirror of base/byte_reader.h.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace nescio {

class ByteWriter {
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
  const std::vector<std::uint8_t>& data() const { return out_; }
  std::vector<std::uint8_t> take() { return std::move(out_); }

 private:
  std::vector<std::uint8_t> out_;
};

}  // namespace nescio
