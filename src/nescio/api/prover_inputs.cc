#include "nescio/api/prover_inputs.h"

namespace nescio {

Result<SecretVector<std::int64_t>> input_integers(const InputPort& port, const Array& array) {
  if (!port.categories.empty()) {
    const auto codes = Dictionary(port.categories).codes(array, 0, array.values.size());
    if (!codes.ok()) return Error{ErrorCode::kInFormat, 0, "input '" + port.name + "': " + codes.error().detail, {}};
    return quantise_input(port, *codes);
  }
  if (const auto text = first_text(array, 0, array.values.size()))
    return Error{
        ErrorCode::kInFormat,
        static_cast<std::uint32_t>(*text),
        "input '" + port.name + "': value " + std::to_string(*text) + " is a word; the model takes numbers here",
        {}};
  return quantise_input(port, array.values);
}

}  // namespace nescio
