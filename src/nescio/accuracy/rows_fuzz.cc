// Bytes -> circuit -> what a verifier of accuracy makes of a stranger's circuit: no crash, and a circuit that passes
// the checks of any key. The mutations start from circuits that can be counted with.
#include "nescio/accuracy/count.h"
#include "nescio/accuracy/stranger.h"
#include "nescio/base/fuzz_start.h"
#include "nescio/circuit/bounds.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/digests.h"
#include "nescio/circuit/mutate_circuit.h"
#include "nescio/circuit/serialize.h"
#include "nescio/compile/plan.h"
#include "nescio/compile/program.h"

namespace {

using namespace nescio;

// x [1, 2] to y [1, 3], of which a linear step makes `cells` cells.
Circuit sample(std::uint32_t cells) {
  QuantGraph graph;
  graph.values = {{"x", {1, 2}, {0.5}}, {"y", {1, cells}, {0.25}}};
  QuantNode n{QuantNode::Op::linear, "n", {0}, 1};
  n.weights = {{"w", {cells, 2}, 4, SecretVector<std::int32_t>(cells * 2, 3)}};
  n.rounded = true;
  n.requant = {0, 12};
  graph.nodes = {n};
  graph.inputs = {{"x", 0, 4, {}}};
  graph.outputs = {{"y", 1, 12, {}}};
  const auto plan = choose_plan(graph);
  NESCIO_CHECK(plan.ok());
  const auto program = make_program(graph, *plan);
  NESCIO_CHECK(program.ok() && count_correct(program->emitted.circuit, {}, 3).ok());
  return program->emitted.circuit;
}

// coef x x: of a depth and a range that mutations can take beyond what gadgets take.
Circuit stranger(std::int64_t coef) {
  Circuit c = strange_circuit(
      [coef](CircuitBuilder& b, TensorId x) { return b.product(x, b.affine({2}, {b.term(x, coef)})); }, 225 * coef);
  NESCIO_CHECK(check_circuit(c, false).ok() && count_correct(c, {}, 3).ok());
  return c;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in({data, size}, ErrorCode::kVKey);
  const Result<Circuit> circuit = read_circuit(in);
  if (!circuit.ok() || !check_circuit(*circuit, false).ok() || !derive_bounds(*circuit).ok() ||
      !check_digests(*circuit, 0).ok())
    return 0;
  for (std::size_t output = 0; output < circuit->outputs.size(); ++output) {
    const OutputPort& port = circuit->outputs[output];
    for (const std::optional<std::int64_t>& threshold :
         {std::optional<std::int64_t>{}, std::optional(port.lo), std::optional(port.hi)}) {
      const auto counting = count_correct(*circuit, {output, threshold}, 3);
      if (counting.ok()) NESCIO_CHECK(derive_bounds(counting->emitted.circuit).ok());
    }
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  static const auto* const valid = [] {
    auto* out = new std::vector<std::vector<std::uint8_t>>;
    for (const Circuit& circuit : {sample(1), sample(3), stranger(1), stranger(std::int64_t{1} << 51)}) {
      ByteWriter bytes;
      write_circuit(circuit, bytes);
      out->push_back(bytes.take());
    }
    return out;
  }();
  if (seed % 4 != 0)
    if (const std::size_t n = mutate_circuit(data, size, max_size, seed)) return n;
  return mutate_or_start_over(*valid, data, size, max_size, seed);
}
