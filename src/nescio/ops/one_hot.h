// ops/one_hot.h -- a number as truth values: which of some keys it is.
#pragma once
#include <vector>

#include "nescio/ops/builder.h"

namespace nescio {

inline constexpr std::size_t kMaxKeys = 1024;

// [.., keys]: whether x [..] is each of the keys.
Result<ValueId> matches(GraphBuilder& graph, ValueId x, const std::vector<double>& keys);

}  // namespace nescio
