// Keys and times as people write them.
#include "nescio/api/issuer_text.h"

#include <gtest/gtest.h>

namespace nescio {
namespace {

std::uint64_t time(const std::string& text, bool last = false) {
  const auto t = parse_time(text, last);
  EXPECT_TRUE(t.ok()) << text;
  return t.ok() ? *t : 0;
}

TEST(Time, is_read_and_written) {
  EXPECT_EQ(time("0"), 0U);
  EXPECT_EQ(time("1767225600"), 1767225600U);
  EXPECT_EQ(time("1970-01-01"), 0U);
  EXPECT_EQ(time("2026-01-01"), 1767225600U);
  EXPECT_EQ(time("2026-01-01", true), 1767225600U + 86399);
  EXPECT_EQ(time("2026-01-01T00:00:01Z", true), 1767225601U);
  EXPECT_EQ(time("2024-02-29T23:59:59Z"), 1709251199U);
  EXPECT_EQ(time("9999-12-31T23:59:59Z"), 253402300799U);
  for (const std::uint64_t t : {0UL, 951782400UL, 1709251199UL, 4102444800UL, 253402300799UL})
    EXPECT_EQ(time(time_text(t)), t);
  EXPECT_EQ(time_text(~std::uint64_t{0}), "never");
}

TEST(Time, what_is_none_is_refused) {
  for (const char* bad :
       {"", "-1", "tomorrow", "2026-13-01", "2026-02-29", "2026-1-1", "2026-01-01T", "2026-01-01T1:2:3Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00Zx", "1969-12-31",
        "253402300800", "99999999999999999999999", "1e9", "2026-01-01x", "2026- 1- 1", "+026-01-01"})
    EXPECT_FALSE(parse_time(bad).ok()) << bad;
}

TEST(Key, is_64_digits) {
  const std::string good(64, 'a');
  ASSERT_TRUE(parse_key(good + "\n", "k").ok());
  EXPECT_EQ((*parse_key(" " + good, "k"))[31], 0xAA);
  for (const std::string& bad : {std::string(63, 'a'), std::string(65, 'a'), std::string(62, 'a') + "0x",
                                 std::string(63, 'a') + "g", std::string(62, 'a') + "-1", std::string()})
    EXPECT_EQ(parse_key(bad, "k").error().code, ErrorCode::kUsage) << bad;
}

}  // namespace
}  // namespace nescio
