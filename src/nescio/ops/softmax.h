// ops/softmax.h -- exp(x - max) / sum of each row.
#pragma once
#include "nescio/ops/builder.h"

namespace nescio {

// Of rows [.., n]; or its logarithm.
Result<ValueId> add_softmax(GraphBuilder& graph, ValueId rows, bool log = false);

}  // namespace nescio
