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

TEST(ArgMax, FirstIndexOfTheLargest) {
  const Bound range{-1, 1};
  for (const std::size_t n : {2U, 3U})
    for (const auto& y : all_vectors(n, range)) {
      const auto lowering = [&](Backend& b) {
        return std::vector<Var>{argmax(b, kPlan, "argmax", vector_of(b, y, range))};
      };
      const std::int64_t k = std::max_element(y.begin(), y.end()) - y.begin();
      EXPECT_EQ(run_both(lowering)[0][0], k);
      std::size_t witnesses = 0;
      EXPECT_EQ(all_outputs(lowering, 1, 2, {}, &witnesses), (std::set<std::vector<std::int64_t>>{{k}}));
      EXPECT_EQ(witnesses, 1U);
    }
  expect_bounds(
      [&](Backend& b) { return std::vector<Var>{argmax(b, kPlan, "argmax", vector_of(b, {1, 0, -1}, range))}; });
}

TEST(ArgMax, Wide) {
  std::vector<std::int64_t> y(100);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<std::int64_t>((i * 37) % 91) - 45;
  const auto lowering = [&](Backend& b) {
    return std::vector<Var>{argmax(b, kPlan, "argmax", vector_of(b, y, {-50, 50}))};
  };
  EXPECT_EQ(run_both(lowering)[0][0], std::max_element(y.begin(), y.end()) - y.begin());
}

}  // namespace
}  // namespace nescio
