#include "nescio/api/prover_card.h"

#include <algorithm>
#include <bit>

#include "nescio/base/byte_writer.h"
#include "nescio/transcript/prover_random.h"

namespace nescio {
namespace {

Error refuse(std::string why) {
  return Error{ErrorCode::kUsage, 0, std::move(why), {}};
}

Status check_text(const std::string& text, const char* what) {
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!printable || text.empty() || text.size() > kMaxCardText)
    return refuse(std::string("the model's ") + what + " must be printable ASCII, at most " +
                  std::to_string(kMaxCardText) + " characters");
  return Unit{};
}

}  // namespace

Digest data_digest(const NamedArrays& data, const Digest& salt) {
  Hasher h = Hasher::derive_key("nescio 2026 v1 data");
  h.part(salt.bytes);
  for (const auto& [name, array] : data) {
    BasicByteWriter<SecretVector<std::uint8_t>> shape, values;
    for (const std::uint64_t n : array.shape) shape.u(n);
    if (!array.words.empty()) shape.u(std::uint8_t{1});  // words follow
    for (const double x : array.values) values.u(std::bit_cast<std::uint64_t>(x));
    h.part(name).part(shape.data()).part(values.data());
    for (const Array::Word& w : array.words) h.part(std::string_view(w.text));
  }
  return h.finish();
}

Result<MadeCard> make_card(const ProvingKey& key, const CardRequest& request, const IssuerKeys& owner,
                           const Progress& progress) {
  NESCIO_TRY_STATUS(check_text(request.name, "name"));
  NESCIO_TRY_STATUS(check_text(request.version, "version"));
  if (request.labels && !request.data) return refuse("labels are those of rows to measure on: give these too");
  MadeCard out{{}, os_random()};
  ModelCard& card = out.card;
  NESCIO_TRY(Accuracy accuracy, measure(key.model, request.calibration, progress));
  if (accuracy.rows != key.model.accuracy.rows)
    return refuse("the model was calibrated on " + std::to_string(key.model.accuracy.rows) + " examples, these are " +
                  std::to_string(accuracy.rows));
  card.calibration = {data_digest(request.calibration, out.salt), accuracy.rows};
  card.measured = card.calibration;
  std::vector<OutputCurve> curves;
  if (request.data) {
    NESCIO_TRY(accuracy, measure(key.model, *request.data, progress));
    card.measured = {data_digest(*request.data, out.salt), accuracy.rows};
  }
  if (request.labels) {
    NESCIO_TRY(curves, areas_under_curves(accuracy, *request.labels));
  }
  card.model = key.key->model();
  card.name = request.name;
  card.version = request.version;
  card.issued = request.issued;
  card.refused = accuracy.out_of_range;
  for (const OutputError& e : accuracy.outputs) {
    CardOutput y{e.output, e.largest, e.mean, e.range, e.cells, e.agreeing, {}};
    for (const OutputCurve& c : curves)
      if (c.output == e.output) y.curve = CardCurve{c.floats, c.quantised};
    card.outputs.push_back(std::move(y));
  }
  card.owner = owner.key;
  card.signature = sign(owner, signed_bytes(card));
  NESCIO_TRY_STATUS(check_card(card, key.key->model(), owner.key));
  return out;
}

}  // namespace nescio
