#include "nescio/prover/ledger.h"

#include "nescio/relation/prover.h"

namespace nescio {

template <class E>
std::vector<std::string> failing_claims(const Circuit& circuit, const std::vector<std::span<const F>>& cells,
                                        const relation::SegmentTensors& tensors, const zk::Channel<E>& channel,
                                        const zk::Tape<E>& tape, const std::vector<relation::Atom<E>>& atoms) {
  SecretVector<E> atom_values;
  for (const auto& atom : atoms)
    atom_values.push_back(relation::claim_value<E>(circuit[atom.tensor].dims, cells[atom.tensor], atom.weights));
  const auto leaf = [&](zk::Leaf kind, std::uint32_t index) {
    if (kind == zk::Leaf::atom) return atom_values[index];
    const TensorId by_kind[] = {tensors.pad, tensors.triple_a, tensors.triple_b, tensors.triple_c, tensors.dummy};
    const TensorId id = by_kind[static_cast<std::size_t>(kind)];
    E x;
    for (unsigned d = 0; d < E::D; ++d) x[d] = cells[id][d * circuit[id].dims[0] + index];
    return x;
  };
  std::vector<E> values = tape.forward(leaf);
  std::vector<std::string> out;
  for (const auto& claim : channel.ledger())
    if (!values[zk::Tape<E>::index(claim.form)].is_zero()) out.emplace_back(claim.label);
  wipe(values.data(), values.size() * sizeof(E));
  return out;
}

#define NESCIO_INSTANTIATE(E)                                                                              \
  template std::vector<std::string> failing_claims(const Circuit&, const std::vector<std::span<const F>>&, \
                                                   const relation::SegmentTensors&, const zk::Channel<E>&, \
                                                   const zk::Tape<E>&, const std::vector<relation::Atom<E>>&);
NESCIO_INSTANTIATE(Ext2)
NESCIO_INSTANTIATE(Ext3)
#undef NESCIO_INSTANTIATE

}  // namespace nescio
