#include "nescio/compile/program.h"

#include <cmath>

#include "nescio/circuit/check.h"
#include "nescio/circuit/work.h"
#include "nescio/gadget/digest.h"
#include "nescio/gadget/eval.h"

namespace nescio {
namespace {

// Exactly the double: mantissa * 2^exponent.
Scale exact_scale(double x) {
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);
  auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  exponent -= 53;
  while (mantissa % 2 == 0) {
    mantissa /= 2;
    ++exponent;
  }
  return {mantissa, exponent};
}

std::vector<BoundTensor> bound_tensors(const std::vector<GroupTensor>& group) {
  std::vector<BoundTensor> out;
  for (const GroupTensor& t : group) out.push_back({t.value, t.declared});
  return out;
}

std::vector<const QuantWeights*> all_weights(const QuantGraph& graph) {
  std::vector<const QuantWeights*> out;
  for (const QuantNode& node : graph.nodes)
    for (const QuantWeights& w : node.weights) out.push_back(&w);
  return out;
}

void add_ports(EmitBackend& b, const QuantGraph& graph, const Lowered& lowered, Var digest) {
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const QuantPort& port = graph.inputs[i];
    InputPort p;
    p.name = port.name;
    p.dims = graph.values[port.value].shape;
    p.tensor = b.tensor(lowered.inputs[i].value);
    for (const double s : graph.values[port.value].scales) p.scales.push_back(exact_scale(s));
    p.lo = lowered.inputs[i].declared.lo;
    p.hi = lowered.inputs[i].declared.hi;
    b.builder().input(std::move(p));
  }
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    const QuantPort& port = graph.outputs[i];
    const OutputSwitches& s = lowered.switches[i];
    OutputPort p;
    p.name = port.name;
    p.dims = graph.values[port.value].shape;
    p.tensor = b.tensor(lowered.outputs[i].value);
    p.scale = exact_scale(graph.values[port.value].scales[0]);
    p.lo = lowered.outputs[i].declared.lo;
    p.hi = lowered.outputs[i].declared.hi;
    p.pub_lo = b.tensor(s.lo);
    p.pub_hi = b.tensor(s.hi);
    p.pub_outside = b.tensor(s.outside);
    p.has_argmax = s.has_argmax;
    if (s.has_argmax) {
      p.pub_onehot = b.tensor(s.onehot);
      p.pub_on = b.tensor(s.on);
      p.pub_tie = b.tensor(s.tie);
    }
    b.builder().output(std::move(p));
  }
  b.builder().digest({Group::weights, b.tensor(digest)});
}

Var bind_weights(Backend& b, const Lowered& lowered, const DigestCells& salt) {
  const FieldHint hint = [&salt](const HintView&, std::span<F> out) {
    std::copy(salt.begin(), salt.end(), out.begin());
  };
  return bind_digest(b, Group::weights, hint, bound_tensors(lowered.weights));
}

IntegerOutputs outputs_of(const EvalBackend& b, const Lowered& lowered) {
  IntegerOutputs out;
  for (const GroupTensor& t : lowered.outputs) {
    const auto v = b.integers(t.value);
    out.emplace_back(v.begin(), v.end());
  }
  return out;
}

// What every verifier would refuse is said here, in words for the model's maker.
Status fits_a_verifier(const Circuit& circuit) {
  const Status checked = check_circuit(circuit, false);
  if (checked.ok()) return checked;
  std::string what;
  switch (static_cast<CircuitRule>(checked.error().where)) {
    case CircuitRule::kTotal:
      what =
          "it has more values than are allowed: 2^40 in all, 2^21 in constants and outputs (five for each value of an "
          "output)";
      break;
    case CircuitRule::kWork:
      what = "it takes " + std::to_string(verifier_work(circuit)) + " steps, at most " + std::to_string(kMaxWork) +
             " are allowed: fewer outputs, or fewer layers";
      break;
    case CircuitRule::kCount:
      what = "it has more tensors, tables, lookups or outputs than are allowed";
      break;
    case CircuitRule::kNesting:
      what = "it moves cells more than " + std::to_string(kMaxNesting) + " times in a row";
      break;
    default:  // not a matter of size
      return checked;
  }
  return Error{ErrorCode::kMemory, checked.error().where, "the model is too large for a verifier: " + what, {}};
}

}  // namespace

Result<Program> make_program(const QuantGraph& graph, const GadgetPlan& plan) {
  EmitBackend b;
  Lowered lowered = lower(b, graph, plan, {});
  NESCIO_TRY_STATUS(b.status());
  const Var digest = bind_weights(b, lowered, {});
  lower_outputs(b, plan, lowered);
  NESCIO_TRY_STATUS(b.status());
  add_ports(b, graph, lowered, digest);
  Program out;
  out.plan = plan;
  out.weights = digest_spec(b, Group::weights, bound_tensors(lowered.weights));
  NESCIO_TRY(out.emitted, b.finish());
  NESCIO_TRY_STATUS(fits_a_verifier(out.emitted.circuit));
  return out;
}

Result<DigestCells> weights_digest(const Program& program, const QuantGraph& graph, const DigestCells& salt) {
  std::vector<SecretVector<std::int64_t>> values;
  for (const QuantWeights* w : all_weights(graph)) values.emplace_back(w->values.begin(), w->values.end());
  const std::vector<std::span<const std::int64_t>> views(values.begin(), values.end());
  NESCIO_CHECK(views.size() == program.weights.tensors.size());
  return sponge_digest(program.weights, salt, views);
}

Result<IntegerOutputs> run_model(const Program& program, const QuantGraph& graph, const IntegerInputs& inputs) {
  const PublicValues none(program.emitted.circuit.tensors.size());
  EvalBackend b(program.emitted, none);
  const Lowered lowered = lower(b, graph, program.plan, inputs);
  NESCIO_TRY_STATUS(b.status());
  return outputs_of(b, lowered);
}

Result<Run> run_program(const Program& program, const QuantGraph& graph, const IntegerInputs& inputs,
                        const DigestCells& salt, const DigestCells& digest,
                        const std::function<Result<PublicValues>(const IntegerOutputs&)>& statement) {
  const Circuit& circuit = program.emitted.circuit;
  PublicValues publics(circuit.tensors.size());
  EvalBackend b(program.emitted, publics, EvalBackend::Check::integers);
  Lowered lowered = lower(b, graph, program.plan, inputs);
  NESCIO_TRY_STATUS(b.status());
  Run run;
  run.outputs = outputs_of(b, lowered);
  NESCIO_TRY(run.statement, statement(run.outputs));
  run.statement.resize(publics.size());
  publics = run.statement;
  for (const DigestPort& port : circuit.digests) publics[port.tensor].assign(digest.begin(), digest.end());
  bind_weights(b, lowered, salt);
  lower_outputs(b, program.plan, lowered);
  NESCIO_TRY(run.witness, b.witness());
  return run;
}

Result<SecretVector<std::int64_t>> quantise_input(const QuantGraph& graph, const QuantPort& port,
                                                  std::span<const double> x) {
  const QuantValue& value = graph.values[port.value];
  const std::uint64_t n = num_elements(value.shape);
  if (x.size() != n)
    return Error{
        ErrorCode::kInShape,
        0,
        "input '" + port.name + "' has " + std::to_string(n) + " values, " + std::to_string(x.size()) + " were given",
        {}};
  const double limit = std::ldexp(1.0, static_cast<int>(port.bits) - 1);
  SecretVector<std::int64_t> out(n);
  for (std::uint64_t i = 0; i < n; ++i) {
    const double scale = value.scales.size() == 1 ? value.scales[0] : value.scales[i];
    if (!std::isfinite(x[i]))
      return Error{ErrorCode::kInNonFinite,
                   static_cast<std::uint32_t>(i),
                   "input '" + port.name + "': value " + std::to_string(i) + " is NaN or infinite",
                   {}};
    const double q = std::nearbyint(x[i] / scale);
    if (!(q >= -limit && q < limit))
      return Error{ErrorCode::kInRange,
                   static_cast<std::uint32_t>(i),
                   "input '" + port.name + "': value " + std::to_string(i) +
                       " is outside of the range that the model was compiled for, " + std::to_string(-limit * scale) +
                       " to " + std::to_string((limit - 1) * scale) + ". Calibrate with wider data and compile again.",
                   {}};
    out[i] = static_cast<std::int64_t>(q);
  }
  return out;
}

}  // namespace nescio
