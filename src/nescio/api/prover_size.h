// api/prover_size.h -- how large a proof will be, told from the key alone.
#pragma once
#include <cstdint>

#include "nescio/proof/key.h"

namespace nescio {

// Bytes of a proof file whose statement and revealed values are short: every message of the circuit, and the opening in
// expectation over its random positions.
std::uint64_t expected_file_bytes(const VerifyingKey& key);

}  // namespace nescio
