// quant/options.h -- what a user chooses of the integers.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "nescio/graph/graph.h"
#include "nescio/quant/missing.h"

namespace nescio {

// How the values of an input become integers, if calibration is not to decide it.
struct FixedInput {
  unsigned bits = 16;          // 8..32
  std::vector<double> scales;  // one for all cells, or one for each
  bool float_keys = false;     // then nothing else counts
  bool missing = false;        // an integer stands for a missing value
  std::vector<std::string> categories = {};
};
struct QuantOptions {
  double headroom = 2.0;          // >= 1
  unsigned activation_bits = 16;  // 8..16
  unsigned input_bits = 16;       // 8..32
  unsigned output_bits = 24;      // 16..32
  unsigned weight_bits = 15;      // 8..24; 15 is the widest of which four fit into a cell of a digest
  unsigned bias_bits = 31;        // 16..32
  unsigned table_bits = 0;        // 8..16: inputs of Sigmoid and Tanh; 0: 14, or 16 for a model with many of them
  std::map<std::string, FixedInput> inputs = {};  // by name; if not empty, all of the model's
};

Status check_options(const QuantOptions& options);  // kUsage
// That options.inputs, unless empty, has all inputs of the graph, in a form that fits. compared[value]: of an input
// that is only compared (quantise_trees.h); missing: of each input, whether it tells missing values. kUsage.
Status check_fixed_inputs(const QuantOptions& options, const Graph& graph, const std::vector<bool>& compared,
                          const std::vector<MissingInput>& missing);

}  // namespace nescio
