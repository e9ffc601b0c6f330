#include "issuer.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>

#include "arrays.h"
#include "failure.h"
#include "key.h"
#include "nescio/api/digest_text.h"
#include "nescio/api/issuer_text.h"
#include "nescio/api/prover_attest.h"
#include "nescio/api/prover_digest.h"
#include "unlocked.h"

namespace nescio::python {
Issuer Issuer::load(const std::string& path) {
  const Unlocked free;
  const auto text = take("load", read_private_file(path, 4096));
  return {take("load", read_issuer_keys(text, path))};
}
void Issuer::save(const std::string& path) const {
  const Unlocked free;
  take("save", write_file(path, write_issuer_keys(keys), 0600));
}

namespace {

Record load_record(const std::string& path) {
  const Unlocked free;
  const auto bytes = take("load", read_private_file(path, kMaxRecordFile));
  return {std::make_shared<const AttestedRecord>(take("load", read_record(bytes)))};
}
void save_record(const Record& record, const std::string& path) {
  const auto held = record.held;
  const Unlocked free;
  take("save", write_file(path, write_record(*held), 0600));
}
nb::dict about(const Record& record) {
  std::string names;
  for (const auto& [name, array] : record.held->data) names += (names.empty() ? "" : ", ") + label(name);
  return attestation_dict(record.held->attestation, names);
}

Record attest_data(const PublicKey& key, const Arrays& data, const Issuer& issuer, std::uint64_t expires,
                   std::optional<std::uint64_t> issued, const std::string& name) {
  const Unlocked free;
  AttestRequest request{data.list, name, issued.value_or(now()), expires};
  auto made = take("attest", attest(key.checked->key().circuit, std::move(request), issuer.keys));
  return {std::make_shared<const AttestedRecord>(std::move(made))};
}

std::string digest_of(const PublicKey& key, const Arrays& data, const std::string& text) {
  const Unlocked free;
  const Secret<DigestCells> salt(take("digest", parse_digest_text(text)));
  return digest_text(take("digest", input_digest(key.checked->key().circuit, data.list, salt.value)));
}

}  // namespace

nb::dict attestation_dict(const Attestation& attestation, const std::string& of) {
  nb::dict out;
  out["of"] = of;
  out["issuer"] = hex(attestation.issuer);
  out["name"] = attestation.name;
  out["issued"] = attestation.issued;
  out["expires"] = attestation.expires;
  out["digest"] = digest_text(attestation.digest);
  out["schema"] = hex(attestation.schema.bytes);
  return out;
}

void bind_issuer(nb::module_& m) {
  nb::class_<Issuer>(m, "Issuer", "The keys of somebody who vouches for data: private.")
      .def_static("generate", [] { return Issuer{make_issuer_keys()}; })
      .def_static("load", &Issuer::load, nb::arg("path"))
      .def("save", &Issuer::save, nb::arg("path"))
      .def_prop_ro("public_key", [](const Issuer& i) { return hex(i.keys.key); });
  nb::class_<Record>(m, "Record", "Data, salt and attestation: private.")
      .def_static("load", &load_record, nb::arg("path"))
      .def("save", &save_record, nb::arg("path"))
      .def("about", &about, "The attestation: nothing of the data.");
  m.def("attest", &attest_data, nb::arg("key"), nb::arg("data"), nb::arg("issuer"), nb::arg("expires"),
        nb::arg("issued").none(), nb::arg("name"));
  m.def("digest", &digest_of, nb::arg("key"), nb::arg("data"), nb::arg("salt"));
  m.def(
      "parse_issuer",
      [](const std::string& text, const std::string& what) { return hex(take("key", parse_key(text, what))); },
      nb::arg("text"), nb::arg("what"), "A public key as 64 hexadecimal digits.");
  m.def(
      "parse_time", [](const std::string& text, bool last) { return take("time", parse_time(text, last)); },
      nb::arg("text"), nb::arg("last"), "Seconds since 1970; with `last`, a date is its last second.");
  m.def("time_text", &time_text, nb::arg("seconds"));
}

}  // namespace nescio::python
