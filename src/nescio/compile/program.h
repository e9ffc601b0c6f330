// compile/program.h -- a model in integers as a circuit that binds its weights to a digest, and its runs.
//
// Order of the lowering: the model (compile/lower.h), the digest of its weights, public inputs, digests of inputs and
// outputs, the gadgets of statements.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "nescio/circuit/public_values.h"
#include "nescio/compile/lower.h"
#include "nescio/gadget/cost.h"
#include "nescio/gadget/emit.h"
#include "nescio/sponge/sponge.h"
#include "nescio/witness/witness.h"

namespace nescio {

// What every proof tells of inputs and outputs; the rest stays private. Weights are always bound.
struct Disclosure {
  std::set<std::string> inputs, outputs;             // public, by name
  bool input_digest = false, output_digest = false;  // all of them, by a salted digest
  friend bool operator==(const Disclosure&, const Disclosure&) = default;
};
Disclosure disclosure_of(const Circuit& circuit);

struct Program {
  GadgetPlan plan;
  Disclosure disclosure;
  Emitted emitted;  // with ports
};
// `graph` is valid. kOverflow, kTableSize, kOp: names the node. kUsage: `disclosure` names no input or output.
Result<Program> make_program(const QuantGraph& graph, const GadgetPlan& plan, const Disclosure& disclosure = {});

// What each part of the program's circuit costs. `graph` is the one that it was made from.
std::array<Cost, kParts> count_parts(const Program& program, const QuantGraph& graph);

// The digest that binds the graph's weights.
Result<DigestCells> weights_digest(const Program& program, const QuantGraph& graph, const DigestCells& salt);
// That of all inputs or of all outputs, with nothing but a circuit at hand; values[i]: integers of port i. kRange.
Result<DigestCells> group_digest(const Circuit& circuit, Group group, const IntegerInputs& values,
                                 const DigestCells& salt);

// The integer interpreter alone. kRange names node and tensor, never a value.
Result<IntegerOutputs> run_model(const Program& program, const QuantGraph& graph, const IntegerInputs& inputs);

struct Salts {
  DigestCells weights{}, inputs{}, outputs{};  // secret
};
// A whole witness; what the digest says of it is not checked here (prover/prove.h does). `statement` gives the public
// values once the outputs are known, or refuses.
struct Run {
  Witness witness;
  PublicValues statement;
  IntegerOutputs outputs;
};
Result<Run> run_program(const Program& program, const QuantGraph& graph, const IntegerInputs& inputs,
                        const Salts& salts, const DigestCells& weights_digest,
                        const std::function<Result<PublicValues>(const IntegerOutputs&)>& statement);

// Bytes that run_program takes at its peak, the witness among them; and run_model, with room to spare.
std::uint64_t run_memory(const Circuit& circuit);

// The port of input i, as it is before it stands in a circuit.
InputPort input_port(const QuantGraph& graph, std::size_t i);
// Integers of a port's cells: x / scale, rounded to even. kInShape, kInNonFinite, kInRange: with the cell's index,
// never its value.
Result<SecretVector<std::int64_t>> quantise_input(const InputPort& port, std::span<const double> x);

}  // namespace nescio
