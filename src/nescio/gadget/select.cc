#include "nescio/gadget/select.h"

#include <algorithm>

#include "nescio/base/check.h"

namespace nescio {

Var compare_with_zero(Backend& b, const GadgetPlan& plan, std::string_view name, Var d, Comparison c) {
  const Backend::Scope scope(b, name);
  const Dims dims = b.dims(d);
  // [coef * d + constant >= 0]
  const auto sign = [&](std::string_view side, std::int64_t coef, std::int64_t constant) {
    const Var x = b.affine(side, dims, {{coef, d}}, constant);
    return sign_of(b, plan, side, x, signed_bits(b.bound(x)));
  };
  switch (c) {
    case Comparison::greater:
      return sign("greater", 1, -1);
    case Comparison::greater_equal:
      return sign("at least", 1, 0);
    case Comparison::less:
      return sign("less", -1, -1);
    case Comparison::less_equal:
      return sign("at most", -1, 0);
    case Comparison::equal:
      break;
  }
  const Var up = sign("at least", 1, 0), down = sign("at most", -1, 0);
  // Never -1, which interval arithmetic cannot see: say so.
  const Var both = b.affine("equal", dims, {{1, up}, {1, down}}, -1);
  b.lookup("boolean", b.interval_table(0, 2), {both});
  return both;
}

namespace {

struct Largest {
  Var value;    // {}
  Var reached;  // c
};

Largest largest(Backend& b, const GadgetPlan& plan, Var y) {
  const Dims dims = b.dims(y);
  NESCIO_CHECK(dims.size() == 1 && dims[0] >= 2);
  const std::uint32_t n = dims[0];
  const TableVar boolean = b.interval_table(0, 2);
  const Var c = b.commit("reached", dims, [y](const HintView& view, std::span<std::int64_t> out) {
    const auto x = view[y];
    const auto k = std::max_element(x.begin(), x.end()) - x.begin();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::ptrdiff_t>(i) >= k ? 1 : 0;
  });
  b.lookup("reached", boolean, {c});
  const Var before = b.map("before", c, 0, n, ShiftMatrix{1});  // c_{i-1}
  const Var here = b.affine("here", dims, {{1, c}, {-1, before}});
  b.lookup("one step", boolean, {here});
  b.zero("last", b.affine("last", {}, {{1, c, {{true, n - 1}}}}, -1));
  const Var most = b.contract("maximum", here, {0}, y, {0}, {});
  const Var lead = b.affine("lead", dims, {{1, most}, {-1, y}, {1, c}}, -1);
  const Bound range = b.bound(y);
  range_bits(b, plan, "lead", lead, unsigned_bits(range.hi - range.lo));
  return {most, c};
}

}  // namespace

Var argmax(Backend& b, const GadgetPlan& plan, std::string_view name, Var y) {
  const Backend::Scope scope(b, name);
  const Largest found = largest(b, plan, y);
  const std::uint32_t n = b.dims(y)[0];
  SparseMatrix ones;  // c_{n-1} = 1 does not count
  for (std::uint32_t i = 0; i + 1 < n; ++i) ones.entries.push_back({0, i, 1});
  return b.affine("index", {1}, {{-1, b.map("passed", found.reached, 0, 1, ones)}}, n - 1);
}

Var maximum(Backend& b, const GadgetPlan& plan, std::string_view name, Var y) {
  const Backend::Scope scope(b, name);
  // The sum of all y that are reached by a single step has a wide interval; that of y is right too.
  const Var value = b.affine("value", {1}, {{1, largest(b, plan, y).value}});
  range_between(b, plan, "range", value, b.bound(y));
  return value;
}

}  // namespace nescio
