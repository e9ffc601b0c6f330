// prover/ledger.h -- which claims of a proof do not hold, by name: every form of a segment's ledger, evaluated on the
// committed cells. What the prover reports when its own check fails, and what the tests of cheating provers assert.
#pragma once
#include <string>
#include <vector>

#include "nescio/relation/verifier.h"
#include "nescio/zk/prover.h"

namespace nescio {

// cells[id]: of every committed tensor, logical order, the argument's included.
template <class E>
std::vector<std::string> failing_claims(const Circuit& circuit, const std::vector<std::span<const F>>& cells,
                                        const relation::SegmentTensors& tensors, const zk::Channel<E>& channel,
                                        const zk::Tape<E>& tape, const std::vector<relation::Atom<E>>& atoms);

}  // namespace nescio
