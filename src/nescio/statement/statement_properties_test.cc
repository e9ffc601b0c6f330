// Text to statement and back: what is printed is read as what it was, and printed alike; and no text crashes the
// parser.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "nescio/statement/statement.h"

namespace nescio {
namespace {

using rc::gen::element;

std::string spaces() {
  return *element<std::string>("", " ", "  ", "\t");
}
std::string name() {
  return *element<std::string>("score", "probs", "argmax", "in", "not", "and", "a.b/c:0", "_", "1.5", "0");
}
std::string number() {
  std::string digits =
      *rc::gen::container<std::string>(*rc::gen::inRange<std::size_t>(1, 17), rc::gen::inRange('0', ':'));
  const auto point = *rc::gen::inRange<std::size_t>(0, digits.size() + 3);
  if (point <= digits.size()) digits.insert(point, ".");
  return *element<std::string>("", "-", "+") + digits;
}
std::string predicate() {
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      return "argmax(" + spaces() + name() + spaces() + ")" + spaces() + "==" + spaces() +
             std::to_string(*rc::gen::inRange(0, 20));
    case 1:
      return name() + " " + (*rc::gen::arbitrary<bool>() ? "not " : "") + "in" + spaces() + "[" + number() + spaces() +
             "," + spaces() + number() + "]";
    case 2:
      return name() + " argmax == " + std::to_string(*rc::gen::inRange(0, 20));
    default:
      return name() +
             (*rc::gen::arbitrary<bool>() ? "[" + std::to_string(*rc::gen::arbitrary<std::uint32_t>()) + "]" : "") +
             spaces() + *element<std::string>(">=", "<=", "==", ">", "<") + spaces() + number();
  }
}

void expect_fixed_point(const Statement& s) {
  const std::string printed = to_string(s);
  const auto again = parse_statement(printed);
  RC_ASSERT(again.ok());
  RC_ASSERT(*again == s);
  RC_ASSERT(to_string(*again) == printed);
}

TEST(StatementProperties, what_is_printed_is_read_again) {
  int good = 0;
  EXPECT_TRUE(rc::check("fixed point", [&] {
    std::string text = spaces() + predicate();
    for (int n = *rc::gen::inRange(0, 3); n > 0; --n)
      text += *element<std::string>(" and ", "&&", " && ") + predicate();
    const auto s = parse_statement(text);
    if (!s.ok()) {
      RC_ASSERT(s.error().code == ErrorCode::kUsage);
      RC_DISCARD("not a statement");
    }
    ++good;
    expect_fixed_point(*s);
  }));
  EXPECT_GT(good, 50);
}

TEST(StatementProperties, tokens_in_any_order) {
  EXPECT_TRUE(rc::check("tokens", [] {
    const auto tokens = *rc::gen::container<std::vector<std::string>>(
        element<std::string>("score", "argmax", "(", ")", "[", "]", "==", ">", ">=", "=", "and", "&&", "not", "in", ",",
                             "1", "-2.5", ".", "+", " ", "\n", "\x80", "99999999999999999999"));
    std::string text;
    for (const std::string& t : tokens) text += t;
    const auto s = parse_statement(text);
    if (s.ok()) {
      expect_fixed_point(*s);
    } else {
      RC_ASSERT(s.error().code == ErrorCode::kUsage);
    }
  }));
}

}  // namespace
}  // namespace nescio
