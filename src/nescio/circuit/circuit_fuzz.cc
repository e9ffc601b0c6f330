// Bytes -> circuit -> checks -> bounds -> layout, as a verifier takes a key: no crash, and one encoding. The mutations
// start from a sound circuit.
#include "nescio/base/fuzz_start.h"
#include "nescio/circuit/bounds.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/mutate_circuit.h"
#include "nescio/circuit/sample_circuit.h"
#include "nescio/circuit/serialize.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nescio;
  ByteReader in({data, size}, ErrorCode::kVKey);
  const Result<Circuit> circuit = read_circuit(in);
  if (!circuit.ok()) return 0;
  const std::size_t circuit_bytes = in.position();
  ByteWriter out;
  write_circuit(*circuit, out);
  NESCIO_CHECK(std::equal(out.data().begin(), out.data().end(), data, data + circuit_bytes));
  const bool complete = check_circuit(*circuit).ok();
  if (!complete && !check_circuit(*circuit, false).ok()) return 0;
  (void)derive_bounds(*circuit);
  const Result<Layout> layout = read_layout(in, *circuit);
  if (!layout.ok() || !check_layout(*circuit, *layout).ok()) return 0;
  write_layout(*layout, out);
  NESCIO_CHECK(std::equal(out.data().begin(), out.data().end(), data, data + in.position()));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace nescio;
  static const auto* const valid = [] {
    const Circuit circuit = make_sample(true).circuit;
    const Layout layout = pack(circuit, 8, 16);
    NESCIO_CHECK(check_circuit(circuit).ok() && derive_bounds(circuit).ok() && check_layout(circuit, layout).ok());
    ByteWriter out;
    write_circuit(circuit, out);
    write_layout(layout, out);
    return new std::vector<std::vector<std::uint8_t>>{out.take()};
  }();
  if (seed % 4 != 0)
    if (const std::size_t n = mutate_circuit(data, size, max_size, seed)) return n;
  return mutate_or_start_over(*valid, data, size, max_size, seed);
}
