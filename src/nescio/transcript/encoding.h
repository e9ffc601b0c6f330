// transcript/encoding.h -- field elements as bytes: D canonical little-endian words, coefficient of X^0 first.
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "nescio/base/endian.h"
#include "nescio/field/goldilocks.h"

namespace nescio {

template <class E>
void encode(const E& x, std::uint8_t* out) {
  for (unsigned d = 0; d < E::D; ++d) store_u64(out + 8 * d, x[d].canonical());
}
inline void encode(F x, std::uint8_t* out) {
  store_u64(out, x.canonical());
}

// False, and x unspecified, unless every word is below p.
inline bool decode(const std::uint8_t* in, F& x) {
  const std::uint64_t w = load_u64(in);
  x = F(w);
  return w < F::kModulus;
}
template <class E>
bool decode(const std::uint8_t* in, E& x) {
  bool ok = true;
  for (unsigned d = 0; d < E::D; ++d) ok = decode(in + 8 * d, x[d]) && ok;
  return ok;
}

}  // namespace nescio
