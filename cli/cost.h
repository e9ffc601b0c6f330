// cli/cost.h -- what a key's proofs cost and what their soundness rests on, for `inspect` and `report`.
#pragma once
#include "command.h"
#include "nescio/api/verify.h"

namespace nescio::cli {

// Prints sizes of circuit and matrix. {"cells", "lookups", "table_rows", "segments", "matrix"}
nlohmann::ordered_json show_circuit(const Options& options, const VerifyingKey& key);
// Prints every error term of a sound key. [{"name", "oracle", "bits", "work", "preprint", "source"}]
nlohmann::ordered_json show_terms(const Options& options, const VerifyingKey& key);

}  // namespace nescio::cli
