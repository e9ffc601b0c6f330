#include "nescio/gadget/divide.h"

#include <algorithm>

namespace nescio {

namespace {

// floor(n / d), d > 0.
__int128 floor_of(__int128 n, __int128 d) {
  return n / d - (n % d < 0 ? 1 : 0);
}

void expect_positive(Backend& b, Var divisor) {
  b.expect("divisor", divisor, {1, std::max<std::int64_t>(b.bound(divisor).hi, 1)}, ErrorCode::kDivZero,
           "is not positive: the model divides by it");
}

}  // namespace

Var divide(Backend& b, const GadgetPlan& plan, std::string_view name, Var dividend, Var divisor, unsigned k, unsigned j,
           unsigned bits) {
  const Backend::Scope scope(b, name);
  const Dims dims = b.dims(divisor);
  const std::int64_t up = std::int64_t{1} << (k + 1), half = std::int64_t{1} << j;
  const Bound most = b.bound(divisor);
  if (static_cast<__int128>(2 * half) * std::max<std::int64_t>(most.hi, 1) >= kMaxMagnitude) {
    b.fail(ErrorCode::kOverflow, "divisor", "has too many bits to divide by");
    return b.affine("quotient", dims, {});
  }
  expect_positive(b, divisor);
  const CellHint rounded{{dividend, divisor},
                         [up, half](std::size_t, const std::int64_t* const* x, std::span<std::int64_t> y) {
                           for (std::size_t i = 0; i < y.size(); ++i) {
                             const __int128 n = static_cast<__int128>(up) * x[0][i] + half * x[1][i],
                                            d = std::max<__int128>(1, static_cast<__int128>(2 * half) * x[1][i]);
                             y[i] = static_cast<std::int64_t>(floor_of(n, d));
                           }
                         }};
  const Var y = commit_signed(b, plan, "quotient", dims, bits, rounded);
  const Var back = b.product("back", divisor, y);
  const Var rest = b.affine("remainder", dims, {{up, dividend}, {half, divisor}, {-2 * half, back}});
  const Var room = b.affine("room", dims, {{2 * half, divisor}, {-1, rest}}, -1);
  const unsigned width = unsigned_bits(2 * half * std::max<std::int64_t>(most.hi, 1));
  range_bits(b, plan, "remainder", rest, width);
  range_bits(b, plan, "room", room, width);
  return y;
}

Var remainder(Backend& b, const GadgetPlan& plan, std::string_view name, Var dividend, Var divisor) {
  const Backend::Scope scope(b, name);
  const Dims dims = b.dims(divisor);
  const std::int64_t most = std::max<std::int64_t>(b.bound(divisor).hi, 1);
  const unsigned bits = signed_bits(b.bound(dividend));
  if (bits + unsigned_bits(most) >= 62) {
    b.fail(ErrorCode::kOverflow, "dividend", "has too many bits for a remainder");
    return b.affine("remainder", dims, {});
  }
  expect_positive(b, divisor);
  const CellHint quotient{{dividend, divisor},
                          [](std::size_t, const std::int64_t* const* x, std::span<std::int64_t> y) {
                            for (std::size_t i = 0; i < y.size(); ++i)
                              y[i] = static_cast<std::int64_t>(floor_of(x[0][i], std::max<std::int64_t>(1, x[1][i])));
                          }};
  const Var q = commit_signed(b, plan, "quotient", dims, bits, quotient);
  const Var rest = b.affine("remainder", dims, {{1, dividend}, {-1, b.product("back", divisor, q)}});
  const Var room = b.affine("room", dims, {{1, divisor}, {-1, rest}}, -1);
  const Var y = b.commit("cell", dims, CellHint{{rest}});
  range_bits(b, plan, "range", y, unsigned_bits(most - 1));
  b.zero("copy", b.affine("difference", dims, {{1, y}, {-1, rest}}));
  range_bits(b, plan, "room", room, unsigned_bits(most - 1));
  return y;
}

}  // namespace nescio
