#include "nescio/api/digest_text.h"

#include <gtest/gtest.h>

namespace nescio {
namespace {

TEST(DigestText, round_trip_and_bytes) {
  const DigestCells cells = {F(1), F(0x0123456789abcdef), -F(1), F(0)};
  const std::string text = "0100000000000000efcdab896745230100000000ffffffff0000000000000000";
  EXPECT_EQ(digest_text(cells), text);
  for (const char* end : {"", "\n", " \r\n"}) {
    const auto parsed = parse_digest_text(text + end);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, cells);
  }
}

TEST(DigestText, everything_else_is_refused) {
  const std::string good(64, '0');
  ASSERT_TRUE(parse_digest_text(good).ok());
  std::string not_below_p = good;
  not_below_p.replace(16, 16, "01000000ffffffff");  // p
  std::string letter = good, upper = good;
  letter[5] = 'g';
  upper[5] = 'A';
  for (const std::string& bad : {std::string(), good + "0", good.substr(1), " " + good, not_below_p, letter, upper}) {
    const auto parsed = parse_digest_text(bad);
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInFormat);
  }
}

}  // namespace
}  // namespace nescio
