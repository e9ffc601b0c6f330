#include "nescio/circuit/packed_integers.h"

#include <algorithm>
#include <bit>

namespace nescio {
namespace {

constexpr std::uint8_t kDifferences = 128;

std::uint64_t fold(std::int64_t v) {
  return static_cast<std::uint64_t>(v) << 1 ^ (v < 0 ? ~std::uint64_t{0} : 0);
}
std::int64_t unfold(std::uint64_t w) {
  return static_cast<std::int64_t>(w >> 1 ^ (0 - (w & 1)));
}

std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

// The one form of these values.
std::uint8_t form_of(std::span<const std::int64_t> v) {
  std::uint64_t plain = 1, differences = 1;  // all words together by `or`: their width is the widest's
  for (std::size_t i = 0; i < v.size(); ++i) {
    plain |= fold(v[i]);
    if (i > 0) differences |= fold(minus(v[i], v[i - 1]));
  }
  const auto w = static_cast<std::uint64_t>(std::bit_width(plain));
  const auto d = static_cast<std::uint64_t>(std::bit_width(differences));
  const bool shorter = !v.empty() && 64 + (v.size() - 1) * d < v.size() * w;
  return static_cast<std::uint8_t>(shorter ? kDifferences + d : w);
}

class BitWriter {
 public:
  explicit BitWriter(ByteWriter& out) : out_(out) {}
  void put(std::uint64_t word, unsigned width) {
    held_ |= static_cast<unsigned __int128>(word) << count_;
    for (count_ += width; count_ >= 8; count_ -= 8, held_ >>= 8) out_.u(static_cast<std::uint8_t>(held_));
  }
  void flush() {
    if (count_ > 0) out_.u(static_cast<std::uint8_t>(held_));
  }

 private:
  ByteWriter& out_;
  unsigned __int128 held_ = 0;
  unsigned count_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::uint64_t get(unsigned width) {
    for (; count_ < width; count_ += 8) held_ |= static_cast<unsigned __int128>(bytes_[next_++]) << count_;
    const auto word = static_cast<std::uint64_t>(held_ & ((static_cast<unsigned __int128>(1) << width) - 1));
    held_ >>= width;
    count_ -= width;
    return word;
  }
  bool rest_is_zero() const { return held_ == 0 && next_ == bytes_.size(); }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t next_ = 0;
  unsigned __int128 held_ = 0;
  unsigned count_ = 0;
};

}  // namespace

void write_integers(std::span<const std::int64_t> values, ByteWriter& out) {
  const std::uint8_t form = form_of(values);
  const unsigned width = form % kDifferences;
  out.u(static_cast<std::uint32_t>(values.size()));
  out.u(form);
  const bool differences = form > kDifferences;
  if (differences) out.u(values[0]);
  BitWriter bits(out);
  for (std::size_t i = differences ? 1 : 0; i < values.size(); ++i)
    bits.put(fold(differences ? minus(values[i], values[i - 1]) : values[i]), width);
  bits.flush();
}

Result<std::vector<std::int64_t>> read_integers(ByteReader& in, std::uint64_t& left) {
  NESCIO_TRY(const std::uint32_t n, in.u<std::uint32_t>());
  if (n > left) return in.error();
  left -= n;
  NESCIO_TRY(const std::uint8_t form, in.u<std::uint8_t>());
  const unsigned width = form % kDifferences;
  const bool differences = form > kDifferences;
  if (width < 1 || width > 64 || (differences && n == 0)) return in.error();
  std::int64_t last = 0;
  if (differences) {
    NESCIO_TRY(last, in.u<std::int64_t>());
  }
  const std::uint64_t words = n - (differences ? 1 : 0);
  NESCIO_TRY(const auto bytes, in.take((words * width + 7) / 8));
  std::vector<std::int64_t> values;
  values.reserve(n);
  if (differences) values.push_back(last);
  BitReader bits(bytes);
  for (std::uint64_t i = 0; i < words; ++i) {
    last = differences ? plus(last, unfold(bits.get(width))) : unfold(bits.get(width));
    values.push_back(last);
  }
  if (!bits.rest_is_zero() || form != form_of(values)) return in.error();
  return values;
}

}  // namespace nescio
