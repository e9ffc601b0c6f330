#include "accuracy.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "failure.h"
#include "key.h"
#include "nescio/api/cost.h"
#include "nescio/api/prover_labelled.h"
#include "progress.h"
#include "unlocked.h"

namespace nescio::python {
namespace {

std::vector<std::uint8_t> bytes_of(const nb::bytes& b) {
  const auto* data = static_cast<const std::uint8_t*>(b.data());
  return {data, data + b.size()};
}

SecretVector<double> column(const Arrays& labels) {
  const auto one = [](const std::vector<std::uint64_t>& shape) {
    return shape.size() < 2 || (shape.size() == 2 && shape[1] == 1);
  };
  if (labels.list.size() != 1 || !one(labels.list[0].second.shape) ||
      first_text(labels.list[0].second, 0, labels.list[0].second.values.size()))
    throw Failure("accuracy", {ErrorCode::kInFormat, 0, "one column of labels is needed, of numbers", {}});
  return labels.list[0].second.values;
}

nb::dict verify(const PublicKey& key, const nb::bytes& proof, const Arrays& data, const Arrays& labels,
                const std::optional<std::string>& prediction, const std::optional<nb::bytes>& context) {
  std::optional<std::vector<std::uint8_t>> wanted;
  if (context) wanted = bytes_of(*context);
  const auto bytes = bytes_of(proof);
  const SecretVector<double> right = column(labels);
  const AccuracyVerdict verdict = [&] {
    const Unlocked free;
    const LabelledSet set = take("accuracy", labelled_set(key.checked->key().circuit, data.list, right));
    return take("verify", verify_accuracy(*key.checked, bytes, set, prediction, wanted));
  }();
  nb::dict out;
  out["prediction"] = verdict.prediction;
  out["threshold"] = verdict.threshold;
  out["said"] = said_text(verdict);
  out["hidden"] = hidden_text(verdict);
  out["rows"] = verdict.rows;
  out["correct"] = verdict.correct;
  out["context"] = nb::bytes(verdict.context.data(), verdict.context.size());
  out["model_id"] = hex(key.checked->model().bytes);
  out["weakest_bits"] = real_bits(verdict.bits);
  return out;
}

}  // namespace

nb::dict prove_accuracy(const ProvingKey& key, const Arrays& data, const Arrays& labels, const std::string& prediction,
                        std::optional<std::uint64_t> at_least, const nb::bytes& context, std::uint64_t memory_limit,
                        const nb::object& progress) {
  const AccuracyRequest request{data.list, column(labels), prediction, at_least, bytes_of(context), memory_limit};
  const ProvenAccuracy made = [&] {
    const Unlocked free;
    return take("accuracy", prove_accuracy(key, request, progress_to(progress)));
  }();
  nb::dict out;
  out["file"] = nb::bytes(made.file.data(), made.file.size());
  out["rows"] = made.rows;
  out["correct"] = made.correct;
  out["at_least"] = made.claimed;
  out["ms"] = made.prove_ms;
  return out;
}

void bind_accuracy(nb::module_& m) {
  m.def("rows_of_share", &rows_of_share, nb::arg("share"), nb::arg("rows"));
  m.def("verify_accuracy", &verify, nb::arg("key"), nb::arg("proof"), nb::arg("data"), nb::arg("labels"),
        nb::arg("prediction").none(), nb::arg("context").none());
}

}  // namespace nescio::python
