// Lookups over the toy field: rows that are in no row of the table, against all alpha and beta. The prover is honest
// but for the cells it committed to: with these, the sum of fractions is 0 or it is not.
#include <gtest/gtest.h>

#include "bounds.h"
#include "fractions.h"
#include "segment.h"

namespace nescio::toy {
namespace {

using Row = std::vector<std::int64_t>;

// One row that is looked up, in a table of one row.
class Asked {
 public:
  Asked(const Row& row, const Row& table, std::uint64_t times) : row_(row), table_(table), lie_(commit()) {
    for (std::size_t k = 0; k < row.size(); ++k) lie_.cells[k] = {F::from_signed(row[k])};
    lie_.cells[row.size()] = {F(times)};
    const relation::SegmentTensors& t = lie_.tensors[0];
    for (const TensorId id : {t.pad, t.triple_a, t.triple_b, t.triple_c})  // the tree's messages come without pads
      std::fill(lie_.cells[id].begin(), lie_.cells[id].end(), F(0));
  }

  bool accepted(const E& alpha, const E& beta) const {
    const Layer leaves{
        {-E::one(), E(lie_.cells[row_.size()][0]), E::zero(), E::zero()},
        {alpha - print(row_, beta), alpha - print(table_, beta), lie_.element(lie_.tensors[0].dummy, 0), E::one()}};
    const std::vector<E> drawn(12, challenges()[9]);  // lambda, mu; lambda, r, mu; tau and r of the triples; rho
    std::vector<E> sent = messages(tree_of(leaves), drawn, true);
    sent.resize(sent.size() + 2 * 3 + 2);
    return verdict(lie_, drawn, sent, alpha, beta).accepted();
  }
  double share() const {
    std::uint64_t won = 0, all = 0;
    for_all(2, [&](const std::vector<E>& drawn) {
      ++all;
      won += accepted(drawn[0], drawn[1]) ? 1 : 0;
    });
    return static_cast<double>(won) / static_cast<double>(all);
  }
  double most() const {
    soundness::CircuitCounts counts = lie_.for_terms();
    counts.buses = {{2, static_cast<std::uint8_t>(row_.size())}};
    return error_bound("lookup", counts);
  }

 private:
  Commitment commit() const {
    Circuit c;
    Table t{1, {}, static_cast<TensorId>(row_.size())};
    Lookup l;
    for (std::size_t k = 0; k < row_.size(); ++k) {
      c.tensors.push_back({Dims{1}, Committed{Role::value, 0}});
      l.columns.push_back(static_cast<TensorId>(k));
      t.columns.push_back({true, 0, 1, {table_[k]}});
    }
    c.tensors.push_back({Dims{1}, Committed{Role::multiplicity, 0}});
    c.tables.push_back(std::move(t));
    c.lookups.push_back(std::move(l));
    return Commitment(std::move(c));
  }
  // fp of docs/spec/relations.md.
  static E print(const Row& row, const E& beta) {
    E sum = E::one(), power = beta;
    for (const std::int64_t v : row) sum += power * F::from_signed(v), power *= beta;
    return sum;
  }

  Row row_, table_;
  Commitment lie_;
};

// All rows of two columns; a table's row that is asked for once is the only one that is always accepted.
TEST(ToyLookup, NoRowButTheTablesOwn) {
  const Row table{1, 2};
  double most = 0;
  for (std::int64_t x = 0; x < 5; ++x)
    for (std::int64_t y = 0; y < 5; ++y)
      for (const std::uint64_t times : {1, 3}) {
        const Asked asked({x, y}, table, times);
        if (Row{x, y} == table && times == 1) {
          // But where alpha is the row's own fingerprint: a denominator is 0.
          EXPECT_GE(asked.share(), 1 - 2.0 / static_cast<double>(challenges().size()));
          continue;
        }
        EXPECT_LE(asked.share(), asked.most()) << x << " " << y << " " << times;
        most = std::max(most, asked.share());
      }
  std::printf("%-22s %8.4f of at most %8.4f\n", "row, two columns", most, Asked({0, 0}, table, 1).most());
  EXPECT_GT(most, 0);
}

// Eight columns, the most there can be: fingerprints that are equal for seven beta.
TEST(ToyLookup, ARowWithTheFingerprintOfAnother) {
  Poly f{E::one()};
  for (const std::uint64_t root : {2, 3, 4}) f = times(f, {-E(F(root)), E::one()});
  for (const E& root : {E({F(0), F(1)}), E({F(1), F(1)})}) {  // and conjugates: the coefficients are in F_5
    f = times(f, {-root, E::one()});
    f = times(f, {-root.pow(F::kModulus), E::one()});
  }
  ASSERT_EQ(f.size(), 8U);
  Row row;
  for (const E& c : f) row.push_back(static_cast<std::int64_t>(c[0].canonical()));
  const Asked asked(row, Row(8), 1);
  const double share = asked.share();
  std::printf("%-22s %8.4f of at most %8.4f\n", "row, eight columns", share, asked.most());
  EXPECT_LE(share, asked.most());
  EXPECT_GE(share, asked.most() / 3);
}

}  // namespace
}  // namespace nescio::toy
