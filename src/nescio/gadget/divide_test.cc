#include "nescio/gadget/divide.h"

#include "nescio/circuit/determined.h"
#include "nescio/gadget/testing.h"

namespace nescio {
namespace {

using testing::all_outputs;
using testing::emit;
using testing::expect_bounds;
using testing::run_both;

const GadgetPlan kPlan{.widths = 1U << 2, .sign_bits = 2, .unary_tables = false};

Var number(Backend& b, std::string_view name, std::int64_t value, Bound range) {
  const Var x = b.commit(name, {1}, [value](const HintView&, std::span<std::int64_t> out) { out[0] = value; });
  b.lookup("range", b.interval_table(range.lo, static_cast<std::uint32_t>(range.hi - range.lo + 1)), {x});
  return x;
}

struct Quotient {
  std::int64_t a = 0, b = 1;
  unsigned k = 0, j = 0;
  std::vector<Var> operator()(Backend& backend) const {
    const Var x = number(backend, "a", a, {-6, 6}), y = number(backend, "b", b, {-2, 3});
    return {divide(backend, kPlan, "divide", x, y, k, j, 4)};
  }
};

// floor(2^k a / (2^j b) + 1/2), by search.
std::int64_t half_up(const Quotient& q) {
  std::int64_t y = -100;
  while (2 * (q.a << q.k) + (q.b << q.j) >= 2 * (q.b << q.j) * (y + 1)) ++y;
  return y;
}

TEST(Divide, EveryQuotientIsRoundedHalfUpAndThereIsNoOther) {
  for (const auto& [k, j] : {std::pair{0U, 0U}, std::pair{1U, 0U}, std::pair{0U, 1U}})
    for (std::int64_t a = -3; a <= 3; ++a)
      for (std::int64_t b = 1; b <= 3; ++b) {
        const Quotient q{a, b, k, j};
        EXPECT_EQ(run_both(q)[0][0], half_up(q)) << a << " / " << b;
        std::size_t witnesses = 0;
        EXPECT_EQ(all_outputs(q, 2, 7, {}, &witnesses), (std::set<std::vector<std::int64_t>>{{half_up(q)}}))
            << a << " / " << b;
        EXPECT_EQ(witnesses, 1U);
      }
  expect_bounds(Quotient{});
}

TEST(Divide, NothingDividesByZeroOrLess) {
  for (const std::int64_t b : {-2, -1, 0})
    for (const std::int64_t a : {-1, 0, 2}) {
      const Quotient q{a, b, 0, 0};
      EXPECT_TRUE(all_outputs(q, 2, 7, {}).empty()) << a << " / " << b;
      EvalBackend eval;
      q(eval);
      ASSERT_FALSE(eval.status().ok());
      EXPECT_EQ(eval.status().error().code, ErrorCode::kDivZero);
    }
}

struct Remainder {
  std::int64_t a = 0, b = 1;
  std::vector<Var> operator()(Backend& backend) const {
    const Var x = number(backend, "a", a, {-6, 6}), y = number(backend, "b", b, {-2, 3});
    return {remainder(backend, kPlan, "remainder", x, y)};
  }
};

TEST(Remainder, EveryOneIsThatOfTheFloorAndThereIsNoOther) {
  for (std::int64_t a = -4; a <= 4; ++a)
    for (std::int64_t b = 1; b <= 3; ++b) {
      const Remainder r{a, b};
      const std::int64_t expected = ((a % b) + b) % b;
      EXPECT_EQ(run_both(r)[0][0], expected) << a << " mod " << b;
      std::size_t witnesses = 0;
      EXPECT_EQ(all_outputs(r, 2, 7, {}, &witnesses), (std::set<std::vector<std::int64_t>>{{expected}}))
          << a << " mod " << b;
      EXPECT_EQ(witnesses, 1U);
    }
  expect_bounds(Remainder{});
}

TEST(Remainder, NothingIsTakenModuloZeroOrLess) {
  for (const std::int64_t b : {-2, -1, 0})
    for (const std::int64_t a : {-1, 0, 2}) {
      const Remainder r{a, b};
      EXPECT_TRUE(all_outputs(r, 2, 7, {}).empty()) << a << " mod " << b;
      EvalBackend eval;
      r(eval);
      ASSERT_FALSE(eval.status().ok());
      EXPECT_EQ(eval.status().error().code, ErrorCode::kDivZero);
    }
}

TEST(Remainder, OfTooManyBitsIsRefused) {
  EmitBackend b;
  const Var a = number(b, "a", 0, {0, 255}), by = number(b, "b", 1, {0, 255});
  remainder(b, kPlan, "fits", b.affine("large", {1}, {{std::int64_t{1} << 44, a}}), by);
  EXPECT_TRUE(b.status().ok());
  remainder(b, kPlan, "does not", b.affine("large", {1}, {{std::int64_t{1} << 46, a}}), by);
  EXPECT_EQ(b.status().error().code, ErrorCode::kOverflow);
}

// The verifier finds that a result is a function of its operands; without one of the two ranges it does not.
void expect_determined(const testing::Lowering& lowering) {
  Emitted emitted = emit(lowering);
  Circuit& circuit = emitted.circuit;
  EmitBackend again;
  const TensorId y = emitted.tensor[lowering(again)[0].index];
  for (const TensorId id : {0U, 1U}) {
    InputPort port;
    port.name = "x" + std::to_string(id);
    port.dims = {1};
    port.tensor = emitted.tensor[id];
    port.lo = id == 0 ? -6 : -2;
    port.hi = id == 0 ? 6 : 3;
    circuit.inputs.push_back(std::move(port));
  }
  const auto determined = [&](const Circuit& c) {
    const auto bounds = derive_bounds(c, ErrorCode::kOverflow);
    return bounds.ok() && determined_tensors(c, *bounds)[y];
  };
  EXPECT_TRUE(determined(circuit));
  std::size_t needed = 0;
  for (std::size_t i = 0; i < circuit.lookups.size(); ++i) {
    Circuit less = circuit;
    less.lookups.erase(less.lookups.begin() + static_cast<std::ptrdiff_t>(i));
    needed += determined(less) ? 0 : 1;
  }
  EXPECT_GE(needed, 4U);
}

TEST(Divide, IsDetermined) {
  expect_determined(Quotient{5, 2, 1, 0});
}

TEST(Remainder, IsDetermined) {
  expect_determined(Remainder{5, 2});
}

}  // namespace
}  // namespace nescio
