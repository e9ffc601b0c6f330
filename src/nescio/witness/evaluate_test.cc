// Values of virtual tensors against their definitions, cell by cell; and every way in which a relation can fail.
#include "nescio/witness/evaluate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <random>

#include "nescio/circuit/builder.h"
#include "nescio/sponge/poseidon.h"
#include "nescio/witness/table_index.h"

namespace nescio {
namespace {

using Index = std::vector<std::uint32_t>;

std::vector<Index> indices(const Dims& dims) {  // in memory order
  std::vector<Index> out{{}};
  for (std::size_t d = dims.size(); d-- > 0;) {
    std::vector<Index> next;
    for (const Index& i : out)
      for (std::uint32_t x = 0; x < dims[d]; ++x) {
        Index j = i;
        j.insert(j.begin(), x);
        next.push_back(j);
      }
    out = std::move(next);
  }
  return out;
}
std::size_t offset(const Dims& dims, const Index& i) {
  std::size_t o = 0;
  for (std::size_t d = dims.size(); d-- > 0;) o = o * dims[d] + i[d];
  return o;
}

class Evaluation : public ::testing::Test {
 protected:
  TensorId input(const Dims& dims) {
    const TensorId id = b.committed(dims, 0);
    w.values.resize(id + 1);
    for (std::uint64_t i = 0; i < num_cells(dims); ++i) w.values[id].push_back(F(rng()));
    return id;
  }
  F at(TensorId id, const Index& i) const { return w.values[id][offset(b.dims(id), i)]; }
  void expect(TensorId id, const std::function<F(const Index&)>& value) {
    const Circuit& c = b.circuit();
    w.values.resize(c.tensors.size());
    const PublicValues none(c.tensors.size());
    const auto all = evaluate_virtual(c, w, none);
    ASSERT_TRUE(all.ok());
    const auto list = indices(c[id].dims);
    ASSERT_EQ((*all)[id].size(), list.size());
    for (std::size_t i = 0; i < list.size(); ++i) ASSERT_EQ((*all)[id][i], value(list[i])) << "cell " << i;
  }

  std::mt19937_64 rng{3};
  CircuitBuilder b;
  Witness w;
};

TEST_F(Evaluation, Affine) {
  const TensorId x = input({3, 4}), y = input({2});
  const TensorId z = b.affine(
      {4, 2, 3}, {{5, x, {runs_with(2), runs_with(0)}}, {-1, y, {runs_with(1)}}, {1, x, {fixed_at(2), fixed_at(1)}}},
      -7, 3);
  expect(z, [&](const Index& i) {
    return (F(5) * at(x, {i[2], i[0]}) - at(y, {i[1]}) + at(x, {2, 1}) - F(7)) * F(3).inverse();
  });
}

TEST_F(Evaluation, AffineWithoutDimensions) {
  const TensorId x = input({3});
  const TensorId s = b.affine({}, {{2, x, {fixed_at(1)}}});
  expect(s, [&](const Index&) { return F(2) * at(x, {1}); });
  const TensorId y = b.affine({4}, {{-3, s, {}}}, 1);
  expect(y, [&](const Index&) { return F(1) - F(6) * at(x, {1}); });
}

// Random contractions: each label in two or three of A, B and Y.
TEST_F(Evaluation, Contractions) {
  for (int trial = 0; trial < 200; ++trial) {
    std::map<std::uint8_t, std::uint32_t> extent;
    std::vector<std::uint8_t> a, c, y;
    for (std::uint8_t label = 0; label < 4; ++label) {
      extent[label] = 1 + static_cast<std::uint32_t>(rng() % 4);
      const std::uint64_t kind = rng() % 5;  // absent, summed, batched, free in A, free in B
      if (kind == 1 || kind == 2 || kind == 3) a.push_back(label);
      if (kind == 1 || kind == 2 || kind == 4) c.push_back(label);
      if (kind >= 2) y.push_back(label);
    }
    for (auto* labels : {&a, &c, &y}) std::shuffle(labels->begin(), labels->end(), rng);
    const auto dims_of = [&](const std::vector<std::uint8_t>& labels) {
      Dims d;
      for (const std::uint8_t l : labels) d.push_back(extent[l]);
      return d;
    };
    const TensorId p = input(dims_of(a)), q = input(dims_of(c));
    const TensorId r = b.contract(p, a, q, c, y);
    expect(r, [&](const Index& i) {
      std::map<std::uint8_t, std::uint32_t> value;
      for (std::size_t d = 0; d < y.size(); ++d) value[y[d]] = i[d];
      std::vector<std::uint8_t> summed;
      for (const std::uint8_t l : a)
        if (std::find(y.begin(), y.end(), l) == y.end()) summed.push_back(l);
      F sum;
      for (const Index& k : indices(dims_of(summed))) {
        for (std::size_t d = 0; d < summed.size(); ++d) value[summed[d]] = k[d];
        Index ia, ic;
        for (const std::uint8_t l : a) ia.push_back(value[l]);
        for (const std::uint8_t l : c) ic.push_back(value[l]);
        sum += at(p, ia) * at(q, ic);
      }
      return sum;
    });
  }
}

TEST_F(Evaluation, Maps) {
  const TensorId x = input({2, 5, 3});
  const SparseMatrix m{{{0, 1, 2}, {0, 4, -1}, {2, 0, 7}}};
  expect(b.map(x, 1, 3, m), [&](const Index& i) {
    F sum;
    for (const auto& e : m.entries)
      if (e.row == i[1]) sum += F::from_signed(e.coef) * at(x, {i[0], e.col, i[2]});
    return sum;
  });
  for (const std::int64_t shift : {-3L, 0L, 2L})
    expect(b.map(x, 1, 4, ShiftMatrix{shift}), [&](const Index& i) {
      const std::int64_t k = i[1] - shift;
      return k >= 0 && k < 5 ? at(x, {i[0], static_cast<std::uint32_t>(k), i[2]}) : F();
    });
}

TEST_F(Evaluation, PoseidonMatrixAndConstants) {
  const TensorId x = input({kPoseidonInputs, 2});
  const TensorId y = b.map(x, 0, kPoseidonSboxes, PoseidonMatrix{});
  std::vector<std::vector<F>> out(2, std::vector<F>(kPoseidonSboxes));
  for (std::size_t j = 0; j < 2; ++j) {
    std::vector<F> in;
    for (std::uint32_t i = 0; i < kPoseidonInputs; ++i) in.push_back(at(x, {i, static_cast<std::uint32_t>(j)}));
    poseidon_linear(in, out[j]);
  }
  expect(y, [&](const Index& i) { return out[i[1]][i[0]]; });
  expect(b.poseidon_constants({kPoseidonSboxes}), [&](const Index& i) { return poseidon_sbox_constants()[i[0]]; });
  expect(b.constant({3}, {-1, 5, 0}), [&](const Index& i) {
    return F::from_signed(i[0] == 0 ? -1 : i[0] == 1 ? 5 : 0);
  });
}

TEST(TableIndex, PrivateColumns) {
  const std::vector<TableColumn> columns = {progression(5, 1)};
  const TableIndex index(3, columns, {{7, -2, 7}, {0, 1, 2}});
  const auto find = [&](std::vector<std::int64_t> row) { return index.find(row); };
  EXPECT_EQ(find({5, 7, 0}), 0);
  EXPECT_EQ(find({6, -2, 1}), 1);
  EXPECT_EQ(find({7, 7, 2}), 2);
  for (const auto& row : std::vector<std::vector<std::int64_t>>{{5, 7, 2}, {7, 7, 0}, {8, 7, 0}, {4, 7, 0}, {6, 7, 1}})
    EXPECT_EQ(find(row), -1);
}

TEST(TableIndex, FindsTheRow) {
  const std::vector<TableColumn> up = {progression(-3, 1)}, down = {progression(5, -1)}, far = {progression(0, 4)};
  const std::vector<TableColumn> two = {listed({4, 4, -9, 4}), progression(10, 10)};
  const TableIndex a(8, up), c(8, down), d(8, far), e(4, two);
  for (std::int64_t x = -12; x < 40; ++x) {
    EXPECT_EQ(a.find({{x}}), x >= -3 && x < 5 ? x + 3 : -1);
    EXPECT_EQ(c.find({{x}}), x <= 5 && x > -3 ? 5 - x : -1);
    EXPECT_EQ(d.find({{x}}), x >= 0 && x < 32 && x % 4 == 0 ? x / 4 : -1);
  }
  EXPECT_EQ(e.find({{4, 20}}), 1);
  EXPECT_EQ(e.find({{4, 30}}), -1);
  EXPECT_EQ(e.find({{-9, 30}}), 2);
  EXPECT_EQ(e.find({{4, 40}}), 3);
  const std::int64_t extreme = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(a.find({{extreme}}), -1);
}

// x[2] in 0..3 with y = x + 1 a row (x, y), and x_0 = x_1.
class Relations : public ::testing::Test {
 protected:
  Relations() {
    x = b.committed({2}, 0);
    y = b.committed({2}, 0);
    const auto range = b.table(4, {progression(0, 1)}, 0), next = b.table(4, {progression(0, 1), progression(1, 1)}, 0);
    b.lookup(range, 0, {x});
    b.lookup(next, 0, {x, y});
    b.zero(b.affine({}, {{1, x, {fixed_at(0)}}, {-1, x, {fixed_at(1)}}}), 0);
    w.values.resize(b.circuit().tensors.size());
    w.values[x] = {F(2), F(2)};
    w.values[y] = {F(3), F(3)};
    for (const Table& t : b.circuit().tables) w.values[t.multiplicity] = {F(), F(), F(2), F()};
  }
  Status check() { return check_witness(b.circuit(), w, PublicValues(b.circuit().tensors.size()), &names); }

  CircuitBuilder b;
  Witness w;
  TensorId x, y;
  const RelationNames names{{"range", "next"}, {"same"}};
};

TEST_F(Relations, Hold) {
  EXPECT_TRUE(check().ok());
}
TEST_F(Relations, TheFailingOneIsNamed) {
  const auto failing = [&](TensorId id, std::size_t i, F value) {
    const Witness honest = w;
    w.values[id][i] = value;
    const Status s = check();
    w = honest;
    EXPECT_FALSE(s.ok());
    EXPECT_EQ(s.error().code, ErrorCode::kSelfCheck);
    return std::pair(s.error().where, s.error().detail);
  };
  EXPECT_EQ(failing(x, 1, F(4)), (std::pair(0U, std::string("range does not hold at cell 1"))));
  EXPECT_EQ(failing(x, 0, -F(1)), (std::pair(0U, std::string("range does not hold at cell 0"))));
  EXPECT_EQ(failing(x, 0, F(2).inverse()).first, 0U);
  EXPECT_EQ(failing(y, 0, F(4)), (std::pair(1U, std::string("next does not hold at cell 0"))));
  EXPECT_EQ(failing(b.circuit().tables[0].multiplicity, 2, F(1)).first, 3U);
  EXPECT_EQ(failing(b.circuit().tables[1].multiplicity, 0, F(1)).first, 4U);
  w.values[x] = {F(2), F(1)};
  w.values[y] = {F(3), F(2)};
  EXPECT_EQ(check().error().detail, "same does not hold at cell 0");
}
TEST_F(Relations, WrongSizes) {
  w.values[x].pop_back();
  EXPECT_EQ(check().error().code, ErrorCode::kSelfCheck);
  w.values.resize(1);
  EXPECT_EQ(check().error().code, ErrorCode::kSelfCheck);
}

}  // namespace
}  // namespace nescio
