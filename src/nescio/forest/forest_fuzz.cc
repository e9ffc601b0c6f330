// Hostile tree models: read, and where they are models, evaluated once.
#include <algorithm>

#include "nescio/forest/read.h"
#include "nescio/ops/evaluate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nescio;
  const auto graph = read_forest({data, size});
  if (!graph.ok()) return 0;
  NESCIO_CHECK(is_forest({data, size}) && validate(*graph).ok() && graph->inputs.size() == 1);
  const TensorType& type = graph->value(graph->inputs[0].value).type;
  const Tensor zeros(type.dtype, {1, std::min<std::int64_t>(type.shape[1], 256)});
  if (type.shape == zeros.shape()) (void)evaluate(*graph, std::span(&zeros, 1)).ok();
  return 0;
}
