#include "nescio/statement/rounding.h"

#include "nescio/base/check.h"

namespace nescio {
namespace {

using U128 = unsigned __int128;
constexpr std::int64_t kLimit = std::int64_t{1} << 62;

}  // namespace

Quotient divide(const Decimal& d, const Scale& scale) {
  NESCIO_CHECK(scale.mantissa != 0);
  const bool negative = d.digits < 0;
  // |d| / scale = n 2^-e / (m 10^places), m 10^places < 2^124
  U128 divisor = scale.mantissa;
  for (unsigned i = 0; i < d.places; ++i) divisor *= 10;
  const U128 n = static_cast<std::uint64_t>(negative ? -d.digits : d.digits);
  U128 q = n / divisor, rest = n % divisor;
  bool exact = true;
  if (scale.exponent <= 0) {
    for (std::int32_t i = scale.exponent; i < 0 && q < kLimit; ++i) {  // times two, long division bit by bit
      rest *= 2;
      q = 2 * q + (rest >= divisor ? 1 : 0);
      if (rest >= divisor) rest -= divisor;
    }
    exact = rest == 0;
  } else {
    exact = rest == 0 && (scale.exponent < 64 ? (q & ((U128{1} << scale.exponent) - 1)) == 0 : q == 0);
    q = scale.exponent < 64 ? q >> scale.exponent : 0;
  }
  if (q >= kLimit) return negative ? Quotient{-kLimit, -kLimit} : Quotient{kLimit, kLimit};
  const auto low = static_cast<std::int64_t>(q), high = low + (exact ? 0 : 1);
  return negative ? Quotient{-high, -low} : Quotient{low, high};
}

}  // namespace nescio
