// cli/issuer.h -- keys and times as issuers and verifiers write them.
#pragma once
#include "command.h"
#include "nescio/api/verify.h"

namespace nescio::cli {

// 64 hexadecimal digits, white space around them or not. kUsage, which names `what`.
Result<std::array<std::uint8_t, 32>> parse_key(std::string_view text, const std::string& what);

// "2026-12-31", "2026-12-31T23:59:59Z" (UTC), or seconds since 1970; with `last`, a date alone is its last second.
// kUsage.
Result<std::uint64_t> parse_time(const std::string& text, bool last = false);
std::string time_text(std::uint64_t seconds);
std::uint64_t now();

}  // namespace nescio::cli
