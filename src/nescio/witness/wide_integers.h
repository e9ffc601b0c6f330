// witness/wide_integers.h -- for tests: the integers of a circuit in 128 bits, where nothing wraps: what shows that the
// 64 bits of the interpreter (gadget/eval.h) and the residues mod p (witness/evaluate.h) are those integers.
#pragma once
#include <optional>
#include <vector>

#include "nescio/witness/tensor_loops.h"
#include "nescio/witness/witness.h"

namespace nescio {

using Wide = __int128;

// Of each tensor; none for tensors of the field, and for those where a divisor leaves a rest.
inline std::vector<std::optional<std::vector<Wide>>> wide_integers(const Circuit& circuit, const Witness& witness,
                                                                   const PublicValues& publics) {
  std::vector<std::optional<std::vector<Wide>>> out(circuit.tensors.size());
  const auto signed_values = [](const auto& values) {
    std::vector<Wide> wide;
    for (const F x : values) wide.push_back(x.to_signed());
    return wide;
  };
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const TensorDef& tensor = circuit[id];
    const auto n = static_cast<std::size_t>(num_cells(tensor.dims));
    bool known = true;
    for_each_source(tensor, [&](TensorId source) { known = known && out[source].has_value(); });
    if (!known) continue;
    std::vector<Wide> y(n);
    if (std::holds_alternative<Committed>(tensor.def)) {
      y = signed_values(witness.values[id]);
    } else if (std::holds_alternative<Public>(tensor.def)) {
      y = signed_values(publics[id]);
    } else if (const auto* constant = std::get_if<Constant>(&tensor.def)) {
      if (constant->poseidon) continue;
      y.assign(constant->values.begin(), constant->values.end());
    } else if (const auto* affine = std::get_if<Affine>(&tensor.def)) {
      std::fill(y.begin(), y.end(), affine->constant);
      for (const AffineTerm& t : affine->terms)
        add_affine_term<Wide>(tensor.dims, circuit[t.source].dims, t.dims, t.coef, out[t.source]->data(), y);
      bool exact = true;
      for (Wide& x : y) {
        exact = exact && x % static_cast<Wide>(affine->divisor) == 0;
        x /= static_cast<Wide>(affine->divisor);
      }
      if (!exact) continue;
    } else if (const auto* contract = std::get_if<Contract>(&tensor.def)) {
      contract_loops<Wide>(*contract, circuit[contract->a].dims, out[contract->a]->data(), circuit[contract->b].dims,
                           out[contract->b]->data(), y, [](const Wide* a, const Wide* b, std::size_t terms) {
                             Wide sum = 0;
                             for (std::size_t i = 0; i < terms; ++i) sum += a[i] * b[i];
                             return sum;
                           });
    } else if (const auto* map = std::get_if<Map>(&tensor.def);
               map != nullptr && !std::holds_alternative<PoseidonMatrix>(map->matrix)) {
      map_loops<Wide>(*map, circuit[map->source].dims, tensor.dims[map->dim], out[map->source]->data(), y,
                      [](std::int64_t c) { return Wide{c}; });
    } else {
      continue;
    }
    out[id] = std::move(y);
  }
  return out;
}

}  // namespace nescio
