#include "nescio/base/error.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace nescio {
namespace {

constexpr ErrorCode kAll[] = {ErrorCode::kOp,          ErrorCode::kAttr,           ErrorCode::kDtype,
                              ErrorCode::kDynShape,    ErrorCode::kOverflow,       ErrorCode::kTableSize,
                              ErrorCode::kCalib,       ErrorCode::kModel,          ErrorCode::kInShape,
                              ErrorCode::kInNonFinite, ErrorCode::kInRange,        ErrorCode::kInFormat,
                              ErrorCode::kRange,       ErrorCode::kIndex,          ErrorCode::kDivZero,
                              ErrorCode::kSelfCheck,   ErrorCode::kStatementFalse, ErrorCode::kVFormat,
                              ErrorCode::kVKey,        ErrorCode::kVPublic,        ErrorCode::kVStatement,
                              ErrorCode::kVPow,        ErrorCode::kVLookup,        ErrorCode::kVMerkle,
                              ErrorCode::kVOpening,    ErrorCode::kVAttest,        ErrorCode::kParams,
                              ErrorCode::kIo,          ErrorCode::kUsage,          ErrorCode::kMemory,
                              ErrorCode::kKey};

TEST(Error, NamesAndValuesAreUnique) {
  std::set<std::string> names, texts;
  std::set<std::uint16_t> values;
  for (const ErrorCode c : kAll) {
    const std::string name = error_name(c);
    EXPECT_TRUE(name.starts_with("E_") || name.starts_with("V_")) << name;
    EXPECT_NE(std::string(error_text(c)), "") << name;
    names.insert(name);
    texts.insert(error_text(c));
    values.insert(static_cast<std::uint16_t>(c));
  }
  EXPECT_EQ(names.size(), std::size(kAll));
  EXPECT_EQ(texts.size(), std::size(kAll));
  EXPECT_EQ(values.size(), std::size(kAll));
}

// The verifier's codes cross languages: they may never move.
TEST(Error, VerifierCodesArePinned) {
  EXPECT_EQ(static_cast<int>(ErrorCode::kVFormat), 50);
  EXPECT_EQ(static_cast<int>(ErrorCode::kVKey), 51);
  EXPECT_EQ(static_cast<int>(ErrorCode::kVPublic), 52);
  EXPECT_EQ(static_cast<int>(ErrorCode::kVStatement), 53);
  EXPECT_EQ(static_cast<int>(ErrorCode::kVPow), 54);
  EXPECT_EQ(static_cast<int>(ErrorCode::kVLookup), 55);
  EXPECT_EQ(static_cast<int>(ErrorCode::kVMerkle), 56);
  EXPECT_EQ(static_cast<int>(ErrorCode::kVOpening), 57);
  EXPECT_EQ(static_cast<int>(ErrorCode::kVAttest), 58);
}

TEST(Error, PrintsDetailAndAllOthers) {
  const Error e{ErrorCode::kOp, 3, "node 'a'", {{ErrorCode::kAttr, 0, "node 'b'", {}}, {ErrorCode::kDtype, 0, {}, {}}}};
  EXPECT_EQ(to_string(e), std::string("E_OP: node 'a'\nE_ATTR: node 'b'\nE_DTYPE: ") + error_text(ErrorCode::kDtype));
}

Result<int> half(int x) {
  NESCIO_VERIFY(x % 2 == 0, ErrorCode::kUsage, x);
  return x / 2;
}
Result<int> quarter(int x) {
  NESCIO_TRY(const int h, half(x));
  NESCIO_TRY(const int q, half(h));
  return q;
}
Status is_even(int x) {
  NESCIO_TRY_STATUS(half(x));
  return Unit{};
}

TEST(Result, CarriesTheValueOrTheFirstError) {
  ASSERT_TRUE(quarter(12).ok());
  EXPECT_EQ(*quarter(12), 3);
  const auto bad = quarter(10);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, ErrorCode::kUsage);
  EXPECT_EQ(bad.error().where, 5u);
  EXPECT_TRUE(is_even(4).ok());
  EXPECT_EQ(is_even(7).error().where, 7u);
}

TEST(Result, HoldsMoveOnlyValues) {
  auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
  auto use = [&]() -> Result<int> {
    NESCIO_TRY(auto p, make());
    return *p;
  };
  EXPECT_EQ(*use(), 7);
}

TEST(ResultDeathTest, AccessToTheWrongSideAborts) {
  const Result<int> good = 1, bad = Error{ErrorCode::kIo};
  EXPECT_DEATH((void)good.error(), "internal error");
  EXPECT_DEATH((void)*bad, "internal error");
}

}  // namespace
}  // namespace nescio
