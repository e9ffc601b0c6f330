#include "nescio/compile/program.h"

#include <algorithm>
#include <cmath>

#include "nescio/base/check.h"
#include "nescio/base/float_key.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/digests.h"
#include "nescio/circuit/work.h"
#include "nescio/compile/lower_trees.h"
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

// What comes after the model: everything that discloses or binds.
struct Ends {
  std::vector<Var> inputs;  // of each input: its public values, if it is disclosed
  std::vector<std::pair<Group, DigestGadget>> digests;
};

// `salt` gives the salt when there are values.
void bind_group(Backend& b, Group group, const std::vector<GroupTensor>& tensors,
                const std::function<const DigestCells&()>& salt, Ends& ends) {
  std::vector<BoundTensor> bound;
  for (const GroupTensor& t : tensors) bound.push_back({t.value, t.declared});
  const FieldHint hint = [salt](const HintView&, std::span<F> out) {
    std::copy(salt().begin(), salt().end(), out.begin());
  };
  ends.digests.emplace_back(group, bind_digest(b, group, hint, bound));
}

Ends lower_ends(Backend& b, const GadgetPlan& plan, const Disclosure& disclosure, const Salts& salts,
                Lowered& lowered) {
  Ends ends;
  if (!lowered.weights.empty())
    bind_group(b, Group::weights, lowered.weights, [&]() -> const DigestCells& { return salts.weights.value; }, ends);
  for (const GroupTensor& x : lowered.inputs) {
    ends.inputs.emplace_back();
    if (!disclosure.inputs.contains(x.name)) continue;
    const Backend::Scope scope(b, x.name);
    const Var shown = ends.inputs.back() = b.statement("public", b.dims(x.value), x.declared);
    b.zero("disclosed", b.affine("difference", b.dims(x.value), {{1, x.value}, {-1, shown}}));
  }
  for (std::size_t k = 0; k < disclosure.input_digests.size(); ++k) {
    std::vector<GroupTensor> tensors;
    for (const std::size_t i : disclosure.input_digests[k]) tensors.push_back(lowered.inputs[i]);
    const Backend::Scope scope(b, tensors[0].name);
    bind_group(b, Group::inputs, tensors, [&salts, k]() -> const DigestCells& { return salts.inputs[k]; }, ends);
  }
  if (disclosure.output_digest)
    bind_group(b, Group::outputs, lowered.outputs, [&]() -> const DigestCells& { return salts.outputs.value; }, ends);
  lower_outputs(b, plan, lowered);
  return ends;
}

void add_ports(EmitBackend& b, const QuantGraph& graph, const Disclosure& disclosure, const Lowered& lowered,
               const Ends& ends) {
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    InputPort p = input_port(graph, i);
    p.tensor = b.tensor(lowered.inputs[i].value);
    NESCIO_CHECK(p.lo == lowered.inputs[i].declared.lo && p.hi == lowered.inputs[i].declared.hi);
    p.disclosed = disclosure.inputs.contains(p.name);
    if (p.disclosed) p.pub = b.tensor(ends.inputs[i]);
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
    p.disclosed = disclosure.outputs.contains(p.name);
    b.builder().output(std::move(p));
  }
  for (const auto& [group, gadget] : ends.digests) b.builder().digest(digest_port(b, group, gadget));
}

Status known_names(const QuantGraph& graph, const Disclosure& disclosure) {
  const auto known = [](const std::set<std::string>& names, const std::vector<QuantPort>& ports) {
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
      return std::any_of(ports.begin(), ports.end(), [&](const QuantPort& p) { return p.name == name; });
    });
  };
  std::vector<bool> bound(graph.inputs.size());
  for (const auto& ports : disclosure.input_digests) {
    bool ok = !ports.empty() && std::is_sorted(ports.begin(), ports.end());
    for (const std::size_t i : ports) {
      ok = ok && i < bound.size() && !bound[i];
      if (ok) bound[i] = true;
    }
    if (!ok) return Error{ErrorCode::kUsage, 0, "an input in two digests, or a digest of no input", {}};
  }
  if (known(disclosure.inputs, graph.inputs) && known(disclosure.outputs, graph.outputs)) return Unit{};
  return Error{ErrorCode::kUsage, 0, "the disclosure names no input or output of the model", {}};
}

IntegerOutputs outputs_of(EvalBackend& b, const Lowered& lowered) {
  IntegerOutputs out;
  for (const GroupTensor& t : lowered.outputs) {
    const auto v = b.integers(t.value);
    out.emplace_back(v.begin(), v.end());
  }
  return out;
}

// That of the weights, which the key has.
void add_digest(const Circuit& circuit, const DigestCells& digest, PublicValues& publics) {
  for (const DigestPort& port : circuit.digests)
    if (port.group == Group::weights) publics[port.tensor].assign(digest.begin(), digest.end());
}

// What every verifier would refuse is said here, in words for the model's maker.
Status fits_a_verifier(const Circuit& circuit) {
  Status checked = check_circuit(circuit, false);
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

Disclosure disclosure_of(const Circuit& circuit) {
  Disclosure out;
  for (const InputPort& p : circuit.inputs)
    if (p.disclosed) out.inputs.insert(p.name);
  for (const OutputPort& p : circuit.outputs)
    if (p.disclosed) out.outputs.insert(p.name);
  for (const DigestPort& p : circuit.digests) {
    if (p.group == Group::inputs) out.input_digests.push_back(inputs_of(circuit, p));
    out.output_digest = out.output_digest || p.group == Group::outputs;
  }
  return out;
}

Result<Program> make_program(const QuantGraph& graph, const GadgetPlan& plan, const Disclosure& disclosure) {
  NESCIO_TRY_STATUS(known_names(graph, disclosure));
  EmitBackend b;
  Lowered lowered = lower(b, graph, plan, {});
  NESCIO_TRY_STATUS(b.status());
  const Ends ends = lower_ends(b, plan, disclosure, {}, lowered);
  NESCIO_TRY_STATUS(b.status());
  add_ports(b, graph, disclosure, lowered, ends);
  Program out;
  out.plan = plan;
  out.disclosure = disclosure;
  NESCIO_TRY(out.emitted, b.finish());
  NESCIO_TRY_STATUS(fits_a_verifier(out.emitted.circuit));
  return out;
}

std::array<Cost, kParts> count_parts(const Program& program, const QuantGraph& graph) {
  CostBackend b;
  Lowered lowered = lower(b, graph, program.plan, {});
  lower_ends(b, program.plan, program.disclosure, {}, lowered);
  return b.by_part();
}

Result<DigestCells> weights_digest(const Program& program, const QuantGraph& graph, const DigestCells& salt) {
  IntegerInputs values;
  for (const QuantNode& node : graph.nodes)
    for (SecretVector<std::int64_t>& w : bound_weights(node)) values.push_back(std::move(w));
  const Circuit& circuit = program.emitted.circuit;
  if (values.empty()) return DigestCells{};  // and nobody asks for it
  const DigestPort& port = circuit.digests[0];
  NESCIO_CHECK(port.group == Group::weights && values.size() == port.bound.size());
  const std::vector<std::span<const std::int64_t>> views(values.begin(), values.end());
  return sponge_digest(digest_spec(circuit, port), salt, views);
}

std::vector<std::size_t> inputs_of(const Circuit& circuit, const DigestPort& port) {
  std::vector<std::size_t> out;
  for (const BoundRange& b : port.bound)
    for (std::size_t i = 0; i < circuit.inputs.size(); ++i)
      if (circuit.inputs[i].tensor == b.tensor) out.push_back(i);
  return out;
}

Result<DigestCells> group_digest(const Circuit& circuit, const DigestPort& port, const IntegerInputs& values,
                                 const DigestCells& salt) {
  std::vector<std::span<const std::int64_t>> views;
  if (port.group == Group::inputs)
    for (const std::size_t i : inputs_of(circuit, port)) views.emplace_back(values.at(i));
  else
    views.assign(values.begin(), values.end());
  NESCIO_CHECK(port.group != Group::weights && views.size() == port.bound.size());
  return sponge_digest(digest_spec(circuit, port), salt, views);
}

Result<IntegerOutputs> run_model(const Program& program, const QuantGraph& graph, const IntegerInputs& inputs) {
  const PublicValues none(program.emitted.circuit.tensors.size());
  EvalBackend b(program.emitted, none);
  const Lowered lowered = lower(b, graph, program.plan, inputs);
  NESCIO_TRY_STATUS(b.status());
  return outputs_of(b, lowered);
}

Result<ModelCells> model_cells(const Program& program, const QuantGraph& graph, const IntegerInputs& inputs,
                               const Secret<DigestCells>* weights_salt, const DigestCells& weights_digest) {
  PublicValues publics(program.emitted.circuit.tensors.size());
  add_digest(program.emitted.circuit, weights_digest, publics);
  EvalBackend b(program.emitted, publics, EvalBackend::Check::integers);
  const Lowered lowered = lower(b, graph, program.plan, inputs);
  if (weights_salt != nullptr && !lowered.weights.empty()) {
    Ends ends;
    bind_group(b, Group::weights, lowered.weights, [&]() -> const DigestCells& { return weights_salt->value; }, ends);
  }
  NESCIO_TRY_STATUS(b.status());
  ModelCells out;
  out.outputs = outputs_of(b, lowered);
  out.values.resize(publics.size());
  for (std::uint32_t v = 0; v < b.size(); ++v)
    if (b.info(Var{v}).committed) {
      const auto cells = b.elements(Var{v});
      out.values[program.emitted.tensor[v]].assign(cells.begin(), cells.end());
    }
  return out;
}

Result<Run> run_program(const Program& program, const QuantGraph& graph, const IntegerInputs& inputs,
                        const Salts& salts, const DigestCells& weights_digest,
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
  add_digest(circuit, weights_digest, publics);
  lower_ends(b, program.plan, program.disclosure, salts, lowered);
  NESCIO_TRY(run.witness, b.witness());
  return run;
}

std::uint64_t run_memory(const Circuit& circuit) {
  constexpr std::uint64_t kWord = 8;
  std::vector<bool> later(circuit.tensors.size());  // of a digest, and not computed here
  std::uint64_t words = 0;
  for (const DigestPort& port : circuit.digests) {
    for (TensorId i = 0; i < kDigestMembers; ++i) later[first_member(port) + i] = true;
    words += kPoseidonRate * std::uint64_t{circuit[first_member(port) + 1].dims[1]};  // the blocks
  }
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const std::uint64_t n = num_cells(circuit[id].dims);
    if (circuit.committed(id) != nullptr) words += 2 * n;  // and in the witness
    if (circuit.committed(id) == nullptr && !later[id]) words += n;
  }
  for (const Table& t : circuit.tables) words += std::uint64_t{t.rows} * (2 + t.width());  // counts, an index
  return kWord * words;
}

InputPort input_port(const QuantGraph& graph, std::size_t i) {
  const QuantPort& port = graph.inputs[i];
  InputPort p;
  p.name = port.name;
  p.dims = graph.values[port.value].shape;
  for (const double s : graph.values[port.value].scales) p.scales.push_back(exact_scale(s));
  const Bound range = input_range(port);
  p.lo = range.lo;
  p.hi = range.hi;
  p.float_keys = port.float_keys;
  p.missing = !port.float_keys && tells_missing(graph, port);
  p.categories = port.labels;
  return p;
}

Result<SecretVector<std::int64_t>> quantise_input(const InputPort& port, std::span<const double> x) {
  const std::uint64_t n = num_cells(port.dims);
  if (x.size() != n)
    return Error{
        ErrorCode::kInShape,
        0,
        "input '" + port.name + "' has " + std::to_string(n) + " values, " + std::to_string(x.size()) + " were given",
        {}};
  const auto lo = static_cast<double>(port.lo + (port.missing ? 1 : 0)), hi = static_cast<double>(port.hi);
  SecretVector<std::int64_t> out(n);
  for (std::uint64_t i = 0; i < n; ++i) {
    if (port.float_keys) {  // as the library reads it: the nearest float32, or NaN
      out[i] = float_key(static_cast<float>(x[i]));
      continue;
    }
    const Scale& s = port.scales[port.scales.size() == 1 ? 0 : i];
    const double scale = std::ldexp(static_cast<double>(s.mantissa), s.exponent);
    if (port.missing && std::isnan(x[i])) {
      out[i] = port.lo;
      continue;
    }
    if (!std::isfinite(x[i]))
      return Error{ErrorCode::kInNonFinite,
                   static_cast<std::uint32_t>(i),
                   "input '" + port.name + "': value " + std::to_string(i) + " is NaN or infinite",
                   {}};
    const double q = std::nearbyint(x[i] / scale);
    if (!(q >= lo && q <= hi))
      return Error{ErrorCode::kInRange,
                   static_cast<std::uint32_t>(i),
                   "input '" + port.name + "': value " + std::to_string(i) +
                       " is outside of the range that the model was compiled for, " + std::to_string(lo * scale) +
                       " to " + std::to_string(hi * scale) + ". Calibrate with wider data and compile again.",
                   {}};
    out[i] = static_cast<std::int64_t>(q);
  }
  return out;
}

}  // namespace nescio
