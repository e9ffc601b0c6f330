#include "nescio/circuit/digests.h"

namespace nescio {

static_assert(static_cast<int>(DigestRole::weights) == static_cast<int>(Group::weights) &&
              static_cast<int>(DigestRole::inputs) == static_cast<int>(Group::inputs) &&
              static_cast<int>(DigestRole::outputs) == static_cast<int>(Group::outputs));

DigestSpec digest_spec(const Circuit& circuit, const DigestPort& port) {
  DigestSpec spec;
  spec.role = static_cast<DigestRole>(port.group);
  for (const BoundRange& b : port.bound) {
    const Dims& dims = circuit[b.tensor].dims;
    spec.tensors.push_back({dims.empty() ? Dims{1} : dims, b.lo, b.hi});
  }
  return spec;
}

}  // namespace nescio
