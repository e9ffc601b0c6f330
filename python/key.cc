#include "key.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <limits>
#include <optional>

#include "arrays.h"
#include "failure.h"
#include "issuer.h"
#include "nescio/api/cost.h"
#include "nescio/api/digest_text.h"
#include "nescio/api/issuer_text.h"
#include "nescio/base/float_key.h"
#include "unlocked.h"

namespace nescio::python {
namespace {

std::span<const std::uint8_t> bytes_of(const nb::bytes& b) {
  return {static_cast<const std::uint8_t*>(b.data()), b.size()};
}
nb::bytes bytes_from(std::span<const std::uint8_t> b) {
  return nb::bytes(b.data(), b.size());
}

PublicKey read_public_key(const nb::bytes& bytes) {
  const auto span = bytes_of(bytes);
  const Unlocked free;
  auto checked = take("key", verify_key(take("key", read_key(span))));
  return {std::make_shared<const CheckedKey>(std::move(checked))};
}

// Real values, one number or an array of the port's shape.
nb::object values_of(const Revealed& revealed, const Dims& dims, const std::vector<Scale>& scales,
                     const InputPort* input = nullptr) {
  if (input != nullptr && !input->categories.empty()) {  // a word, or a list of them; None: none of the categories
    nb::list words;
    for (const std::int64_t v : revealed.values) {
      const std::string* word = category(input->categories, v);
      words.append(word ? nb::object(nb::str(word->c_str(), word->size())) : nb::none());
    }
    return words.size() == 1 ? nb::object(words[0]) : nb::object(words);
  }
  std::vector<double> out;
  for (std::size_t i = 0; i < revealed.values.size(); ++i)
    out.push_back(input != nullptr && is_missing(*input, revealed.values[i]) ? std::numeric_limits<double>::quiet_NaN()
                  : input != nullptr && input->float_keys
                      ? static_cast<double>(float_of_key(revealed.values[i]))
                      : real_number(revealed.values[i], scales[scales.size() == 1 ? 0 : i]));
  if (out.size() == 1) return nb::float_(out[0]);
  return numpy(std::move(out), {dims.begin(), dims.end()});
}

nb::list shapes(const Dims& dims) {
  nb::list out;
  for (const std::uint32_t n : dims) out.append(n);
  return out;
}

nb::dict verdict_of(const CheckedKey& key, const Verdict& verdict) {
  const Circuit& circuit = key.key().circuit;
  nb::dict revealed, inputs, digests, out;
  for (const Revealed& r : verdict.disclosed.outputs)
    for (const OutputPort& port : circuit.outputs)
      if (port.name == r.name) revealed[r.name.c_str()] = values_of(r, port.dims, {port.scale});
  for (const Revealed& r : verdict.disclosed.inputs)
    for (const InputPort& port : circuit.inputs)
      if (port.name == r.name) inputs[r.name.c_str()] = values_of(r, port.dims, port.scales, &port);
  std::size_t number = 0;
  for (const DigestPort& port : circuit.digests)
    if (port.group != Group::weights)
      digests[digest_name(circuit, port).c_str()] = digest_text(verdict.disclosed.digests[number++].digest);
  nb::list attested;
  for (const Attested& a : verdict.attested)
    attested.append(attestation_dict(a.attestation, digest_name(circuit, circuit.digests[a.digest])));
  out["statement"] = to_string(verdict.statement);
  out["revealed"] = revealed;
  out["inputs"] = inputs;
  out["digests"] = digests;
  out["attested"] = attested;
  out["context"] = bytes_from(verdict.context);
  out["model_id"] = hex(key.model().bytes);
  out["key_id"] = hex(key.id().bytes);
  out["one_model"] = key.one_model();
  out["hidden"] = hidden_text(circuit, verdict.disclosed);
  out["security_bits"] = key.key().params.security_bits;
  out["weakest_bits"] = real_bits(key.bits());
  return out;
}

// issuers: public keys in hexadecimal, each with the inputs that it is trusted with; none: all that no other names.
using Issuers = std::vector<std::pair<std::string, std::vector<std::string>>>;

nb::dict verify(const PublicKey& key, const nb::bytes& proof, const std::optional<std::string>& statement,
                const std::optional<nb::bytes>& context, const Issuers& issuers, std::optional<std::uint64_t> at) {
  Expected expected;
  if (statement) {
    take("statement", parse_statement(*statement));
    expected.statement = statement;
  }
  if (context) expected.context.emplace(bytes_of(*context).begin(), bytes_of(*context).end());
  for (const auto& [issuer, inputs] : issuers)
    expected.issuers.push_back({take("key", parse_key(issuer, "the issuer")), inputs});
  expected.time = at.value_or(now());
  const auto span = bytes_of(proof);
  const auto verdict = [&] {
    const Unlocked free;
    return take("verify", verify_proof(*key.checked, span, expected));
  }();
  return verdict_of(*key.checked, verdict);
}

// What a proof file says, unverified.
nb::dict read_proof(const nb::bytes& bytes) {
  const ProofFile file = take("verify", read_proof_file(bytes_of(bytes)));
  nb::list outputs, inputs;
  for (const Revealed& r : file.disclosed.outputs) outputs.append(r.name);
  for (const Revealed& r : file.disclosed.inputs) inputs.append(r.name);
  nb::dict out;
  out["statement"] = file.statement;
  out["context"] = bytes_from(file.context);
  out["revealed"] = outputs;
  out["inputs"] = inputs;
  return out;
}

nb::list ports_of(const Circuit& circuit) {
  nb::list out;
  const auto add = [&](const char* kind, const auto& port) {
    nb::dict d;
    d["kind"] = kind;
    d["name"] = port.name;
    d["shape"] = shapes(port.dims);
    d["told"] = disclosure_text(circuit, port);
    out.append(d);
  };
  for (const InputPort& port : circuit.inputs) add("input", port);
  for (const OutputPort& port : circuit.outputs) add("output", port);
  return out;
}

}  // namespace

nb::dict cost_of(const VerifyingKey& key) {
  const CircuitSizes sizes = circuit_sizes(key.circuit);
  nb::list terms;
  for (const soundness::Term& t : error_terms(key)) {
    nb::dict term;
    term["name"] = t.name;
    term["bits"] = real_bits(t.bits);
    term["preprint"] = t.preprint;
    term["source"] = t.source;
    terms.append(term);
  }
  nb::dict out;
  out["cells"] = sizes.cells;
  out["lookups"] = sizes.lookups;
  out["table_rows"] = sizes.table_rows;
  out["security_bits"] = key.params.security_bits;
  out["error_terms"] = terms;
  return out;
}

void bind_key(nb::module_& m) {
  nb::class_<PublicKey>(m, "PublicKey", "A verifying key that has been checked.")
      .def_static("read", &read_public_key, nb::arg("data"))
      .def("to_bytes", [](const PublicKey& k) { return bytes_from(write_key(k.checked->key())); })
      .def_prop_ro("model_id", [](const PublicKey& k) { return hex(k.checked->model().bytes); })
      .def_prop_ro("key_id", [](const PublicKey& k) { return hex(k.checked->id().bytes); })
      .def_prop_ro("one_model", [](const PublicKey& k) { return k.checked->one_model(); })
      .def_prop_ro("weakest_bits", [](const PublicKey& k) { return real_bits(k.checked->bits()); })
      .def("cost", [](const PublicKey& k) { return cost_of(k.checked->key()); })
      .def("ports", [](const PublicKey& k) { return ports_of(k.checked->key().circuit); });
  m.def("verify", &verify, nb::arg("key"), nb::arg("proof"), nb::arg("statement").none(), nb::arg("context").none(),
        nb::arg("issuers"), nb::arg("at").none());
  m.def("read_proof", &read_proof, nb::arg("data"), "What a proof file says, unverified.");
}

}  // namespace nescio::python
