#include "nescio/transcript/prover_random.h"

#include <sodium.h>

#include "nescio/base/check.h"

namespace nescio {

SecretDigest os_random() {
  NESCIO_CHECK(sodium_init() >= 0);
  SecretDigest d{Digest{}};
  randombytes_buf(d.bytes.data(), d.bytes.size());
  return d;
}

}  // namespace nescio
