// quant/missing.h -- inputs that may be missing: which, and what stands in their place.
//
// An integer of its own stands for a missing value: the least of an input with a scale, the key of NaN where trees
// compare. A cell that may be missing is read by Impute and Missing alone, as it is or moved. Of an input with a
// Missing all other cells must be there; of one without, all (compared inputs apart: quant/quantise_trees.h).
#pragma once
#include <vector>

#include "nescio/graph/graph.h"

namespace nescio {

struct MissingInput {
  bool tells = false;                // a Missing reads it
  std::vector<bool> may_be_missing;  // by cell
  std::vector<double> imputed;       // by cell: the largest absolute value in its place
};

// Of each input of a canonical graph.
std::vector<MissingInput> missing_inputs(const Graph& graph);
// Of each value: whether it holds a cell that may be missing.
std::vector<bool> may_be_missing(const Graph& graph);

}  // namespace nescio
