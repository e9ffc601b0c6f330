// Forgeries by who knows the challenges in advance, of whole proofs and without any search: each message of a segment,
// each message of the opening, and cells that are committed, chosen so that the errors of a false witness cancel. The
// same test runs twice. Linked with challenges that are known in advance (pcs/frozen/transcript.cc) each forgery is
// accepted; with Fiat-Shamir each is refused, because the message decides the challenges that it was made for.
#include <gtest/gtest.h>

#include <array>

#include "nescio/prover/dishonest/dishonest_prover.h"
#include "nescio/prover/every_relation.h"

namespace nescio {
namespace {

using E = Ext3;

bool challenges_are_known() {
  Transcript a(bytes_of("x")), b(bytes_of("x"));
  a.absorb("E", "anything", bytes_of("abc"));
  return a.challenge<E>("r") == b.challenge<E>("r");
}

VerifyingKey key_of(const EveryRelation& net) {
  VerifyingKey key = toy_key<E>(net.circuit(), 9);
  key.bindings = net.bindings;
  key.params.query_pow = key.params.fold_pow = key.params.lookup_pow = 0;
  for (pcs::Round& r : key.params.rounds) r.query_pow = r.fold_pow = 0;
  return key;
}

struct Forgery : ::testing::Test {
  EveryRelation net{2};
  VerifyingKey key = key_of(net);
  TensorId squares = net.named("squares/cell");

  void count() { count_rows(net.circuit(), net.publics(), net.witness); }
  Outcome<E> outcome(const Cheat<E>& cheat = {}) const { return try_cheat<E>(key, net.witness, net.statement, cheat); }
  Told<E> unopened(Cheat<E> cheat = {}) const {
    EveryRelation fitted = net;
    fitted.fit(key);
    cheat.opens = false;
    return tell<E>(key, fitted.witness, fitted.statement, cheat);
  }
  E error(const Cheat<E>& cheat = {}) const { return unopened(cheat).error; }
  bool is_true() const { return check_witness(net.circuit(), net.witness, net.publics()).ok(); }
  static void expect_forged(const Outcome<E>& out) {
    if (challenges_are_known()) {
      EXPECT_TRUE(out.told.error.is_zero());
      EXPECT_TRUE(out.verdict.ok());
    } else {
      EXPECT_EQ(out.code(), ErrorCode::kVOpening);
    }
  }
};

TEST_F(Forgery, what_is_true_is_believed_and_what_is_false_is_not) {
  EXPECT_TRUE(is_true());
  EXPECT_TRUE(outcome().verdict.ok());
  EXPECT_TRUE(error().is_zero());
  net.witness.values[squares][1] += F(1);
  EXPECT_EQ(outcome().code(), ErrorCode::kVOpening);
}

struct Place {
  std::uint32_t segment;
  std::size_t at;
};
Cheat<E> change(const Place& place, const E& by, const E& root_q = E::zero()) {
  Cheat<E> cheat;
  cheat.message = [=](std::uint32_t s, std::size_t at, std::string_view label, const E& x) {
    if (s != place.segment) return x;
    return at == place.at ? x + by : label == "root.q" ? x + root_q : x;
  };
  return cheat;
}

// The verifier's equations are affine in each message, all others as they are: two runs tell which one hides the error.
TEST_F(Forgery, each_message_of_a_segment) {
  const auto tell_lie = [&](int which) {
    net = EveryRelation(2);
    if (which == 0) net.witness.values[net.r][0] += F(8);  // in no table
    if (which == 1) net.witness.values[squares][1] += F(1);
    count();
  };
  for (const int lie : {0, 1}) {
    tell_lie(lie);
    ASSERT_FALSE(is_true());
    const Told<E> plain = unopened();
    ASSERT_FALSE(plain.error.is_zero());
    for (std::uint32_t s = 0; s < 2; ++s) {
      std::map<std::string, std::vector<std::size_t>> places;  // first and last with each label
      for (std::size_t at = 0; at < plain.messages[s].size(); ++at) {
        auto& list = places[plain.messages[s][at].label];
        if (list.size() == 2) list.pop_back();
        list.push_back(at);
      }
      EXPECT_GE(places.size(), 14U);
      for (const auto& [label, list] : places)
        for (const std::size_t at : list) {
          if (label == "root.q") continue;
          SCOPED_TRACE(std::to_string(lie) + " " + label + " " + std::to_string(at));
          const Place place{s, at};
          const E slope = error(change(place, E::one())) - plain.error;
          ASSERT_FALSE(slope.is_zero()) << "the message enters no equation";
          expect_forged(outcome(change(place, -(plain.error * slope.inverse()))));
        }
      // Another root.q, hidden by root.p.
      const E q = E::basis(2), base = error(change({s, 1}, E::zero(), q));
      const E slope = error(change({s, 1}, E::one(), q)) - base;
      expect_forged(outcome(change({s, 1}, -(base * slope.inverse()), q)));
    }
  }
}

TEST_F(Forgery, each_message_of_the_opening) {
  net.witness.values[net.r][0] += F(8);
  count();
  for (const pcs::Lie& lie : pcs::all_lies(key.params)) {
    SCOPED_TRACE(std::string(lie.label) + " " + std::to_string(lie.count));
    Cheat<E> cheat;
    cheat.lie = &lie;
    const Outcome<E> out = outcome(cheat);
    EXPECT_FALSE(out.told.error.is_zero());
    EXPECT_EQ(out.code(), challenges_are_known() ? ErrorCode{} : ErrorCode::kVOpening);
  }
}

// x with sum_j x_j columns[j] = target.
std::array<F, 3> solve(const std::array<E, 3>& columns, const E& target) {
  std::array<std::array<F, 4>, 3> m;
  for (unsigned d = 0; d < 3; ++d) m[d] = {columns[0][d], columns[1][d], columns[2][d], target[d]};
  for (unsigned i = 0; i < 3; ++i) {
    NESCIO_CHECK(!(m[i][i] == F()));
    const F pivot = m[i][i].inverse();
    for (F& x : m[i]) x *= pivot;
    for (unsigned k = 0; k < 3; ++k) {
      const F factor = m[k][i];
      for (unsigned j = 0; k != i && j < 4; ++j) m[k][j] -= factor * m[i][j];
    }
  }
  return {m[0][3], m[1][3], m[2][3]};
}

// Cells that are committed: the errors of a relation at four cells cancel at one point, and the multiplicities of three
// rows make up for a row that is missing.
TEST_F(Forgery, committed_cells) {
  const auto with = [&](TensorId id, std::size_t cell) {
    net.witness.values[id][cell] += F(1);
    const E out = error();
    net.witness.values[id][cell] -= F(1);
    return out;
  };
  const std::array<E, 3> of_squares = {with(squares, 1), with(squares, 2), with(squares, 3)};
  const auto copies = solve(of_squares, -with(squares, 0));
  net.witness.values[squares][0] += F(1);
  for (std::size_t i = 0; i < 3; ++i) net.witness.values[squares][i + 1] += copies[i];
  EXPECT_FALSE(is_true());
  expect_forged(outcome());

  net = EveryRelation(2);
  net.witness.values[net.r][0] += F(8);
  count();
  std::uint32_t table = 0;
  for (std::size_t i = 0; i < net.emitted.names.lookups.size(); ++i)
    if (net.emitted.names.lookups[i] == "r") table = net.circuit().lookups[i].table;
  const TensorId m = net.circuit().tables[table].multiplicity;
  const E missing = error();
  const auto counts = solve({with(m, 0) - missing, with(m, 1) - missing, with(m, 2) - missing}, -missing);
  for (std::size_t i = 0; i < 3; ++i) net.witness.values[m][i] += counts[i];
  EXPECT_FALSE(is_true());
  expect_forged(outcome());
}

// Products of pads that are none: two errors that cancel.
TEST_F(Forgery, triples) {
  const auto with = [](const E& first, const E& second) {
    Cheat<E> cheat;
    cheat.pads = [=](std::uint32_t s, zk::Pads<E>& p) {
      if (s == 0) p.triple_c[0] += first, p.triple_c[1] += second;
    };
    return cheat;
  };
  const E one = error(with(E::one(), E::zero())), other = error(with(E::zero(), E::one()));
  const Outcome<E> out = outcome(with(E::one(), -(one * other.inverse())));
  EXPECT_FALSE(out.told.failing.empty());
  expect_forged(out);
}

}  // namespace
}  // namespace nescio
