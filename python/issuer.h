// python/issuer.h -- issuers, and the records that they vouch for.
#pragma once
#include <nanobind/nanobind.h>

#include <memory>

#include "nescio/api/prover_attest.h"

namespace nescio::python {

namespace nb = nanobind;

struct Issuer {
  IssuerKeys keys;  // private

  static Issuer load(const std::string& path);
  void save(const std::string& path) const;
};
struct Record {
  std::shared_ptr<const AttestedRecord> held;  // private
};

// {"of", "issuer", "name", "issued", "expires", ..}, times in seconds since 1970.
nb::dict attestation_dict(const Attestation& attestation, const std::string& of);

void bind_issuer(nb::module_& m);

}  // namespace nescio::python
