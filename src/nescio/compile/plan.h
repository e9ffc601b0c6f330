// compile/plan.h -- how the gadgets of one circuit are built: the widths of its tables, chosen by cost.
#pragma once
#include "nescio/base/error.h"
#include "nescio/gadget/range.h"
#include "nescio/quant/quant_graph.h"

namespace nescio {

// The cheapest of a fixed list of plans (gadget/cost.h), the first of equals: a function of the graph's shapes alone. A
// small model must not pay for tables of 65,536 rows. Errors as lower().
Result<GadgetPlan> choose_plan(const QuantGraph& graph);

}  // namespace nescio
