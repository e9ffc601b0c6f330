#include "nescio/api/issuer_text.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace nescio {
namespace {

constexpr std::uint64_t kMostSeconds = 253402300799;  // the end of the year 9999

Error bad_time(const std::string& text) {
  return Error{ErrorCode::kUsage,
               0,
               "'" + text + "' is no time: write 2026-12-31, 2026-12-31T23:59:59Z or seconds since 1970",
               {}};
}

}  // namespace

Result<SigningKey> parse_key(std::string_view text, const std::string& what) {
  const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  SigningKey out{};
  bool ok = text.size() == 64;
  for (std::size_t i = 0; ok && i < out.size(); ++i) {
    const auto [end, error] = std::from_chars(text.data() + 2 * i, text.data() + 2 * i + 2, out[i], 16);
    ok = error == std::errc() && end == text.data() + 2 * i + 2;
  }
  if (!ok) return Error{ErrorCode::kUsage, 0, what + " is no key: 64 hexadecimal digits", {}};
  return out;
}

Result<std::uint64_t> parse_time(const std::string& text, bool last) {
  std::uint64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!text.empty() && error == std::errc() && end == text.data() + text.size()) {
    if (seconds > kMostSeconds) return bad_time(text);
    return seconds;
  }
  if (text.find_first_not_of("0123456789-:TZ") != std::string::npos) return bad_time(text);
  int year = 0, used = 0;
  unsigned month = 0, day = 0, hour = last ? 23 : 0, minute = last ? 59 : 0, second = last ? 59 : 0;
  const bool date = std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &used) == 3 && used == 10;
  if (!date) return bad_time(text);
  if (text.size() > 10) {
    used = 0;
    const bool clock =
        std::sscanf(text.c_str() + 10, "T%2u:%2u:%2uZ%n", &hour, &minute, &second, &used) == 3 && used == 10;
    if (!clock || text.size() != 20) return bad_time(text);
  }
  const std::chrono::year_month_day day_of{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!day_of.ok() || year < 1970 || hour > 23 || minute > 59 || second > 59) return bad_time(text);
  const auto days = std::chrono::sys_days(day_of).time_since_epoch().count();
  return static_cast<std::uint64_t>(days) * 86400 + hour * 3600 + minute * 60 + second;
}

std::string time_text(std::uint64_t seconds) {
  if (seconds > kMostSeconds) return "never";
  const std::chrono::sys_days days(std::chrono::days(static_cast<int>(seconds / 86400)));
  const std::chrono::year_month_day day(days);
  const std::uint64_t rest = seconds % 86400;
  char out[32];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02u:%02u:%02uZ", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                static_cast<unsigned>(rest / 3600), static_cast<unsigned>(rest / 60 % 60),
                static_cast<unsigned>(rest % 60));
  return out;
}

std::uint64_t now() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

}  // namespace nescio
