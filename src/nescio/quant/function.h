// quant/function.h -- Relu, LeakyRelu, Clip, Sigmoid and Tanh on integers.
#pragma once
#include <cstdint>

#include "nescio/gadget/activation.h"
#include "nescio/graph/graph.h"

namespace nescio {

// Sigmoid, Tanh, and LeakyRelu with a slope outside of [0, 1): by the table of all values, 16 bits at most.
bool needs_table(const Node& function);

struct QuantFunction {
  Activation f;
  double scale = 1;             // of the result
  std::int64_t lo = 0, hi = 0;  // its range
};
// `function` (or none) on integers of `bits` bits that stand for multiples of `scale`. Results of a table have the
// scale 2^-15 (Sigmoid and Tanh), 2^-20 in outputs of the model.
QuantFunction quantised_function(const Node* function, unsigned bits, double scale, bool is_output);

}  // namespace nescio
