#include "nescio/api/digest_text.h"

namespace nescio {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kWordDigits = 16;

}  // namespace

std::string digest_text(const DigestCells& cells) {
  std::string out;
  for (const F& x : cells)
    for (unsigned byte = 0; byte < 8; ++byte) {
      const std::uint64_t b = x.canonical() >> (8 * byte) & 0xFF;
      out += kDigits[b >> 4];
      out += kDigits[b & 15];
    }
  return out;
}

Result<DigestCells> parse_digest_text(std::string_view text) {
  const Error refused{ErrorCode::kInFormat, 0, "a digest or salt is written as 64 hexadecimal digits", {}};
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  if (text.size() != kDigestCells * kWordDigits) return refused;
  DigestCells out;
  for (std::size_t i = 0; i < kDigestCells; ++i) {
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < kWordDigits; ++k) {
      const std::size_t digit = kDigits.find(text[i * kWordDigits + k]);
      if (digit == std::string_view::npos) return refused;
      word |= static_cast<std::uint64_t>(digit) << (8 * (k / 2) + (k % 2 == 0 ? 4 : 0));
    }
    if (word >= F::kModulus) return refused;
    out[i] = F(word);
  }
  return out;
}

}  // namespace nescio
