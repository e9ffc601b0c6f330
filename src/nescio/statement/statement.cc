#include "nescio/statement/statement.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace nescio {
namespace {

constexpr unsigned kMaxPlaces = 18;
constexpr std::int64_t kMaxDigits = 999'999'999'999'999'999;

struct Operator {
  const char* text;
  Predicate::Kind kind;
};
// Longer ones first, so that >= is not read as >.
constexpr std::array<Operator, 5> kOperators = {{{">=", Predicate::Kind::ge},
                                                 {"<=", Predicate::Kind::le},
                                                 {"==", Predicate::Kind::eq},
                                                 {">", Predicate::Kind::gt},
                                                 {"<", Predicate::Kind::lt}}};

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == ':' || c == '/';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Statement> statement() {
    Statement out;
    skip();
    while (at_ < text_.size()) {
      NESCIO_TRY(Predicate p, predicate());
      out.predicates.push_back(std::move(p));
      if (at_ == text_.size()) break;
      if (!accept("&&") && !accept_word("and")) return error("'and' or the end");
      if (at_ == text_.size()) return error("a condition");
    }
    return out;
  }

 private:
  Error error(const std::string& expected) const {
    return Error{ErrorCode::kUsage,
                 static_cast<std::uint32_t>(at_),
                 "statement, at character " + std::to_string(at_ + 1) + ": expected " + expected +
                     ". Examples: 'score >= 700', 'score in [600, 700] and argmax(probs) == 2'",
                 {}};
  }
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool accept(std::string_view token) {
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    skip();
    return true;
  }
  bool accept_word(std::string_view word) {
    const std::size_t end = at_ + word.size();
    if (text_.substr(at_, word.size()) != word || (end < text_.size() && is_name(text_[end]))) return false;
    return accept(word);
  }
  Result<std::string> name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    if (at_ == begin) return error("the name of an output");
    const std::string out(text_.substr(begin, at_ - begin));
    skip();
    return out;
  }
  Result<Decimal> number() {
    const std::size_t begin = at_;
    const bool negative = at_ < text_.size() && text_[at_] == '-';
    if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) ++at_;
    Decimal d;
    bool any = false, point = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '.' && !point) {
        point = true;
        continue;
      }
      if (c < '0' || c > '9') break;
      any = true;
      if (d.digits > (kMaxDigits - (c - '0')) / 10 || (point && d.places == kMaxPlaces))
        return error("a number of at most 18 digits");
      d.digits = 10 * d.digits + (c - '0');
      if (point) ++d.places;
    }
    if (!any) {
      at_ = begin;
      return error("a decimal number");
    }
    if (negative) d.digits = -d.digits;
    while (d.places > 0 && d.digits % 10 == 0) {
      d.digits /= 10;
      --d.places;
    }
    skip();
    return d;
  }
  Result<Predicate> argmax(std::string output) {
    Predicate p;
    p.kind = Predicate::Kind::argmax;
    p.output = std::move(output);
    if (!accept("==")) return error("'=='");
    NESCIO_TRY(p.a, number());
    if (p.a.places != 0 || p.a.digits < 0) return error("the index of a class");
    return p;
  }
  Result<Predicate> predicate() {
    Predicate p;
    NESCIO_TRY(p.output, name());
    if (p.output == "argmax" && accept("(")) {
      NESCIO_TRY(std::string output, name());
      if (!accept(")")) return error("')'");
      return argmax(std::move(output));
    }
    if (accept_word("argmax")) return argmax(std::move(p.output));
    if (p.output == "argmax" && text_.substr(at_, 2) == "==") return argmax("");
    if (accept("[")) {
      NESCIO_TRY(const Decimal i, number());
      if (i.places != 0 || i.digits < 0 || i.digits >= (std::int64_t{1} << 32)) return error("the index of a value");
      p.index = static_cast<std::uint32_t>(i.digits);
      if (!accept("]")) return error("']'");
    }
    for (const Operator& op : kOperators)
      if (accept(op.text)) {
        p.kind = op.kind;
        NESCIO_TRY(p.a, number());
        return p;
      }
    const bool negated = accept_word("not");
    if (!accept_word("in")) return error("one of >= > <= < == in 'not in' argmax");
    p.kind = negated ? Predicate::Kind::not_in : Predicate::Kind::in;
    if (!accept("[")) return error("'['");
    NESCIO_TRY(p.a, number());
    if (!accept(",")) return error("','");
    NESCIO_TRY(p.b, number());
    if (!accept("]")) return error("']'");
    return p;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string to_string(const Decimal& d) {
  std::string s = std::to_string(d.digits < 0 ? -d.digits : d.digits);
  if (s.size() <= d.places) s.insert(0, d.places + 1 - s.size(), '0');
  if (d.places > 0) s.insert(s.size() - d.places, ".");
  return d.digits < 0 ? "-" + s : s;
}

Result<Statement> parse_statement(std::string_view text) {
  const Error too_long{ErrorCode::kUsage, 0, "statement: longer than " + std::to_string(kMaxStatement) + " bytes", {}};
  if (text.size() > kMaxStatement) return too_long;
  NESCIO_TRY(Statement out, Parser(text).statement());
  if (to_string(out).size() > kMaxStatement) return too_long;  // with all its blanks
  return out;
}

std::string to_string(const Statement& s) {
  std::string out;
  for (const Predicate& p : s.predicates) {
    if (!out.empty()) out += " and ";
    if (p.kind == Predicate::Kind::argmax) {
      out += (p.output.empty() ? "argmax" : "argmax(" + p.output + ")") + " == " + to_string(p.a);
      continue;
    }
    out += p.output;
    if (p.index) out += "[" + std::to_string(*p.index) + "]";
    if (p.kind == Predicate::Kind::in || p.kind == Predicate::Kind::not_in) {
      out += p.kind == Predicate::Kind::in ? " in [" : " not in [";
      out += to_string(p.a) + ", " + to_string(p.b) + "]";
      continue;
    }
    const auto op =
        std::find_if(kOperators.begin(), kOperators.end(), [&](const Operator& o) { return o.kind == p.kind; });
    out += " " + std::string(op->text) + " " + to_string(p.a);
  }
  return out;
}

}  // namespace nescio
