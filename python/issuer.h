// python/issuer.h -- issuers, and the records that they vouch for.
#pragma once
#include <nanobind/nanobind.h>

#include <memory>

#include "nescio/api/record.h"

namespace nescio::python {

namespace nb = nanobind;

struct Record {
  std::shared_ptr<const AttestedRecord> held;  // private
};

// {"of", "issuer", "name", "issued", "expires", ..}, times in seconds since 1970.
nb::dict attestation_dict(const Attestation& attestation, const std::string& of);

void bind_issuer(nb::module_& m);

}  // namespace nescio::python
