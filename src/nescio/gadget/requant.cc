#include "nescio/gadget/requant.h"

#include <algorithm>

#include "nescio/base/check.h"

namespace nescio {
namespace {

using Kind = Activation::Kind;

std::int64_t half_of(unsigned shift) {
  return shift == 0 ? 0 : std::int64_t{1} << (shift - 1);
}

// A rounded value t and what its gadget knows of it.
struct Rounded {
  Var t, y;  // y is set if the activation came with t
  Var sign;
};

// The t of a function's table, one for each row: of `bits` bits, if the function is not a table itself.
Bound domain_of(const Activation& f, unsigned bits) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  if (f.kind != Kind::table) return {-half, half - 1};
  return {f.lo, f.lo + static_cast<std::int64_t>(f.values.size()) - 1};
}

// All (t, f(t)).
TableVar function_table(Backend& b, const Activation& f, unsigned bits) {
  const Bound domain = domain_of(f, bits);
  const auto rows = static_cast<std::uint32_t>(domain.hi - domain.lo + 1);
  const auto make = [&] {
    TableColumn in, out;
    in.start = domain.lo;
    out.explicit_values = true;
    for (std::int64_t t = domain.lo; t <= domain.hi; ++t) out.values.push_back(apply(f, t));
    return std::vector<TableColumn>{in, out};
  };
  if (f.kind == Kind::table) return b.table("function", rows, make());
  std::string key = "function of " + std::to_string(bits) + " bits";
  for (const std::int64_t x :
       {static_cast<std::int64_t>(f.kind), f.lo, f.hi, f.slope, static_cast<std::int64_t>(f.shift)})
    key += " " + std::to_string(x);
  return b.table_once(key, rows, make);
}

Rounded by_table(Backend& b, const Dims& dims, unsigned bits, const CellHint& hint, const Activation& f) {
  NESCIO_CHECK(bits <= 16);
  const TableVar table = function_table(b, f, bits);
  Rounded r;
  r.t = b.commit("input", dims, hint);
  const CellHint output{
      {r.t}, [f, domain = domain_of(f, bits)](std::size_t, const std::int64_t* const* x, std::span<std::int64_t> y) {
        for (std::size_t i = 0; i < y.size(); ++i)
          y[i] = x[0][i] >= domain.lo && x[0][i] <= domain.hi ? apply(f, x[0][i]) : 0;
      }};
  r.y = b.commit("output", dims, output);
  b.lookup("function", table, {r.t, r.y});
  return r;
}

Var clip(Backend& b, const GadgetPlan& plan, const Rounded& r, const Activation& f) {
  const Dims dims = b.dims(r.t);
  const Var over_lo = b.affine("over lo", dims, {{1, r.t}}, -f.lo),
            over_hi = b.affine("over hi", dims, {{1, r.t}}, -f.hi);
  const Var s_lo = f.lo == 0 ? r.sign : sign_of(b, plan, "lo", over_lo, signed_bits(b.bound(over_lo)));
  const Var s_hi = sign_of(b, plan, "hi", over_hi, signed_bits(b.bound(over_hi)));
  const Var up = b.product("up", s_lo, over_lo), down = b.product("down", s_hi, over_hi);
  return b.materialise("clip", b.affine("clipped", dims, {{1, up}, {-1, down}}, f.lo));
}

}  // namespace

std::int64_t apply(const Activation& f, std::int64_t t) {
  switch (f.kind) {
    case Kind::identity:
      return t;
    case Kind::relu:
      return std::max<std::int64_t>(t, 0);
    case Kind::clip:
      return std::min(f.hi, std::max(f.lo, t));
    case Kind::leaky:
      return t >= 0 ? t : (f.slope * t + half_of(f.shift)) >> f.shift;
    case Kind::table:
      break;
  }
  return f.values[static_cast<std::size_t>(t - f.lo)];
}

Var requant(Backend& b, const GadgetPlan& plan, std::string_view name, Var acc, Requant q, const Activation& f) {
  NESCIO_CHECK(q.bits >= 1 && q.bits + q.shift <= 62);
  const Backend::Scope scope(b, name);
  const Dims dims = b.dims(acc);
  const std::int64_t half = half_of(q.shift);
  const Bound domain = domain_of(f, q.bits);
  b.expect(
      "value", acc,
      {domain.lo * (std::int64_t{1} << q.shift) - half, (domain.hi + 1) * (std::int64_t{1} << q.shift) - half - 1},
      ErrorCode::kRange,
      "leaves the range that the model was calibrated for: calibrate with inputs like this one, or with more headroom");
  const CellHint rounded{{acc}, {}, {half, q.shift, -1}};

  Rounded r;
  const bool piecewise = f.kind == Kind::relu || f.kind == Kind::clip || f.kind == Kind::leaky;
  if (f.kind == Kind::table || (piecewise && plan.unary_tables && q.bits <= 16)) {
    r = by_table(b, dims, q.bits, rounded, f);
  } else if (f.kind == Kind::identity || (f.kind == Kind::clip && f.lo != 0)) {
    r.t = commit_signed(b, plan, "output", dims, q.bits, rounded);
  } else {
    const Signed s = commit_with_sign(b, plan, "rounded", dims, q.bits, rounded);
    r.t = s.value;
    r.sign = s.sign;
  }
  const Var rest = b.affine("remainder", dims, {{1, acc}, {-(std::int64_t{1} << q.shift), r.t}}, half);
  if (q.shift == 0) {
    b.zero("remainder", rest);
  } else {
    range_bits(b, plan, "remainder", rest, q.shift);
  }
  if (r.y != Var{}) return r.y;
  if (f.kind == Kind::identity) return r.t;
  if (f.kind == Kind::relu) return b.materialise("relu", b.product("positive", r.sign, r.t));
  if (f.kind == Kind::clip) return clip(b, plan, r, f);
  // leaky: 2^shift t where the sign is set, slope t elsewhere; rounded as above.
  const Var positive = b.product("positive", r.sign, r.t);
  const std::int64_t one = std::int64_t{1} << f.shift;
  NESCIO_CHECK(f.slope >= 0 && f.slope < one);
  std::vector<Term> terms{{one - f.slope, positive}};
  if (f.slope != 0) terms.push_back({f.slope, r.t});
  return requant(b, plan, "leaky", b.affine("scaled", dims, terms), {f.shift, q.bits}, {});
}

}  // namespace nescio
