// api/digest_text.h -- digests and salts as text: 64 hexadecimal digits, the four elements as little-endian u64.
#pragma once
#include <string>
#include <string_view>

#include "nescio/base/error.h"
#include "nescio/sponge/sponge.h"

namespace nescio {

std::string digest_text(const DigestCells& cells);
// kInFormat unless it is 64 digits, with white space after them or not, and each element is below p.
Result<DigestCells> parse_digest_text(std::string_view text);

}  // namespace nescio
