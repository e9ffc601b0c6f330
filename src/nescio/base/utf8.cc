#include "nescio/base/utf8.h"

#include <cstdint>

namespace nescio {
namespace {

bool is_control(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || (c >= 0xE0000 && c < 0xE0080);
}

}  // namespace

bool is_printable_utf8(std::string_view text) {
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};  // of a character of so many bytes
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
    if (size == 0 || size > text.size() - i) return false;
    std::uint32_t c = size == 1 ? lead : lead & (0x7FU >> size);
    for (std::size_t k = 1; k < size; ++k) {
      const auto next = static_cast<std::uint8_t>(text[i + k]);
      if (next >> 6 != 2) return false;
      c = c << 6 | (next & 0x3FU);
    }
    if (c < kLeast[size] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) || is_control(c)) return false;
    i += size;
  }
  return true;
}

}  // namespace nescio
