// Sumcheck over the toy field: the best cheating prover against all challenges, and all provers of one round.
#include <gtest/gtest.h>

#include <string>

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

// The terms of one round, as often as there are rounds. That of a round by eq(z, .) has room for z, which may hide the
// lie: its 3 are the roots of eq times a quadratic, and eq has none that helps.
double bound_of(const Setting& s) {
  soundness::CircuitCounts counts;
  counts.product_degree = static_cast<std::uint8_t>(s.degree);
  counts.triples = 2;
  return static_cast<double>(s.rounds) * error_bound(s.eq ? "triple round" : "product round", counts);
}

void measure(const Setting& s) {
  const Product g = some_product(s);
  const E truth = sum_of(g);
  const E lie = s.eq ? E::zero() : truth + E::one();  // eq: that g vanishes on the cube
  std::uint64_t won = 0, all = 0;
  for_all(s.rounds + (s.eq ? s.rounds : 0), [&](const std::vector<E>& tuple) {
    ++all;
    won += accepted(s, g, lie, tuple, messages(s, g, lie, tuple)) ? 1 : 0;
    EXPECT_TRUE(s.eq || accepted(s, g, truth, tuple, messages(s, g, truth, tuple)));
  });
  const double measured = static_cast<double>(won) / static_cast<double>(all), most = bound_of(s);
  const std::string name =
      (s.eq ? "eq" : "degree " + std::to_string(s.degree)) + ", rounds " + std::to_string(s.rounds);
  std::printf("%-22s %8.4f of at most %8.4f\n", name.c_str(), measured, most);
  EXPECT_LE(measured, most) << name;
  EXPECT_GE(measured, most / 2) << name;
}

TEST(ToySumcheck, TheBestCheatStaysBelowTheBound) {
  for (std::size_t degree = 2; degree <= 4; ++degree)
    for (std::size_t rounds = 1; rounds <= 3; ++rounds) measure({false, rounds, degree});
  for (std::size_t rounds = 1; rounds <= 2; ++rounds) measure({true, rounds, 2});
}

// Of one round all messages there are, after each z.
TEST(ToySumcheck, NoOtherMessageDoesBetter) {
  std::vector<E> field{E::zero(), E::one()};
  for (const E& c : challenges()) field.push_back(c);
  for (const bool eq : {false, true}) {
    const Setting s{eq, 1, 2};
    const Product g = some_product(s);
    const E lie = eq ? E::zero() : sum_of(g) + E::one();
    std::uint64_t best_of_all = 0, best_of_ours = 0;
    for (const E& z : eq ? challenges() : std::vector<E>{E::one()}) {
      std::uint64_t most = 0, ours = 0;
      const auto tuple = [&](const E& r) { return eq ? std::vector<E>{z, r} : std::vector<E>{r}; };
      for (const E& r : challenges()) ours += accepted(s, g, lie, tuple(r), messages(s, g, lie, tuple(r))) ? 1 : 0;
      for (const E& h0 : field)
        for (const E& h2 : field) {
          std::uint64_t won = 0;
          for (const E& r : challenges()) won += accepted(s, g, lie, tuple(r), {h0, h2}) ? 1 : 0;
          most = std::max(most, won);
        }
      best_of_all += most;
      best_of_ours += ours;
    }
    EXPECT_EQ(best_of_all, best_of_ours);
    EXPECT_GT(best_of_ours, 0U);
  }
}

}  // namespace
}  // namespace nescio::toy
