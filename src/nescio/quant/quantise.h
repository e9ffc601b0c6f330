// quant/quantise.h -- from a float graph to integers: the Z16 scheme (docs/spec/quantisation.md).
//
// Activations  signed, 16 bits, one scale per tensor: twice the largest magnitude seen in calibration fits (headroom).
// Inputs       signed, 16 bits (up to 32), one power of two per cell as scale: integers and dyadic fractions are exact.
// Weights      matched: s_w = s_y / (s_x 2^T), so that rounding is an exact shift; declared range 15 bits, T the
// largest
//              even number for which they fit. Biases have 31 bits at accumulator precision.
// Outputs      of the model: 24 bits, the scale a power of two, so that thresholds are exact.
// Functions    Relu, Clip, LeakyRelu on the integers after rounding; Sigmoid and Tanh by tables of their rounded
// values.
#pragma once
#include "nescio/graph/graph.h"
#include "nescio/quant/calibration.h"
#include "nescio/quant/options.h"
#include "nescio/quant/quant_graph.h"

namespace nescio {

// The graph is canonical (compile/canonical.h). Errors: kUsage (options), kCalib, kOp and kAttr (what has no integer
// form, all at once, naming nodes), kOverflow.
Result<QuantGraph> quantise(const Graph& graph, const Calibration& calibration, const QuantOptions& options = {});

}  // namespace nescio
