// python/card.h -- model cards, read and checked.
#pragma once
#include "key.h"
#include "nescio/api/card.h"

namespace nescio::python {

void bind_card(nb::module_& m);

}  // namespace nescio::python
