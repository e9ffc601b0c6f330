#include "nescio/gadget/range.h"

#include <algorithm>
#include <array>
#include <bit>
#include <tuple>

#include "nescio/base/check.h"

namespace nescio {
namespace {

constexpr unsigned kMaxWidth = 16;
// In the units of gadget/cost.h: a limb in a table of its own width, and in a wider one.
constexpr unsigned kExact = 400, kShifted = 650;

// A digit of a number: of what `hint` gives, if that is not cut off on top.
CellHint digit_of(CellHint hint, Digit d) {
  const Digit inner = hint.digit;
  NESCIO_CHECK(inner.mask == -1 && inner.shift + d.shift < 64);
  hint.digit = {inner.base + d.base * (std::int64_t{1} << inner.shift), inner.shift + d.shift, d.mask};
  return hint;
}

// Looks a limb up.
void check_limb(Backend& b, Var limb, const Limb& l) {
  const TableVar table = b.interval_table(0, 1U << l.table);
  b.lookup("range", table, {limb});
  if (l.bits == l.table) return;
  const Var up = b.affine("shifted", b.dims(limb), {{std::int64_t{1} << (l.table - l.bits), limb}});
  b.lookup("shifted range", table, {up});
}

// A limb of x + base, the integers x by `hint`.
Var commit_limb(Backend& b, const Dims& dims, const Limb& l, std::int64_t base, const CellHint& hint) {
  const Var limb = b.commit("cell", dims, digit_of(hint, {base, l.offset, (std::int64_t{1} << l.bits) - 1}));
  check_limb(b, limb, l);
  return limb;
}

std::string limb_name(std::size_t i) {
  return "limb" + std::to_string(i);
}

// Terms of limbs [first, ..) of x + base; commits and checks them.
std::vector<Term> commit_limbs(Backend& b, const Dims& dims, const std::vector<Limb>& limbs, std::size_t first,
                               std::int64_t base, const CellHint& hint) {
  std::vector<Term> terms;
  for (std::size_t i = first; i < limbs.size(); ++i) {
    const Backend::Scope scope(b, limb_name(i));
    terms.push_back({std::int64_t{1} << limbs[i].offset, commit_limb(b, dims, limbs[i], base, hint)});
  }
  return terms;
}

std::vector<Term> negated(std::vector<Term> terms) {
  for (Term& t : terms) t.coef = -t.coef;
  return terms;
}

// v + base - (terms), in [0, 2^bits): range with the lowest limb virtual.
void range_of_rest(Backend& b, const GadgetPlan& plan, Var v, std::int64_t base, std::vector<Term> taken, unsigned bits,
                   const CellHint& rest) {
  const std::vector<Limb> limbs = cut(bits, plan);
  for (Term& t : commit_limbs(b, b.dims(v), limbs, 1, 0, rest)) taken.push_back(std::move(t));
  const Backend::Scope scope(b, limb_name(0));
  if (taken.empty() && base == 0) return check_limb(b, v, limbs[0]);
  std::vector<Term> terms = negated(std::move(taken));
  terms.insert(terms.begin(), Term{1, v});
  check_limb(b, b.affine("cell", b.dims(v), terms, base), limbs[0]);
}

// The top limb of a signed integer and its sign; k bits.
TableVar sign_table(Backend& b, unsigned k) {
  const std::int64_t half = std::int64_t{1} << (k - 1);
  TableColumn h, s;
  h.start = -half;
  s.explicit_values = true;
  s.values.resize(static_cast<std::size_t>(2 * half));
  for (std::size_t i = static_cast<std::size_t>(half); i < s.values.size(); ++i) s.values[i] = 1;
  return b.table("signs of " + std::to_string(k) + " bits", static_cast<std::uint32_t>(2 * half), {h, s});
}

// Of a `bits`-bit integer: 1 if it is not negative, else 0.
Var commit_sign(Backend& b, const Dims& dims, unsigned bits, const CellHint& hint) {
  return b.commit("sign", dims, digit_of(hint, {std::int64_t{1} << (bits - 1), bits - 1, 1}));
}

// Commits the sign and, if it is more than the sign, the top limb of k bits of a `bits`-bit integer. The terms that
// they contribute to it, and a constant.
struct Top {
  Var sign;
  std::vector<Term> terms;
  std::int64_t constant = 0;
};
Top commit_top(Backend& b, const Dims& dims, unsigned bits, unsigned k, const CellHint& hint) {
  const Backend::Scope scope(b, "top");
  Top top;
  top.sign = commit_sign(b, dims, bits, hint);
  if (k == 1) {  // h = sign - 1
    b.lookup("boolean", b.interval_table(0, 2), {top.sign});
    top.terms = {{std::int64_t{1} << (bits - 1), top.sign}};
    top.constant = -(std::int64_t{1} << (bits - 1));
    return top;
  }
  const unsigned offset = bits - k;
  const Var h = b.commit("cell", dims, digit_of(hint, {0, offset, -1}));
  b.lookup("sign", sign_table(b, k), {h, top.sign});
  top.terms = {{std::int64_t{1} << offset, h}};
  return top;
}

}  // namespace

unsigned unsigned_bits(std::int64_t hi) {
  NESCIO_CHECK(hi >= 0);
  return std::max(1, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(hi))));
}

unsigned signed_bits(Bound range) {
  const std::int64_t m = std::max(range.hi, -(range.lo + 1));
  return m < 0 ? 1 : 1 + static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(m)));
}

std::vector<Limb> cut(unsigned bits, const GadgetPlan& plan) {
  NESCIO_CHECK(bits >= 1 && bits <= 62 && (plan.widths >> 1) != 0);
  // best[n]: cost of n bits, and the limb that comes on top.
  struct Best {
    unsigned cost = ~0U;
    Limb top;
  };
  std::array<Best, 63> best;
  best[0].cost = 0;
  for (unsigned n = 1; n <= bits; ++n)
    for (unsigned w = 1; w <= kMaxWidth; ++w) {
      if ((plan.widths >> w & 1) == 0) continue;
      for (unsigned width = 1; width <= std::min(w, n); ++width) {
        const unsigned cost = best[n - width].cost + (width == w ? kExact : kShifted);
        if (cost < best[n].cost) best[n] = {cost, {n - width, width, w}};
      }
    }
  std::vector<Limb> out;
  for (unsigned n = bits; n > 0; n = out.back().offset) out.push_back(best[n].top);
  // Limbs in tables of their own width first, so that the lowest is one where possible.
  std::sort(out.begin(), out.end(), [](const Limb& a, const Limb& c) {
    return std::tuple(a.bits != a.table, c.bits, a.table) < std::tuple(c.bits != c.table, a.bits, c.table);
  });
  unsigned offset = 0;
  for (Limb& l : out) {
    l.offset = offset;
    offset += l.bits;
  }
  return out;
}

void range_bits(Backend& b, const GadgetPlan& plan, std::string_view name, Var v, unsigned bits) {
  const Backend::Scope scope(b, name);
  range_of_rest(b, plan, v, 0, {}, bits, CellHint{{v}});
}

void range_between(Backend& b, const GadgetPlan& plan, std::string_view name, Var v, Bound range) {
  NESCIO_CHECK(range.lo <= range.hi && range.lo > -kMaxMagnitude / 2 && range.hi < kMaxMagnitude / 2);
  const Backend::Scope scope(b, name);
  const std::int64_t last = range.hi - range.lo;
  const unsigned bits = unsigned_bits(last);
  if (last < 256 && last + 1 != std::int64_t{1} << bits) {
    b.lookup("range", b.interval_table(range.lo, static_cast<std::uint32_t>(last + 1)), {v});
    return;
  }
  range_bits(b, plan, "above", b.affine("above", b.dims(v), {{1, v}}, -range.lo), bits);
  if (last + 1 != std::int64_t{1} << bits)
    range_bits(b, plan, "below", b.affine("below", b.dims(v), {{-1, v}}, range.hi), bits);
}

Var commit_bits(Backend& b, const GadgetPlan& plan, std::string_view name, const Dims& dims, unsigned bits,
                const CellHint& hint) {
  const Backend::Scope scope(b, name);
  const std::vector<Limb> limbs = cut(bits, plan);
  const std::vector<Term> terms = commit_limbs(b, dims, limbs, 0, 0, hint);
  return terms.size() == 1 ? terms[0].source : b.affine("value", dims, terms);
}

Var commit_signed(Backend& b, const GadgetPlan& plan, std::string_view name, const Dims& dims, unsigned bits,
                  const CellHint& hint) {
  const Backend::Scope scope(b, name);
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  return b.affine("value", dims, commit_limbs(b, dims, cut(bits, plan), 0, half, hint), -half);
}

Signed commit_with_sign(Backend& b, const GadgetPlan& plan, std::string_view name, const Dims& dims, unsigned bits,
                        const CellHint& hint) {
  const Backend::Scope scope(b, name);
  const unsigned k = std::min(plan.sign_bits, bits);
  Top top = commit_top(b, dims, bits, k, hint);
  if (k < bits)
    for (Term& t : commit_limbs(b, dims, cut(bits - k, plan), 0, 0, hint)) top.terms.push_back(std::move(t));
  return {b.affine("value", dims, top.terms, top.constant), top.sign};
}

Var sign_of(Backend& b, const GadgetPlan& plan, std::string_view name, Var v, unsigned bits) {
  const Backend::Scope scope(b, name);
  const unsigned k = std::min(plan.sign_bits, bits);
  if (k == bits && k > 1) {  // the whole of it is the top limb
    const Var sign = commit_sign(b, b.dims(v), bits, CellHint{{v}});
    b.lookup("sign", sign_table(b, k), {v, sign});
    return sign;
  }
  const Top top = commit_top(b, b.dims(v), bits, k, CellHint{{v}});
  if (k == bits) {
    std::vector<Term> terms = negated(top.terms);
    terms.push_back({1, v});
    b.zero("value", b.affine("difference", b.dims(v), terms, -top.constant));
  } else {
    range_of_rest(b, plan, v, -top.constant, top.terms, bits - k, CellHint{{v}});
  }
  return top.sign;
}

}  // namespace nescio
