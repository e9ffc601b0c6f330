// prover/memory.h -- how much memory prove() will take, told from the key alone.
//
// An estimate from above, made of what a proof holds at once: the witness and the kept values; from the commitment on,
// the matrix, its code and its tree; and the most of the lookup tree's layers, the tables of a wave, the functional's
// weight with the folded columns, the oracles of the opening. Tested against what is measured, within a factor of two.
#pragma once
#include <cstdint>

#include "nescio/proof/key.h"

namespace nescio {

// Bytes beside what the process holds already, the witness among them.
std::uint64_t prove_memory(const VerifyingKey& key);

}  // namespace nescio
