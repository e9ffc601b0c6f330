// One product and one zero over the toy field: a_i b_i - c_i = 0 for two i, with cells for which it is false.
//
// Challenges of the segment: point, zeta, r of the product's round, tau and r of the triples' round; then rho.
#include <gtest/gtest.h>

#include "bounds.h"
#include "polynomial.h"
#include "segment.h"

namespace nescio::toy {
namespace {

constexpr TensorId kA = 0, kB = 1, kC = 2;
constexpr std::size_t kPoint = 0, kZeta = 1, kRound = 2, kTau = 3, kTripleRound = 4, kRho = 5, kChallenges = 6;

// differences: a_i b_i - c_i.
Commitment product(const std::vector<F>& differences) {
  const Dims two{2};
  Circuit c;
  for (int i = 0; i < 3; ++i) c.tensors.push_back({two, Committed{Role::value, 0}});
  c.tensors.push_back({two, Contract{kA, kB, {0}, {0}, {0}}});
  c.tensors.push_back({two, Affine{{{1, 3, {{false, 0}}}, {-1, kC, {{false, 0}}}}, 0, 1}});
  c.zeros.push_back({4, 0});
  Commitment out(c);
  out.cells[kA] = {F(2), F(4)};
  out.cells[kB] = {F(3), F(1)};
  out.cells[kC] = {F(2) * F(3) - differences[0], F(4) - differences[1]};
  return out;
}
// Vanishes at the point 2, and at no other.
const std::vector<F> kLie = {F(1), F(3)};

Multilinear table(const Commitment& c, TensorId id) {
  return {E(c.cells[id][0]), E(c.cells[id][1])};
}
Multilinear elements(const Commitment& c, TensorId id) {
  return {c.element(id, 0), c.element(id, 1)};
}
E extension_at(const Multilinear& f, const E& x) {
  return bound(f, x)[0];
}
E eq_of(const E& x, const E& y) {
  return x * y + (E::one() - x) * (E::one() - y);
}

// What is false, and what the prover adds to its true messages.
struct Lies {
  E dummy;                             // to the root's denominator
  E root_p, a, b, triple_a, triple_b;  // to the messages of these names
  Poly round, triple_round;            // to the round polynomials
};

// What the first wave's claim is off by: the round polynomial has to make up for it.
E off(const Commitment& c, const std::vector<E>& drawn, const Lies& lies) {
  const Multilinear a = table(c, kA), b = table(c, kB), t = table(c, kC);
  const Multilinear difference{a[0] * b[0] - t[0], a[1] * b[1] - t[1]};
  return lies.dummy - drawn[kZeta] * extension_at(difference, drawn[kPoint]);
}

std::vector<E> messages(const Commitment& c, const std::vector<E>& drawn, const Lies& lies) {
  Sender to(c);
  to.clear(c.element(c.tensors[0].dummy, 0) + lies.dummy);
  to.hidden(lies.root_p);
  // zeta sum_i eq(point, i) a_i b_i
  const Multilinear a = table(c, kA), b = table(c, kB);
  const E x = drawn[kPoint], r = drawn[kRound];
  Poly h = round_of({{E::one() - x, x}, a, b}, nullptr);
  h = plus(times(h, {drawn[kZeta]}), lies.round, E::one());
  h.resize(4);
  for (const std::size_t k : {0, 2, 3}) to.hidden(h[k]);
  to.product(extension_at(a, r) + lies.a, extension_at(b, r) + lies.b);
  // sum_i eq(tau, i) (TA_i TB_i - TC_i), of which the verifier has taken out eq.
  const Multilinear ta = elements(c, c.tensors[0].triple_a), tb = elements(c, c.tensors[0].triple_b),
                    tc = elements(c, c.tensors[0].triple_c);
  Poly g = plus(times({ta[0], ta[1] - ta[0]}, {tb[0], tb[1] - tb[0]}), {tc[0], tc[1] - tc[0]}, -E::one());
  g = plus(g, lies.triple_round, E::one());
  to.hidden(g[0]);
  to.hidden(g[2]);
  to.clear(extension_at(ta, drawn[kTripleRound]) + lies.triple_a);
  to.clear(extension_at(tb, drawn[kTripleRound]) + lies.triple_b);
  return to.sent();
}

void expect(const char* name, std::uint64_t won, std::uint64_t all, double most) {
  const double measured = static_cast<double>(won) / static_cast<double>(all);
  std::printf("%-22s %8.4f of at most %8.4f\n", name, measured, most);
  EXPECT_LE(measured, most) << name;
  EXPECT_GE(measured, most / 2) << name;
}

// The segment's challenges with those from `first` on replaced.
std::vector<E> drawn_with(std::size_t first, const std::vector<E>& some) {
  const std::vector<E> all = challenges();
  std::vector<E> out;
  for (std::size_t i = 0; i < kChallenges; ++i) out.push_back(all[(5 * i + 8) % all.size()]);
  std::copy(some.begin(), some.end(), out.begin() + static_cast<std::ptrdiff_t>(first));
  return out;
}

TEST(ToyRelation, WhatIsTrueIsAlwaysAccepted) {
  const Commitment truth = product({F(0), F(0)});
  for_all(2, [&](const std::vector<E>& some) {
    for (const std::size_t first : {kPoint, kRound, kTau, kTripleRound}) {
      const std::vector<E> drawn = drawn_with(first, some);
      ASSERT_TRUE(verdict(truth, drawn, messages(truth, drawn, {})).accepted());
    }
  });
}

// The point may hide the difference, zeta may make it meet another lie, and the round has as many roots as its degree.
TEST(ToyRelation, AProductThatIsFalse) {
  const Commitment lie = product(kLie);
  std::uint64_t won = 0, all = 0, by_point = 0;
  for_all(3, [&](const std::vector<E>& some) {
    const std::vector<E> drawn = drawn_with(kPoint, some);
    Lies lies;
    lies.dummy = E({F(1), F(1)});
    if (const E delta = off(lie, drawn, lies); !delta.is_zero())
      lies.round = error(delta, lie.counts.product_degree, E::one(), E::one());
    const Verdict v = verdict(lie, drawn, messages(lie, drawn, lies));
    ++all;
    won += v.accepted() ? 1 : 0;
    // Without a word about the dummy's denominator nothing but the point and the round can help.
    lies.dummy = E::zero();
    const E delta = off(lie, drawn, lies);
    lies.round = delta.is_zero() ? Poly{} : error(delta, lie.counts.product_degree, E::one(), E::one());
    by_point += verdict(lie, drawn, messages(lie, drawn, lies)).accepted() ? 1 : 0;
  });
  const soundness::CircuitCounts counts = lie.for_terms();
  const double point = error_bound("fresh point", counts), batch = error_bound("equation batch", counts),
               round = error_bound("product round", counts);
  expect("product, by zeta", won, all, batch + round);
  expect("product, by point", by_point, all, point + round);
}

// Triples that are no products, chosen so that tau may hide them and that they make up for a round that is lost.
TEST(ToyRelation, TriplesThatAreNoProducts) {
  Commitment lie = product(kLie);
  const std::vector<E> before = drawn_with(0, {});
  Lies lies;
  const E delta = off(lie, before, lies);
  lies.round = {delta * E(F(2).inverse())};
  const E needed = lies.round[0] * (before[kZeta] * eq_of(before[kPoint], before[kRound])).inverse();
  // The product's form is off by c - a b; the blinding triple hides it at tau = 2.
  const TensorId c = lie.tensors[0].triple_c;
  const E hide = E(F(2)), d1 = -needed * (E::one() - hide) * hide.inverse();
  lie.set(c, 0, lie.element(c, 0) + needed);
  lie.set(c, 1, lie.element(c, 1) + d1);
  std::uint64_t won = 0, all = 0, hidden = 0;
  for_all(2, [&](const std::vector<E>& some) {
    const std::vector<E> drawn = drawn_with(kTau, some);
    lies.triple_round = {};
    hidden += verdict(lie, drawn, messages(lie, drawn, lies)).accepted() ? 1 : 0;
    const E w0 = E::one() - drawn[kTau], w1 = drawn[kTau];
    const E triples_off = w0 * needed + w1 * d1;  // the claim says 0
    lies.triple_round = triples_off.is_zero() ? Poly{} : error(triples_off, 2, w0, w1);
    ++all;
    won += verdict(lie, drawn, messages(lie, drawn, lies)).accepted() ? 1 : 0;
  });
  const soundness::CircuitCounts counts = lie.for_terms();
  expect("triples, by tau", hidden, all, error_bound("triple point", counts));
  expect("triples", won, all, error_bound("triple point", counts) + error_bound("triple round", counts));
}

// Claims that are all false, by the coefficients of a polynomial in rho with as many roots as there can be. The prover
// knows all challenges but rho.
TEST(ToyRelation, FalseClaimsThatCancel) {
  Poly e{E::one()};  // by claim: p, a, b, wave, triple product, triple a, triple b; fractions
  for (std::size_t i = 0; i < 7; ++i) e = times(e, {-challenges()[i], E::one()});
  Commitment lie = product(kLie);
  ASSERT_EQ(e.size(), lie.for_terms().constraints);
  lie.set(lie.tensors[0].dummy, 0, e[0] * e[7].inverse());  // root_p over it is e[7]
  std::vector<E> drawn = drawn_with(0, {});
  const E x = drawn[kPoint], r = drawn[kRound], tau = drawn[kTau], last = drawn[kTripleRound];
  Lies lies;
  lies.root_p = e[0];
  lies.a = e[1];
  lies.b = e[2];
  lies.triple_a = -e[5];
  lies.triple_b = -e[6];
  // A line with given sum over 0 and 1, and value at r.
  const E a = extension_at(table(lie, kA), r), b = extension_at(table(lie, kB), r), half = E(F(2).inverse());
  const E value = e[3] + drawn[kZeta] * eq_of(x, r) * ((a + e[1]) * (b + e[2]) - a * b), sum = off(lie, drawn, lies);
  const E slope = (value - sum * half) * (r - half).inverse();
  lies.round = {(sum - slope) * half, slope};
  // A line that vanishes at tau: its sum under eq(tau, .) is 0.
  const E ta = extension_at(elements(lie, lie.tensors[0].triple_a), last),
          tb = extension_at(elements(lie, lie.tensors[0].triple_b), last);
  const E wanted = e[4] + (ta - e[5]) * (tb - e[6]) - ta * tb, rise = wanted * (last - tau).inverse();
  lies.triple_round = {-rise * tau, rise};
  std::uint64_t won = 0;
  for (const E& rho : challenges()) {
    drawn[kRho] = rho;
    const Verdict v = verdict(lie, drawn, messages(lie, drawn, lies));
    EXPECT_FALSE(v.all_claims);
    won += v.opens ? 1 : 0;
  }
  expect("claims, by rho", won, challenges().size(), error_bound("constraint batch", lie.for_terms()));
}

}  // namespace
}  // namespace nescio::toy
