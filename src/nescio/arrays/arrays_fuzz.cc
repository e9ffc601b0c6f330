// Hostile input files.
#include "nescio/arrays/array.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nescio;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)read_npy(std::span(data, size)).ok();
  (void)read_npz(std::span(data, size)).ok();
  (void)read_csv(text).ok();
  (void)read_json(text).ok();
  return 0;
}
