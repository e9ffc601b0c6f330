// prover/matrix.h -- the cells of a proof: witness and randomness, laid out in the matrix that is committed.
#pragma once
#include <deque>
#include <span>

#include "nescio/pcs/prover.h"
#include "nescio/proof/key.h"
#include "nescio/relation/verifier.h"
#include "nescio/witness/witness.h"
#include "nescio/zk/prover.h"

namespace nescio {

// The pads and triples of a segment, the blinding triple last, the dummy not zero.
template <class E>
zk::Pads<E> make_pads(const Circuit& circuit, const relation::SegmentTensors& tensors, std::uint32_t segment,
                      const Digest& key);

// Adds the cells of the pads to `cells`, by tensor id.
template <class E>
void add_pad_cells(const relation::SegmentTensors& tensors, const zk::Pads<E>& pads, TensorValues& cells);

// message[2^log_rows][stride] with every committed cell at its place; all else zero.
// cells[id]: of every committed tensor, logical order.
SecretVector<F> lay_out(const VerifyingKey& key, const pcs::MatrixShape& shape,
                        const std::vector<std::span<const F>>& cells);

}  // namespace nescio
