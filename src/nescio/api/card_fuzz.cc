// Hostile model cards: one encoding, no crash, and no signature but the owner's. The mutations start from a card that
// nobody signed; some change its fields.
#include <algorithm>

#include "nescio/api/prover_card.h"
#include "nescio/base/fuzz_start.h"
#include "nescio/base/random_change.h"

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

class CardMutator : private RandomChange {
 public:
  explicit CardMutator(unsigned seed) : RandomChange(seed) {}

  void operator()(ModelCard& c) {
    switch (below(7)) {
      case 0:
        return text(below(2) == 0 ? c.name : c.version);
      case 1:
        return number(below(2) == 0 ? c.issued : c.refused);
      case 2:
        return number(below(2) == 0 ? c.calibration.rows : c.measured.rows);
      case 3:
        return length(c.outputs);
      case 4:
        return bytes(below(2) == 0 ? std::span(c.owner) : std::span(c.model.bytes));
      default:
        if (CardOutput* o = any(c.outputs)) output(*o);
    }
  }

 private:
  void output(CardOutput& o) {
    double* const reals[] = {&o.largest, &o.mean, &o.range};
    switch (below(4)) {
      case 0:
        return text(o.name);
      case 1:
        return number(below(2) == 0 ? o.cells : o.agreeing);
      case 2:
        if (o.curve)
          return below(3) == 0 ? o.curve.reset() : real(below(2) == 0 ? o.curve->floats : o.curve->quantised);
        o.curve = CardCurve{0.5, 0.5};
        return;
      default:
        real(*reals[below(3)]);
    }
  }
};

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
  if (seed % 4 == 1)
    if (const std::size_t n = mutate_value<CardMutator>(read_card, write_card, data, size, max_size, seed)) return n;
  return mutate_or_start_over(honest(), data, size, max_size, seed);
}
