// quant/function.h -- Relu, LeakyRelu, Clip and curves (ops/curve.h) on integers.
#pragma once
#include <cstdint>

#include "nescio/base/error.h"
#include "nescio/gadget/activation.h"
#include "nescio/graph/graph.h"

namespace nescio {

// Relu, LeakyRelu, Clip, Truncate, or a curve.
bool is_function(const Node& node);
// Curves, Truncate, and LeakyRelu with a slope outside of [0, 1): by the table of all values, 16 bits at most.
bool needs_table(const Node& function);
// Curves between fixed bounds, whose results are on a fixed scale: Sigmoid and Tanh.
bool is_squashing(const Node& function);

// What calibration saw: arguments, and the largest magnitude of results.
struct Observed {
  double lowest = 0, highest = 0, result = 0;
};
struct QuantFunction {
  Activation f;
  double scale = 1;             // of the result
  std::int64_t lo = 0, hi = 0;  // its range
};
// `function` (or none) on integers of `bits` bits that stand for multiples of `scale`. Results of a table have the
// scale 1 (Truncate), 2^-15 (Sigmoid and Tanh; 2^-20 in outputs of the model), or one on which those observed fill 16
// bits (20). A table holds the integers around those observed on which the function is defined and its results have at
// most 24 bits; kCalib if that is not all of those observed. kOp: a Truncate of numbers coarser than 1.
Result<QuantFunction> quantised_function(const Node* function, unsigned bits, double scale, bool is_output,
                                         const Observed& observed);

}  // namespace nescio
