// accuracy/stranger.h -- for tests: circuits that no compiler made, and which a verifier may be given.
#pragma once
#include <functional>

#include "nescio/circuit/builder.h"

namespace nescio {

// x [2] in [0, 16) and an output y [2] in [0, hi] of it. The output's switches are not enforced.
inline Circuit strange_circuit(const std::function<TensorId(CircuitBuilder&, TensorId)>& y, std::int64_t hi) {
  CircuitBuilder b;
  const TensorId x = b.committed({2}, 0);
  b.lookup(b.table(16, {progression(0, 1)}, 0), 0, {x});
  OutputPort port;
  port.name = "y";
  port.dims = {2};
  port.tensor = y(b, x);
  port.hi = hi;
  for (TensorId* pub : {&port.pub_lo, &port.pub_hi, &port.pub_outside})
    *pub = b.public_values({2}, Public::Source::statement);
  b.input({"x", {2}, x, {Scale{}}, 0, 15});
  b.output(port);
  return b.take();
}

}  // namespace nescio
