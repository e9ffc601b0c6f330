#include "nescio/gadget/output.h"

#include "nescio/base/check.h"

namespace nescio {
namespace {

constexpr std::string_view kFalse = "the statement is not true of this output";

}  // namespace

OutputSwitches output_gadget(Backend& b, const GadgetPlan& plan, std::string_view name, Var y) {
  const Backend::Scope scope(b, name);
  const Dims dims = b.dims(y);
  NESCIO_CHECK(dims.size() == 1);
  const Bound range = b.bound(y);
  const std::int64_t size = range.hi - range.lo + 1;
  const unsigned bits = unsigned_bits(2 * size - 2);
  OutputSwitches out;
  out.lo = b.statement("lo", dims, range);
  out.hi = b.statement("hi", dims, range);
  out.outside = b.statement("outside", dims, {0, 1});

  const CellHint is_above{{y, out.hi}, [](std::size_t, const std::int64_t* const* x, std::span<std::int64_t> s) {
                            for (std::size_t i = 0; i < s.size(); ++i) s[i] = x[0][i] > x[1][i] ? 1 : 0;
                          }};
  const Var above = b.commit("above", dims, is_above);
  b.lookup("above", b.interval_table(0, 2), {above});
  // x - outside (2x + 1 + coef * above + constant) in [0, 2^bits)
  const auto side = [&](std::string_view which, Var x, std::int64_t coef, std::int64_t constant) {
    const Backend::Scope inner(b, which);
    const Var turned = b.affine("turned", dims, {{2, x}, {coef, above}}, 1 + constant);
    const Var d = b.affine("distance", dims, {{1, x}, {-1, b.product("switched", out.outside, turned)}});
    b.expect("distance", d, {0, 2 * size - 2}, ErrorCode::kStatementFalse, kFalse);
    range_bits(b, plan, "distance", d, bits);
  };
  side("lo", b.affine("from lo", dims, {{1, y}, {-1, out.lo}}), -size, 0);
  side("hi", b.affine("to hi", dims, {{1, out.hi}, {-1, y}}), size, -size);

  out.has_argmax = dims[0] > 1;
  if (!out.has_argmax) return out;
  const Backend::Scope inner(b, "argmax");
  out.onehot = b.statement("onehot", dims, {0, 1});
  out.on = b.statement("on", {1}, {0, 1});
  out.tie = b.statement("tie", dims, {0, 1});
  const Var chosen = b.contract("chosen", out.onehot, {0}, y, {0}, {});
  const Var each = b.contract("each", out.on, {1}, y, {0}, {0, 1});  // [n, 1]
  const Var lead = b.affine("lead", dims, {{1, chosen}, {-1, each, {{false, 0}, {true, 0}}}, {-1, out.tie}});
  b.expect("lead", lead, {0, size - 1}, ErrorCode::kStatementFalse, kFalse);
  range_bits(b, plan, "lead", lead, unsigned_bits(size - 1));
  return out;
}

}  // namespace nescio
