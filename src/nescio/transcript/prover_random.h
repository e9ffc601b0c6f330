// transcript/prover_random.h -- 32 fresh bytes from the operating system (libsodium). Part of nescio_transcript_prove.
#pragma once
#include "nescio/transcript/prf.h"

namespace nescio {

// Aborts when the system has no source of randomness: there is no proof without one.
SecretDigest os_random();

}  // namespace nescio
