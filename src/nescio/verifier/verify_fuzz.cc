// Hostile proof bytes against a small key: any verdict but acceptance, no crash.
#include <cstdlib>

#include "nescio/relation/test_network.h"
#include "nescio/verifier/test_key.h"
#include "nescio/verifier/verifier.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nescio;
  static const TestNetwork* const net = new TestNetwork(1);
  static const CheckedKey* const key = new CheckedKey(UncheckedKeyForTests::make(toy_key<Ext3>(net->circuit, 7)));
  if (verify(*key, net->statement, {}, {}, std::span(data, size)).ok()) std::abort();
  return 0;
}
