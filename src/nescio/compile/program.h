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
  std::set<std::string> inputs, outputs;  // public, by name
  // Salted digests, each of some input ports, by number, increasing; no port is in two.
  std::vector<std::vector<std::size_t>> input_digests;
  bool output_digest = false;  // of all outputs
  friend bool operator==(const Disclosure&, const Disclosure&) = default;
};
Disclosure disclosure_of(const Circuit& circuit);

struct Program {
  GadgetPlan plan;
  Disclosure disclosure;
  Emitted emitted;  // with ports
};
// `graph` is valid. kOverflow, kTableSize, kOp: names the node. kUsage: `disclosure` names no input or output, or one
// input in two digests.
Result<Program> make_program(const QuantGraph& graph, const GadgetPlan& plan, const Disclosure& disclosure = {});

// What each part of the program's circuit costs. `graph` is the one that it was made from.
std::array<Cost, kParts> count_parts(const Program& program, const QuantGraph& graph);

// The digest that binds the graph's weights.
Result<DigestCells> weights_digest(const Program& program, const QuantGraph& graph, const DigestCells& salt);
// That of inputs or outputs, with nothing but a circuit at hand; port: one of circuit.digests; values[i]: integers of
// input or output i, of those that the port lists. kRange.
Result<DigestCells> group_digest(const Circuit& circuit, const DigestPort& port, const IntegerInputs& values,
                                 const DigestCells& salt);
// The inputs that a digest of inputs is of, increasing.
std::vector<std::size_t> inputs_of(const Circuit& circuit, const DigestPort& port);

// The integer interpreter alone. kRange names node and tensor, never a value.
Result<IntegerOutputs> run_model(const Program& program, const QuantGraph& graph, const IntegerInputs& inputs);

// The cells of one run that are committed before statements and public inputs come: those of the model and, with salt
// and digest of the weights, of their sponge. Others have no values. kRange.
struct ModelCells {
  TensorValues values;
  IntegerOutputs outputs;
};
Result<ModelCells> model_cells(const Program& program, const QuantGraph& graph, const IntegerInputs& inputs,
                               const Secret<DigestCells>* weights_salt = nullptr,
                               const DigestCells& weights_digest = {});

struct Salts {
  Secret<DigestCells> weights;
  SecretVector<DigestCells> inputs;  // of each digest of inputs
  Secret<DigestCells> outputs;
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
// Integers of a port's cells: x / scale, rounded to even; or keys of float32. kInShape, kInNonFinite, kInRange: with
// the cell's index, never its value.
Result<SecretVector<std::int64_t>> quantise_input(const InputPort& port, std::span<const double> x);

}  // namespace nescio
