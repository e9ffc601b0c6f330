// onnx/onnx_fuzz.cc -- the importer on arbitrary bytes. External data is refused: no folder is given.
#include <cstddef>
#include <cstdint>

#include "nescio/base/fuzz_start.h"
#include "nescio/onnx/import.h"
#include "nescio/onnx/mutate_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  nescio::ImportOptions options;
  options.fold_budget = 1 << 16;
  const auto graph = nescio::import_onnx({data, size}, options);
  if (graph.ok()) NESCIO_CHECK(nescio::validate(*graph).ok());
  return 0;
}

// Messages are twenty times as slow as bytes: they parse, and are imported.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  if (seed % 4 == 0)
    if (const std::size_t n = nescio::mutate_message(data, size, max_size, seed)) return n;
  return LLVMFuzzerMutate(data, size, max_size);
}
