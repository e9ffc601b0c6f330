// api/issuer_text.h -- keys and times as issuers and verifiers write them: the same on the command line and in Python.
#pragma once
#include <string>
#include <string_view>

#include "nescio/api/attestation.h"

namespace nescio {

// 64 hexadecimal digits, white space around them or not. kUsage, which names `what`.
Result<SigningKey> parse_key(std::string_view text, const std::string& what);

// "2026-12-31", "2026-12-31T23:59:59Z" (UTC), or seconds since 1970; with `last`, a date alone is its last second.
// kUsage.
Result<std::uint64_t> parse_time(const std::string& text, bool last = false);
std::string time_text(std::uint64_t seconds);
std::uint64_t now();

}  // namespace nescio
