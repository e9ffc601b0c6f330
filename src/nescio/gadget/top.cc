#include "nescio/gadget/top.h"

#include "nescio/base/check.h"

namespace nescio {
namespace {

// Part r, [1, rest..] each, at index r of dimension 0.
Var stacked(Backend& b, const std::vector<Var>& parts) {
  const auto k = static_cast<std::uint32_t>(parts.size());
  std::vector<Term> terms;
  for (std::uint32_t r = 0; r < k; ++r) terms.push_back({1, b.map("placed", parts[r], 0, k, ShiftMatrix{r})});
  return b.affine("stacked", b.dims(terms[0].source), terms);
}

}  // namespace

Top take_top(Backend& b, const GadgetPlan& plan, std::string_view name, Var y, std::uint32_t k) {
  const Backend::Scope scope(b, name);
  const Dims dims = b.dims(y);
  NESCIO_CHECK(!dims.empty() && k >= 1 && k <= dims[0]);
  const Bound range = b.bound(y);
  const std::int64_t below = range.hi - range.lo + 1;
  Top top{y, {first_largest(b, plan, y)}};
  Var rest = y;
  for (std::uint32_t r = 1; r < k; ++r) {
    const Backend::Scope round(b, "after " + std::to_string(r));
    rest = b.materialise("rest", b.affine("rest", dims, {{1, rest}, {-below, top.rounds.back().here}}));
    top.rounds.push_back(first_largest(b, plan, rest));
  }
  return top;
}

Var top_values(Backend& b, const GadgetPlan& plan, std::string_view name, const Top& top) {
  const Backend::Scope scope(b, name);
  std::vector<Var> parts;
  for (const FirstLargest& round : top.rounds) {
    Dims dims = b.dims(round.value);
    Term term{1, round.value, {}};
    for (std::uint32_t d = 0; d < dims.size(); ++d) term.dims.push_back({false, d + 1});
    dims.insert(dims.begin(), 1);
    parts.push_back(b.affine("value", dims, {term}));
  }
  const Var values = b.materialise("values", stacked(b, parts));
  // What was not taken before is as it was.
  range_between(b, plan, "range", values, b.bound(top.y));
  return values;
}

Var top_indices(Backend& b, const GadgetPlan& plan, std::string_view name, const Top& top) {
  const Backend::Scope scope(b, name);
  std::vector<Var> behind;
  for (const FirstLargest& round : top.rounds) behind.push_back(entries_behind(b, round));
  const std::int64_t last = std::int64_t{b.dims(top.y)[0]} - 1;
  const Var sum = stacked(b, behind);
  const Var indices = b.materialise("indices", b.affine("indices", b.dims(sum), {{-1, sum}}, last));
  // The parts of the sum stand apart, which interval arithmetic cannot see.
  range_between(b, plan, "range", indices, {0, last});
  return indices;
}

}  // namespace nescio
