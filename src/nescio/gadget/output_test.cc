#include "nescio/gadget/output.h"

#include <algorithm>

#include "nescio/gadget/testing.h"

namespace nescio {
namespace {

using testing::all_outputs;
using testing::run_both;

const GadgetPlan kPlan{.widths = (1U << 1) | (1U << 3), .sign_bits = 2, .unary_tables = false};

testing::Lowering lowering_of(std::vector<std::int64_t> y, Bound range) {
  return [=](Backend& b) {
    const auto n = static_cast<std::uint32_t>(y.size());
    const Var v = b.commit(
        "y", {n}, [y](const HintView&, std::span<std::int64_t> out) { std::copy(y.begin(), y.end(), out.begin()); });
    b.lookup("range", b.interval_table(range.lo, static_cast<std::uint32_t>(range.hi - range.lo + 1)), {v});
    const OutputSwitches s = output_gadget(b, kPlan, "out", v);
    if (auto* emit = dynamic_cast<EmitBackend*>(&b)) {
      OutputPort p;
      p.name = "y";
      p.dims = {n};
      p.tensor = emit->tensor(v);
      p.lo = range.lo;
      p.hi = range.hi;
      p.pub_lo = emit->tensor(s.lo);
      p.pub_hi = emit->tensor(s.hi);
      p.pub_outside = emit->tensor(s.outside);
      p.has_argmax = s.has_argmax;
      if (s.has_argmax) {
        p.pub_onehot = emit->tensor(s.onehot);
        p.pub_on = emit->tensor(s.on);
        p.pub_tie = emit->tensor(s.tie);
      }
      emit->builder().output(p);
    }
    return std::vector<Var>{v};
  };
}

// A satisfying assignment exists if and only if the statement is true: over all y, lo, hi, sides.
TEST(OutputGadget, SatisfiableExactlyIfTrue) {
  const Bound range{-2, 2};
  testing::expect_bounds(lowering_of({0}, range));
  for (std::int64_t y = range.lo; y <= range.hi; ++y)
    for (std::int64_t lo = range.lo; lo <= range.hi; ++lo)
      for (std::int64_t hi = range.lo; hi <= range.hi; ++hi)
        for (const std::int64_t outside : {0, 1}) {
          const bool inside = lo <= y && y <= hi;
          const bool truth = outside == 0 ? inside : y < lo || y > hi;
          const auto lowering = lowering_of({y}, range);
          const auto found = all_outputs(lowering, 1, 9, {{lo}, {hi}, {outside}});
          EXPECT_EQ(!found.empty(), truth) << y << " in [" << lo << ", " << hi << "], outside " << outside;
          if (truth) {
            EXPECT_EQ(run_both(lowering, {{lo}, {hi}, {outside}})[0][0], y);
          } else {
            const Emitted e = testing::emit(lowering);
            const PublicValues publics = testing::publics_of(e.circuit, {{lo}, {hi}, {outside}});
            EvalBackend eval(e, publics);
            lowering(eval);
            ASSERT_FALSE(eval.status().ok());
            EXPECT_EQ(eval.status().error().code, ErrorCode::kStatementFalse);
          }
        }
}

TEST(OutputGadget, ArgMaxSatisfiableExactlyIfTrue) {
  const Bound range{-1, 1};
  testing::expect_bounds(lowering_of({0, 0}, range));
  for (std::int64_t a = -1; a <= 1; ++a)
    for (std::int64_t c = -1; c <= 1; ++c)
      for (std::int64_t k = -1; k < 2; ++k) {  // -1: off
        const std::int64_t largest = c > a ? 1 : 0;
        const std::vector<std::vector<std::int64_t>> publics = {{-1, -1},         {1, 1},   {0, 0},
                                                                {k == 0, k == 1}, {k >= 0}, {k > 0, 0}};
        const auto lowering = lowering_of({a, c}, range);
        const bool truth = k < 0 || k == largest;
        // The side bit is free while its cell says nothing of it: one assignment is enough to see.
        const Emitted e = testing::emit(lowering);
        const PublicValues values = testing::publics_of(e.circuit, publics);
        EvalBackend eval(e, values);
        lowering(eval);
        EXPECT_EQ(eval.witness().ok(), truth) << a << " " << c << " argmax " << k;
        if (truth) run_both(lowering, publics);
      }
}

// The range of `lead` is what keeps a false argmax out: search all its limbs.
TEST(OutputGadget, NoWitnessForAFalseArgMax) {
  const Bound range{0, 1};
  const auto lowering = lowering_of({1, 1}, range);
  const auto with = [&](std::int64_t k) {
    return all_outputs(lowering, 1, 1, {{0, 0}, {1, 1}, {0, 0}, {k == 0, k == 1}, {1}, {k > 0, 0}});
  };
  EXPECT_FALSE(with(0).empty());
  EXPECT_TRUE(with(1).empty());  // a tie: the first index is the maximum
}

TEST(OutputGadget, ValuesOutOfThePublicRangeAreRefused) {
  const auto lowering = lowering_of({0}, {-2, 2});
  const Emitted e = testing::emit(lowering);
  const PublicValues publics = testing::publics_of(e.circuit, {{-3}, {2}, {0}});
  EvalBackend eval(e, publics);
  lowering(eval);
  ASSERT_FALSE(eval.status().ok());
  EXPECT_EQ(eval.status().error().code, ErrorCode::kVPublic);
}

}  // namespace
}  // namespace nescio
