// compile/canonical.h -- the small set of operators that the quantiser knows.
//
// A canonical graph has only these nodes; x, y stand for values that depend on the input, everything else is constant.
// Extents are static, constants are finite. Float values are float32 or float64; constants may be float64 beside a
// float32 x.
//
//   Linear(x, w, b)          y[..., n] = sum_k x[..., k] w[n, k] + b[n]; w [N, K], b [N], both always present
//   Affine(x, scale, shift)  y = x * scale + shift; scale and shift have one shape, of x's rank, extents 1 or x's own
//   Add, Sub, Mul(x, y)      elementwise, NumPy's broadcasting; one operand of Add or Mul may be a constant, but only
//                            one that enlarges the other (else it is an Affine)
//   MatMul(x, y)             batched, NumPy's rules; one operand may be a constant, but only one with batch dimensions
//                            (else it is a Linear)
//   Div(x, y), Reciprocal(x), Total(x), Largest(x), Hardmax(x)
//   Relu, LeakyRelu{alpha}, Clip{lo, hi}(x), and the curves of ops/curve.h; lo and hi may be infinite; float only
//   Reshape{shape}, Transpose{perm}, Slice{starts, steps, sizes}, Pick{indices, ..}(x), Concat{axis}(x, ...)
//   Cast{to}(x)              float to float (no change of value), bool or integer to float or integer
//   Truncate{to}(x)          float to integer, towards 0
//   ArgMax{axis, keepdims, select_last_index}(x)   to int64; ties: the first, or the last
//   Top{k, least, index}(x)                        k > 1 entries of each row of at least as many, or their indices
//   Mod{fmod}(x, c)                                of integers; c constant, as in Compare, and not 0
//   Compare{mode}(x, c)      to bool; c constant, of x's rank, extents 1 or x's own; modes as in ops/comparison.cc
//   Select(c, x, y), Logic(x, y)                   truth values: ops/logic.cc; x and y may both be whole constants of
//                                                  one entry
//   Missing(x)                                     of an input, to bool (ops/impute.cc)
//   Impute(x, c, m)                                x moved from inputs, m in the same way from their Missing; c
//                                                  constant, as in Compare
//   Trees(x, nodes, leaves, base){..}              ops/trees.h
//
// Every node has one output. Slice, Reshape, Transpose, Concat, Cast and Compare also occur on integers and bools.
#pragma once
#include "nescio/base/error.h"
#include "nescio/graph/graph.h"

namespace nescio {

// The canonical graph of an imported one: constants combined in double precision, Affine fused into Linear before or
// behind it (also across Reshape and Transpose) and into Affine, chains of Reshape and Transpose merged. Inputs and
// outputs keep their names, order and types. Errors, all at once: kDtype (arithmetic on integers that depend on the
// input), kAttr (division by a tensor or by 0, a constant that is not finite).
Result<Graph> canonicalise(const Graph& graph);

}  // namespace nescio
