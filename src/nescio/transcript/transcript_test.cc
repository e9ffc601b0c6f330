#include "nescio/transcript/transcript.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "nescio/base/endian.h"
#include "nescio/base/parallel.h"
#include "nescio/field/extension.h"

namespace nescio {
namespace {

std::string hex(const Digest& d) {
  std::string out;
  char digits[3];
  for (const std::uint8_t b : d.bytes) out.append(digits, std::snprintf(digits, sizeof digits, "%02x", b));
  return out;
}
Transcript start(std::string_view domain = "nescio transcript test") {
  return Transcript(bytes_of(domain));
}

// Expected values: transcript_vectors.py, an independent program.
TEST(Transcript, KnownAnswers) {
  Transcript t = start();
  EXPECT_EQ(hex(t.digest()), "fa0f2e7ea08a0ba8ceb92cd6e17b28aa47d15399dadfb997c74b60f597b83ea5");
  std::array<std::uint8_t, 24> payload;
  std::iota(payload.begin(), payload.end(), std::uint8_t{0});
  t.absorb("E", "layer", payload);
  EXPECT_EQ(hex(t.digest()), "8a40e1afd526a8e844f4f83885028df7f001e4d272669d323136757ac0b07dd7");
  EXPECT_EQ(t.challenge<Ext2>("alpha"), Ext2({F(0x698595d5b7e76e5), F(0x2d926664c9657adb)}));
  EXPECT_EQ(t.challenge<Ext3>("beta"), Ext3({F(0xb152cd38dbdac54a), F(0x939d31a5e91c6d3f), F(0x6b9df3bf399dc5ef)}));
  EXPECT_EQ(t.indices("query", 10, 13),
            (std::vector<std::uint32_t>{6299, 4924, 7515, 1555, 6795, 9, 6769, 7858, 6207, 5547}));
  EXPECT_EQ(t.find_nonce("work", 12), 2338u);
  EXPECT_TRUE(t.check_nonce("work", 12, 2338));
  EXPECT_EQ(hex(t.fork("segment", 3, 5).digest()), "de5979ff86a7bdb667ae7e7a49ce2c1bd7ed92ef839bd4289d057865f7b55670");
  EXPECT_EQ(hex(t.digest()), "2814c31f35d7aaccefa5ecbef87a364341b8207fe41c0f68596d543afc1ca6f4");
}

struct Message {
  std::string kind, label, payload;
};
Ext3 next_challenge(const std::vector<Message>& messages, std::string_view domain = "d") {
  Transcript t = start(domain);
  for (const Message& m : messages) t.absorb(m.kind, m.label, bytes_of(m.payload));
  return t.challenge<Ext3>("c");
}
const std::vector<Message> kMessages = {{"E", "sum.c0", "01234567890123456789abcd"},
                                        {"digest", "root", "0123456789abcdef0123456789abcdef"},
                                        {"F", "x", ""}};

TEST(Transcript, EveryMutationChangesTheNextChallenge) {
  const Ext3 honest = next_challenge(kMessages);
  EXPECT_EQ(next_challenge(kMessages), honest);
  EXPECT_NE(next_challenge(kMessages, "e"), honest);
  EXPECT_NE(next_challenge(kMessages, ""), honest);
  for (std::size_t m = 0; m < kMessages.size(); ++m)
    for (std::string Message::* field : {&Message::kind, &Message::label, &Message::payload}) {
      const std::size_t size = (kMessages[m].*field).size();
      for (std::size_t i = 0; i < size; ++i)
        for (unsigned bit = 0; bit < 8; ++bit) {
          auto changed = kMessages;
          (changed[m].*field)[i] ^= static_cast<char>(1u << bit);
          EXPECT_NE(next_challenge(changed), honest) << m << ' ' << i << ' ' << bit;
        }
      auto longer = kMessages, shorter = kMessages;
      (longer[m].*field) += '\0';
      EXPECT_NE(next_challenge(longer), honest);
      if (size == 0) continue;
      (shorter[m].*field).pop_back();
      EXPECT_NE(next_challenge(shorter), honest);
    }
}

TEST(Transcript, OrderAndNumberOfMessagesMatter) {
  const Ext3 honest = next_challenge(kMessages);
  for (std::size_t m = 0; m < kMessages.size(); ++m) {
    auto dropped = kMessages, twice = kMessages, swapped = kMessages;
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(m));
    EXPECT_NE(next_challenge(dropped), honest);
    twice.push_back(twice[m]);
    EXPECT_NE(next_challenge(twice), honest);
    std::swap(swapped[m], swapped[(m + 1) % swapped.size()]);
    EXPECT_NE(next_challenge(swapped), honest);
  }
}

// No byte can move between kind, label and payload, or from one message to the next.
TEST(Transcript, EncodingIsInjective) {
  const std::string s = "abcabcabcabc";
  std::map<Digest, std::string> seen;
  const auto add = [&](const std::vector<Message>& messages, const std::string& what) {
    Transcript t = start();
    for (const Message& m : messages) t.absorb(m.kind, m.label, bytes_of(m.payload));
    const auto [at, fresh] = seen.emplace(t.digest(), what);
    EXPECT_TRUE(fresh) << at->second << " and " << what;
  };
  add({}, "nothing");
  for (std::size_t i = 0; i <= s.size(); ++i)
    for (std::size_t j = i; j <= s.size(); ++j) {
      const std::string cut = std::to_string(i) + ',' + std::to_string(j);
      add({{s.substr(0, i), s.substr(i, j - i), s.substr(j)}}, cut);
      add({{"E", s.substr(0, i), s.substr(i, j - i)}, {"E", "x", s.substr(j)}}, "two " + cut);
    }
}

TEST(Transcript, ChallengesDependOnLabelAndPosition) {
  std::set<std::uint64_t> seen;
  Transcript t = start();
  for (const char* label : {"a", "b", ""}) {
    Transcript u = t;
    EXPECT_TRUE(seen.insert(u.challenge<Ext2>(label)[0].canonical()).second) << label;
    EXPECT_NE(u.digest(), t.digest());
    EXPECT_TRUE(seen.insert(u.challenge<Ext2>(label)[0].canonical()).second) << label;
  }
  // Drawing indices is a challenge of its own: it moves the state, whatever the count.
  Transcript v = t, w = t;
  v.indices("a", 1, 8);
  w.indices("a", 100, 8);
  EXPECT_NE(v.digest(), t.digest());
  EXPECT_EQ(v.digest(), w.digest());
}

TEST(Transcript, IndicesAreBelowTheirBoundAndNested) {
  const auto wide = start().indices("q", 1000, 32);
  for (unsigned log_n = 0; log_n <= 32; ++log_n) {
    const auto some = start().indices("q", 1000, log_n);
    for (std::size_t i = 0; i < some.size(); ++i)
      ASSERT_EQ(some[i], wide[i] & ((std::uint64_t{1} << log_n) - 1)) << log_n;
  }
  std::vector<int> hits(16, 0);
  for (const std::uint32_t i : start().indices("q", 16000, 4)) ++hits[i];
  for (const int h : hits) EXPECT_NEAR(h, 1000, 250);  // eight standard deviations
}

TEST(Transcript, ForksAreIndependentAndKeepTheParent) {
  const Transcript t = start();
  const Digest before = t.digest();
  std::set<Digest> seen = {before};
  for (const char* label : {"segment", "other"})
    for (std::uint64_t index = 0; index < 4; ++index)
      for (std::uint64_t count = 0; count < 4; ++count)
        EXPECT_TRUE(seen.insert(t.fork(label, index, count).digest()).second);
  EXPECT_EQ(t.digest(), before);
  EXPECT_EQ(t.fork("segment", 1, 4).digest(), t.fork("segment", 1, 4).digest());
  EXPECT_NE(start("another").fork("segment", 1, 4).digest(), t.fork("segment", 1, 4).digest());
}

// ---- rejection

// More words than any field needs, so that the draw passes word 3.
struct Five {
  static constexpr unsigned D = 5;
  std::array<F, 5> c{};
  Five() = default;
  explicit Five(const std::array<F, 5>& x) : c(x) {}
  static Five zero() { return Five(); }
  static Five one() { return Five({F(1), F(), F(), F(), F()}); }
  bool operator==(const Five&) const = default;
};

// The squeezed words of this domain and label, found by search: word 3 of the first block is at or above p.
TEST(Transcript, WordsAboveTheModulusAreSkipped) {
  std::uint8_t domain[8];
  store_u64(domain, 80933393);
  // The words themselves: indices are not rejected.
  const auto low = Transcript(domain).indices("c", 12, 32);
  ASSERT_EQ(low[3], 0x78bc6f06u);  // of 0xffffffff78bc6f06
  const Five five = Transcript(domain).challenge<Five>("c");
  const std::size_t used[5] = {0, 1, 2, 4, 5};
  for (std::size_t d = 0; d < 5; ++d) EXPECT_EQ(static_cast<std::uint32_t>(five.c[d].canonical()), low[used[d]]) << d;
}

// A field of four elements stands for E, where 0 and 1 are too rare to be seen.
struct Four {
  static constexpr unsigned D = 1;
  std::uint64_t v = 0;
  explicit Four(const std::array<F, 1>& x) : v(x[0].canonical() % 4) {}
  explicit Four(std::uint64_t x) : v(x) {}
  static Four zero() { return Four(std::uint64_t{0}); }
  static Four one() { return Four(std::uint64_t{1}); }
  bool operator==(const Four&) const = default;
};

TEST(Transcript, ZeroAndOneAreNeverChallenges) {
  Transcript t = start();
  int counts[4] = {}, skipped = 0;
  for (int i = 0; i < 400; ++i) {
    Transcript copy = t;
    const auto words = copy.indices("c", 64, 2);
    const Four c = t.challenge<Four>("c");
    ++counts[c.v];
    // It is the first admissible word of the same stream.
    const auto first = std::find_if(words.begin(), words.end(), [](std::uint32_t w) { return w > 1; });
    ASSERT_NE(first, words.end());
    EXPECT_EQ(c.v, *first);
    skipped += first != words.begin();
  }
  EXPECT_EQ(counts[0], 0);
  EXPECT_EQ(counts[1], 0);
  EXPECT_GT(counts[2], 100);
  EXPECT_GT(counts[3], 100);
  EXPECT_GT(skipped, 100);
}

// ---- proof of work

Transcript problem(unsigned number) {
  Transcript t = start();
  t.absorb("F", "number", bytes_of(std::to_string(number)));
  return t;
}

TEST(Work, NonceIsTheSmallest) {
  for (unsigned bits = 1; bits <= 8; ++bits)
    for (unsigned number = 0; number < 150; ++number) {
      const Transcript t = problem(number);
      const std::uint64_t nonce = t.find_nonce("w", bits);
      for (std::uint64_t n = 0; n <= nonce; ++n)
        ASSERT_EQ(Transcript(t).check_nonce("w", bits, n), n == nonce) << bits << ' ' << number << ' ' << n;
    }
}

// Several threads search one round, and often more than one of them finds a nonce.
TEST(Work, NonceDoesNotDependOnTheThreads) {
  for (unsigned number = 0; number < 120; ++number) {
    const Transcript t = problem(number);
    set_num_threads(1);
    const std::uint64_t nonce = t.find_nonce("w", 17);
    EXPECT_TRUE(Transcript(t).check_nonce("w", 17, nonce));
    for (const unsigned threads : {2u, 7u}) {
      set_num_threads(threads);
      ASSERT_EQ(t.find_nonce("w", 17), nonce) << number << ' ' << threads;
    }
  }
  set_num_threads(0);
}

TEST(Work, IsBoundToStateAndLabelAndIsAbsorbed) {
  const Transcript t = start();
  const std::uint64_t nonce = t.find_nonce("w", 10);
  // The chance that one nonce serves three other problems is 2^-30.
  int others = 0;
  others += Transcript(t).check_nonce("v", 10, nonce);
  others += start("other").check_nonce("w", 10, nonce);
  others += t.fork("f", 0, 1).check_nonce("w", 10, nonce);
  EXPECT_LT(others, 3);

  Transcript good = t, bad = t, none = t;
  EXPECT_TRUE(good.check_nonce("w", 10, nonce));
  EXPECT_FALSE(bad.check_nonce("w", 10, nonce - 1));
  EXPECT_TRUE(none.check_nonce("w", 0, nonce));
  EXPECT_EQ(none.digest(), t.digest());
  EXPECT_NE(good.digest(), t.digest());
  EXPECT_NE(bad.digest(), t.digest());
  EXPECT_NE(bad.digest(), good.digest());
  EXPECT_EQ(t.find_nonce("w", 0), 0u);
}

TEST(WorkDeathTest, TooManyBits) {
  Transcript t = start();
  EXPECT_DEATH((void)t.find_nonce("w", 41), "internal error");
  EXPECT_DEATH((void)t.check_nonce("w", 41, 0), "internal error");
}

}  // namespace
}  // namespace nescio
