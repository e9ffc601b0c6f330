// onnx/onnx_fuzz.cc -- the importer on arbitrary bytes. External data is refused: no folder is given.
#include <cstddef>
#include <cstdint>

#include "nescio/base/check.h"
#include "nescio/onnx/import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  nescio::ImportOptions options;
  options.fold_budget = 1 << 16;
  const auto graph = nescio::import_onnx({data, size}, options);
  if (graph.ok()) NESCIO_CHECK(nescio::validate(*graph).ok());
  return 0;
}
