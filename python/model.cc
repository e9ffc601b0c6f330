#include "model.h"

#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <limits>

#include "accuracy.h"
#include "arrays.h"
#include "failure.h"
#include "issuer.h"
#include "key.h"
#include "nescio/api/digest_text.h"
#include "nescio/api/issuer_text.h"
#include "nescio/api/prover_card.h"
#include "nescio/api/prover_memory.h"
#include "nescio/api/prover_parts.h"
#include "nescio/api/prover_size.h"
#include "nescio/base/stopwatch.h"
#include "progress.h"
#include "unlocked.h"

namespace nescio::python {
namespace {

using Names = std::vector<std::string>;

// What proving made beside the file. The salts open the digests in it and are secret.
struct Made {
  Proven proven;
  Names digests;  // names of the digests in it, in the key's order; those of inputs first
  PartTimes parts = {};
  double ms = 0;
};

std::vector<PortCells> input_cells(const QuantGraph& graph) {
  std::vector<PortCells> out;
  for (const QuantPort& port : graph.inputs) out.push_back({port.name, num_elements(graph.values[port.value].shape)});
  return out;
}

Names digest_names(const Circuit& circuit) {
  Names out;
  for (const DigestPort& port : circuit.digests)
    if (port.group != Group::weights) out.push_back(digest_name(circuit, port));
  return out;
}

void add_salts(const Names& digests, const ProvingKey& key, const std::map<std::string, std::string>& salts,
               ProveRequest& request) {
  const std::size_t of_inputs = key.program.disclosure.input_digests.size();
  for (const auto& [name, text] : salts) {
    const auto at = static_cast<std::size_t>(std::find(digests.begin(), digests.end(), name) - digests.begin());
    if (at == digests.size())
      throw Failure("prove", {ErrorCode::kUsage, 0, "a salt for '" + name + "', but the key binds no such digest", {}});
    const Secret<DigestCells> salt(take("prove", parse_digest_text(text)));
    if (at >= of_inputs) {
      request.output_salt = salt;
      continue;
    }
    if (request.input_salts.size() <= at) request.input_salts.resize(at + 1);
    request.input_salts[at] = salt;
  }
}

nb::list ports_of(const QuantGraph& graph, const std::vector<QuantPort>& ports) {
  nb::list out;
  for (const QuantPort& port : ports) {
    nb::list shape, labels;
    for (const std::uint32_t n : graph.values[port.value].shape) shape.append(n);
    for (const std::string& l : port.labels) labels.append(l);
    nb::dict d;
    d["name"] = port.name;
    d["shape"] = shape;
    d["labels"] = labels;
    out.append(d);
  }
  return out;
}

nb::dict accuracy_of(const Accuracy& accuracy) {
  nb::list outputs;
  for (const OutputError& e : accuracy.outputs) {
    nb::dict d;
    d["name"] = e.output;
    d["largest_error"] = e.largest;
    d["mean_error"] = e.mean;
    d["range"] = e.range;
    d["cells"] = e.cells;
    if (e.cells > 1) d["same_argmax_rows"] = e.agreeing;
    outputs.append(d);
  }
  nb::dict out;
  out["rows"] = accuracy.rows;
  out["out_of_range"] = accuracy.out_of_range;
  out["outputs"] = outputs;
  return out;
}

// [rows][cells of all outputs]
nb::object table(const std::vector<std::vector<double>>& rows) {
  std::vector<double> flat;
  for (const auto& row : rows) flat.insert(flat.end(), row.begin(), row.end());
  return numpy(std::move(flat), {rows.size(), rows.empty() ? 0 : rows[0].size()});
}

// State changes under the interpreter's lock only; work is done on what was there when it began.
class Model {
 public:
  explicit Model(nescio::Model model) : model_(std::make_shared<const nescio::Model>(std::move(model))) {}
  explicit Model(ProvingKey key) { keep(std::make_shared<const ProvingKey>(std::move(key))); }

  static Model compile(const nb::object& model, const Arrays& calibration, double headroom,
                       const std::map<std::string, std::int64_t>& dimensions, const std::string& output,
                       std::uint64_t memory_limit, const nb::object& progress) {
    CompileOptions options;
    options.quant.headroom = headroom;
    options.dimensions = dimensions;
    options.output = output;
    options.memory_limit = memory_limit;
    ModelFile file;
    std::string path;
    if (nb::isinstance<nb::bytes>(model)) {
      const auto bytes = nb::cast<nb::bytes>(model);
      const auto* data = static_cast<const std::uint8_t*>(bytes.data());
      file.bytes.assign(data, data + bytes.size());
    } else {
      path = nb::cast<std::string>(model);
    }
    const Unlocked free;
    if (!path.empty()) file = take("compile", read_model_file(path, options));
    const ModelSource source = take("compile", make_source(file, calibration.list, options));
    return Model(take("compile", compile_model(source, options, progress_to(progress))));
  }

  // A compiled model or a proving key, whichever the file is.
  static Model load(const std::string& path) {
    const Unlocked free;
    const auto bytes = take("load", read_private_file(path));
    constexpr std::string_view kKeyStarts = "nescio proving key";
    if (bytes.size() > kKeyStarts.size() && std::equal(kKeyStarts.begin(), kKeyStarts.end(), bytes.begin()))
      return Model(take("load", read_proving_key(bytes)));
    return Model(take("load", read_model(bytes)));
  }

  void save(const std::string& path) const {
    const auto model = model_;
    const Unlocked free;
    take("save", write_file(path, write_model(*model), 0600));
  }
  void save_proving_key(const std::string& path) const {
    const auto key = committed();
    const Unlocked free;
    take("save", write_file(path, write_proving_key(*key), 0600));
  }

  PublicKey commit(const Names& disclose, const std::vector<Names>& bind_inputs, bool output_digest,
                   unsigned security_bits, std::uint64_t memory_limit) {
    const CommitOptions options{static_cast<std::uint8_t>(std::min(security_bits, 255U)), disclose, bind_inputs,
                                output_digest, memory_limit};
    const auto model = model_;
    const auto made = [&] {
      const Unlocked free;
      return std::make_shared<const ProvingKey>(take("commit", commit_model(*model, options)));
    }();
    keep(made);
    return public_key();
  }
  bool is_committed() const { return key_ != nullptr; }
  PublicKey public_key() const {
    const auto key = committed();
    return {{key, &*key->key}};
  }

  nb::tuple mock(const Arrays& data, const std::string& text) {
    const Statement statement = take("statement", parse_statement(text));
    const auto model = model_;
    const auto program = this->program();
    std::vector<PortCells> outputs;
    for (const OutputPort& port : program->emitted.circuit.outputs)
      outputs.push_back({port.name, num_cells(port.dims)});
    std::vector<std::vector<double>> values(outputs.size());
    std::vector<Error> errors;
    std::vector<std::uint64_t> failed;
    std::vector<bool> holds;
    {
      const Unlocked free;
      const auto ports = input_cells(model->graph);
      const std::uint64_t rows = take("mock", count_examples(ports, data));
      for (std::uint64_t r = 0; r < rows; ++r) {
        auto run = mock_run(*program, model->graph, example(ports, data, r), statement);
        if (!run.ok() && run.error().code != ErrorCode::kInRange && run.error().code != ErrorCode::kRange)
          throw Failure("mock", run.error());
        for (std::size_t i = 0; i < outputs.size(); ++i)
          for (std::uint64_t c = 0; c < outputs[i].cells; ++c)
            values[i].push_back(run.ok() ? run->outputs[i].second.values[c] : std::numeric_limits<double>::quiet_NaN());
        holds.push_back(run.ok() && run->holds);
        if (run.ok()) continue;
        errors.push_back(run.error());
        failed.push_back(r);
      }
    }
    nb::dict by_name, by_row;
    for (std::size_t i = 0; i < outputs.size(); ++i)
      by_name[outputs[i].name.c_str()] = numpy(std::move(values[i]), {holds.size(), outputs[i].cells});
    for (std::size_t i = 0; i < failed.size(); ++i) by_row[nb::int_(failed[i])] = problems(errors[i]);
    nb::list holding;
    for (const bool h : holds) holding.append(nb::bool_(h));
    return nb::make_tuple(by_name, by_row, holding);
  }

  // salts: by the name of the digest, as a verdict names it.
  Made prove(const Arrays& inputs, const std::string& statement, const Names& reveal, const nb::bytes& context,
             const std::vector<const Record*>& records, const std::map<std::string, std::string>& salts,
             std::uint64_t memory_limit, const nb::object& progress) const {
    const auto key = committed();
    ProveRequest request;
    request.statement = statement;
    request.reveal = reveal;
    const auto* data = static_cast<const std::uint8_t*>(context.data());
    request.context.assign(data, data + context.size());
    request.memory_limit = memory_limit;
    const Names names = digest_names(key->key->key().circuit);
    add_salts(names, *key, salts, request);
    take("statement", parse_statement(statement));
    for (const Record* r : records) request.records.push_back(*r->held);
    const Unlocked free;
    std::vector<PortCells> ports = input_cells(key->model.graph);
    for (const AttestedRecord& r : request.records)
      for (const auto& array : r.data)
        std::erase_if(ports, [&](const PortCells& port) { return port.name == array.first; });
    if (!inputs.list.empty() || !ports.empty()) {
      const std::uint64_t rows = take("prove", count_examples(ports, inputs));
      if (rows != 1)
        throw Failure(
            "prove",
            {ErrorCode::kInShape, 0, "the data have " + std::to_string(rows) + " examples; a proof is about one", {}});
      request.inputs = example(ports, inputs, 0);
    }
    const Stopwatch watch;
    Made made{take("prove", prove_statement(*key, std::move(request), progress_to(progress))), names};
    made.ms = watch.ms();
    made.parts = time_by_part(*key, made.proven);
    return made;
  }

  // The card's bytes, and the salt of its digests.
  std::pair<nb::bytes, std::string> card(const Issuer& owner, const std::string& name, const std::string& version,
                                         const Arrays& calibration, const Arrays* data, const Arrays* labels,
                                         const nb::object& progress) const {
    const auto key = committed();
    if (labels != nullptr && labels->list.size() != 1)
      throw Failure("card", {ErrorCode::kInFormat, 0, "one column of labels is needed", {}});
    const auto made = [&] {
      const Unlocked free;
      CardRequest request{name, version, now(), calibration.list, {}, {}};
      if (data != nullptr) request.data = data->list;
      if (labels != nullptr) request.labels = labels->list[0].second.values;
      return take("card", make_card(*key, request, owner.keys, progress_to(progress)));
    }();
    const std::vector<std::uint8_t> bytes = write_card(made.card);
    return {nb::bytes(bytes.data(), bytes.size()), hex(made.salt.bytes)};
  }

  nb::dict accuracy_proof(const Arrays& data, const Arrays& labels, const std::string& prediction,
                          std::optional<std::uint64_t> at_least, const nb::bytes& context, std::uint64_t memory_limit,
                          const nb::object& progress) const {
    const auto key = committed();
    return prove_accuracy(*key, data, labels, prediction, at_least, context, memory_limit, progress);
  }

  nb::dict report(const Arrays* data, const Arrays* labels, const nb::object& progress) const {
    const auto model = model_;
    auto key = key_;
    Accuracy accuracy = model->accuracy;
    std::vector<OutputCurve> curves;
    std::uint64_t key_bytes = 0, private_bytes = 0, weights = 0;
    {
      const Unlocked free;
      if (data != nullptr) accuracy = take("report", measure(*model, data->list, progress_to(progress)));
      if (labels != nullptr && labels->list.size() != 1)
        throw Failure("report", {ErrorCode::kInFormat, 0, "one column of labels is needed", {}});
      if (labels != nullptr) curves = take("report", areas_under_curves(accuracy, labels->list[0].second.values));
      if (key == nullptr) key = std::make_shared<const ProvingKey>(take("report", commit_model(*model, {})));
      key_bytes = write_key(key->key->key()).size();
      private_bytes = write_proving_key(*key).size();
    }
    for (const QuantNode& n : model->graph.nodes)
      for (const QuantWeights& w : n.weights) weights += w.values.size();
    nb::dict areas, out = cost_of(key->key->key());
    for (const OutputCurve& c : curves) areas[c.output.c_str()] = nb::make_tuple(c.floats, c.quantised);
    out["weights"] = weights;
    out["key_bytes"] = key_bytes;
    out["proving_key_bytes"] = private_bytes;
    out["expected_proof_bytes"] = expected_file_bytes(key->key->key());
    out["memory_bytes"] = estimate_prove_memory(*key);
    out["accuracy"] = accuracy_of(accuracy);
    out["auc"] = areas;
    out["float_values"] = table(accuracy.float_values);
    out["quantised_values"] = table(accuracy.quantised_values);
    return out;
  }

  nb::list inputs() const { return ports_of(model_->graph, model_->graph.inputs); }
  nb::list outputs() const { return ports_of(model_->graph, model_->graph.outputs); }
  Names notes() const { return model_->graph.notes; }
  nb::dict accuracy() const { return accuracy_of(model_->accuracy); }

 private:
  std::shared_ptr<const ProvingKey> committed() const {
    if (key_ == nullptr) throw Failure("prove", {ErrorCode::kUsage, 0, "the model has no keys yet: commit() it", {}});
    return key_;
  }
  void keep(std::shared_ptr<const ProvingKey> key) {
    key_ = std::move(key);
    model_ = {key_, &key_->model};  // the weights are held once
    program_ = {key_, &key_->program};
  }
  std::shared_ptr<const Program> program() {
    if (program_ == nullptr) {
      const auto model = model_;
      auto made = [&] {
        const Unlocked free;
        return std::make_shared<const Program>(take("mock", make_program(model->graph, model->plan)));
      }();
      if (program_ == nullptr) program_ = std::move(made);
    }
    return program_;
  }

  std::shared_ptr<const nescio::Model> model_;
  std::shared_ptr<const ProvingKey> key_;   // none before commit
  std::shared_ptr<const Program> program_;  // none before it is needed
};

nb::dict phases(const Made& made) {
  const Timings& t = made.proven.timings;
  nb::dict out;
  out["witness"] = made.proven.witness_ms;
  out["evaluate"] = t.evaluate;
  out["random"] = t.random;
  out["commit"] = t.commit;
  out["fractions"] = t.segment.fractions;
  out["products"] = t.segment.products;
  out["triples"] = t.segment.triples;
  out["functional"] = t.functional;
  out["opening"] = t.opening;
  out["self_verify"] = made.proven.verify_ms;
  return out;
}

nb::dict parts(const Made& made) {
  nb::dict out;
  out["digest"] = made.parts.digest;
  out["weights"] = made.parts.weights;
  out["activations"] = made.parts.activations;
  out["tables"] = made.parts.tables;
  out["hiding"] = made.parts.hiding;
  out["self_verify"] = made.parts.verifying;
  return out;
}

nb::dict salts(const Made& made) {
  const auto& of_inputs = made.proven.input_salts;
  nb::dict out;
  for (std::size_t k = 0; k < made.digests.size(); ++k)
    out[made.digests[k].c_str()] = digest_text(k < of_inputs.size() ? of_inputs[k] : made.proven.output_salt.value);
  return out;
}

}  // namespace

void bind_model(nb::module_& m) {
  nb::class_<Made>(m, "Made", "A proof's bytes, and what its prover knows beside them.")
      .def_prop_ro("file", [](const Made& p) { return nb::bytes(p.proven.file.data(), p.proven.file.size()); })
      .def_prop_ro("ms", [](const Made& p) { return p.ms; })
      .def("phases", &phases, "Milliseconds of each phase.")
      .def("parts", &parts, "Milliseconds of each part of the work.")
      .def("salts", &salts, "Salts by the names of their digests: secret.");
  nb::class_<Model>(m, "Model", "A compiled model: private.")
      .def_static("compile", &Model::compile, nb::arg("model"), nb::arg("calibration"), nb::arg("headroom"),
                  nb::arg("dimensions"), nb::arg("output"), nb::arg("memory_limit"), nb::arg("progress").none())
      .def_static("load", &Model::load, nb::arg("path"))
      .def("save", &Model::save, nb::arg("path"))
      .def("save_proving_key", &Model::save_proving_key, nb::arg("path"))
      .def("commit", &Model::commit, nb::arg("disclose"), nb::arg("bind_inputs"), nb::arg("output_digest"),
           nb::arg("security_bits"), nb::arg("memory_limit"))
      .def_prop_ro("committed", &Model::is_committed)
      .def("public_key", &Model::public_key)
      .def("mock", &Model::mock, nb::arg("data"), nb::arg("statement"))
      .def("prove", &Model::prove, nb::arg("inputs"), nb::arg("statement"), nb::arg("reveal"), nb::arg("context"),
           nb::arg("records"), nb::arg("salts"), nb::arg("memory_limit"), nb::arg("progress").none())
      .def("prove_accuracy", &Model::accuracy_proof, nb::arg("data"), nb::arg("labels"), nb::arg("prediction"),
           nb::arg("at_least").none(), nb::arg("context"), nb::arg("memory_limit"), nb::arg("progress").none())
      .def("report", &Model::report, nb::arg("data").none(), nb::arg("labels").none(), nb::arg("progress").none())
      .def("card", &Model::card, nb::arg("owner"), nb::arg("name"), nb::arg("version"), nb::arg("calibration"),
           nb::arg("data").none(), nb::arg("labels").none(), nb::arg("progress").none())
      .def("inputs", &Model::inputs)
      .def("outputs", &Model::outputs)
      .def("notes", &Model::notes)
      .def("accuracy", &Model::accuracy);
}

}  // namespace nescio::python
