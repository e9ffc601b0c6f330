// base/utf8.h -- text of others that is shown to people.
#pragma once
#include <string_view>

namespace nescio {

// Well-formed UTF-8 (RFC 3629: shortest forms, no surrogates, up to U+10FFFF) without characters that are not seen, or
// control how others are: U+0000 to U+001F, U+007F to U+009F, U+200B to U+200F, U+2028 to U+202E, U+2060 to U+2069,
// U+FEFF, U+E0000 to U+E007F.
bool is_printable_utf8(std::string_view text);

}  // namespace nescio
