// Bounds against all assignments of small random circuits; each refusal; the limits to the unit.
#include "nescio/circuit/bounds.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "nescio/circuit/check.h"
#include "nescio/circuit/sample_circuit.h"

namespace nescio {
namespace {

Interval between(std::int64_t lo, std::int64_t hi) {
  return {true, lo, hi};
}
constexpr std::int64_t k62 = std::int64_t{1} << 62;

// ---- the sample

TEST(Bounds, OfTheSample) {
  const Sample s = make_sample(true);
  const auto bounds = derive_bounds(s.circuit);
  ASSERT_TRUE(bounds.ok()) << bounds.error().where;
  EXPECT_EQ((*bounds)[s.x], between(-128, 127));
  EXPECT_EQ((*bounds)[s.w], between(-16, 15));
  EXPECT_EQ((*bounds)[s.accumulator],
            between(4 * -16 * 127, 16 * 511 + 15 - 8));  // 4 * 16 * 128 passes the quotient's table
  EXPECT_EQ((*bounds)[s.quotient], between(-508, 511));  // (-8128 - 15 + 8) / 16 rounded up; the table's end
  EXPECT_EQ((*bounds)[s.y], between(0, 100));
  EXPECT_EQ((*bounds)[s.pub_lo], between(0, 100));
  EXPECT_EQ((*bounds)[s.packed], between(0, (1 << 20) - 1));
  for (const TensorId id : {s.x3, s.x7, s.sponge, s.key, s.digest_zero - 1}) EXPECT_FALSE((*bounds)[id].integer);
  EXPECT_FALSE((*bounds)[s.circuit.tables[0].multiplicity].integer);
}

// ---- refusals, one change each

class BoundsRefuse : public testing::Test {
 protected:
  void refused(TensorId id, const std::string& why) const {
    const auto key = derive_bounds(s.circuit);
    ASSERT_FALSE(key.ok());
    EXPECT_EQ(key.error().code, ErrorCode::kVKey);
    EXPECT_EQ(key.error().where, id);
    EXPECT_TRUE(key.error().detail.empty());
    const auto compiling = derive_bounds(s.circuit, ErrorCode::kOverflow);
    ASSERT_FALSE(compiling.ok());
    EXPECT_EQ(compiling.error().code, ErrorCode::kOverflow);
    EXPECT_NE(compiling.error().detail.find(why), std::string::npos) << compiling.error().detail;
  }
  void drop_lookups_of(TensorId id) {
    std::erase_if(s.circuit.lookups, [&](const Lookup& l) { return l.columns[0] == id; });
  }
  TensorId add(Dims dims, decltype(TensorDef::def) d) {
    s.circuit.tensors.push_back({std::move(dims), std::move(d)});
    return static_cast<TensorId>(s.circuit.tensors.size() - 1);
  }
  Sample s = make_sample(false);
};

// The weights' range is proven nowhere: the activation's lookup must not see them.
TEST_F(BoundsRefuse, WeightsWithoutRange) {
  drop_lookups_of(s.w);
  refused(s.quotient, "without a range");
}
TEST_F(BoundsRefuse, QuotientWithoutRange) {
  std::erase_if(s.circuit.lookups, [&](const Lookup& l) { return l.table == s.activation; });
  s.circuit.lookups.push_back({s.int8, 0, {s.y}});
  refused(s.quotient, "quotient");
}
// y and the remainder are in range, but the weights are not: 16 y + r = w x + 8 is only an identity mod p.
TEST(BoundsField, IntegersMustNotMeetIt) {
  for (const bool range : {true, false}) {
    CircuitBuilder b;
    const std::uint32_t byte = b.table(256, {progression(0, 1)}, 0), nibble = b.table(16, {progression(0, 1)}, 0);
    const TensorId x = b.committed({4}, 0), w = b.committed({4, 3}, 0), y = b.committed({3}, 0),
                   r = b.committed({3}, 0);
    b.lookup(byte, 0, {x});
    if (range) b.lookup(byte, 0, {w});
    b.lookup(byte, 0, {y});
    b.lookup(nibble, 0, {r});
    const TensorId wx = b.contract(w, {0, 1}, x, {0}, {1});
    const TensorId zero = b.affine({3}, {b.term(wx), b.term(y, -16), b.term(r, -1)}, 8);
    b.zero(zero, 0);
    const auto bounds = derive_bounds(b.circuit(), ErrorCode::kOverflow);
    EXPECT_EQ(bounds.ok(), range);
    if (range) continue;
    EXPECT_EQ(bounds.error().where, zero);
    EXPECT_NE(bounds.error().detail.find("integers meet values"), std::string::npos) << bounds.error().detail;
  }
}
TEST_F(BoundsRefuse, DigestInALookup) {
  const TensorId part = add({1}, Map{s.x7, 0, ShiftMatrix{0}});
  s.circuit.lookups.push_back({s.int8, 0, {part}});
  refused(part, "without a range");
}
TEST_F(BoundsRefuse, PortsOutOfRange) {
  s.circuit.inputs[0].hi = 126;  // a verifier sees to it: the values are disclosed
  EXPECT_TRUE(derive_bounds(s.circuit).ok());
  s.circuit.inputs[0].disclosed = false;
  s.circuit.zeros.pop_back();
  refused(s.x, "input");
  s = make_sample(false);
  s.circuit.outputs[0].lo = 1;
  refused(s.y, "output");
}
TEST_F(BoundsRefuse, FieldOutput) {
  OutputPort& port = s.circuit.outputs[0];
  const TensorId part = add({3}, Map{s.x7, 0, ShiftMatrix{0}});
  port.tensor = part;
  refused(part, "output");
}
TEST_F(BoundsRefuse, EmptyIntervals) {
  s.circuit.tables.push_back({2, {progression(1000, 1)}, add({2}, Committed{Role::multiplicity, 0})});
  s.circuit.lookups.push_back({static_cast<std::uint32_t>(s.circuit.tables.size() - 1), 0, {s.x}});
  refused(s.x, "no value");
}

// ---- exact limits

// Committed tensors [1] that are 0 or `high`.
class Limits : public testing::Test {
 protected:
  TensorId variable(std::int64_t high, Dims dims = {1}) {
    const TensorId id = b.committed(std::move(dims), 0);
    b.lookup(b.table(2, {progression(0, high)}, 0), 0, {id});
    return id;
  }
  bool ok() const { return derive_bounds(b.circuit()).ok(); }
  CircuitBuilder b;
};

TEST_F(Limits, AffineTensor) {
  const TensorId x = variable(k62 - 2);
  b.affine({1}, {b.term(x)}, 1);
  b.affine({1}, {b.term(x, -1)}, -1);
  EXPECT_TRUE(ok());
  b.affine({1}, {b.term(x)}, 2);
  EXPECT_FALSE(ok());
}
TEST_F(Limits, NegativeAffineTensor) {
  b.affine({1}, {b.term(variable(k62 - 2), -1)}, -2);
  EXPECT_FALSE(ok());
}
TEST_F(Limits, Contraction) {
  const std::int64_t a = std::int64_t{1} << 31, c = (std::int64_t{1} << 29) - 1;
  b.contract(variable(a, {4}), {0}, variable(c, {4}), {0}, {});
  EXPECT_TRUE(ok());
  b.contract(variable(a, {4}), {0}, variable(c + 1, {4}), {0}, {});
  EXPECT_FALSE(ok());
}
TEST_F(Limits, ContractionBeyond128Bits) {
  b.contract(variable(k62 - 1, {1 << 20, 1 << 18}), {0, 1}, variable(k62 - 1, {1 << 20, 1 << 18}), {0, 1}, {});
  EXPECT_FALSE(ok());
}
TEST_F(Limits, ManyLargeTerms) {
  const TensorId x = variable(k62 - 1);
  std::vector<AffineTerm> terms(1000, b.term(x, k62 - 1));
  terms.insert(terms.end(), 1000, b.term(x, 1 - k62));
  b.affine({1}, terms);
  EXPECT_FALSE(ok());
}
TEST_F(Limits, SparseMatrixRow) {
  const TensorId x = variable(k62 / 4, {3});
  b.map(x, 0, 2, SparseMatrix{{{0, 0, 3}, {1, 0, 1}, {1, 1, 2}}});
  EXPECT_TRUE(ok());
  b.map(x, 0, 2, SparseMatrix{{{0, 0, 3}, {1, 0, 1}, {1, 1, 2}, {1, 2, 1}}});
  EXPECT_FALSE(ok());
}
// q y = S with y in [0, 1]: the sides differ by q - S.lo at most.
TEST_F(Limits, QuotientIdentity) {
  for (const std::int64_t excess : {0, 1}) {
    b = CircuitBuilder();
    const TensorId x = variable(k62 - 1), z = variable(1);
    const TensorId y = b.affine({1}, {b.term(x, -1), b.term(z, -1)}, -excess, k62 - 1);
    b.lookup(b.table(2, {progression(0, 1)}, 0), 0, {y});
    EXPECT_EQ(ok(), excess == 0) << excess;  // (2^62 - 1) + (2^62 - 1) + 1 + excess < 2^63
  }
}
TEST_F(Limits, VanishingSum) {
  for (const std::int64_t excess : {0, 1}) {
    b = CircuitBuilder();
    b.zero(b.affine({1}, {b.term(variable(k62 - 1)), b.term(variable(k62 - 1))}, 1 + excess), 0);
    const auto bounds = derive_bounds(b.circuit());
    ASSERT_FALSE(bounds.ok());  // 1 + .. = 0 has no solution over the integers; with the excess it could wrap
    const std::string why = derive_bounds(b.circuit(), ErrorCode::kOverflow).error().detail;
    EXPECT_NE(why.find(excess == 0 ? "no value" : "differ"), std::string::npos) << why;
  }
}

// ---- rules one by one

TEST(BoundsRules, LimbsGiveTheirSumARange) {
  for (const std::int64_t sign : {1, -1}) {
    CircuitBuilder b;
    const std::uint32_t byte = b.table(256, {progression(0, 1)}, 0);
    const TensorId x = b.committed({5}, 0), twice = b.affine({5}, {b.term(x, 2)});
    const TensorId lo = b.committed({5}, 0), hi = b.committed({5}, 0);
    b.lookup(byte, 0, {lo});
    b.lookup(byte, 0, {hi});
    b.zero(b.affine({5}, {b.term(x, sign), b.term(lo, -sign), b.term(hi, -256 * sign)}, 32768 * sign), 0);
    const auto bounds = derive_bounds(b.circuit());
    ASSERT_TRUE(bounds.ok());
    EXPECT_EQ((*bounds)[x], between(-32768, 32767));
    EXPECT_EQ((*bounds)[twice], between(-65536, 65534));
  }
}
TEST(BoundsRules, APrivateColumnGivesItsInterval) {
  CircuitBuilder b;
  const TensorId at = b.committed({3}, 0), y = b.committed({3}, 0), cell = b.committed({4}, 0);
  const TensorId column = b.affine({4}, {b.term(cell, -2)}, 1);
  b.lookup(b.table(4, {progression(0, 1)}, 0, {column}), 0, {at, y});
  const auto open = derive_bounds(b.circuit(), ErrorCode::kOverflow);
  ASSERT_FALSE(open.ok());
  b.lookup(b.table(8, {progression(0, 1)}, 0), 0, {cell});
  const auto bounds = derive_bounds(b.circuit());
  ASSERT_TRUE(bounds.ok());
  EXPECT_EQ((*bounds)[at], between(0, 3));
  EXPECT_EQ((*bounds)[y], between(-13, 1));
}
TEST(BoundsRules, APrivateColumnOfTheFieldIsRefused) {
  CircuitBuilder b;
  const TensorId x = b.committed({3}, 0), y = b.committed({3}, 0), column = b.committed({4}, 0);
  const std::uint32_t small = b.table(4, {progression(0, 1)}, 0);
  b.lookup(small, 0, {x});
  b.lookup(small, 0, {y});  // a range of its own
  b.lookup(b.table(4, {progression(0, 1)}, 0, {column}), 0, {x, y});
  const auto bounds = derive_bounds(b.circuit(), ErrorCode::kOverflow);
  ASSERT_FALSE(bounds.ok());
  EXPECT_EQ(bounds.error().where, column);
  EXPECT_NE(bounds.error().detail.find("a table holds"), std::string::npos);
}

TEST(BoundsRules, OneSliceIsNotEnough) {
  CircuitBuilder b;
  const TensorId x = b.committed({5, 2}, 0), y = b.committed({5}, 0);
  b.lookup(b.table(256, {progression(0, 1)}, 0), 0, {y});
  b.zero(b.affine({5}, {{1, x, {runs_with(0), fixed_at(1)}}, b.term(y, -1)}), 0);
  EXPECT_FALSE(derive_bounds(b.circuit()).ok());  // x is a field tensor, y is not
}
TEST(BoundsRules, CoefficientsOtherThanOneSayNothing) {
  CircuitBuilder b;
  const TensorId x = b.committed({5}, 0), y = b.committed({5}, 0);
  b.lookup(b.table(256, {progression(0, 1)}, 0), 0, {y});
  b.zero(b.affine({5}, {b.term(x, 2), b.term(y, -1)}), 0);
  EXPECT_FALSE(derive_bounds(b.circuit()).ok());  // x = 1/2 mod p is possible
}
// v < 2^b in a table of 2^B rows: v and 2^(B-b) v are both looked up.
TEST(BoundsRules, ShiftedLookupShrinksTheSource) {
  CircuitBuilder b;
  const TensorId v = b.committed({5}, 0), square = b.product(v, v);
  const std::uint32_t byte = b.table(256, {progression(0, 1)}, 0);
  b.lookup(byte, 0, {v});
  b.lookup(byte, 0, {b.affine({5}, {b.term(v, 16)})});
  const auto bounds = derive_bounds(b.circuit());
  ASSERT_TRUE(bounds.ok());
  EXPECT_EQ((*bounds)[v], between(0, 15));
  EXPECT_EQ((*bounds)[square], between(0, 225));
}
TEST(BoundsRules, ConstantsCountByTheirValues) {
  CircuitBuilder b;
  const TensorId x = b.committed({3}, 0);
  b.lookup(b.table(4, {progression(-1, 1)}, 0), 0, {x});
  const TensorId k = b.constant({3}, {1, -5, 2});
  const TensorId sum = b.contract(k, {0}, x, {0}, {}), product = b.product(x, k);
  // The constant's label is kept, one of equal extent is summed.
  const TensorId xx = b.contract(x, {0}, x, {1}, {0, 1}), kept = b.contract(xx, {0, 1}, k, {0}, {0, 1});
  const TensorId outer = b.contract(xx, {0, 1}, k, {0}, {1});
  const auto bounds = derive_bounds(b.circuit());
  ASSERT_TRUE(bounds.ok());
  EXPECT_EQ((*bounds)[sum], between(-3 - 10, 6 + 5));
  EXPECT_EQ((*bounds)[product], between(-10, 5));
  EXPECT_EQ((*bounds)[kept], between(-20, 10));
  EXPECT_EQ((*bounds)[outer], between(-2 * 3 - 4 * 5, 4 * 3 + 2 * 5));
}

TEST(BoundsRules, RowsThatReadNothingAreZero) {
  CircuitBuilder b;
  const TensorId x = b.committed({3}, 0);
  b.lookup(b.table(4, {progression(5, 1)}, 0), 0, {x});
  const TensorId full = b.map(x, 0, 2, SparseMatrix{{{0, 0, 1}, {1, 1, -1}, {1, 2, 2}}});
  const TensorId gap = b.map(x, 0, 3, SparseMatrix{{{0, 0, 1}, {2, 1, 1}}});
  const TensorId inside = b.map(x, 0, 2, ShiftMatrix{-1}), before = b.map(x, 0, 2, ShiftMatrix{1});
  const TensorId after = b.map(x, 0, 3, ShiftMatrix{-1});
  const auto bounds = derive_bounds(b.circuit());
  ASSERT_TRUE(bounds.ok());
  EXPECT_EQ((*bounds)[full], between(2, 11));
  EXPECT_EQ((*bounds)[inside], between(5, 8));
  for (const TensorId id : {gap, before, after}) EXPECT_EQ((*bounds)[id], between(0, 8));
}

// ---- every assignment of small random circuits

// Values in logical order, in the field, by the definitions alone.
class Evaluator {
 public:
  explicit Evaluator(const Circuit& circuit) : c_(circuit), values(circuit.tensors.size()) {}
  void run() {
    for (TensorId id = 0; id < c_.tensors.size(); ++id) {
      if (std::holds_alternative<Committed>(c_[id].def)) continue;
      values[id].clear();
      std::vector<std::uint32_t> index(c_[id].dims.size());
      for (std::uint64_t i = 0; i < num_cells(c_[id].dims); ++i) {
        std::uint64_t rest = i;
        for (std::size_t d = 0; d < index.size(); ++d) {
          index[d] = static_cast<std::uint32_t>(rest % c_[id].dims[d]);
          rest /= c_[id].dims[d];
        }
        values[id].push_back(cell(id, i, index));
      }
    }
  }
  bool satisfied() const {
    for (const Zero& z : c_.zeros)
      for (const F& v : values[z.tensor])
        if (!(v == F())) return false;
    for (const Lookup& l : c_.lookups)
      for (std::size_t i = 0; i < values[l.columns[0]].size(); ++i) {
        const Table& t = c_.tables[l.table];
        bool found = false;
        for (std::uint32_t row = 0; row < t.rows && !found; ++row) {
          found = true;
          for (std::size_t k = 0; k < l.columns.size(); ++k)
            found = found && values[l.columns[k]][i] == F::from_signed(t.columns[k].at(row));
        }
        if (!found) return false;
      }
    return true;
  }

 private:
  using Index = std::vector<std::uint32_t>;
  F at(TensorId id, const Index& index) const {
    std::uint64_t i = 0, stride = 1;
    for (std::size_t d = 0; d < index.size(); ++d) {
      i += index[d] * stride;
      stride *= c_[id].dims[d];
    }
    return values[id][i];
  }
  F cell(TensorId id, std::uint64_t i, const Index& y) const {
    if (const auto* k = std::get_if<Constant>(&c_[id].def)) return F::from_signed(k->values[i]);
    if (const auto* a = std::get_if<Affine>(&c_[id].def)) {
      F sum = F::from_signed(a->constant);
      for (const AffineTerm& t : a->terms) {
        Index x;
        for (const DimRef& r : t.dims) x.push_back(r.fixed ? r.value : y[r.value]);
        sum += F::from_signed(t.coef) * at(t.source, x);
      }
      return sum * F(a->divisor).inverse();
    }
    if (const auto* m = std::get_if<Map>(&c_[id].def)) {
      F sum;
      Index x = y;
      const auto add = [&](std::int64_t col, std::int64_t coef) {
        if (col < 0 || col >= c_[m->source].dims[m->dim]) return;
        x[m->dim] = static_cast<std::uint32_t>(col);
        sum += F::from_signed(coef) * at(m->source, x);
      };
      if (const auto* shift = std::get_if<ShiftMatrix>(&m->matrix)) add(std::int64_t{y[m->dim]} - shift->offset, 1);
      if (const auto* sparse = std::get_if<SparseMatrix>(&m->matrix))
        for (const auto& e : sparse->entries)
          if (e.row == y[m->dim]) add(e.col, e.coef);
      return sum;
    }
    const auto& c = std::get<Contract>(c_[id].def);
    std::array<std::uint32_t, 256> value{};
    for (std::size_t d = 0; d < y.size(); ++d) value[c.y_labels[d]] = y[d];
    std::vector<std::pair<std::uint8_t, std::uint32_t>> summed;
    for (std::size_t d = 0; d < c.a_labels.size(); ++d)
      if (std::find(c.y_labels.begin(), c.y_labels.end(), c.a_labels[d]) == c.y_labels.end())
        summed.push_back({c.a_labels[d], c_[c.a].dims[d]});
    F sum;
    const auto add = [&](const auto& self, std::size_t k) -> void {
      if (k == summed.size()) {
        Index a, b;
        for (const std::uint8_t l : c.a_labels) a.push_back(value[l]);
        for (const std::uint8_t l : c.b_labels) b.push_back(value[l]);
        sum += at(c.a, a) * at(c.b, b);
        return;
      }
      for (value[summed[k].first] = 0; value[summed[k].first] < summed[k].second; ++value[summed[k].first])
        self(self, k + 1);
    };
    add(add, 0);
    return sum;
  }

  const Circuit& c_;

 public:
  std::vector<std::vector<F>> values;
};

// Free cells: committed tensors [2] in tables of two or three rows. Others are copies of what a zero makes them.
struct RandomCircuit {
  Circuit circuit;
  std::vector<std::pair<TensorId, std::vector<std::int64_t>>> free;  // and the values to try
  std::vector<std::pair<TensorId, TensorId>> copies;                 // a committed tensor, and its value's tensor
};

RandomCircuit random_circuit(std::mt19937_64& rng) {
  const auto pick = [&](std::int64_t lo, std::int64_t hi) {
    return lo + static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(hi - lo + 1));
  };
  CircuitBuilder b;
  RandomCircuit r;
  std::vector<TensorId> vectors;  // all [2]
  const auto any = [&] { return vectors[rng() % vectors.size()]; };
  for (std::int64_t n = pick(1, 3); n > 0; --n) {
    std::vector<std::int64_t> values;
    for (std::int64_t rows = pick(2, n > 2 ? 2 : 3); rows > 0; --rows) values.push_back(pick(-3, 4));
    const TensorId id = b.committed({2}, 0);
    b.lookup(b.table(static_cast<std::uint32_t>(values.size()), {listed(values)}, 0), 0, {id});
    r.free.push_back({id, values});
    vectors.push_back(id);
  }
  vectors.push_back(b.constant({2}, {pick(-3, 3), pick(-3, 3)}));
  const auto coef = [&] { return pick(0, 1) == 0 ? pick(-4, -1) : pick(1, 4); };
  const auto random_affine = [&](std::uint64_t divisor) {
    std::vector<AffineTerm> terms;
    for (std::int64_t k = pick(1, 3); k > 0; --k) {
      const std::uint32_t cell = static_cast<std::uint32_t>(pick(0, 1));
      terms.push_back({coef(), any(), {pick(0, 3) == 0 ? fixed_at(cell) : runs_with(0)}});
    }
    return b.affine({2}, terms, pick(-5, 5), divisor);
  };
  for (std::int64_t n = pick(2, 7); n > 0; --n) {
    switch (pick(0, 6)) {
      case 0:
        vectors.push_back(random_affine(1));
        break;
      case 1: {  // a quotient, confined by a table
        const TensorId q = random_affine(static_cast<std::uint64_t>(pick(2, 4)));
        b.lookup(b.table(static_cast<std::uint32_t>(pick(2, 9)), {progression(pick(-4, 0), 1)}, 0), 0, {q});
        vectors.push_back(q);
        break;
      }
      case 2: {
        const TensorId x = any();
        if (private_tensors(b.circuit())[x]) vectors.push_back(b.product(x, any()));
        break;
      }
      case 3: {
        const TensorId x = any();
        if (!private_tensors(b.circuit())[x]) break;
        const TensorId sum = b.contract(x, {0}, any(), {0}, {});
        vectors.push_back(b.affine({2}, {{coef(), sum, {}}}, pick(-2, 2)));
        break;
      }
      case 4: {
        const TensorId x = any();
        if (!private_tensors(b.circuit())[x]) break;
        if (pick(0, 1) == 0) {
          vectors.push_back(b.map(x, 0, 2, ShiftMatrix{pick(-1, 1)}));
        } else {
          vectors.push_back(b.map(x, 0, 2, SparseMatrix{{{0, 0, coef()}, {0, 1, coef()}, {1, 1, coef()}}}));
        }
        break;
      }
      case 5: {  // a copy: determined by a zero
        const TensorId value = random_affine(1), copy = b.committed({2}, 0);
        const std::int64_t sign = pick(0, 1) == 0 ? 1 : -1;
        b.zero(b.affine({2}, {b.term(copy, sign), b.term(value, -sign)}), 0);
        r.copies.push_back({copy, value});
        vectors.push_back(copy);
        break;
      }
      default: {  // one more fact
        const TensorId x = any();
        b.lookup(b.table(static_cast<std::uint32_t>(pick(3, 20)), {progression(pick(-9, 0), 1)}, 0), 0, {x});
        break;
      }
    }
  }
  r.circuit = b.take();
  return r;
}

TEST(BoundsLaw, HoldForEveryAssignment) {
  std::mt19937_64 rng(11);
  int circuits = 0, assignments = 0, tight = 0;
  for (int round = 0; round < 1500; ++round) {
    const RandomCircuit r = random_circuit(rng);
    const auto bounds = derive_bounds(r.circuit);
    if (!bounds.ok()) continue;
    std::vector<Interval> seen(r.circuit.tensors.size());
    std::uint64_t choices = 1;
    for (const auto& [id, values] : r.free) choices *= values.size() * values.size();
    Evaluator e(r.circuit);
    for (std::uint64_t choice = 0; choice < choices; ++choice) {
      std::uint64_t rest = choice;
      for (const auto& [id, values] : r.free) {
        e.values[id].clear();
        for (int cell = 0; cell < 2; ++cell) {
          e.values[id].push_back(F::from_signed(values[rest % values.size()]));
          rest /= values.size();
        }
      }
      for (const auto& [copy, value] : r.copies) e.values[copy].assign(2, F());
      e.run();  // copies, one after the other, in order of their definitions
      for (const auto& [copy, value] : r.copies) {
        e.values[copy] = e.values[value];
        e.run();
      }
      if (!e.satisfied()) continue;
      ++assignments;
      for (TensorId id = 0; id < r.circuit.tensors.size(); ++id) {
        if (!(*bounds)[id].integer) continue;
        for (const F& v : e.values[id]) {
          const std::int64_t x = v.to_signed();
          ASSERT_LE((*bounds)[id].lo, x) << round << " tensor " << id;
          ASSERT_GE((*bounds)[id].hi, x) << round << " tensor " << id;
          seen[id] = seen[id].integer ? between(std::min(seen[id].lo, x), std::max(seen[id].hi, x)) : between(x, x);
        }
      }
    }
    ++circuits;
    for (TensorId id = 0; id < seen.size(); ++id) tight += seen[id].integer && seen[id] == (*bounds)[id] ? 1 : 0;
  }
  // The law is not empty: most circuits are accepted, have assignments, and many intervals are reached at both ends.
  EXPECT_GT(circuits, 750);
  EXPECT_GT(assignments, 10000);
  EXPECT_GT(tight, 4 * circuits);
}

// A chain of copies, each given a range by the one before, in the worst order, ends in bounded time.
TEST(BoundsLaw, LongChains) {
  CircuitBuilder b;
  std::vector<TensorId> x;
  for (int i = 0; i < 1000; ++i) x.push_back(b.committed({1}, 0));
  for (std::size_t i = 0; i + 1 < x.size(); ++i) b.zero(b.affine({1}, {b.term(x[i]), b.term(x[i + 1], -1)}), 0);
  b.lookup(b.table(4, {progression(0, 1)}, 0), 0, {x[0]});
  const auto forward = derive_bounds(b.circuit());
  ASSERT_TRUE(forward.ok());
  EXPECT_EQ((*forward)[x.back()], between(0, 3));

  Circuit backward = b.take();
  backward.lookups[0].columns[0] = x.back();
  EXPECT_FALSE(derive_bounds(backward).ok());  // kMaxPasses: the rest are field tensors, next to an integer
}

}  // namespace
}  // namespace nescio
