#include "nescio/field/isa.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace nescio {
namespace {

// Each in a fresh process, where nothing is decided yet.
class IsaDeathTest : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

int code_of(const char* name) {
  setenv("NESCIO_ISA", name, 1);
  return static_cast<int>(active_isa());
}

TEST_F(IsaDeathTest, EnvironmentChooses) {
  EXPECT_EXIT(std::exit(code_of("scalar")), ::testing::ExitedWithCode(static_cast<int>(Isa::kScalar)), "");
  if (isa_available(Isa::kAvx2)) {
    EXPECT_EXIT(std::exit(code_of("avx2")), ::testing::ExitedWithCode(static_cast<int>(Isa::kAvx2)), "");
  }
  if (isa_available(Isa::kAvx512)) {
    const Isa best = isa_available(Isa::kAvx512Ifma) ? Isa::kAvx512Ifma : Isa::kAvx512;
    EXPECT_EXIT(std::exit(code_of("avx512")), ::testing::ExitedWithCode(static_cast<int>(best)), "");
  }
}

TEST_F(IsaDeathTest, UnknownNamesAbort) {
  for (const char* name : {"AVX2", "sse", "avx5122"})
    EXPECT_DEATH(code_of(name), "NESCIO_ISA=.* is not one of scalar, neon, avx2, avx512");
}

TEST(Isa, EveryOneHasAName) {
  for (const Isa isa : kAllIsas) EXPECT_STRNE(isa_name(isa), "");
  EXPECT_TRUE(isa_available(Isa::kScalar));
}

}  // namespace
}  // namespace nescio
