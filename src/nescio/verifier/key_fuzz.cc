// Hostile key bytes: parsed, checked, written again.
#include <cstdlib>

#include "nescio/verifier/checked_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nescio;
  auto key = read_key(std::span(data, size));
  if (!key.ok()) return 0;
  const auto bytes = write_key(*key);
  if (!std::equal(bytes.begin(), bytes.end(), data, data + size)) std::abort();  // one encoding
  (void)verify_key(std::move(*key)).ok();
  return 0;
}
