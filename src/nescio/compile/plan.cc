#include "nescio/compile/plan.h"

#include <algorithm>
#include <limits>

#include "nescio/compile/lower.h"
#include "nescio/gadget/cost.h"

namespace nescio {
namespace {

class Search {
 public:
  explicit Search(const QuantGraph& graph) : graph_(graph) {}

  Status consider(const GadgetPlan& plan) {
    CostBackend b;
    Lowered lowered = lower(b, graph_, plan, {});
    lower_outputs(b, plan, lowered);
    NESCIO_TRY_STATUS(b.status());
    if (b.cost().weighted() >= least_) return Unit{};
    least_ = b.cost().weighted();
    best_ = plan;
    return Unit{};
  }
  // One width of tables, or a narrow and a wide one, then the width of sign tables, then tables of whole functions.
  // Each step starts from the best so far.
  Result<GadgetPlan> run() {
    for (unsigned wide = 4; wide <= 16; ++wide)
      for (unsigned narrow = 1; narrow <= wide; ++narrow)
        NESCIO_TRY_STATUS(consider({1U << narrow | 1U << wide, std::min(narrow, 8U), false}));
    for (unsigned k = 1; k <= 12; ++k) NESCIO_TRY_STATUS(consider({best_.widths, k, false}));
    const unsigned signs = best_.sign_bits;
    NESCIO_TRY_STATUS(consider({best_.widths, signs, true}));
    for (unsigned narrow = 1; narrow <= 16; ++narrow)
      NESCIO_TRY_STATUS(consider({1U << narrow | 1U << 16, signs, true}));
    return best_;
  }

 private:
  const QuantGraph& graph_;
  GadgetPlan best_;
  std::uint64_t least_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace

Result<GadgetPlan> choose_plan(const QuantGraph& graph) {
  return Search(graph).run();
}

}  // namespace nescio
