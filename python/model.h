// python/model.h -- a compiled model, with its keys once it is committed.
#pragma once
#include <nanobind/nanobind.h>

namespace nescio::python {

void bind_model(nanobind::module_& m);

}  // namespace nescio::python
