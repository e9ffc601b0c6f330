// cli/soundness.h -- what the soundness of a key's proofs is calculated from, for `report --soundness`.
#pragma once
#include "command.h"
#include "nescio/api/verify.h"

namespace nescio::cli {

// Prints parameters, what is counted of the circuit, and every error term with its source.
int show_soundness(const CheckedKey& key, const Options& options);

}  // namespace nescio::cli
