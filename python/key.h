// python/key.h -- a verifying key that has been checked.
#pragma once
#include <nanobind/nanobind.h>

#include <memory>

#include "nescio/api/words.h"

namespace nescio::python {

namespace nb = nanobind;

struct PublicKey {
  std::shared_ptr<const CheckedKey> checked;  // or part of a proving key
};

// Sizes, digests and error terms.
nb::dict cost_of(const VerifyingKey& key);

void bind_key(nb::module_& m);

}  // namespace nescio::python
