#include "nescio/api/signature.h"

#include <sodium.h>

#include "nescio/base/check.h"

namespace nescio {

static_assert(std::tuple_size_v<SigningKey> == crypto_sign_PUBLICKEYBYTES &&
              std::tuple_size_v<Signature> == crypto_sign_BYTES);

bool is_signed_by(const SigningKey& key, std::span<const std::uint8_t> message, const Signature& signature) {
  NESCIO_CHECK(sodium_init() >= 0);
  // Versions of the library multiply the equation by the cofactor, or not: for points of prime order it is the same.
  return crypto_core_ed25519_is_valid_point(key.data()) == 1 &&
         crypto_core_ed25519_is_valid_point(signature.data()) == 1 &&
         crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

}  // namespace nescio
