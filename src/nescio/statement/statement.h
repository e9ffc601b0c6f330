// statement/statement.h -- what a proof says about named outputs, as text and as data.
//
//   score >= 700 and score < 850        probs[2] <= 0.25       score == 712.5
//   score in [600, 700]                 score not in [600, 700]
//   argmax(probs) == 2                  (or: probs argmax == 2; or argmax == 2, of the only output)
// Joined by `and` or `&&`. Numbers are decimals, kept exactly: no floating point decides a verdict. An output of one
// value needs no index; one of several needs one, except in argmax. The empty statement says nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nescio/base/error.h"

namespace nescio {

// digits * 10^-places
struct Decimal {
  std::int64_t digits = 0;
  unsigned places = 0;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};
std::string to_string(const Decimal& d);

struct Predicate {
  enum class Kind : std::uint8_t { ge, gt, le, lt, eq, in, not_in, argmax } kind = Kind::ge;
  std::string output;                  // empty with argmax: the only one
  std::optional<std::uint32_t> index;  // of a cell, row-major
  Decimal a, b;                        // b: upper end of in and not_in; argmax: a is the class
  friend bool operator==(const Predicate&, const Predicate&) = default;
};

struct Statement {
  std::vector<Predicate> predicates;  // all hold
  friend bool operator==(const Statement&, const Statement&) = default;
};

inline constexpr std::size_t kMaxStatement = 4096;  // bytes of text

// kUsage with the place and what was expected.
Result<Statement> parse_statement(std::string_view text);
// Canonical: parse_statement(to_string(s)) == s.
std::string to_string(const Statement& s);

}  // namespace nescio
