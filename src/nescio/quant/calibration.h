// quant/calibration.h -- example inputs, and what they tell about the values inside of a model.
#pragma once
#include <algorithm>
#include <vector>

#include "nescio/arrays/array.h"
#include "nescio/base/error.h"
#include "nescio/graph/graph.h"

namespace nescio {

// rows[r][i]: the tensor of graph.inputs[i] in example r.
struct Calibration {
  std::vector<std::vector<Tensor>> rows;
};

// Examples from a file (arrays/array.h). One array without a name, or the only one for the only input: each row holds
// the cells of all inputs in their order. Otherwise one array for each input, by name, [examples, cells..]; an array of
// exactly the input's shape is one example. For an input [batch, ..] an array [rows, ..] will do as well: `batch` rows
// are an example each. kCalib: wrong shape, no examples, a number that is not finite (but of an
// input that is only compared: quantise_trees.h).
Result<Calibration> make_calibration(const NamedArrays& arrays, const Graph& graph);

// Extremes over all examples.
struct Statistics {
  std::vector<double> lowest, highest;                                          // by value of the graph
  double largest(ValueId v) const { return std::max(highest[v], -lowest[v]); }  // magnitude
  std::vector<std::vector<double>> largest_input;                               // by input port, by cell
};
// Runs the float interpreter on every row. kCalib if there are none, or if a value is not finite (names it).
Result<Statistics> observe(const Graph& graph, const Calibration& calibration);

}  // namespace nescio
