// base/utf8.h -- text of others that is shown to people.
#pragma once
#include <string_view>

namespace nescio {

// Well-formed UTF-8 (RFC 3629: shortest forms, no surrogates, up to U+10FFFF) without characters that control how
// the text beside them is shown: U+0000 to U+001F, U+007F to U+009F, U+200E, U+200F, U+2028 to U+202E, U+2066 to
// U+2069.
bool is_printable_utf8(std::string_view text);

}  // namespace nescio
