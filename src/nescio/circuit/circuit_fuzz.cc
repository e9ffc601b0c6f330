// Bytes -> circuit -> checks -> bounds -> layout, as a verifier takes a key: no crash, and one encoding.
#include <cstdlib>

#include "nescio/circuit/bounds.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/serialize.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nescio;
  ByteReader in({data, size}, ErrorCode::kVKey);
  const Result<Circuit> circuit = read_circuit(in);
  if (!circuit.ok()) return 0;
  const std::size_t circuit_bytes = in.position();
  ByteWriter out;
  write_circuit(*circuit, out);
  if (!std::equal(out.data().begin(), out.data().end(), data, data + circuit_bytes)) std::abort();
  const bool complete = check_circuit(*circuit).ok();
  if (!complete && !check_circuit(*circuit, false).ok()) return 0;
  (void)derive_bounds(*circuit);
  const Result<Layout> layout = read_layout(in, *circuit);
  if (!layout.ok() || !check_layout(*circuit, *layout).ok()) return 0;
  write_layout(*layout, out);
  if (!std::equal(out.data().begin(), out.data().end(), data, data + in.position())) std::abort();
  return 0;
}
