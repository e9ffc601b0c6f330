#include "nescio/gadget/select.h"

#include <algorithm>

#include "nescio/gadget/testing.h"

namespace nescio {
namespace {

using testing::all_outputs;
using testing::expect_bounds;
using testing::run_both;

const GadgetPlan kPlan{.widths = 1U << 2, .sign_bits = 2, .unary_tables = false};

Var vector_of(Backend& b, std::vector<std::int64_t> values, Bound range) {
  const auto n = static_cast<std::uint32_t>(values.size());
  const Var y = b.commit("y", {n}, [values](const HintView&, std::span<std::int64_t> out) {
    std::copy(values.begin(), values.end(), out.begin());
  });
  b.lookup("range", b.interval_table(range.lo, static_cast<std::uint32_t>(range.hi - range.lo + 1)), {y});
  return y;
}

// All vectors of n entries in the range.
std::vector<std::vector<std::int64_t>> all_vectors(std::size_t n, Bound range) {
  std::vector<std::vector<std::int64_t>> out{{}};
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<std::vector<std::int64_t>> next;
    for (const auto& v : out)
      for (std::int64_t x = range.lo; x <= range.hi; ++x) {
        next.push_back(v);
        next.back().push_back(x);
      }
    out = std::move(next);
  }
  return out;
}

TEST(Compare, EveryIntegerAndMode) {
  const Bound range{-5, 4};
  for (std::int64_t x = range.lo; x <= range.hi; ++x) {
    const std::pair<Comparison, bool> cases[] = {{Comparison::greater, x > 0},
                                                 {Comparison::greater_equal, x >= 0},
                                                 {Comparison::less, x < 0},
                                                 {Comparison::less_equal, x <= 0},
                                                 {Comparison::equal, x == 0}};
    for (const auto& [mode, truth] : cases) {
      const auto lowering = [&, m = mode](Backend& b) {
        return std::vector<Var>{compare_with_zero(b, kPlan, "compare", vector_of(b, {x}, range), m)};
      };
      EXPECT_EQ(run_both(lowering)[0][0], truth ? 1 : 0);
      expect_bounds(lowering);
      const std::set<std::vector<std::int64_t>> expected{{truth ? 1 : 0}};
      std::size_t witnesses = 0;
      EXPECT_EQ(all_outputs(lowering, 1, 4, {}, &witnesses), expected) << x << " mode " << static_cast<int>(mode);
      EXPECT_EQ(witnesses, 1U);
    }
  }
}

// Rows of n entries, as [n, rows].
Var rows_of(Backend& b, const std::vector<std::int64_t>& values, std::uint32_t n, Bound range) {
  const Var y = vector_of(b, values, range);
  const auto rows = static_cast<std::uint32_t>(values.size()) / n;
  std::vector<Term> terms;
  Var all{};
  for (std::uint32_t r = 0; r < rows; ++r) {
    const Var row = b.map("row", y, 0, n, ShiftMatrix{-static_cast<std::int64_t>(r) * n});
    const Var unit = b.affine("unit", {n, 1}, {{1, row, {{false, 0}}}});
    const Var placed = b.map("placed", unit, 1, rows, ShiftMatrix{r});
    terms.push_back({1, placed});
  }
  all = b.affine("rows", {n, rows}, terms);
  return b.materialise("rows", all);
}

TEST(ChooseLargest, IndexValueAndOneHotHaveOneWitness) {
  const Bound range{-1, 1};
  for (const std::uint32_t n : {2U, 3U})
    for (const auto& y : all_vectors(n, range)) {
      const auto k = static_cast<std::size_t>(std::max_element(y.begin(), y.end()) - y.begin());
      for (const Chosen what : {Chosen::index, Chosen::value, Chosen::one_hot}) {
        const auto lowering = [&](Backend& b) {
          return std::vector<Var>{choose_largest(b, kPlan, "choose", vector_of(b, y, range), what)};
        };
        const auto out = run_both(lowering)[0];
        const std::int64_t first = what == Chosen::index   ? static_cast<std::int64_t>(k)
                                   : what == Chosen::value ? y[k]
                                                           : (k == 0 ? 1 : 0);
        EXPECT_EQ(out[0], first);
        for (std::size_t i = 0; i < n && what == Chosen::one_hot; ++i) EXPECT_EQ(out[i], i == k ? 1 : 0);
        if (what == Chosen::value && n == 3) continue;  // too many cells for a search
        std::size_t witnesses = 0;
        EXPECT_EQ(all_outputs(lowering, 1, 2, {}, &witnesses), (std::set<std::vector<std::int64_t>>{{first}}));
        EXPECT_EQ(witnesses, 1U);
      }
    }
  expect_bounds([&](Backend& b) {
    return std::vector<Var>{choose_largest(b, kPlan, "choose", vector_of(b, {1, 0, -1}, range), Chosen::value)};
  });
}

TEST(ChooseLargest, EachRowOnItsOwn) {
  const std::vector<std::int64_t> y = {1, 5, 5, -4, 0, -7, -3, -3, -9, 2, 2, 2};
  for (const Chosen what : {Chosen::index, Chosen::value, Chosen::one_hot}) {
    const auto lowering = [&](Backend& b) {
      return std::vector<Var>{choose_largest(b, kPlan, "choose", rows_of(b, y, 3, {-9, 9}), what)};
    };
    const auto out = run_both(lowering)[0];
    expect_bounds(lowering);
    const std::vector<std::int64_t> expected = what == Chosen::index ? std::vector<std::int64_t>{1, 1, 0, 0}
                                               : what == Chosen::value
                                                   ? std::vector<std::int64_t>{5, 0, -3, 2}
                                                   : std::vector<std::int64_t>{0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0};
    EXPECT_EQ(out, expected);
  }
}

TEST(ChooseLargest, Wide) {
  std::vector<std::int64_t> y(100);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<std::int64_t>((i * 37) % 91) - 45;
  const auto lowering = [&](Backend& b) {
    return std::vector<Var>{choose_largest(b, kPlan, "choose", vector_of(b, y, {-50, 50}), Chosen::index)};
  };
  EXPECT_EQ(run_both(lowering)[0][0], std::max_element(y.begin(), y.end()) - y.begin());
}

TEST(Select, OneOfTwoAndNothingElse) {
  for (const std::int64_t c : {0, 1})
    for (const std::int64_t x : {-2, 0, 2})
      for (const std::int64_t y : {-2, 1}) {
        const auto lowering = [&](Backend& b) {
          const Var truth = vector_of(b, {c}, {0, 1}), p = vector_of(b, {x}, {-2, 2}), q = vector_of(b, {y}, {-2, 2});
          return std::vector<Var>{select(b, "select", truth, p, q)};
        };
        EXPECT_EQ(run_both(lowering)[0][0], c == 1 ? x : y);
        expect_bounds(lowering);
        std::size_t witnesses = 0;
        EXPECT_EQ(all_outputs(lowering, 3, 6, {}, &witnesses), (std::set<std::vector<std::int64_t>>{{c == 1 ? x : y}}));
        EXPECT_EQ(witnesses, 1U);
      }
}

}  // namespace
}  // namespace nescio
