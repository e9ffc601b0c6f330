// cli/measure.h -- proving and verifying with a clock: what `prove`, `verify` and `bench` share.
#pragma once
#include <optional>

#include "command.h"
#include "nescio/api/prover_model.h"
#include "nescio/api/verify.h"

namespace nescio::cli {

struct ProveRun {
  Proven proven;
  double ms = 0;
  std::uint64_t peak_memory_bytes = 0;       // while it was made, if the system can tell; else since the program began
  std::uint64_t estimated_memory_bytes = 0;  // before it was made
};
Result<ProveRun> timed_prove(const ProvingKey& key, const ProveRequest& request, const Progress& progress);
nlohmann::ordered_json phases_json(const Proven& proven);
// The same time by what it was spent on (api/prover_parts.h).
nlohmann::ordered_json parts_json(const ProvingKey& key, const Proven& proven);

// A line for each output and one for the rows; the outputs as JSON.
nlohmann::ordered_json show_accuracy(const Options& options, const Accuracy& accuracy);

struct VerifyRun {
  CheckedKey key;
  Verdict verdict;
  double key_ms = 0, ms = 0;
};
// From bytes, as somebody else has them. kUsage: `expected` is malformed; any other error: not valid.
Result<VerifyRun> timed_verify(std::span<const std::uint8_t> key, std::span<const std::uint8_t> proof,
                               const Expected& expected);

}  // namespace nescio::cli
