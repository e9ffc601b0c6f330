// The k largest entries: against sorting, against all witnesses of small rows, and lies that a prover might try.
#include "nescio/gadget/top.h"

#include <algorithm>
#include <numeric>

#include "nescio/gadget/testing.h"

namespace nescio {
namespace {

using testing::all_outputs;
using testing::emit;
using testing::expect_bounds;
using testing::run_both;

using List = std::vector<std::int64_t>;

const GadgetPlan kPlan{.widths = 1U << 3, .sign_bits = 2, .unary_tables = false};

Var rows_of(Backend& b, const List& values, std::uint32_t n, Bound range) {
  const auto rows = static_cast<std::uint32_t>(values.size()) / n;
  const Var y = b.commit("y", rows == 1 ? Dims{n} : Dims{n, rows},
                         [values](const HintView&, auto out) { std::copy(values.begin(), values.end(), out.begin()); });
  b.lookup("range", b.interval_table(range.lo, static_cast<std::uint32_t>(range.hi - range.lo + 1)), {y});
  return y;
}

// Values, then indices.
testing::Lowering top_of(const List& y, std::uint32_t n, std::uint32_t k, Bound range, const GadgetPlan& plan = kPlan) {
  return [=](Backend& b) {
    const Top top = take_top(b, plan, "top", rows_of(b, y, n, range), k);
    return std::vector<Var>{top_values(b, plan, "values", top), top_indices(b, plan, "indices", top)};
  };
}

// By sorting, row by row.
std::pair<List, List> sorted_top(const List& y, std::size_t n, std::size_t k) {
  std::pair<List, List> out;
  for (std::size_t row = 0; row < y.size(); row += n) {
    List order(n);
    std::iota(order.begin(), order.end(), 0);
    const auto at = [&](std::int64_t i) { return y[row + static_cast<std::size_t>(i)]; };
    std::sort(order.begin(), order.end(), [&](auto i, auto j) { return std::pair(-at(i), i) < std::pair(-at(j), j); });
    for (std::size_t r = 0; r < k; ++r) {
      out.first.push_back(at(order[r]));
      out.second.push_back(order[r]);
    }
  }
  return out;
}

void expect_sorted(const List& y, std::uint32_t n, std::uint32_t k, Bound range, const GadgetPlan& plan = kPlan) {
  const auto lowering = top_of(y, n, k, range, plan);
  const auto out = run_both(lowering);
  ASSERT_EQ(out.size(), 2U);
  const auto [values, indices] = sorted_top(y, n, k);
  EXPECT_EQ(out[0], values);
  EXPECT_EQ(out[1], indices);
}

List made(std::size_t n, std::int64_t times, std::int64_t modulus, std::int64_t less) {
  List y(n);
  for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<std::int64_t>(i) * times % modulus - less;
  return y;
}

TEST(Top, IsWhatSortingGives) {
  for (const std::uint32_t k : {1U, 2U, 3U, 4U}) {
    expect_sorted({3, -2, 3, 0}, 4, k, {-2, 3});
    expect_sorted({5, 5, 5, 5}, 4, k, {-8, 7});
    expect_sorted({-8, -8, 7, -8}, 4, k, {-8, 7});
    expect_sorted({1, 2, 3, 4, 4, 3, 2, 1, -9, 9, -9, 9}, 4, k, {-9, 9});
    expect_bounds(top_of({1, 2, 3, 4, 4, 3, 2, 1, -9, 9, -9, 9}, 4, k, {-9, 9}));
  }
  expect_sorted({4, 4}, 2, 2, {4, 4});
  expect_sorted(made(100, 37, 91, 45), 100, 64, {-50, 50}, {1U << 8, 8, false});
  expect_sorted(made(300, 37, 11, 5), 300, 5, {-32768, 32767}, {(1U << 16) | (1U << 5), 3, true});
}

// Whatever the plan and however many rounds, the intervals of values and indices are those of y and of the row.
TEST(Top, ResultsHaveTheRangeOfTheirRow) {
  for (const std::uint32_t k : {1U, 5U, 64U}) {
    EmitBackend b;
    const auto out = top_of(made(100, 37, 91, 45), 100, k, {-50, 50})(b);
    EXPECT_EQ(b.bound(out[0]), (Bound{-50, 50}));
    EXPECT_EQ(b.bound(out[1]), (Bound{0, 99}));
    EXPECT_EQ(b.info(out[0]).depth, 0U);
    EXPECT_EQ(b.dims(out[0]), Dims{k});
  }
}

// Every row of two in a small range, and every assignment of the cells that a prover chooses.
TEST(Top, HasOneWitness) {
  const Bound range{0, 1};
  for (const List& y : {List{0, 0}, List{0, 1}, List{1, 0}, List{1, 1}}) {
    const auto [values, indices] = sorted_top(y, 2, 2);
    for (const bool index : {false, true}) {
      const auto lowering = [&](Backend& b) {
        const Top top = take_top(b, kPlan, "top", rows_of(b, y, 2, range), 2);
        const Var all = index ? top_indices(b, kPlan, "indices", top) : top_values(b, kPlan, "values", top);
        std::vector<Var> cells;
        for (std::uint32_t r = 0; r < 2; ++r) cells.push_back(b.affine("cell", {}, {{1, all, {{true, r}}}}));
        return cells;
      };
      std::size_t witnesses = 0;
      EXPECT_EQ(all_outputs(lowering, 1, 2, {}, &witnesses), (std::set<List>{index ? indices : values}));
      EXPECT_EQ(witnesses, 1U);
    }
  }
}

// A prover that takes entries in an order of its choice and is honest about what follows from it.
class Order : public ::testing::Test {
 protected:
  static constexpr Bound kRange{-9, 9};

  // Whether the circuit holds for these choices, and for what is told of them if it is something else.
  bool accepted(const List& y, const std::vector<std::size_t>& order, const List& told_values = {},
                const List& told_indices = {}) {
    const auto n = static_cast<std::uint32_t>(y.size());
    const auto k = static_cast<std::uint32_t>(order.size());
    const Emitted emitted = emit(top_of(y, n, k, kRange));
    const PublicValues none = testing::publics_of(emitted.circuit, {});
    Witness w;
    w.values.resize(emitted.circuit.tensors.size());
    List rest = y;
    std::size_t round = 0;
    for (TensorId id = 0; id < w.values.size(); ++id) {
      const Committed* c = emitted.circuit.committed(id);
      if (c == nullptr) continue;
      auto& cells = w.values[id];
      cells.resize(static_cast<std::size_t>(num_cells(emitted.circuit[id].dims)));
      if (c->role != Role::value) continue;
      const std::string& name = emitted.cells[id];
      const auto set = [&](const List& x) {
        EXPECT_EQ(x.size(), cells.size()) << name;
        for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = F::from_signed(x[i]);
      };
      List values, indices;
      for (const std::size_t i : order) {
        values.push_back(y[i]);
        indices.push_back(static_cast<std::int64_t>(i));
      }
      if (!told_values.empty()) values = told_values;
      if (!told_indices.empty()) indices = told_indices;
      if (name == "y") {
        set(y);
      } else if (name.ends_with("/reached")) {
        List reached(y.size());
        for (std::size_t i = order[round]; i < reached.size(); ++i) reached[i] = 1;
        set(reached);
        lead_ = List(y.size());
        for (std::size_t i = 0; i < y.size(); ++i) lead_[i] = rest[order[round]] - rest[i] + reached[i] - 1;
        rest[order[round++]] -= kRange.hi - kRange.lo + 1;
      } else if (name.find("/rest/") != std::string::npos) {
        set(rest);
      } else if (name.find("/lead/") != std::string::npos) {
        set(limbs(lead_, name));
      } else if (name == "values/values/cell") {
        set(values);
      } else if (name.starts_with("values/range/above")) {
        set(limbs(plus(values, -kRange.lo, 1), name));
      } else if (name.starts_with("values/range/below")) {
        set(limbs(plus(values, kRange.hi, -1), name));
      } else if (name == "indices/indices/cell") {
        set(indices);
      } else {
        ADD_FAILURE() << "no value for " << name;
      }
    }
    failed_.clear();
    return testing::satisfied(emitted.circuit, w, none, &emitted.names, &failed_);
  }

  static List plus(List x, std::int64_t constant, std::int64_t coef) {
    for (std::int64_t& v : x) v = coef * v + constant;
    return x;
  }
  // Of the range gadget: limb i has the bits from 3 i on; the last one all that are left, so that the sum is right.
  static List limbs(const List& x, const std::string& name) {
    const auto i = static_cast<unsigned>(std::stoi(name.substr(name.rfind("limb") + 4)));
    List out;
    for (const std::int64_t v : x) out.push_back((v >> (3 * i)) & 7);
    return out;
  }

  List lead_;
  std::string failed_;
};

TEST_F(Order, OnlyTheSortedOneIsAccepted) {
  const List rows[] = {{4, 7, 7, -9}, {2, 2, 2, 2}, {9, -9, 9, -9}, {-9, -9, -9, -9}, {1, 2, 3, 4}};
  for (const List& y : rows)
    for (const std::size_t k : {1U, 2U, 3U}) {
      const List best = sorted_top(y, y.size(), k).second;
      std::size_t tried = 0;
      // All lists of k places, the same place several times among them.
      for (std::size_t code = 0; code < std::size_t{1} << (2 * k); ++code) {
        std::vector<std::size_t> order;
        for (std::size_t r = 0; r < k; ++r) order.push_back(code >> (2 * r) & 3);
        const bool right = std::equal(order.begin(), order.end(), best.begin(),
                                      [](std::size_t i, std::int64_t j) { return static_cast<std::int64_t>(i) == j; });
        EXPECT_EQ(accepted(y, order), right)
            << ::testing::PrintToString(order) << " of " << ::testing::PrintToString(y);
        EXPECT_TRUE(right || failed_.find("lead") != std::string::npos) << failed_;
        ++tried;
      }
      EXPECT_EQ(tried, std::size_t{1} << (2 * k));
    }
}

TEST_F(Order, NothingElseCanBeToldOfIt) {
  const List y = {4, 7, 7, -9};
  ASSERT_TRUE(accepted(y, {1, 2, 0}, {7, 7, 4}, {1, 2, 0}));
  // Another entry of the row, one that is none, two of them exchanged.
  for (const List& values : {List{7, 7, -9}, List{7, 7, 5}, List{7, 4, 7}, List{7, -9, 4}, List{8, 7, 4}}) {
    EXPECT_FALSE(accepted(y, {1, 2, 0}, values));
    EXPECT_NE(failed_.find("values"), std::string::npos) << failed_;
  }
  for (const List& indices : {List{2, 1, 0}, List{1, 1, 0}, List{1, 2, 3}, List{1, 2, 1}}) {
    EXPECT_FALSE(accepted(y, {1, 2, 0}, {}, indices));
    EXPECT_NE(failed_.find("indices"), std::string::npos) << failed_;
  }
}

}  // namespace
}  // namespace nescio
