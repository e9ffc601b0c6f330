#include "nescio/gadget/range.h"

#include <numeric>

#include "nescio/gadget/testing.h"

namespace nescio {
namespace {

using testing::all_outputs;
using testing::expect_bounds;
using testing::run_both;

GadgetPlan plan_of(std::initializer_list<unsigned> widths, unsigned sign_bits = 2) {
  GadgetPlan p;
  p.widths = 0;
  for (const unsigned w : widths) p.widths |= 1U << w;
  p.sign_bits = sign_bits;
  return p;
}

CellHint value_of(std::int64_t x) {
  return {{}, [x](std::size_t, const std::int64_t* const*, std::span<std::int64_t> out) {
            std::fill(out.begin(), out.end(), x);
          }};
}

TEST(Table, HasAtMost65536Rows) {
  for (const std::uint32_t rows : {1U << 16, (1U << 16) + 1}) {
    EmitBackend b;
    const Backend::Scope scope(b, "node");
    b.table("wide", rows, {progression(0, 1)});
    EXPECT_EQ(b.status().ok(), rows <= kMaxTableRows);
    if (b.status().ok()) continue;
    EXPECT_EQ(b.status().error().code, ErrorCode::kTableSize);
    EXPECT_EQ(b.status().error().detail.rfind("node/wide", 0), 0U) << b.status().error().detail;
  }
}

TEST(Cut, WidthsAddUpAndTablesExist) {
  for (const GadgetPlan& plan : {plan_of({8}), plan_of({4, 7}), plan_of({1, 15}), plan_of({16}), plan_of({3})})
    for (unsigned bits = 1; bits <= 62; ++bits) {
      const std::vector<Limb> limbs = cut(bits, plan);
      unsigned offset = 0;
      for (const Limb& l : limbs) {
        EXPECT_EQ(l.offset, offset);
        EXPECT_GE(l.table, l.bits);
        EXPECT_NE(plan.widths >> l.table & 1, 0U);
        offset += l.bits;
      }
      EXPECT_EQ(offset, bits);
    }
}

TEST(Cut, PrefersTablesOfTheRightWidth) {
  const std::vector<Limb> limbs = cut(15, plan_of({7, 8}));
  ASSERT_EQ(limbs.size(), 2U);
  for (const Limb& l : limbs) EXPECT_EQ(l.bits, l.table);
  EXPECT_EQ(cut(16, plan_of({1, 15})).size(), 2U);
  EXPECT_EQ(cut(16, plan_of({1, 15}))[0].bits, 15U);
}

TEST(Bits, Examples) {
  EXPECT_EQ(unsigned_bits(0), 1U);
  EXPECT_EQ(unsigned_bits(1), 1U);
  EXPECT_EQ(unsigned_bits(255), 8U);
  EXPECT_EQ(unsigned_bits(256), 9U);
  EXPECT_EQ(signed_bits({-1, 0}), 1U);
  EXPECT_EQ(signed_bits({-2, 1}), 2U);
  EXPECT_EQ(signed_bits({0, 1}), 2U);
  EXPECT_EQ(signed_bits({-129, 0}), 9U);
}

// A free committed tensor v, constrained by `body` alone.
testing::Lowering constrained(std::int64_t x, const std::function<void(Backend&, Var)>& body) {
  return [=](Backend& b) {
    const Var v = b.commit("v", {1}, value_of(x));
    body(b, v);
    return std::vector<Var>{v};
  };
}

TEST(RangeBits, ExactlyTheIntegersBelow) {
  for (const GadgetPlan& plan : {plan_of({2}), plan_of({3}), plan_of({1, 2})})
    for (unsigned bits = 1; bits <= 4; ++bits) {
      const auto lowering = [&](std::int64_t x) {
        return constrained(x, [&](Backend& b, Var v) { range_bits(b, plan, "r", v, bits); });
      };
      std::set<std::vector<std::int64_t>> expected;
      for (std::int64_t x = 0; x < std::int64_t{1} << bits; ++x) {
        expected.insert({x});
        EXPECT_EQ(run_both(lowering(x))[0][0], x);
      }
      std::size_t witnesses = 0;
      EXPECT_EQ(all_outputs(lowering(0), 0, 17, {}, &witnesses), expected) << bits;
      EXPECT_EQ(witnesses, expected.size());  // one choice of limbs each
      expect_bounds(lowering(0));
    }
}

TEST(RangeBetween, ExactlyTheIntegersBetween) {
  const GadgetPlan plan = plan_of({2});
  for (const Bound range : {Bound{-3, 4}, Bound{2, 7}, Bound{-5, -5}, Bound{0, 2}, Bound{1, 9}}) {
    const auto lowering = constrained(range.lo, [&](Backend& b, Var v) { range_between(b, plan, "r", v, range); });
    std::set<std::vector<std::int64_t>> expected;
    for (std::int64_t x = range.lo; x <= range.hi; ++x) expected.insert({x});
    EXPECT_EQ(all_outputs(lowering, 0, 12, {}), expected);
    expect_bounds(lowering);
  }
}

// Above 256 values that are no power of two, both sides are checked.
TEST(RangeBetween, BothSidesOfAWideRange) {
  const GadgetPlan plan = plan_of({8});
  const Bound range{-200, 299};
  for (const std::int64_t x : {-200L, 0L, 299L})
    EXPECT_EQ(run_both(constrained(x, [&](Backend& b, Var v) { range_between(b, plan, "r", v, range); }))[0][0], x);
  for (const std::int64_t x : {-201L, 300L, 311L}) {
    const auto lowering = constrained(x, [&](Backend& b, Var v) { range_between(b, plan, "r", v, range); });
    const Emitted e = testing::emit(lowering);
    const PublicValues none(e.circuit.tensors.size());
    EvalBackend eval(e, none);
    lowering(eval);
    ASSERT_FALSE(eval.status().ok());
    EXPECT_EQ(eval.status().error().code, ErrorCode::kSelfCheck);
    EXPECT_NE(to_string(eval.status().error()).find(x < 0 ? "r/above" : "r/below"), std::string::npos);
  }
}

TEST(CommitSigned, EveryIntegerOnce) {
  for (const GadgetPlan& plan : {plan_of({2}), plan_of({3})})
    for (unsigned bits = 1; bits <= 4; ++bits) {
      const auto lowering = [&](std::int64_t x) -> testing::Lowering {
        return [=](Backend& b) { return std::vector<Var>{commit_signed(b, plan, "v", {1}, bits, value_of(x))}; };
      };
      const std::int64_t half = std::int64_t{1} << (bits - 1);
      std::set<std::vector<std::int64_t>> expected;
      for (std::int64_t x = -half; x < half; ++x) {
        expected.insert({x});
        EXPECT_EQ(run_both(lowering(x))[0][0], x);
      }
      std::size_t witnesses = 0;
      EXPECT_EQ(all_outputs(lowering(0), 0, 9, {}, &witnesses), expected);
      EXPECT_EQ(witnesses, expected.size());
      expect_bounds(lowering(0));
    }
}

TEST(Signs, OneSignForEachInteger) {
  for (unsigned k = 1; k <= 3; ++k)
    for (unsigned bits = 1; bits <= 4; ++bits) {
      const GadgetPlan plan = plan_of({2}, k);
      const std::int64_t half = std::int64_t{1} << (bits - 1);
      std::set<std::vector<std::int64_t>> expected;
      for (std::int64_t x = -half; x < half; ++x) expected.insert({x, x >= 0 ? 1 : 0});
      const auto fresh = [&](std::int64_t x) -> testing::Lowering {
        return [=](Backend& b) {
          const Signed s = commit_with_sign(b, plan, "v", {1}, bits, value_of(x));
          return std::vector<Var>{s.value, s.sign};
        };
      };
      const auto given = [&](std::int64_t x) -> testing::Lowering {
        return [=](Backend& b) {
          const Var v = b.commit("v", {1}, value_of(x));
          return std::vector<Var>{v, sign_of(b, plan, "sign", v, bits)};
        };
      };
      for (std::int64_t x = -half; x < half; ++x)
        for (const auto& lowering : {fresh(x), given(x)}) {
          const auto out = run_both(lowering);
          EXPECT_EQ(out[0][0], x);
          EXPECT_EQ(out[1][0], x >= 0 ? 1 : 0);
        }
      for (const auto& lowering : {fresh(0), given(0)}) {
        std::size_t witnesses = 0;
        EXPECT_EQ(all_outputs(lowering, 0, 9, {}, &witnesses), expected) << "k " << k << " bits " << bits;
        EXPECT_EQ(witnesses, expected.size());
        expect_bounds(lowering);
      }
    }
}

}  // namespace
}  // namespace nescio
