// Hostile statements: no crash, and one canonical text for each.
#include "nescio/base/check.h"
#include "nescio/statement/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nescio;
  const auto statement = parse_statement({reinterpret_cast<const char*>(data), size});
  if (!statement.ok()) {
    NESCIO_CHECK(statement.error().code == ErrorCode::kUsage);
    return 0;
  }
  const auto again = parse_statement(to_string(*statement));
  NESCIO_CHECK(again.ok() && *again == *statement && to_string(*again) == to_string(*statement));
  return 0;
}
