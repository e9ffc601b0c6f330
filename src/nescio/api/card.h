// api/card.h -- a model card: what a model's owner says of it, signed. Public.
//
// Statement  the holder of `owner` says at `issued`: the model registered as `model` is this version of it, was
//            calibrated on these data, and does so well on those. None of it is part of a proof (an accuracy that is
//            proven: docs/guide/your-own-model.md); a reader decides whether to believe the owner.
// Data       appear as salted digests, which whoever has data and salt can check (data_digest).
// Signature  Ed25519 (api/signature.h). Spec: docs/spec/model-card.md.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "nescio/api/signature.h"
#include "nescio/base/error.h"
#include "nescio/hash/blake3.h"

namespace nescio {

// Rows of examples.
struct CardData {
  Digest digest;
  std::uint64_t rows = 0;
  friend bool operator==(const CardData&, const CardData&) = default;
};
// Areas under the ROC curve.
struct CardCurve {
  double floats = 0, quantised = 0;
  friend bool operator==(const CardCurve&, const CardCurve&) = default;
};
// How far the integers are from the float model in one output, in its own unit (api/prover_model.h, OutputError).
struct CardOutput {
  std::string name;
  double largest = 0, mean = 0, range = 0;
  std::uint64_t cells = 0, agreeing = 0;
  std::optional<CardCurve> curve;
  friend bool operator==(const CardOutput&, const CardOutput&) = default;
};
struct ModelCard {
  Digest model;                     // model_id of the verifying key
  std::string name, version;        // printable ASCII
  std::uint64_t issued = 0;         // seconds since 1970-01-01 UTC
  CardData calibration;             // what scales were chosen by
  CardData measured;                // what the rest is about
  std::uint64_t refused = 0;        // of these rows: values out of range, which cannot be proven
  std::vector<CardOutput> outputs;  // in the model's order
  SigningKey owner{};
  Signature signature{};
  friend bool operator==(const ModelCard&, const ModelCard&) = default;
};

inline constexpr std::size_t kMaxCardFile = std::size_t{1} << 20, kMaxCardText = 256;

// What the signature is of.
std::vector<std::uint8_t> signed_bytes(const ModelCard& card);
std::vector<std::uint8_t> write_card(const ModelCard& card);
// kInFormat unless canonical: the one encoding of what it says. Does not look at the signature.
Result<ModelCard> read_card(std::span<const std::uint8_t> bytes);

// kVAttest unless it is signed by its owner, who is `owner` if given, and of this model.
Status check_card(const ModelCard& card, const Digest& model, const std::optional<SigningKey>& owner);

}  // namespace nescio
