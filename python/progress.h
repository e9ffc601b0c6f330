// python/progress.h -- progress of long work, told to a callable of Python.
#pragma once
#include <nanobind/nanobind.h>

#include "nescio/api/prover_model.h"

namespace nescio::python {

// Calls callable(phase, done), if it is not None. An interrupt (Ctrl-C), or what the callable raises, ends the work. To
// be used while `callable` lives.
inline Progress progress_to(nanobind::handle callable) {
  return [callable](std::string_view phase, double done) {
    const nanobind::gil_scoped_acquire hold;
    if (PyErr_CheckSignals() != 0) throw nanobind::python_error();
    if (!callable.is_none()) callable(nanobind::str(phase.data(), phase.size()), done);
  };
}

}  // namespace nescio::python
