// circuit/digests.h -- what the digests of a circuit are of.
#pragma once
#include "nescio/circuit/circuit.h"
#include "nescio/sponge/sponge.h"

namespace nescio {

// Role, shapes and ranges of what a port binds: with salt and integers, all that a digest needs (sponge_digest).
// A tensor without dimensions counts as [1].
DigestSpec digest_spec(const Circuit& circuit, const DigestPort& port);

}  // namespace nescio
