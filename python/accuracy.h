// python/accuracy.h -- proofs about labelled sets (api/prover_labelled.h).
#pragma once
#include <nanobind/nanobind.h>

#include <optional>
#include <string>

#include "arrays.h"

namespace nescio::python {

namespace nb = nanobind;

// {"file", "rows", "correct", "at_least", "ms"}. labels: one array. at_least: rows to claim; none: all that are right.
nb::dict prove_accuracy(const ProvingKey& key, const Arrays& data, const Arrays& labels, const std::string& prediction,
                        std::optional<std::uint64_t> at_least, const nb::bytes& context, std::uint64_t memory_limit,
                        const nb::object& progress);

void bind_accuracy(nb::module_& m);

}  // namespace nescio::python
