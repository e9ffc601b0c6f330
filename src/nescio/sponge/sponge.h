// sponge/sponge.h -- a salted digest of integer tensors, that a circuit can check (gadget/digest.h).
//
// digest = the first 4 cells of S_N, where S_0 = (0 x 8, IV) and S_(n+1) = Poseidon(S_n + (block n, 0 x 4)), n < N;
// block 0 is the salt and four zeros, the others hold the values as sponge/packing.h places them, zeros elsewhere.
// Paper      sponge over Poseidon (ePrint 2019/458): capacity 4 cells, so 128 bits against collisions; a fixed length
//            known from the IV needs no padding.
// IV         4 cells, a hash of all that is public: protocol, role, and for each tensor in order its shape, declared
//            range, digit width and digits per cell, and the lengths. Digests of different kinds never meet.
// Binding    if every value lies in its declared range: other values, salt or IV with the same digest are a collision.
//            A value outside of its range could stand for two others; whoever checks a digest must check the ranges too
//            (in a circuit: circuit/bounds.h refuses a Packing of values without them).
// Hiding     the salt: 4 uniform secret cells, fresh for each group of tensors. Without it small inputs can be guessed.
//            The same salt twice shows that equal inputs are equal.
// Spec       docs/spec/digest.md, byte for byte
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/base/secret.h"
#include "nescio/sponge/iv.h"
#include "nescio/sponge/poseidon.h"

namespace nescio {

// [8, plan.blocks]: the cells that are absorbed. values[t] are those of tensor t, dimension 0 fastest. Ranges are not
// checked: a digit outside of its width is what the circuit would compute, too.
SecretVector<F> packed_blocks(const DigestSpec& spec, const BlockPlan& plan, const DigestCells& salt,
                              std::span<const std::span<const std::int64_t>> values);

// blocks [8, N]; writes x^7 of all S-boxes, [118, N], unless that span is empty. The digest, canonical.
DigestCells sponge_absorb(const DigestCells& iv, std::span<const F> blocks, std::span<F> x7 = {});

// The whole. kRange if a value is outside of its declared range; `where` is the tensor.
Result<DigestCells> sponge_digest(const DigestSpec& spec, const DigestCells& salt,
                                  std::span<const std::span<const std::int64_t>> values);

}  // namespace nescio
