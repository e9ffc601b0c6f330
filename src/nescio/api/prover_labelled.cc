#include "nescio/api/prover_labelled.h"

#include <algorithm>
#include <cmath>

#include "nescio/api/accuracy_file.h"
#include "nescio/api/prover_digest.h"
#include "nescio/api/prover_inputs.h"
#include "nescio/api/prover_memory.h"
#include "nescio/api/verify.h"
#include "nescio/api/words.h"
#include "nescio/base/stopwatch.h"
#include "nescio/prover/setup.h"
#include "nescio/statement/rounding.h"
#include "nescio/transcript/prover_random.h"

namespace nescio {
namespace {

Error in_row(const Error& e, std::uint64_t row) {
  return Error{e.code, static_cast<std::uint32_t>(row), "row " + std::to_string(row + 1) + ": " + e.detail, {}};
}

// Cells [begin, begin + n) as an array of their own.
Array part(const Array& array, std::uint64_t begin, std::uint64_t n) {
  const auto range = [&](const auto& list) {
    const auto first = list.begin() + static_cast<std::ptrdiff_t>(begin);
    return std::remove_cvref_t<decltype(list)>(first, first + static_cast<std::ptrdiff_t>(n));
  };
  Array out{{n}, range(array.values)};
  if (!array.words.empty()) out.words = range(array.words);
  return out;
}

// What the model says of row r, as the circuit does.
std::int64_t said(const Prediction& prediction, std::span<const std::int64_t> y) {
  if (prediction.threshold) return y[0] >= *prediction.threshold ? 1 : 0;
  return y.size() == 1 ? y[0] : std::max_element(y.begin(), y.end()) - y.begin();
}

// kInRange: a label that the model never says.
Status check_labels(const Circuit& model, const Prediction& prediction, const LabelledSet& set) {
  const Bound classes = classes_of(model, prediction);
  for (std::size_t r = 0; r < set.labels.size(); ++r)
    if (set.labels[r] < classes.lo || set.labels[r] > classes.hi)
      return in_row({ErrorCode::kInRange,
                     0,
                     "its label is none that the model can say, " + std::to_string(classes.lo) + " to " +
                         std::to_string(classes.hi),
                     {}},
                    r);
  return Unit{};
}

std::string claim(std::uint64_t correct) {
  return std::string(kCorrectPort) + " >= " + std::to_string(correct);
}

// Inputs and labels as the proof discloses them.
Disclosed disclosed_by(const Circuit& model, const LabelledSet& set) {
  Disclosed out;
  for (std::size_t i = 0; i < model.inputs.size(); ++i)
    out.inputs.push_back({model.inputs[i].name, {set.inputs[i].begin(), set.inputs[i].end()}});
  out.inputs.push_back({std::string(kLabelPort), {set.labels.begin(), set.labels.end()}});
  std::sort(out.inputs.begin(), out.inputs.end(), [](const Revealed& a, const Revealed& b) { return a.name < b.name; });
  return out;
}

// The model in all rows, and what it says of them.
struct Counted {
  CountedRows rows;
  std::uint64_t correct = 0;
};
Result<Counted> run_rows(const ProvingKey& key, const Counting& counting, const LabelledSet& set,
                         const Progress& progress) {
  const Prediction& prediction = counting.prediction;
  const Circuit& model = key.key->key().circuit;
  Counted out;
  const DigestCells digest = weights_digest_of(key.key->key());
  const std::size_t n = set.labels.size();
  for (std::size_t r = 0; r < n; ++r) {
    IntegerInputs row;
    for (const auto& x : set.inputs) {
      const auto cells = static_cast<std::ptrdiff_t>(x.size() / n), at = static_cast<std::ptrdiff_t>(r) * cells;
      row.emplace_back(x.begin() + at, x.begin() + at + cells);
    }
    auto run = model_cells(key.program, key.model.graph, row, r == 0 ? &key.salt : nullptr, digest);
    if (!run.ok()) return in_row(run.error(), r);
    if (r == 0) out.rows.cells.resize(model.tensors.size());
    for (std::size_t id = 0; id < run->values.size(); ++id)
      if (r == 0 || counting.rows.per_row[id])
        out.rows.cells[id].insert(out.rows.cells[id].end(), run->values[id].begin(), run->values[id].end());
    const SecretVector<std::int64_t>& y = run->outputs[prediction.output];
    out.rows.output.insert(out.rows.output.end(), y.begin(), y.end());
    out.correct += said(prediction, y) == set.labels[r] ? 1 : 0;
    if (progress) progress("running the model", 0.3 * static_cast<double>(r + 1) / static_cast<double>(n));
  }
  return out;
}

}  // namespace

Result<LabelledSet> labelled_set(const Circuit& model, const NamedArrays& data, std::span<const double> labels) {
  LabelledSet out;
  for (std::size_t r = 0; r < labels.size(); ++r) {
    if (!(std::abs(labels[r]) < 0x1p53) || labels[r] != std::floor(labels[r]))
      return in_row({ErrorCode::kInFormat, 0, "its label is no whole number", {}}, r);
    out.labels.push_back(static_cast<std::int64_t>(labels[r]));
  }
  const std::uint64_t n = labels.size();
  if (n == 0 || n > kMaxRows || data.empty())
    return Error{ErrorCode::kInShape, 0, "from 1 to " + std::to_string(kMaxRows) + " rows with labels are needed", {}};
  for (const auto& [name, array] : data)
    if (!name.empty() && std::none_of(model.inputs.begin(), model.inputs.end(),
                                      [&given = name](const InputPort& p) { return p.name == given; }))
      return Error{ErrorCode::kInShape, 0, "the model has no input " + label(name), {}};
  const bool joint = data.size() == 1 && (data[0].first.empty() || model.inputs.size() == 1);
  std::uint64_t width = 0, offset = 0;
  for (const InputPort& port : model.inputs) width += num_cells(port.dims);
  for (std::size_t i = 0; i < model.inputs.size(); ++i) {
    const InputPort& port = model.inputs[i];
    const std::uint64_t cells = num_cells(port.dims), stride = joint ? width : cells;
    auto given = std::find_if(data.begin(), data.end(), [&](const auto& a) { return a.first == port.name; });
    if (joint) given = data.begin();
    if (given == data.end() && i < data.size() && data[i].first.empty())
      given = data.begin() + static_cast<std::ptrdiff_t>(i);
    if (given == data.end()) return Error{ErrorCode::kInShape, 0, "the input " + label(port.name) + " is missing", {}};
    const Array& array = given->second;
    if (array.values.size() != n * stride || (n > 1 && (array.shape.empty() || array.shape[0] != n)))
      return Error{ErrorCode::kInShape,
                   0,
                   std::to_string(n) + " labels need as many rows of " + std::to_string(stride) + " values",
                   {}};
    out.inputs.emplace_back();
    for (std::uint64_t r = 0; r < n; ++r) {
      const auto row = input_integers(port, part(array, r * stride + offset, cells));
      if (!row.ok()) return in_row(row.error(), r);
      out.inputs.back().insert(out.inputs.back().end(), row->begin(), row->end());
    }
    if (joint) offset += cells;
  }
  return out;
}

Result<Prediction> parse_prediction(const Circuit& model, const std::string& text) {
  std::string known;
  for (const OutputPort& port : model.outputs) known += (known.empty() ? "" : ", ") + label(port.name);
  const Error unknown{ErrorCode::kUsage,
                      0,
                      "what the model says of a row is the name of an output, or OUTPUT >= NUMBER; it has: " + known,
                      {}};
  // A name that reads like a comparison is none: nobody could tell which was meant.
  const bool compares = text.find_first_of("<>=") != std::string::npos;
  std::optional<Predicate> predicate;
  if (compares) {
    const auto statement = parse_statement(text);
    if (!statement.ok() || statement->predicates.size() != 1) return unknown;
    predicate = statement->predicates[0];
  }
  Prediction out;
  while (out.output < model.outputs.size() && model.outputs[out.output].name != (predicate ? predicate->output : text))
    ++out.output;
  if (out.output == model.outputs.size()) return unknown;
  const OutputPort& port = model.outputs[out.output];
  const auto long_dims = std::count_if(port.dims.begin(), port.dims.end(), [](std::uint32_t n) { return n > 1; });
  if (!predicate) {
    if (long_dims == 1 || (long_dims == 0 && port.scale == Scale{})) return out;
    return Error{ErrorCode::kUsage,
                 0,
                 long_dims == 0
                     ? "the output " + label(text) + " is no whole number: say 'OUTPUT >= NUMBER' for the label 1"
                     : "the output " + label(text) + " has several dimensions: it says more than one thing of a row",
                 {}};
  }
  const bool greater = predicate->kind == Predicate::Kind::gt;
  if (long_dims != 0 || predicate->index || (!greater && predicate->kind != Predicate::Kind::ge)) return unknown;
  const Quotient q = divide(predicate->a, port.scale);
  out.threshold = greater ? q.floor + 1 : q.ceil;
  if (*out.threshold > port.lo && *out.threshold <= port.hi) return out;
  return Error{ErrorCode::kUsage, 0, "'" + text + "' is the same for all values that the output can have", {}};
}

std::string canonical_prediction(const std::string& text) {
  const auto statement = parse_statement(text);
  return text.find_first_of("<>=") != std::string::npos && statement.ok() ? to_string(*statement) : text;
}

std::uint64_t rows_of_share(double share, std::uint64_t rows) {
  return static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(rows) - 1e-9));
}

std::string said_text(const AccuracyVerdict& verdict) {
  return verdict.threshold ? "1 if " + verdict.prediction + ", else 0" : "the output " + label(verdict.prediction);
}

std::string hidden_text(const AccuracyVerdict& verdict) {
  return verdict.correct == verdict.rows ? "the weights"
                                         : "the weights, which rows it is right on, what it says of the others";
}

Result<ProvenAccuracy> prove_accuracy(const ProvingKey& key, const AccuracyRequest& request, const Progress& progress) {
  const Stopwatch proving;
  const VerifyingKey& verifying = key.key->key();
  NESCIO_TRY(const Prediction prediction, parse_prediction(verifying.circuit, request.prediction));
  NESCIO_TRY(const LabelledSet set, labelled_set(verifying.circuit, request.data, request.labels));
  NESCIO_TRY_STATUS(check_labels(verifying.circuit, prediction, set));
  NESCIO_TRY_STATUS(check_context(request.context));
  ProvenAccuracy out;
  out.rows = set.labels.size();
  NESCIO_TRY(const Counting counting,
             count_correct(verifying.circuit, prediction, static_cast<std::uint32_t>(out.rows)));
  soundness::SearchOptions search;
  search.security_bits = verifying.params.security_bits;
  NESCIO_TRY(VerifyingKey unchecked, make_key(counting.emitted.circuit, verifying.bindings, search));
  NESCIO_TRY(const CheckedKey checked, verify_key(std::move(unchecked)));
  if (request.memory_limit != 0) release_kept_memory();
  out.estimated_memory_bytes = estimate_count_memory(checked.key());
  NESCIO_TRY_STATUS(check_memory(out.estimated_memory_bytes, request.memory_limit, "proving accuracy"));
  NESCIO_TRY(Counted counted, run_rows(key, counting, set, progress));
  out.correct = counted.correct;
  out.claimed = request.at_least.value_or(out.correct);
  if (out.claimed > out.correct)
    return Error{
        ErrorCode::kStatementFalse,
        0,
        "the model is right on fewer than " + std::to_string(out.claimed) + " of " + std::to_string(out.rows) + " rows",
        {}};
  ProofFile file;
  NESCIO_TRY(const Statement statement, parse_statement(claim(out.claimed)));
  file.statement = to_string(statement);
  file.context = request.context;
  file.disclosed = disclosed_by(verifying.circuit, set);
  const Circuit& circuit = checked.key().circuit;
  NESCIO_TRY(PublicValues told, statement_values(counting.emitted.circuit, statement, file.disclosed));
  PublicValues all = told;
  if (!verifying.bindings.empty()) all[counting.emitted.circuit.digests[0].tensor] = verifying.bindings[0];
  NESCIO_TRY(Witness witness, counted_witness(verifying.circuit, counting, set, std::move(counted.rows), all));
  witness.values.resize(circuit.tensors.size());
  told.resize(circuit.tensors.size());
  if (progress) progress("proving", 0.4);
  const auto bytes = statement_bytes(file);
  NESCIO_TRY(file.proof, prove({checked.key(), witness, told, bytes, file.context}, os_random(), nullptr));
  out.prove_ms = proving.ms();
  if (progress) progress("verifying", 0.9);
  const Stopwatch verifying_time;
  out.file =
      write_accuracy_file({canonical_prediction(request.prediction), write_key(checked.key()), write_proof_file(file)});
  if (!verify_accuracy(*key.key, out.file, set).ok())
    return Error{ErrorCode::kSelfCheck, 0, "the proof does not verify; it was not released", {}};
  out.verify_ms = verifying_time.ms();
  if (progress) progress("proven", 1);
  return out;
}

Result<AccuracyVerdict> verify_accuracy(const CheckedKey& model, std::span<const std::uint8_t> bytes,
                                        const LabelledSet& set, const std::optional<std::string>& expected,
                                        const std::optional<std::vector<std::uint8_t>>& context) {
  const auto refuse = [](ErrorCode code, const char* why) { return Error{code, 0, why, {}}; };
  NESCIO_TRY(const AccuracyFile file, read_accuracy_file(bytes));
  const Circuit& circuit = model.key().circuit;
  const auto prediction = parse_prediction(circuit, file.prediction);
  if (!prediction.ok() || canonical_prediction(file.prediction) != file.prediction)
    return refuse(ErrorCode::kVStatement, "the model cannot say what the proof says it does");
  if (expected) {
    NESCIO_TRY(const Prediction wanted, parse_prediction(circuit, *expected));
    if (!(wanted == *prediction)) return refuse(ErrorCode::kVStatement, "the proof is about another prediction");
  }
  NESCIO_TRY_STATUS(check_labels(circuit, *prediction, set));
  NESCIO_TRY(VerifyingKey unchecked, read_key(file.key));
  NESCIO_TRY(const CheckedKey key, verify_key(std::move(unchecked)));
  auto counting = count_correct(circuit, *prediction, static_cast<std::uint32_t>(set.labels.size()));
  if (!counting.ok()) return Error{ErrorCode::kVKey, 0, counting.error().detail, {}};
  add_argument(counting->emitted.circuit, key.key().params.degree);
  if (!(counting->emitted.circuit == key.key().circuit) || key.key().bindings != model.key().bindings ||
      key.key().params.security_bits < model.key().params.security_bits)
    return refuse(ErrorCode::kVKey, "the proof is not about this model and so many rows");
  Expected wanted;
  wanted.context = context;
  NESCIO_TRY(const Verdict verdict, verify_proof(key, file.proof, wanted));
  AccuracyVerdict out{file.prediction, prediction->threshold.has_value(), set.labels.size(), 0, verdict.context,
                      key.bits()};
  const std::vector<Predicate>& says = verdict.statement.predicates;
  if (says.size() != 1 || says[0].kind != Predicate::Kind::ge || says[0].a.places != 0 || says[0].a.digits < 0)
    return refuse(ErrorCode::kVStatement, "the proof does not say how often the model is right");
  out.correct = static_cast<std::uint64_t>(says[0].a.digits);
  if (!(verdict.disclosed.inputs == disclosed_by(circuit, set).inputs))
    return refuse(ErrorCode::kVPublic, "the proof is about other rows, or other labels; or columns in another order");
  return out;
}

}  // namespace nescio
