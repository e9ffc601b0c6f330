#include "nescio/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace nescio {
namespace {

std::string encoded(char32_t c) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | (c >> 6)), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | (c >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | (c >> 18)), tail(12), tail(6), tail(0)};
}

TEST(Utf8, EveryCharacterButControlsAndSurrogates) {
  for (char32_t c = 0; c < 0x110100; ++c) {
    const bool lines = (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) ||
                       c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || lines, surrogate = c >= 0xD800 && c < 0xE000;
    ASSERT_EQ(is_printable_utf8("a" + encoded(c) + "b"), !control && !surrogate && c <= 0x10FFFF) << std::hex << +c;
  }
}

TEST(Utf8, OtherFormsAreRefused) {
  EXPECT_TRUE(is_printable_utf8(""));
  for (const char* text : {"\xC1\x81", "\xE0\x81\x81", "\xF0\x80\x81\x81",  // not the shortest
                           "\xF8\x88\x80\x80\x80", "\xFF", "\x80", "\xC3", "\xE2\x82", "\xC3(", "a\xE2(\xA1"})
    EXPECT_FALSE(is_printable_utf8(text));
  EXPECT_FALSE(is_printable_utf8(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace nescio
