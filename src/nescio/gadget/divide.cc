#include "nescio/gadget/divide.h"

#include <algorithm>

namespace nescio {

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
  b.expect("divisor", divisor, {1, std::max<std::int64_t>(most.hi, 1)}, ErrorCode::kDivZero,
           "is not positive: the model divides by it");
  const CellHint rounded{{dividend, divisor},
                         [up, half](std::size_t, const std::int64_t* const* x, std::span<std::int64_t> y) {
                           for (std::size_t i = 0; i < y.size(); ++i) {
                             const __int128 n = static_cast<__int128>(up) * x[0][i] + half * x[1][i],
                                            d = std::max<__int128>(1, static_cast<__int128>(2 * half) * x[1][i]);
                             const __int128 q = n / d - (n % d < 0 ? 1 : 0);
                             y[i] = static_cast<std::int64_t>(q);
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

}  // namespace nescio
