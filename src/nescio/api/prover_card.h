// api/prover_card.h -- the owner of a model writes its card.
#pragma once
#include "nescio/api/card.h"
#include "nescio/api/prover_attest.h"
#include "nescio/api/prover_model.h"

namespace nescio {

// BLAKE3 in derive-key mode, context "nescio 2026 v1 data", of parts: salt; for each array in order: name, shape
// (u64 each), values (bits of doubles). The same for one table in CSV and .npy: what was read counts, not the file.
Digest data_digest(const NamedArrays& data, const Digest& salt);

struct CardRequest {
  std::string name, version;
  std::uint64_t issued = 0;
  NamedArrays calibration;                          // what the model was calibrated on
  std::optional<NamedArrays> data = {};             // rows to measure on; otherwise those of calibration
  std::optional<SecretVector<double>> labels = {};  // 0 or 1 for each row of data
};
struct MadeCard {
  ModelCard card;
  SecretDigest salt;  // of both digests: the owner's to keep
};
// kUsage: texts that are not printable or too long, calibration data with another number of rows than the model was
// calibrated on, labels without data; otherwise as measure() and areas_under_curves().
Result<MadeCard> make_card(const ProvingKey& key, const CardRequest& request, const IssuerKeys& owner,
                           const Progress& progress = {});

}  // namespace nescio
