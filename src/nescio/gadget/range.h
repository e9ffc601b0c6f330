// gadget/range.h -- integers in a range: cut into limbs, each a row of a small table.
//
// x in [0, 2^b) is x = sum_i 2^(o_i) x_i with limbs of widths that sum to b; limb i is looked up in the table
// 0 .. 2^w - 1, w >= its width; where w is wider, 2^(w - width) x_i is looked up too (x_i < 2^w makes that product an
// integer below 2^(2w), so both lookups together say x_i < 2^width). Exactly one choice of limbs for each x.
// Cost  one cell and one lookup per limb (two lookups where the table is wider); a tensor that exists already needs no
//       cell for its lowest limb, which is a virtual tensor.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "nescio/gadget/backend.h"

namespace nescio {

// How the gadgets of one circuit are built. Chosen once per circuit, by cost (compile/plan.h).
struct GadgetPlan {
  std::uint32_t widths = 1U << 8;  // bit w, 1 <= w <= 16: there is a table 0 .. 2^w - 1
  unsigned sign_bits = 8;          // width of the limb whose table tells the sign, 1..16
  bool unary_tables = false;       // piecewise linear functions by a table of their values, not by signs
  friend bool operator==(const GadgetPlan&, const GadgetPlan&) = default;
};

struct Limb {
  unsigned offset = 0, bits = 0;
  unsigned table = 0;  // the width of its table, >= bits
};
// The cheapest limbs for `bits` bits, lowest first. `plan.widths` is not empty.
std::vector<Limb> cut(unsigned bits, const GadgetPlan& plan);

// Bits of the least b with lo, hi in [0, 2^b) or in [-2^(b-1), 2^(b-1)).
unsigned unsigned_bits(std::int64_t hi);
unsigned signed_bits(Bound range);

// Enforces 0 <= v < 2^bits.
void range_bits(Backend& b, const GadgetPlan& plan, std::string_view name, Var v, unsigned bits);
// Enforces range.lo <= v <= range.hi.
void range_between(Backend& b, const GadgetPlan& plan, std::string_view name, Var v, Bound range);
// New integers 0 <= v < 2^bits; their limbs are the cells.
Var commit_bits(Backend& b, const GadgetPlan& plan, std::string_view name, const Dims& dims, unsigned bits,
                const CellHint& hint);
// New integers -2^(bits-1) <= v < 2^(bits-1).
Var commit_signed(Backend& b, const GadgetPlan& plan, std::string_view name, const Dims& dims, unsigned bits,
                  const CellHint& hint);

// With the sign: [v >= 0], 0 or 1, a committed tensor. The top limb h of plan.sign_bits bits is looked up with the
// sign.
struct Signed {
  Var value, sign;
};
Signed commit_with_sign(Backend& b, const GadgetPlan& plan, std::string_view name, const Dims& dims, unsigned bits,
                        const CellHint& hint);
// [v >= 0] for v in [-2^(bits-1), 2^(bits-1)), which is enforced.
Var sign_of(Backend& b, const GadgetPlan& plan, std::string_view name, Var v, unsigned bits);

}  // namespace nescio
