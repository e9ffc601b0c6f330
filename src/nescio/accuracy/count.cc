#include "nescio/accuracy/count.h"

#include <algorithm>
#include <utility>

#include "nescio/base/check.h"
#include "nescio/circuit/bounds.h"
#include "nescio/circuit/check.h"
#include "nescio/gadget/eval.h"
#include "nescio/gadget/select.h"

namespace nescio {
namespace {

constexpr std::int64_t kMostOutput = std::int64_t{1} << 60;  // differences and their doubles stay below 2^62

Error refuse(std::string why) {
  return Error{ErrorCode::kUsage, 0, std::move(why), {}};
}
Error refuse_key(const std::string& why) {
  return refuse("no proof of accuracy can be made with this key: " + why);
}

// Whether a verifier would take it, in words for whoever has the rows.
Status check_size(const Circuit& circuit, std::uint32_t rows) {
  Status checked = check_circuit(circuit, false);
  if (checked.ok()) return checked;
  const auto rule = static_cast<CircuitRule>(checked.error().where);
  if (rule != CircuitRule::kTotal && rule != CircuitRule::kWork && rule != CircuitRule::kDims)
    return refuse_key("rule " + std::to_string(checked.error().where));
  return refuse(std::to_string(rows) + " rows are more than a verifier takes for this model: fewer than " +
                std::to_string(kMaxPublicCells) + " values of inputs and labels together; prove parts of the set");
}

// What comes after the rows.
struct Ends {
  std::vector<Var> shown;  // public values of each input
  Var label, shown_label, correct;
  OutputSwitches switches;
};

// x, as the verifier knows it.
Var show(Backend& b, std::string_view name, Var x, Bound range) {
  const Backend::Scope scope(b, name);
  const Var shown = b.statement("public", b.dims(x), range);
  b.zero("disclosed", b.affine("difference", b.dims(x), {{1, x}, {-1, shown}}));
  return shown;
}

// What is counted goes on from the rows' inputs and output. `labels` are read if there are values.
Ends lower_count(Backend& b, const Circuit& model, const Counting& counting, const SecretVector<std::int64_t>& labels) {
  const Prediction& prediction = counting.prediction;
  const GadgetPlan plan;
  Ends out;
  for (std::size_t i = 0; i < model.inputs.size(); ++i) {
    const InputPort& port = model.inputs[i];
    const Var x = b.adopt(counting.rows.tensor[port.tensor], counting.known[i]);
    out.shown.push_back(show(b, port.name, x, {port.lo, port.hi}));
  }
  const Var y = b.adopt(counting.rows.tensor[model.outputs[prediction.output].tensor], counting.known.back());
  const std::uint32_t rows = b.dims(y).back();
  out.label =
      b.commit(kLabelPort, {rows},
               CellHint{{}, [&labels](std::size_t first, const std::int64_t* const*, std::span<std::int64_t> x) {
                          std::copy_n(labels.data() + first, x.size(), x.begin());
                        }});
  out.shown_label = show(b, kLabelPort, out.label, classes_of(model, prediction));
  Var said;
  if (b.dims(y)[0] > 1) {
    said = choose_largest(b, plan, "largest", y, Chosen::index);
  } else {
    said = b.affine("row", {rows}, {{1, y, {{true, 0}, {false, 0}}}});
    if (prediction.threshold)
      said = compare_with_zero(b, plan, "threshold", b.affine("distance", {rows}, {{1, said}}, -*prediction.threshold),
                               Comparison::greater_equal);
  }
  const Var difference = b.affine("difference", {rows}, {{1, said}, {-1, out.label}});
  const Var least = compare_with_zero(b, plan, "at least", difference, Comparison::greater_equal);
  const Var most = compare_with_zero(b, plan, "at most", difference, Comparison::less_equal);
  out.correct = b.affine("correct", {1}, {{1, b.contract("both", least, {0}, most, {0}, {}), {}}});
  out.switches = output_gadget(b, plan, kCorrectPort, out.correct);
  return out;
}

// inputs: those of the rows.
void add_ports(EmitBackend& b, std::vector<InputPort> inputs, std::uint32_t n, const Ends& ends, Bound classes) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i].disclosed = true;
    inputs[i].pub = b.tensor(ends.shown[i]);
    b.builder().input(std::move(inputs[i]));
  }
  InputPort label{std::string(kLabelPort), {n}, b.tensor(ends.label), {Scale{}}, classes.lo, classes.hi, true};
  label.pub = b.tensor(ends.shown_label);
  b.builder().input(std::move(label));
  OutputPort correct;
  correct.name = kCorrectPort;
  correct.dims = {1};
  correct.tensor = b.tensor(ends.correct);
  correct.hi = n;
  correct.pub_lo = b.tensor(ends.switches.lo);
  correct.pub_hi = b.tensor(ends.switches.hi);
  correct.pub_outside = b.tensor(ends.switches.outside);
  b.builder().output(std::move(correct));
}

Status add_multiplicities(const Circuit& circuit, const PublicValues& publics, Witness& witness) {
  for (const Table& table : circuit.tables) witness.values[table.multiplicity].assign(table.rows, F(0));
  TensorValues count;
  {
    NESCIO_TRY(const Evaluated values, evaluate_virtual(circuit, witness, publics));
    NESCIO_TRY(count, count_lookups(circuit, values));
  }
  for (std::size_t t = 0; t < count.size(); ++t) witness.values[circuit.tables[t].multiplicity] = std::move(count[t]);
  return Unit{};
}

// The inputs and the output in all rows: their bounds follow from the rows' relations.
Result<std::vector<VarInfo>> known_of(const Circuit& model, const ModelRows& rows, const OutputPort& output,
                                      std::uint32_t n) {
  const Circuit& circuit = rows.circuit;
  NESCIO_TRY_STATUS(check_size(circuit, n));
  const auto bounds = derive_bounds(circuit);
  if (!bounds.ok()) return refuse_key("its values have no bounds");
  const std::vector<unsigned> depth = depths(circuit);
  std::vector<VarInfo> out;
  const auto add = [&](const auto& port) {
    const TensorId id = rows.tensor[port.tensor];
    const Interval& x = (*bounds)[id];
    VarInfo known;
    known.dims = circuit[id].dims;
    known.bounded = x.integer && port.lo <= x.lo && x.hi <= port.hi;
    known.bound = {x.lo, x.hi};
    known.depth = depth[id];
    out.push_back(std::move(known));
  };
  for (const InputPort& port : model.inputs) add(port);
  add(output);
  if (!std::all_of(out.begin(), out.end(), [](const VarInfo& x) { return x.bounded; }))
    return refuse_key("its values may leave the range of a port");
  // The gadgets that follow take what a compiler makes; a key may come from anybody.
  const VarInfo& y = out.back();
  if (y.bound.lo < -kMostOutput || y.bound.hi > kMostOutput || (y.dims[0] > 1 && y.depth == kMaxDepth))
    return refuse_key("its output is no sum of committed integers");
  return out;
}

}  // namespace

Bound classes_of(const Circuit& model, const Prediction& prediction) {
  const OutputPort& port = model.outputs[prediction.output];
  if (prediction.threshold) return {0, 1};
  const std::uint64_t n = num_cells(port.dims);
  return n > 1 ? Bound{0, static_cast<std::int64_t>(n) - 1} : Bound{port.lo, port.hi};
}

Result<Counting> count_correct(const Circuit& model, const Prediction& prediction, std::uint32_t rows) {
  NESCIO_CHECK(prediction.output < model.outputs.size() && rows >= 1 && rows <= kMaxRows);
  const OutputPort& port = model.outputs[prediction.output];
  if (prediction.threshold &&
      (num_cells(port.dims) != 1 || *prediction.threshold < port.lo || *prediction.threshold > port.hi))
    return refuse("a threshold is one of the values of an output with one cell");
  for (const InputPort& input : model.inputs)
    if (input.name == kLabelPort) return refuse("the model has an input of the name 'label'");
  Counting out;
  out.prediction = prediction;
  NESCIO_TRY(out.rows, make_rows(model, rows));
  NESCIO_TRY(out.known, known_of(model, out.rows, port, rows));
  Circuit base = out.rows.circuit;
  std::vector<InputPort> inputs = std::exchange(base.inputs, {});
  EmitBackend b(std::move(base));
  const Ends ends = lower_count(b, model, out, {});
  NESCIO_TRY_STATUS(b.status());
  add_ports(b, std::move(inputs), rows, ends, classes_of(model, prediction));
  NESCIO_TRY(out.emitted, b.finish());
  NESCIO_TRY_STATUS(check_size(out.emitted.circuit, rows));
  return out;
}

Result<Witness> counted_witness(const Circuit& model, const Counting& counting, const LabelledSet& set,
                                CountedRows rows, const PublicValues& publics) {
  const Circuit& circuit = counting.emitted.circuit;
  const auto at = [&](TensorId id) { return counting.rows.tensor[id]; };
  EvalBackend b(counting.emitted, publics, [&](TensorId id) -> std::span<const std::int64_t> {
    for (std::size_t i = 0; i < model.inputs.size(); ++i)
      if (at(model.inputs[i].tensor) == id) return set.inputs[i];
    return rows.output;
  });
  lower_count(b, model, counting, set.labels);
  NESCIO_TRY_STATUS(b.status());
  Witness out;
  out.values.resize(circuit.tensors.size());
  for (std::uint32_t v = 0; v < b.size(); ++v)
    if (b.info(Var{v}).committed) {
      const auto cells = b.elements(Var{v});
      out.values[counting.emitted.tensor[v]].assign(cells.begin(), cells.end());
    }
  for (TensorId id = 0; id < model.tensors.size(); ++id)
    if (at(id) != kLeftOut && model.committed(id) != nullptr && model.committed(id)->role == Role::value)
      out.values[at(id)] = std::move(rows.cells[id]);
  NESCIO_TRY_STATUS(add_multiplicities(circuit, publics, out));
  return out;
}

}  // namespace nescio
