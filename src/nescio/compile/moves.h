// compile/moves.h -- reshape, transpose, slice, concat as index maps: virtual tensors without a message.
#pragma once
#include <string_view>
#include <vector>

#include "nescio/gadget/backend.h"
#include "nescio/quant/quant_graph.h"

namespace nescio {

// Extents above 1 of an ONNX shape, the last first; {1} if there are none.
Dims squeezed(const QuantShape& shape);
// Position in `squeezed` of each dimension of the ONNX shape with an extent above 1; -1 for the others.
std::vector<int> squeezed_positions(const QuantShape& shape);

// Tensors in these functions have the layout `squeezed(shape)`.
Var reshape(Backend& b, Var x, const QuantShape& to);
Var transpose(Backend& b, Var x, const QuantShape& from, const std::vector<std::int64_t>& perm);
Var slice(Backend& b, Var x, const QuantShape& from, const std::vector<std::int64_t>& starts_steps_sizes);
Var concat(Backend& b, const std::vector<Var>& parts, const std::vector<QuantShape>& from, std::size_t axis);
// Cell i of the result is cell indices[i] of x, both in row-major order; 0 where it is -1.
Var pick(Backend& b, Var x, const std::vector<std::int64_t>& indices, const QuantShape& to);
// As one dimension.
Var flatten(Backend& b, Var x);

}  // namespace nescio
