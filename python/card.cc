#include "card.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <optional>

#include "failure.h"
#include "nescio/api/issuer_text.h"
#include "nescio/api/words.h"

namespace nescio::python {
namespace {

nb::dict data_of(const CardData& data) {
  nb::dict out;
  out["rows"] = data.rows;
  out["digest"] = hex(data.digest.bytes);
  return out;
}

nb::dict read(const nb::bytes& bytes) {
  const ModelCard card = take("card", read_card({static_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
  nb::list outputs;
  for (const CardOutput& y : card.outputs) {
    nb::dict told;
    told["name"] = y.name;
    told["largest_error"] = y.largest;
    told["mean_error"] = y.mean;
    told["range"] = y.range;
    told["cells"] = y.cells;
    told["same_largest"] = y.agreeing;
    told["auc"] = y.curve ? nb::object(nb::make_tuple(y.curve->floats, y.curve->quantised)) : nb::object(nb::none());
    outputs.append(told);
  }
  nb::dict out;
  out["name"] = card.name;
  out["version"] = card.version;
  out["issued"] = card.issued;
  out["owner"] = hex(card.owner);
  out["model_id"] = hex(card.model.bytes);
  out["calibration"] = data_of(card.calibration);
  out["measured"] = data_of(card.measured);
  out["refused_rows"] = card.refused;
  out["outputs"] = outputs;
  return out;
}

void check(const nb::bytes& bytes, const PublicKey& key, const std::optional<std::string>& owner) {
  const ModelCard card = take("card", read_card({static_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
  std::optional<SigningKey> by;
  if (owner) by = take("card", parse_key(*owner, "the owner"));
  take("card", check_card(card, key.checked->model(), by));
}

}  // namespace

void bind_card(nb::module_& m) {
  m.def("read_card", &read, nb::arg("data"), "What a model card says, unverified.");
  m.def("check_card", &check, nb::arg("data"), nb::arg("key"), nb::arg("owner").none());
}

}  // namespace nescio::python
