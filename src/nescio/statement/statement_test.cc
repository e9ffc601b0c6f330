#include "nescio/statement/statement.h"

#include <gtest/gtest.h>

#include "nescio/statement/public_values.h"
#include "nescio/statement/rounding.h"

namespace nescio {
namespace {

Statement parsed(std::string_view text) {
  auto s = parse_statement(text);
  EXPECT_TRUE(s.ok()) << text << (s.ok() ? "" : to_string(s.error()));
  return s.ok() ? *s : Statement();
}

// Outputs: score (1 value, scale 5/8, integers in [-40, 40]); probs (3 values, scale 1/4, integers in [0, 20]).
Circuit model() {
  Circuit c;
  for (int i = 0; i < 10; ++i) c.tensors.push_back({{1}, Public{}});
  OutputPort score;
  score.name = "score";
  score.dims = {1, 1};
  score.scale = {5, -3};
  score.lo = -40;
  score.hi = 40;
  score.pub_lo = 1;
  score.pub_hi = 2;
  score.pub_outside = 3;
  OutputPort probs;
  probs.name = "probs";
  probs.dims = {1, 3};
  probs.scale = {1, -2};
  probs.hi = 20;
  probs.pub_lo = 4;
  probs.pub_hi = 5;
  probs.pub_outside = 6;
  probs.has_argmax = true;
  probs.pub_onehot = 7;
  probs.pub_on = 8;
  probs.pub_tie = 9;
  c.outputs = {score, probs};
  return c;
}
std::vector<std::int64_t> ints(const std::vector<F>& v) {
  std::vector<std::int64_t> out;
  for (const F& x : v) out.push_back(x.to_signed());
  return out;
}
using Ints = std::vector<std::int64_t>;

TEST(Statement, canonical_text_is_a_fixed_point) {
  for (const auto& [text, canonical] : std::initializer_list<std::pair<const char*, const char*>>{
           {"score>=700", "score >= 700"},
           {"  score   <  -0.50 ", "score < -0.5"},
           {"score == +7.250 && probs[2] <= .25", "score == 7.25 and probs[2] <= 0.25"},
           {"score not in [1,2] and probs argmax == 2", "score not in [1, 2] and argmax(probs) == 2"},
           {"argmax( probs )==0", "argmax(probs) == 0"},
           {"argmax ==0", "argmax == 0"},
           {"", ""}}) {
    EXPECT_EQ(to_string(parsed(text)), canonical);
    EXPECT_EQ(parsed(canonical), parsed(text));
  }
}

TEST(Statement, malformed_text_says_where) {
  for (const char* text : {"score", "score >=", "score >= x", ">= 7", "score >= 7 and", "score >= 7 score < 9",
                           "score in [1", "score in [1,]", "score not [1,2]", "probs[1.5] > 2", "probs[-1] > 2",
                           "argmax(probs) = 2", "argmax(probs) == 1.5", "score >= 1e5", "score >= 1234567890123456789",
                           "score >= 7 or score < 3", "score => 7"}) {
    const auto s = parse_statement(text);
    ASSERT_FALSE(s.ok()) << text;
    EXPECT_EQ(s.error().code, ErrorCode::kUsage);
    EXPECT_NE(s.error().detail.find("expected"), std::string::npos);
  }
  EXPECT_FALSE(parse_statement(std::string(kMaxStatement + 1, ' ')).ok());
}

TEST(Statement, text_that_its_blanks_make_too_long_is_refused) {
  std::string text = "x>1";
  while (text.size() + 5 <= kMaxStatement / 2) text += "&&x>1";
  EXPECT_TRUE(parse_statement(to_string(parsed(text))).ok());  // "x > 1 and x > 1 .."
  while (text.size() + 5 <= kMaxStatement) text += "&&x>1";
  ASSERT_FALSE(parse_statement(text).ok());
  EXPECT_EQ(parse_statement(text).error().code, ErrorCode::kUsage);
}

// Against exact rational arithmetic on small numbers: q is the floor iff q m 2^e <= d < (q+1) m 2^e.
TEST(Rounding, floor_and_ceil_are_exact) {
  for (const std::uint64_t mantissa : {1U, 3U, 5U, 7U, 1000U})
    for (const std::int32_t exponent : {-20, -7, -3, 0, 2, 6})
      for (std::int64_t digits = -300; digits <= 300; digits += 7)
        for (const unsigned places : {0U, 1U, 3U}) {
          const Quotient q = divide({digits, places}, {mantissa, exponent});
          // Compare digits * 2^20 * 1 with q * mantissa * 2^(exponent+20) * 10^places.
          __int128 step = static_cast<__int128>(mantissa) << (exponent + 20);
          for (unsigned i = 0; i < places; ++i) step *= 10;
          const __int128 x = static_cast<__int128>(digits) * (1 << 20);
          EXPECT_LE(q.floor * step, x);
          EXPECT_GT((q.floor + 1) * step, x);
          EXPECT_EQ(q.ceil, q.floor + (q.floor * step == x ? 0 : 1));
        }
}

TEST(Rounding, extremes_do_not_wrap) {
  EXPECT_EQ(divide({1, 0}, {1, -200}).floor, std::int64_t{1} << 62);
  EXPECT_EQ(divide({-1, 0}, {1, -200}).ceil, -(std::int64_t{1} << 62));
  EXPECT_EQ(divide({1, 0}, {1, 4000}).floor, 0);
  EXPECT_EQ(divide({1, 0}, {1, 4000}).ceil, 1);
  EXPECT_EQ(divide({-1, 18}, {~std::uint64_t{0}, 100}).floor, -1);
  EXPECT_EQ(divide({0, 0}, {3, -5000}).ceil, 0);
}

TEST(Statement, thresholds_round_towards_truth) {
  const Circuit c = model();
  // score = 0.625 y: 7 is between 11 (6.875) and 12 (7.5).
  const std::tuple<const char*, std::int64_t, std::int64_t> cases[] = {{"score >= 7", 12, 40},
                                                                       {"score > 7", 12, 40},
                                                                       {"score < 7", -40, 11},
                                                                       {"score <= 7", -40, 11},
                                                                       {"score >= 5", 8, 40},
                                                                       {"score > 5", 9, 40},
                                                                       {"score < 5", -40, 7},
                                                                       {"score == 5", 8, 8},
                                                                       {"score <= 5", -40, 8},
                                                                       {"score in [5, 7]", 8, 11},
                                                                       {"score >= -7 and score < 7", -11, 11}};
  for (const auto& [text, lo, hi] : cases) {
    const auto v = statement_values(c, parsed(text), {});
    ASSERT_TRUE(v.ok()) << text;
    EXPECT_EQ(ints((*v)[1]), Ints{lo}) << text;
    EXPECT_EQ(ints((*v)[2]), Ints{hi}) << text;
    EXPECT_EQ(ints((*v)[3]), Ints{0}) << text;
  }
}

// The switches accept an output if and only if each predicate is true of it.
TEST(Statement, switches_mean_what_the_text_says) {
  const Circuit c = model();
  for (const char* text : {"score not in [5, 7]", "score not in [-100, 7]", "score >= 5 and score not in [3, 6]",
                           "score not in [7, 7.1]", "score < 7", "score in [-3, 3]", ""}) {
    const Statement s = parsed(text);
    const auto v = statement_values(c, s, {});
    ASSERT_TRUE(v.ok()) << text;
    for (std::int64_t y = -40; y <= 40; ++y) {
      const bool inside = (*v)[1][0].to_signed() <= y && y <= (*v)[2][0].to_signed();
      EXPECT_EQ(inside != ((*v)[3][0] == F(1)), fulfils(c, s, {{y}, {0, 0, 0}}).ok()) << text << " " << y;
    }
  }
}

TEST(Statement, argmax_takes_the_first_of_equals) {
  const Circuit c = model();
  const auto v = statement_values(c, parsed("argmax(probs) == 1"), {});
  ASSERT_TRUE(v.ok());
  EXPECT_EQ(ints((*v)[7]), (Ints{0, 1, 0}));
  EXPECT_EQ(ints((*v)[8]), (Ints{1}));
  EXPECT_EQ(ints((*v)[9]), (Ints{1, 0, 0}));
  const Statement s = parsed("argmax(probs) == 1");
  EXPECT_TRUE(fulfils(c, s, {{0}, {1, 5, 5}}).ok());
  EXPECT_FALSE(fulfils(c, s, {{0}, {5, 5, 1}}).ok());
  EXPECT_EQ(fulfils(c, s, {{0}, {5, 5, 1}}).error().code, ErrorCode::kStatementFalse);
}

TEST(Statement, impossible_requests_are_refused) {
  const Circuit c = model();
  for (const char* text :
       {"price >= 3", "probs >= 3", "probs[3] >= 1", "score[1] >= 3", "argmax(score) == 0", "argmax(probs) == 3",
        "argmax(probs) == 0 and argmax(probs) == 1", "score == 7", "score >= 26", "score > 5 and score < 5",
        "score not in [-100, 100]", "score not in [1, 3] and score not in [5, 7]",
        "score >= 0 and score <= 20 and score not in [5, 7]"}) {
    const auto v = statement_values(c, parsed(text), {});
    ASSERT_FALSE(v.ok()) << text;
    EXPECT_EQ(v.error().code, ErrorCode::kVStatement) << text;
    EXPECT_FALSE(v.error().detail.empty());
  }
}

TEST(Statement, revealed_values_close_the_interval) {
  const Circuit c = model();
  const auto v = statement_values(c, parsed("score >= 7"), {{{"score", {12}}}, {}, {}});
  ASSERT_TRUE(v.ok());
  EXPECT_EQ(ints((*v)[1]), Ints{12});
  EXPECT_EQ(ints((*v)[2]), Ints{12});
  using Code = ErrorCode;
  for (const auto& [bad, code] :
       {std::pair{Revealed{"score", {11}}, Code::kVStatement}, std::pair{Revealed{"score", {41}}, Code::kVPublic},
        std::pair{Revealed{"score", {1, 2}}, Code::kVPublic}, std::pair{Revealed{"x", {1}}, Code::kVStatement},
        std::pair{Revealed{"", {12}}, Code::kVStatement}}) {
    const auto refused = statement_values(c, parsed("score >= 7"), {{bad}, {}, {}});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, code) << refused.error().detail;
  }
}

// A file tells exactly what the key makes public.
TEST(Statement, disclosed_values_are_those_that_the_key_asks_for) {
  Circuit c = model();
  for (int i = 0; i < 4; ++i) c.tensors.push_back({{2}, Public{}});
  InputPort open, closed;
  open.name = "open";
  open.dims = {2};
  open.lo = -5;
  open.hi = 5;
  open.disclosed = true;
  open.pub = 10;
  closed = open;
  closed.name = "closed";
  closed.disclosed = false;
  closed.pub = 0;
  c.inputs = {open, closed};
  c.digests = {{Group::weights, 11, {}}, {Group::inputs, 12, {}}, {Group::outputs, 13, {}}};
  c.outputs[0].disclosed = true;
  const GroupDigest of_inputs{Group::inputs, {F(1), F(2), F(3), F(4)}}, of_outputs{Group::outputs, {F(5)}};
  const Disclosed good{{{"score", {12}}}, {{"open", {-5, 3}}}, {of_inputs, of_outputs}};
  const auto v = statement_values(c, parsed(""), good);
  ASSERT_TRUE(v.ok()) << to_string(v.error());
  EXPECT_EQ(ints((*v)[10]), (Ints{-5, 3}));
  EXPECT_TRUE((*v)[11].empty());
  EXPECT_EQ(ints((*v)[12]), (Ints{1, 2, 3, 4}));
  EXPECT_EQ(ints((*v)[13]), (Ints{5, 0, 0, 0}));
  EXPECT_EQ((*v)[1], (*v)[2]);
  const auto refused = [&](const auto& change) {
    Disclosed d = good;
    change(d);
    const auto result = statement_values(c, parsed(""), d);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kVPublic) << result.error().detail;
  };
  refused([](Disclosed& d) { d.outputs.clear(); });
  refused([](Disclosed& d) { d.outputs = {{"probs", {1, 2, 3}}}; });  // in place of the other
  refused([](Disclosed& d) { d.inputs.clear(); });
  refused([](Disclosed& d) { d.inputs[0].name = "closed"; });
  refused([](Disclosed& d) { d.inputs.insert(d.inputs.begin(), {"closed", {1, 1}}); });
  refused([](Disclosed& d) { d.inputs.push_back({"other", {1, 1}}); });
  refused([](Disclosed& d) { d.inputs[0].values = {-6, 3}; });
  refused([](Disclosed& d) { d.inputs[0].values = {-5, 6}; });
  refused([](Disclosed& d) { d.inputs[0].values = {-5}; });
  refused([](Disclosed& d) { d.digests.clear(); });
  refused([](Disclosed& d) { d.digests.pop_back(); });
  refused([](Disclosed& d) { std::swap(d.digests[0], d.digests[1]); });
  refused([](Disclosed& d) { d.digests[1].group = Group::weights; });
  c.digests.pop_back();
  refused([](Disclosed&) {});  // a digest that nobody asked for
}

// A condition may leave out the name of the only output; revealed values may not: nothing would check them.
TEST(Statement, revealed_values_without_a_name_are_refused) {
  Circuit c = model();
  c.outputs.resize(1);
  const Revealed unnamed{"", {39}}, named{"score", {39}};
  EXPECT_TRUE(statement_values(c, parsed(""), {{named}, {}, {}}).ok());
  const auto v = statement_values(c, parsed(""), {{unnamed}, {}, {}});
  ASSERT_FALSE(v.ok());
  EXPECT_EQ(v.error().code, ErrorCode::kVStatement);
}

}  // namespace
}  // namespace nescio
