// circuit/bounds.h -- which integers a circuit's tensors can hold, from enforced facts only; no identity can wrap.
//
// The circuit speaks mod p, its author means integers. A cell of a tensor is called the integer x if it is congruent to
// x and |x| < 2^62. This file finds intervals that every satisfying assignment obeys, and refuses a circuit in which an
// identity mod p between such integers need not be one over the integers.
//
// Facts     a column of a lookup lies between the least and greatest entry of the table's column, or in the interval of
//           a private one, itself an integer tensor; a tensor in `zeros`
//           is 0; constants; public values of the statement: `outside` and the argmax switches in [0, 1], pub_lo,
//           pub_hi and the values of a disclosed input in the port's [lo, hi] (the verifier must check that they are:
//           they are in the result).
// Rules     forward: y from its sources, when all are integers and the result is below 2^62. Contract: sum of products
//           (of squares if both operands are one tensor; by the values if an operand is constant).
//           Backward, for q y = c + sum a_k x_k with y an integer: the one source that is not yet an integer becomes
//           one if its coefficient is 1 or -1 and every cell of it is read (limbs, copies); and known sources shrink.
//           In order of tensor ids, again until nothing changes, at most kMaxPasses times: the result is a function of
//           the circuit alone.
// Integer identity: a definition with all sources integers. Required: the difference of its two sides is below 2^63
//           (so, a multiple of p, it is 0: it holds over the integers), and y is an integer; a quotient (q > 1) is one
//           only if some fact says so.
// Field     committed tensors without an interval, digests, Poseidon's constants and the results of
//           PoseidonMatrix, Packing and Cubic are elements of the field; and what is computed from them. Required: no
//           lookup and no port has one below it, and a zero with one below it has no integer tensor below it, where
//           "below" follows definitions but does not enter a PoseidonMatrix or a Packing.
// Digests   a Packing takes integers only: each source of a part has an interval within [lo, lo + 2^bits). And the
// source
//           of a PoseidonMatrix has no integer tensor below it. So a sponge sees integers as digits of their proven
//           width and in no other way, and different integers are different blocks.
// Why       Take the lookups and the zeros without field tensors below: by induction over the definitions they speak
//           of integer tensors only, and each definition used is an integer identity. So they hold mod p if and only
//           if they hold over the integers: what the author meant. All other constraints see integers only as digits of
//           blocks, are meant mod p (a sponge), and can only restrict further: they bind digests. In particular a
//           weight whose range nobody proves is a field tensor: no output can depend on it, and no digest takes it.
#pragma once
#include <cstdint>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/circuit/circuit.h"

namespace nescio {

inline constexpr unsigned kMaxPasses = 64;

// lo <= x <= hi for every cell x; or field elements (lo and hi are 0).
struct Interval {
  bool integer = false;
  std::int64_t lo = 0, hi = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

// [tensors]; the circuit has passed check_circuit. A refusal has the tensor's id as `where`; its code is kVKey for a
// key, without detail. A compiler asks with kOverflow and gets a sentence.
Result<std::vector<Interval>> derive_bounds(const Circuit& circuit, ErrorCode code = ErrorCode::kVKey);

}  // namespace nescio
