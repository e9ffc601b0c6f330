#include "nescio/gadget/requant.h"

#include "nescio/gadget/testing.h"

namespace nescio {
namespace {

using testing::all_outputs;
using testing::expect_bounds;
using testing::run_both;
using Kind = Activation::Kind;

GadgetPlan plan_of(std::initializer_list<unsigned> widths, unsigned sign_bits, bool tables) {
  GadgetPlan p;
  p.widths = 0;
  for (const unsigned w : widths) p.widths |= 1U << w;
  p.sign_bits = sign_bits;
  p.unary_tables = tables;
  return p;
}
const GadgetPlan kPlans[] = {plan_of({2}, 2, false), plan_of({1, 3}, 1, false), plan_of({2}, 1, true)};

std::vector<Activation> activations(unsigned bits) {
  Activation relu, clip, low_clip, leaky, table;
  relu.kind = Kind::relu;
  clip = {.kind = Kind::clip, .lo = 0, .hi = 2};
  low_clip = {.kind = Kind::clip, .lo = -2, .hi = 1};
  leaky = {.kind = Kind::leaky, .slope = 1, .shift = 2};
  table.kind = Kind::table;
  table.lo = -(std::int64_t{1} << (bits - 1));
  for (std::int64_t i = 0; i < std::int64_t{1} << bits; ++i) table.values.push_back((i * 5 + 3) % 7 - 3);
  return {{}, relu, clip, low_clip, leaky, table};
}

std::int64_t rounded(std::int64_t acc, unsigned shift) {  // half up, by division
  if (shift == 0) return acc;
  const std::int64_t d = std::int64_t{1} << shift, x = acc + d / 2;
  return x >= 0 ? x / d : -((-x + d - 1) / d);
}

// acc is a committed integer in a wider range than the gadget accepts.
testing::Lowering lowering_of(const GadgetPlan& plan, std::int64_t acc, Requant q, const Activation& f) {
  return [=](Backend& b) {
    const Var x = b.commit("acc", {1}, [acc](const HintView&, std::span<std::int64_t> out) { out[0] = acc; });
    b.lookup("range", b.interval_table(-64, 129), {x});
    return std::vector<Var>{x, requant(b, plan, "requant", x, q, f)};
  };
}

TEST(Requant, EveryAccumulatorHasItsOutputAndNoOther) {
  for (const GadgetPlan& plan : kPlans)
    for (const Requant q : {Requant{2, 3}, Requant{1, 2}, Requant{0, 3}, Requant{3, 3}})
      for (const Activation& f : activations(q.bits)) {
        const std::int64_t top = std::int64_t{1} << (q.bits - 1);
        for (std::int64_t acc = -40; acc <= 40; ++acc) {
          const std::int64_t t = rounded(acc, q.shift);
          if (t < -top || t >= top) continue;
          const auto out = run_both(lowering_of(plan, acc, q, f));
          ASSERT_EQ(out.size(), 2U);
          EXPECT_EQ(out[1][0], apply(f, t)) << "acc " << acc << " shift " << q.shift;
        }
        expect_bounds(lowering_of(plan, 0, q, f));
      }
}

TEST(Requant, NoOtherWitness) {
  for (const GadgetPlan& plan : kPlans)
    for (const Requant q : {Requant{2, 3}, Requant{0, 2}})
      for (const Activation& f : activations(q.bits)) {
        if (f.kind == Kind::leaky && !plan.unary_tables) continue;  // a requantisation twice: below
        const std::int64_t top = std::int64_t{1} << (q.bits - 1);
        for (const std::int64_t acc : {-18L, -2L, 1L, 5L, 13L, 14L}) {
          const std::int64_t t = rounded(acc, q.shift);
          std::set<std::vector<std::int64_t>> expected;
          if (t >= -top && t < top) expected.insert({acc, apply(f, t)});
          std::size_t witnesses = 0;
          EXPECT_EQ(all_outputs(lowering_of(plan, acc, q, f), 1, 7, {}, &witnesses), expected)
              << "acc " << acc << " shift " << q.shift << " kind " << static_cast<int>(f.kind);
          EXPECT_EQ(witnesses, expected.size());
        }
      }
}

TEST(Requant, OutOfRangeNamesTheNodeAndNotTheValue) {
  const auto lowering = lowering_of(kPlans[0], 37, {2, 3}, {});
  const Emitted e = testing::emit(lowering);
  const PublicValues none(e.circuit.tensors.size());
  EvalBackend eval(e, none);
  lowering(eval);
  ASSERT_FALSE(eval.status().ok());
  const Error error = eval.status().error();
  EXPECT_EQ(error.code, ErrorCode::kRange);
  EXPECT_EQ(error.detail.rfind("requant/value", 0), 0U) << error.detail;
  EXPECT_EQ(error.detail.find("37"), std::string::npos);
}

// Each committed cell moved by a little breaks a relation of the gadget, and the relation is named.
TEST(Requant, EveryChangedCellIsCaught) {
  for (const GadgetPlan& plan : kPlans)
    for (const Activation& f : activations(3)) {
      const auto lowering = lowering_of(plan, 6, {2, 3}, f);
      const Emitted e = testing::emit(lowering);
      const PublicValues none(e.circuit.tensors.size());
      EvalBackend eval(e, none);
      lowering(eval);
      const auto honest = eval.witness();
      ASSERT_TRUE(honest.ok());
      for (TensorId id = 0; id < e.circuit.tensors.size(); ++id) {
        const Committed* c = e.circuit.committed(id);
        if (c == nullptr || c->role != Role::value || e.cells[id] == "acc") continue;  // another acc is another input
        for (const F delta : {F(1), -F(1), F(4).inverse(), F(2), F(Goldilocks::kModulus / 2)}) {
          Witness w = *honest;
          w.values[id][0] += delta;
          std::string failed;
          EXPECT_FALSE(testing::satisfied(e.circuit, w, none, &e.names, &failed)) << e.cells[id];
          EXPECT_EQ(failed.rfind("requant/", 0), 0U) << failed;
        }
      }
    }
}

TEST(Requant, NamesTheRelation) {
  const GadgetPlan plan = plan_of({2}, 2, false);
  Activation relu;
  relu.kind = Kind::relu;
  const auto lowering = lowering_of(plan, 13, {4, 4}, relu);
  const Emitted e = testing::emit(lowering);
  const PublicValues none(e.circuit.tensors.size());
  EvalBackend eval(e, none);
  lowering(eval);
  const auto honest = eval.witness();
  ASSERT_TRUE(honest.ok());
  const auto failure = [&](const std::string& cell, F delta) {
    for (TensorId id = 0; id < e.cells.size(); ++id)
      if (e.cells[id] == cell) {
        Witness w = *honest;
        w.values[id][0] += delta;
        std::string failed;
        EXPECT_FALSE(testing::satisfied(e.circuit, w, none, &e.names, &failed));
        return failed;
      }
    ADD_FAILURE() << cell;
    return std::string();
  };
  EXPECT_EQ(failure("requant/remainder/limb1/cell", F(1)), "requant/remainder/limb0/range does not hold at cell 0");
  EXPECT_EQ(failure("requant/remainder/limb1/cell", F(4)), "requant/remainder/limb1/range does not hold at cell 0");
  EXPECT_EQ(failure("requant/rounded/top/sign", -F(1)), "requant/rounded/top/sign does not hold at cell 0");
  EXPECT_EQ(failure("requant/rounded/limb0/cell", F(1)), "requant/remainder/limb0/range does not hold at cell 0");
  EXPECT_EQ(failure("requant/relu/cell", F(1)), "requant/relu/copy does not hold at cell 0");
}

TEST(Requant, DepthStaysWithinTheLimit) {
  // A product as accumulator: its remainder is one deep; a leaky activation requantises a product again.
  const auto lowering = [](Backend& b) {
    const Var x = b.commit("x", {2}, [](const HintView&, std::span<std::int64_t> out) { out[0] = -5, out[1] = 7; });
    b.lookup("range", b.interval_table(-8, 16), {x});
    const Var square = b.product("product", x, x);
    Activation leaky{.kind = Kind::leaky, .slope = 1, .shift = 3};
    return std::vector<Var>{requant(b, kPlans[0], "a", square, {2, 6}, leaky),
                            requant(b, kPlans[0], "b", square, {0, 7}, {})};
  };
  const auto out = run_both(lowering);
  EXPECT_EQ(out[0], (std::vector<std::int64_t>{6, 12}));
  EXPECT_EQ(out[1], (std::vector<std::int64_t>{25, 49}));
  expect_bounds(lowering);
}

// A table of fewer values than there are rounded integers: those outside have no witness.
TEST(Requant, OutsideOfItsDomainThereIsNoOutput) {
  Activation f;
  f.kind = Kind::table;
  f.lo = -1;
  f.values = {5, -2, 7};
  for (const std::int64_t acc : {-12, -8, -4, 0, 4, 8, 12}) {
    const std::int64_t t = rounded(acc, 2);
    std::set<std::vector<std::int64_t>> expected;
    if (t >= -1 && t <= 1) expected.insert({acc, f.values[static_cast<std::size_t>(t + 1)]});
    EXPECT_EQ(all_outputs(lowering_of(kPlans[0], acc, {2, 3}, f), 1, 7, {}), expected) << acc;
    EvalBackend eval;
    lowering_of(kPlans[0], acc, {2, 3}, f)(eval);
    EXPECT_EQ(eval.status().ok(), !expected.empty());
    if (expected.empty()) {
      EXPECT_EQ(eval.status().error().code, ErrorCode::kRange);
    }
  }
}

}  // namespace
}  // namespace nescio
