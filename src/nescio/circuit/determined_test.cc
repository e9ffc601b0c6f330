// What is said to be determined is: against all assignments of small circuits. And each rule, with what breaks it.
#include "nescio/circuit/determined.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "nescio/circuit/builder.h"
#include "nescio/circuit/check.h"
#include "nescio/witness/evaluate.h"

namespace nescio {
namespace {

class Rules : public testing::Test {
 protected:
  // Committed integers [n] in [lo, lo + rows).
  TensorId cells(std::uint32_t n, std::int64_t lo, std::uint32_t rows) {
    const TensorId id = b.committed({n}, 0);
    range(id, lo, rows);
    return id;
  }
  void range(TensorId id, std::int64_t lo, std::uint32_t rows) {
    b.lookup(b.table(rows, {progression(lo, 1)}, 0), 0, {id});
  }
  TensorId input(std::uint32_t n, std::int64_t lo, std::uint32_t rows) {
    const TensorId id = cells(n, lo, rows);
    b.input({"x" + std::to_string(id), {n}, id, {Scale{}}, lo, lo + rows - 1, false, 0});
    return id;
  }
  bool determined(TensorId id) const {
    const auto bounds = derive_bounds(b.circuit(), ErrorCode::kOverflow);
    EXPECT_TRUE(bounds.ok()) << to_string(bounds.error());
    return bounds.ok() && determined_tensors(b.circuit(), *bounds)[id];
  }
  CircuitBuilder b;
};

TEST_F(Rules, NothingIsDeterminedWithoutAReason) {
  const TensorId w = cells(3, 0, 8), x = input(3, 0, 8);
  EXPECT_TRUE(determined(x));
  EXPECT_FALSE(determined(w));
  EXPECT_FALSE(determined(b.product(w, x)));
  EXPECT_TRUE(determined(b.product(x, x)));
  EXPECT_TRUE(determined(b.constant({3}, {1, 2, 3})));
  EXPECT_FALSE(determined(b.public_values({3}, Public::Source::statement)));
}

TEST_F(Rules, WeightsUnderADigestOfTheKey) {
  const TensorId w = cells(3, 0, 8), v = cells(3, 0, 8), x = input(3, 0, 8);
  const TensorId key = b.public_values({4}, Public::Source::key),
                 stated = b.public_values({4}, Public::Source::statement);
  b.digest({Group::weights, key, {{w, 0, 7}}});
  b.digest({Group::outputs, stated, {{v, 0, 7}}});
  EXPECT_TRUE(determined(b.product(w, x)));
  EXPECT_FALSE(determined(v));  // a digest of the statement binds one run
}

// A definition is looked at once for each tensor that it names; once for each name, this would take an hour.
TEST_F(Rules, OneTensorNamedManyTimes) {
  constexpr std::size_t kTimes = 1 << 20;
  const TensorId x = input(1, 0, 2), w = cells(1, 0, 2);
  std::vector<AffineTerm> terms(kTimes, b.term(x));
  terms.push_back(b.term(w));
  const TensorId y = b.affine({1}, terms);
  EXPECT_FALSE(determined(y));
  EXPECT_FALSE(determined(w));
}

TEST_F(Rules, QuotientAndRemainder) {
  for (const std::uint32_t rows : {7U, 8U, 9U}) {  // x = 8 t + r, r < rows
    const TensorId x = input(3, 0, 1024), t = cells(3, 0, 256), r = cells(3, 0, rows);
    b.zero(b.affine({3}, {b.term(x), b.term(t, -8), b.term(r, -1)}), 0);
    EXPECT_EQ(determined(t), rows <= 8);
    EXPECT_EQ(determined(r), rows <= 8);
  }
}

TEST_F(Rules, ARowOfAPrivateTable) {
  const TensorId known = input(3, 0, 3), open = cells(3, 0, 3), bound = cells(3, -8, 16), unbound = cells(3, -8, 16);
  const TensorId key = b.public_values({4}, Public::Source::key);
  b.digest({Group::weights, key, {{bound, -8, 7}}});
  const auto found = [&](std::vector<TensorId> tensors, TensorId at) {
    std::vector<TensorId> columns = {at};
    for (std::size_t k = 0; k < tensors.size(); ++k) columns.push_back(b.committed({3}, 0));
    b.lookup(b.table(3, {progression(0, 1)}, 0, std::move(tensors)), 0, columns);
    return columns.back();
  };
  EXPECT_TRUE(determined(found({bound}, known)));
  EXPECT_FALSE(determined(found({bound}, open)));
  EXPECT_FALSE(determined(found({unbound}, known)));
  EXPECT_FALSE(determined(found({unbound, bound}, known)));  // by no rule; its prover may choose another first column
}
TEST_F(Rules, APrivateTableThatIsLearntLate) {
  // The table's column is a quotient of a value which is looked up first.
  const TensorId at = input(3, 0, 3), x = input(3, 0, 64), t = cells(3, 0, 8), y = b.committed({3}, 0);
  b.lookup(b.table(3, {progression(0, 1)}, 0, {t}), 0, {at, y});
  EXPECT_FALSE(determined(y));
  const TensorId r = cells(3, 0, 8);
  b.zero(b.affine({3}, {b.term(x), b.term(t, -8), b.term(r, -1)}), 0);
  EXPECT_TRUE(determined(y));
}
TEST_F(Rules, AnotherStepOfAPrivateTable) {
  for (const std::int64_t step : {0, 2}) {
    const TensorId at = input(3, 0, 5), t = input(3, 0, 8), y = b.committed({3}, 0);
    b.lookup(b.table(3, {progression(0, step)}, 0, {t}), 0, {at, y});
    EXPECT_EQ(determined(y), step != 0);
  }
}

TEST_F(Rules, AVirtualRemainder) {
  for (const std::uint32_t rows : {16U, 17U}) {
    const TensorId x = input(3, -512, 1024), t = cells(3, -64, 128);
    const TensorId r = b.affine({3}, {b.term(x), b.term(t, -16)}, 8);
    range(r, 0, rows);
    EXPECT_EQ(determined(t), rows == 16);
    EXPECT_EQ(determined(r), rows == 16);
  }
}

TEST_F(Rules, ADivisorIsACoefficient) {
  for (const std::uint32_t rows : {16U, 17U}) {
    const TensorId x = input(3, 0, 1024), r = cells(3, 0, rows);
    const TensorId t = b.affine({3}, {b.term(x), b.term(r, -1)}, 0, 16);
    range(t, 0, 64);
    EXPECT_EQ(determined(t), rows == 16);
  }
}

TEST_F(Rules, LimbsThatLeaveAGapOrOverlap) {
  for (const std::int64_t step : {7, 8, 9}) {
    const TensorId x = input(2, 0, 4096);
    std::vector<AffineTerm> terms = {b.term(x, -1)};
    std::vector<TensorId> limbs;
    std::int64_t coef = 1;
    for (int i = 0; i < 3; ++i, coef *= step) {
      limbs.push_back(cells(2, 0, 8));
      terms.push_back(b.term(limbs.back(), coef));
    }
    b.zero(b.affine({2}, terms), 0);
    for (const TensorId limb : limbs) EXPECT_EQ(determined(limb), step >= 8) << step;
  }
}

TEST_F(Rules, OneCellIsNotTheTensor) {
  const TensorId x = input(1, 0, 8), v = cells(3, 0, 8);
  b.zero(b.affine({1}, {b.term(x), {-1, v, {fixed_at(1)}}}), 0);
  EXPECT_FALSE(determined(v));
}

TEST_F(Rules, ATableIsReadByAProgressionOnly) {
  const TensorId x = input(3, 0, 8), y = b.committed({3}, 0), z = b.committed({3}, 0);
  b.lookup(b.table(8, {progression(0, 1), listed({5, 5, 1, 2, 2, 0, 7, 1})}, 0), 0, {x, y});
  b.lookup(b.table(8, {listed({0, 1, 2, 3, 4, 5, 6, 0}), listed({5, 5, 1, 2, 2, 0, 7, 1})}, 0), 0, {x, z});
  EXPECT_TRUE(determined(y));
  EXPECT_FALSE(determined(z));
  const TensorId u = b.committed({3}, 0);
  b.lookup(b.table(4, {progression(1, 0), progression(0, 1)}, 0), 0, {b.constant({3}, {1, 1, 1}), u});
  EXPECT_FALSE(determined(u));
}

// gadget/select.h, and what is left of it without one of its parts.
TEST_F(Rules, IndexOfTheLargest) {
  for (int missing = 0; missing < 6; ++missing) {
    const std::uint32_t n = 4;
    const TensorId y = missing == 1 ? cells(n, 0, 8) : input(n, 0, 8);
    const TensorId c = b.committed({n}, 0);
    range(c, 0, missing == 2 ? 3 : 2);
    const TensorId here = b.affine({n}, {b.term(c), b.term(b.map(c, 0, n, ShiftMatrix{1}), -1)});
    range(here, missing == 3 ? -1 : 0, missing == 3 ? 3 : 2);
    const TensorId last = b.affine({}, {{1, c, {fixed_at(missing == 4 ? n - 2 : n - 1)}}}, -1);
    b.zero(last, 0);
    const TensorId most = b.contract(here, {0}, y, {0}, {});
    const TensorId lead = b.affine({n}, {{1, most, {}}, b.term(y, -1), b.term(c)}, -1);
    range(lead, missing == 5 ? -1 : 0, 9);
    EXPECT_EQ(determined(c), missing == 0) << missing;
  }
}

// Small circuits made of the same pieces at random; every assignment of the cells from their tables. Two that agree on
// the inputs agree on whatever is said to be determined.
TEST(Determined, AgainstAllAssignmentsOfRandomCircuits) {
  std::size_t claims = 0, free_ones = 0;
  for (std::uint64_t seed = 0; seed < 8000; ++seed) {
    std::mt19937_64 rng(seed);
    const auto pick = [&](std::uint64_t n) { return rng() % n; };
    CircuitBuilder b;
    std::vector<TensorId> pool, committed;
    std::vector<std::pair<std::int64_t, std::uint32_t>> ranges;
    for (int i = 0; i < 5; ++i) {
      const auto lo = static_cast<std::int64_t>(pick(3)) - 1;
      const auto rows = static_cast<std::uint32_t>(2 + pick(3));
      const TensorId id = b.committed({1}, 0);
      b.lookup(b.table(rows, {progression(lo, 1)}, 0), 0, {id});
      committed.push_back(id);
      ranges.emplace_back(lo, rows);
    }
    b.input({"x", {1}, committed[0], {Scale{}}, ranges[0].first, ranges[0].first + ranges[0].second - 1, false, 0});
    pool = committed;
    for (int i = 0; i < 6; ++i) {
      const TensorId u = pool[pick(pool.size())], v = pool[pick(pool.size())], w = pool[pick(pool.size())];
      const auto coef = [&] { return static_cast<std::int64_t>(pick(2) == 0 ? 1 + pick(5) : -1 - pick(5)); };
      switch (pick(5)) {
        case 0:
          pool.push_back(b.product(u, v));
          break;
        case 1: {
          const auto id = b.affine({1}, {b.term(u, coef()), b.term(v, coef()), b.term(w, coef())},
                                   static_cast<std::int64_t>(pick(5)) - 2);
          pool.push_back(id);
          if (pick(2) == 0) b.zero(id, 0);
          break;
        }
        case 2: {
          const auto id =
              b.affine({1}, {b.term(u), b.term(v, coef())}, static_cast<std::int64_t>(pick(3)), 2 + pick(2));
          b.lookup(b.table(4, {progression(-1, 1)}, 0), 0, {id});  // a quotient needs a range
          pool.push_back(id);
          break;
        }
        case 3: {  // w is the cell of (t0, t1, t2) that v names; with a second column, u is one of (t1, t2, t0)
          const TensorId t[] = {pool[pick(pool.size())], pool[pick(pool.size())], pool[pick(pool.size())]};
          const auto column = [&](std::size_t first) {
            std::vector<AffineTerm> terms;
            for (std::size_t k = 0; k < 3; ++k)
              terms.push_back(b.term(b.map(t[(first + k) % 3], 0, 3, ShiftMatrix{static_cast<std::int64_t>(k)})));
            return b.affine({3}, terms);
          };
          const std::int64_t step = pick(4) == 0 ? 0 : 1;
          if (pick(2) == 0) {
            b.lookup(b.table(3, {progression(0, step)}, 0, {column(0)}), 0, {v, w});
          } else {
            const TensorId one = column(0), other = column(1);
            b.lookup(b.table(3, {progression(0, step)}, 0, {one, other}), 0, {v, w, u});
          }
          break;
        }
        default: {
          std::vector<std::int64_t> values;
          for (int r = 0; r < 6; ++r) values.push_back(static_cast<std::int64_t>(pick(4)));
          b.lookup(b.table(6, {progression(-1, 1), listed(values)}, 0), 0, {u, v});
        }
      }
    }
    const Circuit circuit = b.take();
    const auto bounds = derive_bounds(circuit, ErrorCode::kOverflow);
    if (!bounds.ok()) continue;  // nothing can satisfy it, say
    const std::vector<bool> determined = determined_tensors(circuit, *bounds);
    std::map<std::int64_t, std::vector<std::int64_t>> first;  // by input: what the first assignment has
    Witness w;
    w.values.resize(circuit.tensors.size());
    for (const Table& t : circuit.tables) w.values[t.multiplicity].resize(t.rows);
    std::vector<std::uint32_t> at(committed.size());
    for (bool more = true; more;) {
      for (std::size_t i = 0; i < at.size(); ++i)
        w.values[committed[i]] = {F::from_signed(ranges[i].first + static_cast<std::int64_t>(at[i]))};
      const PublicValues none(circuit.tensors.size());
      const auto values = evaluate_virtual(circuit, w, none);
      ASSERT_TRUE(values.ok());
      const Status s = check_relations(circuit, *values);
      if (s.ok() || s.error().where >= circuit.lookups.size() + circuit.zeros.size()) {
        std::vector<std::int64_t> found;
        for (TensorId id = 0; id < circuit.tensors.size(); ++id)
          found.push_back((*values)[id][0].to_signed());  // multiplicities: 0
        const auto [it, fresh] = first.emplace(found[committed[0]], found);
        for (TensorId id = 0; id < found.size(); ++id) {
          if (determined[id]) {
            EXPECT_EQ(found[id], it->second[id]) << "seed " << seed << ", tensor " << id;
            claims += !fresh && id != committed[0] && circuit.committed(id) != nullptr ? 1 : 0;
          } else if (found[id] != it->second[id]) {
            ++free_ones;
          }
        }
      }
      std::size_t i = 0;
      while (i < at.size() && ++at[i] == ranges[i].second) at[i++] = 0;
      more = i < at.size();
    }
  }
  EXPECT_GT(claims, 3000U);
  EXPECT_GT(free_ones, 10000U);
}

}  // namespace
}  // namespace nescio
