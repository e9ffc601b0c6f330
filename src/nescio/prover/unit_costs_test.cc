#include "nescio/prover/unit_costs.h"

#include <gtest/gtest.h>

#include "nescio/base/parallel.h"

namespace nescio {
namespace {

TEST(UnitCosts, every_unit_is_measured_and_the_threads_are_given_back) {
  set_num_threads(2);
  const std::vector<UnitCost> all = measure_units();
  EXPECT_EQ(num_threads(), 2U);
  set_num_threads(0);
  EXPECT_EQ(all.size(), 5U);
  for (const UnitCost& u : all) {
    EXPECT_FALSE(u.unit.empty());
    EXPECT_GT(u.ns, 0) << u.unit;
    EXPECT_GT(u.target, 0) << u.unit;
    EXPECT_LT(u.target, u.acceptable) << u.unit;
  }
}

}  // namespace
}  // namespace nescio
