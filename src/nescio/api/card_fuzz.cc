// Hostile model cards: one encoding, no crash, and no signature but the owner's. The mutations start from a card that
// nobody signed.
#include <algorithm>

#include "nescio/api/prover_card.h"
#include "nescio/base/fuzz_start.h"

namespace {

using namespace nescio;

const std::vector<std::vector<std::uint8_t>>& honest() {
  static const auto* const files = [] {
    ModelCard c;
    c.name = "model";
    c.version = "1";
    c.outputs = {{"score", 0.5, 0.125, 458, 1, 0, CardCurve{0.85, 0.8125}}, {"label", 0, 0, 2, 3, 1110, {}}};
    c.owner = issuer_keys({}).key;
    return new std::vector<std::vector<std::uint8_t>>{write_card(c)};
  }();
  return *files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto card = read_card(std::span(data, size));
  if (!card.ok()) return 0;
  const auto bytes = write_card(*card);
  NESCIO_CHECK(std::equal(bytes.begin(), bytes.end(), data, data + size));
  NESCIO_CHECK(!check_card(*card, card->model, {}).ok());  // nobody signed anything
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  return mutate_or_start_over(honest(), data, size, max_size, seed);
}
