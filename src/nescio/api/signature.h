// api/signature.h -- Ed25519 (RFC 8032) as attestations and model cards use it: canonical encodings, points of prime
// order. Not post-quantum; what a proof hides does not depend on it.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace nescio {

using SigningKey = std::array<std::uint8_t, 32>;  // public; the secret one is a seed of 32 bytes
using Signature = std::array<std::uint8_t, 64>;

bool is_signed_by(const SigningKey& key, std::span<const std::uint8_t> message, const Signature& signature);

}  // namespace nescio
