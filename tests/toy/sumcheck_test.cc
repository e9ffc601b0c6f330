// Sumcheck over the toy field: the best cheating prover against all challenges, and all provers of one round.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "bounds.h"
#include "game.h"
#include "nescio/sumcheck/verifier.h"
#include "polynomial.h"

namespace nescio::toy {
namespace {

struct Setting {
  bool eq = false;  // weighted by eq(z, .), z challenges that come first
  std::size_t rounds = 1;
  std::size_t degree = 2;  // factors
  bool z_drawn = true;     // else z is told, and only the rounds' challenges are counted
};

// What the prover sends when it says that the sum is `claim`: the truth where it can, else the truth and the error with
// the most roots.
std::vector<E> messages(const Setting& s, const Product& truth, E claim, const std::vector<E>& tuple) {
  const std::size_t first = s.eq ? s.rounds : 0;
  std::vector<E> out;
  Product g = truth;
  for (std::size_t i = 0; i < s.rounds; ++i) {
    const E* z = s.eq ? tuple.data() + i : nullptr;
    Poly h = round_of(g, s.eq ? z + 1 : nullptr);
    const E w0 = s.eq ? E::one() - *z : E::one(), w1 = s.eq ? *z : E::one();
    const E delta = claim - w0 * at(h, E::zero()) - w1 * at(h, E::one());
    if (!delta.is_zero()) h = plus(h, error(delta, s.degree, w0, w1), E::one());
    for (std::size_t k = 0; k <= s.degree; ++k)
      if (k != 1) out.push_back(h[k]);
    claim = at(h, tuple[first + i]);
    g = bound(g, tuple[first + i]);
  }
  return out;
}

bool accepted(const Setting& s, const Product& truth, const E& claim, const std::vector<E>& tuple,
              const std::vector<E>& sent) {
  const std::size_t first = s.eq ? s.rounds : 0;
  const std::vector<E> z(tuple.begin(), tuple.begin() + static_cast<std::ptrdiff_t>(first)),
      r(tuple.begin() + static_cast<std::ptrdiff_t>(first), tuple.end());
  return Game(r, sent).accepts([&](zk::Channel<E>& ch) {
    const auto start = ch.constant(claim);
    auto out =
        s.eq ? sumcheck::replay_eq(ch, z, start)
             : sumcheck::replay_plain(ch, static_cast<unsigned>(s.rounds), static_cast<unsigned>(s.degree), start);
    return [&truth, out = std::move(out)](const auto& value) {
      Product g = truth;
      for (const E& x : out.point) g = bound(g, x);
      E want = E::one();
      for (const Multilinear& f : g) want *= f[0];
      return value(out.claim) == want;
    };
  });
}

// Factors whose product is not zero on the cube; for eq such that some z hides it.
Product some_product(const Setting& s) {
  Product out;
  for (std::size_t k = 0; k < s.degree; ++k) {
    Multilinear f;
    for (std::size_t i = 0; i < std::size_t{1} << s.rounds; ++i)
      f.push_back(E({F(1 + (i * (k + 2)) % 4), F((i * i + k) % 5)}));
    out.push_back(std::move(f));
  }
  return out;
}
E sum_of(const Product& g) {
  E sum;
  for (std::size_t i = 0; i < g[0].size(); ++i) {
    E cell = E::one();
    for (const Multilinear& f : g) cell *= f[i];
    sum += cell;
  }
  return sum;
}

// The sum under eq(z, .); without z the sum.
E sum_of(const Setting& s, const Product& g, const std::vector<E>& tuple) {
  if (!s.eq) return sum_of(g);
  const Poly h = round_of(g, tuple.data() + 1);
  return (E::one() - tuple[0]) * at(h, E::zero()) + tuple[0] * at(h, E::one());
}

// The terms of one round, as often as there are rounds. That of a round by eq(z, .) is 3, the roots of eq times a
// quadratic; eq has none that helps, which leaves room for the z that hides the lie.
double bound_of(const Setting& s) {
  soundness::CircuitCounts counts;
  counts.product_degree = static_cast<std::uint8_t>(s.degree);
  counts.triples = 2;
  return static_cast<double>(s.rounds) * error_bound(s.eq ? "triple round" : "product round", counts);
}

void measure(const Setting& s) {
  const Product g = some_product(s);
  const std::vector<E> told(s.z_drawn ? 0 : s.rounds, challenges()[4]);
  std::uint64_t won = 0, all = 0;
  for_all(s.rounds + (s.eq && s.z_drawn ? s.rounds : 0), [&](std::vector<E> tuple) {
    tuple.insert(tuple.begin(), told.begin(), told.end());
    const E truth = sum_of(s, g, tuple),
            lie = s.eq && s.z_drawn ? E::zero() : truth + E::one();  // 0: that g vanishes on the cube
    ++all;
    won += accepted(s, g, lie, tuple, messages(s, g, lie, tuple)) ? 1 : 0;
    EXPECT_TRUE(accepted(s, g, truth, tuple, messages(s, g, truth, tuple)));
  });
  const double measured = static_cast<double>(won) / static_cast<double>(all), most = bound_of(s);
  const std::string name = (s.eq ? s.z_drawn ? "eq" : "eq, z told" : "degree " + std::to_string(s.degree)) +
                           ", rounds " + std::to_string(s.rounds);
  std::printf("%-22s %8.4f of at most %8.4f\n", name.c_str(), measured, most);
  EXPECT_LE(measured, most) << name;
  EXPECT_GE(measured, most / 2) << name;
}

TEST(ToySumcheck, TheBestCheatStaysBelowTheBound) {
  for (std::size_t degree = 2; degree <= 4; ++degree)
    for (std::size_t rounds = 1; rounds <= 3; ++rounds) measure({false, rounds, degree});
  for (std::size_t rounds = 1; rounds <= 2; ++rounds) measure({true, rounds, 2});
  for (std::size_t rounds = 1; rounds <= 3; ++rounds) measure({true, rounds, 2, false});
}

// What the bounds and the division by z_i rest on.
TEST(ToySumcheck, NoChallengeIsZeroOrOne) {
  script() = {0, 0, 1, 0, 0, 1, 1, 0, 3, 0};
  Transcript transcript{std::span<const std::uint8_t>()};
  EXPECT_EQ(transcript.challenge<E>("r"), E({F(0), F(1)}));
  EXPECT_EQ(transcript.challenge<E>("r"), E({F(3), F(0)}));
}

// All elements.
std::vector<E> field() {
  std::vector<E> out{E::zero(), E::one()};
  for (const E& c : challenges()) out.push_back(c);
  return out;
}
// The most challenges of one round that any message is accepted at, and how many ours is. `fixed` come before it.
std::pair<std::uint64_t, std::uint64_t> best_of_round(const Setting& s, const Product& g, const E& lie,
                                                      const std::vector<E>& fixed) {
  const auto wins = [&](const std::vector<E>* sent) {
    std::uint64_t won = 0;
    for (const E& r : challenges()) {
      std::vector<E> tuple = fixed;
      tuple.push_back(r);
      won += accepted(s, g, lie, tuple, sent != nullptr ? *sent : messages(s, g, lie, tuple)) ? 1 : 0;
    }
    return won;
  };
  const std::vector<E> all = field();
  std::uint64_t most = 0, messages_left = 1;
  for (std::size_t k = 0; k < s.degree; ++k) messages_left *= all.size();
  while (messages_left-- > 0) {
    std::vector<E> sent;
    for (std::uint64_t k = 0, digits = messages_left; k < s.degree; ++k, digits /= all.size())
      sent.push_back(all[digits % all.size()]);
    most = std::max(most, wins(&sent));
  }
  return {most, wins(nullptr)};
}

// Of one round all messages there are: after each z; for each value of the sum; and of degree 3.
TEST(ToySumcheck, NoOtherMessageDoesBetter) {
  const Setting eq{true, 1, 2}, plain{false, 1, 2}, cubic{false, 1, 3};
  for (const E& z : challenges()) {
    const auto [most, ours] = best_of_round(eq, some_product(eq), E::zero(), {z});
    EXPECT_EQ(most, ours);
    EXPECT_GT(ours, 0U);
  }
  const E truth = sum_of(some_product(plain));
  for (const E& said : field()) {
    const auto [most, ours] = best_of_round(plain, some_product(plain), said, {});
    EXPECT_EQ(most, ours);
    EXPECT_EQ(ours, said == truth ? challenges().size() : 2U);
  }
  const auto [most, ours] = best_of_round(cubic, some_product(cubic), sum_of(some_product(cubic)) + E::one(), {});
  EXPECT_EQ(most, ours);
  EXPECT_EQ(ours, 3U);
}

}  // namespace
}  // namespace nescio::toy
