#include "nescio/circuit/circuit.h"

#include <algorithm>

#include "nescio/base/bits.h"

namespace nescio {

std::uint64_t num_cells(const Dims& dims) {
  std::uint64_t n = 1;
  for (const std::uint32_t d : dims)
    if (__builtin_mul_overflow(n, std::uint64_t{d}, &n)) return ~std::uint64_t{0};
  return n;
}

unsigned num_variables(const Dims& dims) {
  unsigned k = 0;
  for (const std::uint32_t d : dims) k += log2_ceil(d);
  return k;
}

bool reads_all(const Circuit& circuit, const AffineTerm& term) {
  for (std::size_t d = 0; d < term.dims.size(); ++d)
    if (term.dims[d].fixed && circuit[term.source].dims[d] != 1) return false;
  return true;
}

std::vector<bool> private_tensors(const Circuit& circuit) {
  std::vector<bool> is_private(circuit.tensors.size());
  for (std::size_t id = 0; id < is_private.size(); ++id) {
    const TensorDef& tensor = circuit.tensors[id];
    bool p = std::holds_alternative<Committed>(tensor.def);
    for_each_source(tensor, [&](TensorId source) { p = p || is_private[source]; });
    is_private[id] = p;
  }
  return is_private;
}

std::vector<unsigned> depths(const Circuit& circuit) {
  const std::vector<bool> is_private = private_tensors(circuit);
  std::vector<unsigned> depth(circuit.tensors.size());
  for (std::size_t id = 0; id < depth.size(); ++id) {
    const TensorDef& tensor = circuit.tensors[id];
    unsigned d = 0;  // sources that are not private have depth 0
    for_each_source(tensor, [&](TensorId source) { d = std::max(d, depth[source]); });
    const auto* contract = std::get_if<Contract>(&tensor.def);
    const bool product = contract != nullptr && is_private[contract->a] && is_private[contract->b];
    depth[id] = product || std::holds_alternative<Cubic>(tensor.def) ? d + 1 : d;
  }
  return depth;
}

}  // namespace nescio
