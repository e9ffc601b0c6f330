// quant/quant_graph.h -- a model in integers: what the circuit proves, and what the integer interpreter computes.
//
// The real value of a cell is its integer times a scale. Scales of ports are exact (they are doubles, each a dyadic
// rational); those of inner values only say what the integers stand for.
// Weights are integers in a declared public range [-2^(bits-1), 2^(bits-1)), which depends on the profile and not on
// their norms. Spec: docs/spec/quantisation.md.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/base/secret.h"
#include "nescio/gadget/activation.h"

namespace nescio {

using QuantId = std::uint32_t;
// ONNX order, outermost first, as in Circuit ports. {} is a scalar.
using QuantShape = std::vector<std::uint32_t>;

struct QuantValue {
  std::string name;
  QuantShape shape;
  std::vector<double> scales;  // one for all cells, or one for each (row-major)
  friend bool operator==(const QuantValue&, const QuantValue&) = default;
};

struct QuantWeights {
  std::string name;
  QuantShape shape;
  unsigned bits = 15;
  SecretVector<std::int32_t> values;  // row-major
  friend bool operator==(const QuantWeights&, const QuantWeights&) = default;
};

// One node: from inputs to one output.
//   linear     y[.., o] = f(requant(sum_k w[o, k] x[.., k] + 2^bias_shift b[o]))   weights {w [O, K], b [O]}
//   channel    y = f(requant(w x + 2^bias_shift b))            weights {w, b}: of x's rank, extents 1 or x's own
//   combine    y = f(requant(sum_i integers[i] x_i))           broadcast; without `rounded`: y is the sum itself
//   multiply   y = f(requant(x_0 x_1))                         broadcast
//   matmul     y[b, m, n] = f(requant(sum_k x_0[b, m, k] x_1[b, k, n]))            b: zero or more equal dimensions
//   reshape    the same cells under the output's shape
//   transpose  integers = perm
//   slice      integers = starts, then steps, then sizes
//   concat     integers = {axis}
//   total      y[.., 0] = f(requant(sum_k x[.., k]))           without `rounded`: the sum itself
//   divide     y = 2^k x_0 / (2^j x_1) rounded half up, integers {k, j}: of requant.bits bits; broadcast; x_1 >= 1 is
//              enforced. With one input x_0 is 1
//   missing    y = [x is missing], x an input without labels, of which an integer stands for a missing value: kNanKey
//              with float_keys, else the least; integers: the cells that must be there
//   impute     y = x_1 ? c : x_0; x_1 tells, as `missing` does, where x_0 is integers[0], that of a missing value;
//              integers[1] = 1: x_0 are keys of float32, and y is; weights {c}: of x_0's rank, extents 1 or x_0's own
//   modulo     y = x modulo c, in [0, c); c >= 1 is enforced; weights {c}: of x's rank, extents 1 or x's own
//   pick       y[i] = x[integers[i]] in row-major order, 0 where it is -1
//   choose     of each row x[.., :] its largest entry, the first (integers[0] = 0) or last (1), or its least
//              (integers[1] = 1); integers[2] = 0: its index, 1: its value, both as y[.., 0]; 2: 1 there and 0
//              elsewhere, y[.., :]
//   top        of each row x[.., :] the integers[0] largest entries, or least (integers[1] = 1), in this order, of
//              equal ones the one before the others; integers[2] = 0: their indices, 1: their values; y[.., :]
//   select     y = x_0 ? x_1 : x_2                            broadcast; x_0 is 0 or 1
//   logic      y = integers[0] + integers[1] p + integers[2] q + integers[3] p q, which is 0 or 1; that p and q are is
//              enforced, as it is of x_0 in select; broadcast; with one input q is p
//   compare    y = [x ? c] as 0 or 1                           weights {c}: of x's rank, extents 1 or x's own
//   trees      y[s, c] = base[c] + aggregate of the leaves that row s of x, keys of float32 (base/float_key.h), reaches
//              integers = trees T, depth, aggregate (0 sum, 1 least, 2 greatest), mirror, and no targets or T of them;
//              weights {feature, key, missing, yes, no: [I]; leaf [L, K]; base [C]}: a table of nodes (gadget/trees.h),
//              its fields less 2^(bits-1); targets and mirror as in ops/trees.h
struct QuantNode {
  enum class Op : std::uint8_t {
    linear,
    channel,
    combine,
    multiply,
    matmul,
    reshape,
    transpose,
    slice,
    concat,
    choose,
    compare,
    trees,
    total,
    divide,
    pick,
    select,
    logic,
    top,
    modulo,
    missing,
    impute
  } op = Op::linear;
  std::string name;  // the ONNX node, for messages
  std::vector<QuantId> inputs;
  QuantId output = 0;
  std::vector<QuantWeights> weights = {};
  unsigned bias_shift = 0;
  bool rounded = false;
  Requant requant = {};
  Activation activation = {};
  std::vector<std::int64_t> integers = {};
  Comparison comparison = Comparison::greater;
  friend bool operator==(const QuantNode&, const QuantNode&) = default;
};

struct QuantPort {
  std::string name;
  QuantId value = 0;
  unsigned bits = 16;                    // inputs: integers in [-2^(bits-1), 2^(bits-1))
  std::vector<std::string> labels = {};  // class names of an output, categories of an input: by integer; or none
  bool float_keys = false;               // inputs: the integers are keys of float32, bits is 32 and the scale 1
  friend bool operator==(const QuantPort&, const QuantPort&) = default;
};

struct QuantGraph {
  std::vector<QuantValue> values;
  std::vector<QuantNode> nodes;  // in topological order
  std::vector<QuantPort> inputs, outputs;
  std::vector<std::string> notes;  // decisions that users should know of, one sentence each
  friend bool operator==(const QuantGraph&, const QuantGraph&) = default;
};

// Integers of the model's ports, one list for each, row-major.
using IntegerInputs = std::vector<SecretVector<std::int64_t>>;
using IntegerOutputs = std::vector<SecretVector<std::int64_t>>;

// Cells that one pick may have: the verifier goes through them.
inline constexpr std::size_t kMaxPicked = std::size_t{1} << 16;
// Of a modulo: its quotients, of 33 bits, times divisors stay far below 2^62.
inline constexpr unsigned kMaxDivisorBits = 24;
// Least or greatest values that one node of trees may take.
inline constexpr std::uint64_t kMaxExtremes = 64;

// Shapes, ids, ranges and attributes are consistent and within limits: what lowering relies on. kKey names the node.
Status validate(const QuantGraph& graph);

// Whether an integer of this input stands for a missing value and a node says where.
bool tells_missing(const QuantGraph& graph, const QuantPort& port);

inline std::uint64_t num_elements(const QuantShape& shape) {
  std::uint64_t n = 1;
  for (const std::uint32_t d : shape) n *= d;
  return n;
}

}  // namespace nescio
