#include "nescio/compile/plan.h"

#include <limits>

#include "nescio/compile/lower.h"
#include "nescio/gadget/cost.h"

namespace nescio {
namespace {

// One width, or a narrow and a wide one, with or without tables of functions.
std::vector<GadgetPlan> candidates() {
  std::vector<GadgetPlan> out;
  for (unsigned narrow = 6; narrow <= 16; ++narrow)
    for (unsigned wide = narrow; wide <= 16; ++wide)
      for (const bool unary : {false, true}) out.push_back({1U << narrow | 1U << wide, narrow, unary});
  return out;
}

}  // namespace

Result<GadgetPlan> choose_plan(const QuantGraph& graph) {
  GadgetPlan best;
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (const GadgetPlan& plan : candidates()) {
    CostBackend b;
    Lowered lowered = lower(b, graph, plan, {});
    lower_outputs(b, plan, lowered);
    NESCIO_TRY_STATUS(b.status());
    if (b.cost().weighted() >= least) continue;
    least = b.cost().weighted();
    best = plan;
  }
  return best;
}

}  // namespace nescio
