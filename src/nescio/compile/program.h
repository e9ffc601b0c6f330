// compile/program.h -- a model in integers as a circuit that binds its weights to a digest, and its runs.
//
// Order of the lowering: the model (compile/lower.h), the digest of its weights, the gadgets of statements.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "nescio/circuit/public_values.h"
#include "nescio/compile/lower.h"
#include "nescio/gadget/emit.h"
#include "nescio/sponge/sponge.h"
#include "nescio/witness/witness.h"

namespace nescio {

struct Program {
  GadgetPlan plan;
  Emitted emitted;  // with ports
  DigestSpec weights;
};
// `graph` is valid. kOverflow, kTableSize, kOp: names the node.
Result<Program> make_program(const QuantGraph& graph, const GadgetPlan& plan);

// The digest that binds the graph's weights.
Result<DigestCells> weights_digest(const Program& program, const QuantGraph& graph, const DigestCells& salt);

// The integer interpreter alone. kRange names node and tensor, never a value.
Result<IntegerOutputs> run_model(const Program& program, const QuantGraph& graph, const IntegerInputs& inputs);

// A whole witness; what the digest says of it is not checked here (prover/prove.h does). `statement` gives the public
// values once the outputs are known, or refuses.
struct Run {
  Witness witness;
  PublicValues statement;
  IntegerOutputs outputs;
};
Result<Run> run_program(const Program& program, const QuantGraph& graph, const IntegerInputs& inputs,
                        const DigestCells& salt, const DigestCells& digest,
                        const std::function<Result<PublicValues>(const IntegerOutputs&)>& statement);

// Integers of a port's cells: x / scale, rounded to even. kInNonFinite, kInRange: with the cell's index, never its
// value.
Result<SecretVector<std::int64_t>> quantise_input(const QuantGraph& graph, const QuantPort& port,
                                                  std::span<const double> x);

}  // namespace nescio
