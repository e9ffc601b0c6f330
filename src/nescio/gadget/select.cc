#include "nescio/gadget/select.h"

#include <algorithm>
#include <numeric>

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

FirstLargest first_largest(Backend& b, const GadgetPlan& plan, Var y) {
  const Dims dims = b.dims(y);
  NESCIO_CHECK(!dims.empty() && dims[0] >= 2);
  const std::uint32_t n = dims[0];
  const Dims rest(dims.begin() + 1, dims.end());
  std::vector<std::uint8_t> all_labels(dims.size());
  std::iota(all_labels.begin(), all_labels.end(), std::uint8_t{0});
  const std::vector<std::uint8_t> rest_labels(all_labels.begin() + 1, all_labels.end());
  std::vector<DimRef> all_but_first, last{{true, n - 1}};
  for (std::uint32_t d = 1; d < dims.size(); ++d) {
    all_but_first.push_back({false, d});
    last.push_back({false, d - 1});
  }
  const TableVar boolean = b.interval_table(0, 2);
  const Var c = b.commit("reached", dims, [y, n](const HintView& view, std::span<std::int64_t> out) {
    const auto x = view[y];
    for (std::size_t row = 0; row < out.size(); row += n) {
      const auto begin = x.begin() + static_cast<std::ptrdiff_t>(row);
      const auto k = std::max_element(begin, begin + n) - begin;
      for (std::size_t i = 0; i < n; ++i) out[row + i] = static_cast<std::ptrdiff_t>(i) >= k ? 1 : 0;
    }
  });
  b.lookup("reached", boolean, {c});
  const Var before = b.map("before", c, 0, n, ShiftMatrix{1});  // c_{i-1}
  const Var here = b.affine("here", dims, {{1, c}, {-1, before}});
  b.lookup("one step", boolean, {here});
  b.zero("last", b.affine("last", rest, {{1, c, last}}, -1));
  const Var most = b.contract("maximum", here, all_labels, y, all_labels, rest_labels);
  const Var lead = b.affine("lead", dims, {{1, most, all_but_first}, {-1, y}, {1, c}}, -1);
  const Bound range = b.bound(y);
  range_bits(b, plan, "lead", lead, unsigned_bits(range.hi - range.lo));
  return {c, here, most};
}

Var entries_behind(Backend& b, const FirstLargest& largest) {
  const std::uint32_t n = b.dims(largest.reached)[0];
  SparseMatrix ones;  // c_{n-1} = 1 does not count
  for (std::uint32_t i = 0; i + 1 < n; ++i) ones.entries.push_back({0, i, 1});
  return b.map("passed", largest.reached, 0, 1, ones);
}

Var choose_largest(Backend& b, const GadgetPlan& plan, std::string_view name, Var y, Chosen what) {
  const Backend::Scope scope(b, name);
  const FirstLargest largest = first_largest(b, plan, y);
  if (what == Chosen::one_hot) return largest.here;
  const Dims dims = b.dims(y);
  const Dims as = dims.size() == 1 ? Dims{1} : Dims(dims.begin() + 1, dims.end());
  if (what == Chosen::value) {
    const Var value =
        b.materialise("value", dims.size() == 1 ? b.affine("value", as, {{1, largest.value}}) : largest.value);
    // The sum of all y that are reached by a single step has a wide interval; that of y is right too.
    range_between(b, plan, "range", value, b.bound(y));
    return value;
  }
  std::vector<DimRef> first{{true, 0}};
  for (std::uint32_t d = 1; d < dims.size(); ++d) first.push_back({false, d - 1});
  return b.affine("index", as, {{-1, entries_behind(b, largest), first}}, dims[0] - 1);
}

Var select(Backend& b, std::string_view name, Var c, Var x, Var y) {
  const Backend::Scope scope(b, name);
  const Dims dims = b.dims(c);
  const Var lead = b.affine("lead", dims, {{1, x}, {-1, y}});
  return b.materialise("chosen", b.affine("chosen", dims, {{1, y}, {1, b.product("kept", c, lead)}}));
}

}  // namespace nescio
