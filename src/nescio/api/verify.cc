#include "nescio/api/verify.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "nescio/base/float_key.h"

namespace nescio {

Result<Verdict> verify_proof(const CheckedKey& key, std::span<const std::uint8_t> bytes, const Expected& expected) {
  NESCIO_TRY(const ProofFile file, read_proof_file(bytes));
  const auto statement = parse_statement(file.statement);
  NESCIO_VERIFY(statement.ok() && to_string(*statement) == file.statement, ErrorCode::kVStatement, 0);
  if (expected.statement) {
    NESCIO_TRY(const Statement wanted, parse_statement(*expected.statement));
    if (!(wanted == *statement))
      return Error{
          ErrorCode::kVStatement, 0, "the proof says '" + file.statement + "', not '" + to_string(wanted) + "'", {}};
  }
  if (expected.context && *expected.context != file.context)
    return Error{ErrorCode::kVStatement, 0, "the proof was made for another context", {}};
  NESCIO_TRY(const PublicValues values, statement_values(key.key().circuit, *statement, file.disclosed));
  NESCIO_TRY(std::vector<Attested> attested, check_attestations(key.key().circuit, file.disclosed, file.attestations));
  NESCIO_TRY_STATUS(demand_issuers(key.key().circuit, attested, expected.issuers, expected.time));
  NESCIO_TRY_STATUS(verify(key, values, statement_bytes(file), file.context, file.proof));
  return Verdict{*statement, file.disclosed, file.context, std::move(attested)};
}

std::string real_value(std::int64_t integer, const Scale& scale) {
  std::array<char, 64> text{};
  const double x = std::ldexp(static_cast<double>(integer) * static_cast<double>(scale.mantissa), scale.exponent);
  std::snprintf(text.data(), text.size(), "%.10g", x);
  return text.data();
}

const std::string* category(const std::vector<std::string>& categories, std::int64_t integer) {
  const bool known = integer >= 0 && integer < static_cast<std::int64_t>(categories.size());
  return known ? &categories[static_cast<std::size_t>(integer)] : nullptr;
}

std::string float_value(std::int64_t key) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.9g", static_cast<double>(float_of_key(key)));
  return text.data();
}

}  // namespace nescio
