// Circuits of every kind of definition as bytes and back.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "nescio/circuit/serialize.h"
#include "nescio/relation/random_circuit.h"

namespace nescio {
namespace {

RC_GTEST_PROP(SerializeProperties, round_trip, (std::uint32_t seed)) {
  const Circuit circuit = RandomCircuit(seed).circuit;
  ByteWriter out;
  write_circuit(circuit, out);
  ByteReader in(out.data(), ErrorCode::kVKey);
  const auto again = read_circuit(in);
  RC_ASSERT(again.ok() && in.finish().ok());
  RC_ASSERT(*again == circuit);
  RC_ASSERT(circuit_digest(*again) == circuit_digest(circuit));

  // Another circuit, or none; never the same one, and never by other bytes.
  std::vector<std::uint8_t> bytes = out.data();
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] ^= *rc::gen::inRange<std::uint8_t>(1, 255);
  ByteReader changed(bytes, ErrorCode::kVKey);
  const auto other = read_circuit(changed);
  if (!other.ok()) {
    RC_ASSERT(other.error().code == ErrorCode::kVKey);
    return;
  }
  RC_ASSERT(!changed.finish().ok() || !(*other == circuit));
  ByteWriter rewritten;
  write_circuit(*other, rewritten);
  RC_ASSERT(std::equal(rewritten.data().begin(), rewritten.data().end(), bytes.begin(),
                       bytes.begin() + static_cast<std::ptrdiff_t>(changed.position())));
}

}  // namespace
}  // namespace nescio
