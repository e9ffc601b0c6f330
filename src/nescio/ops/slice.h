// ops/slice.h -- taking a range of one dimension.
#pragma once
#include "nescio/ops/builder.h"

namespace nescio {

// Entries start, start + step, ... (`size` of them, all inside) of dimension `axis` of x; x itself when that is all of
// it.
Result<ValueId> add_slice(GraphBuilder& graph, ValueId x, std::size_t axis, std::int64_t start, std::int64_t step,
                          std::int64_t size);

}  // namespace nescio
