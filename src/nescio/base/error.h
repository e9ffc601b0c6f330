// base/error.h -- what went wrong with bytes, models or inputs that we did not make.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "nescio/base/check.h"

namespace nescio {

// Values are pinned: they cross the C ABI, Python and every other verifier. Append only.
// Names as printed: E_OP, V_FORMAT, ... (base/error.cc).
enum class ErrorCode : std::uint16_t {
  // compiling a model
  kOp = 1,         // E_OP        operator not supported
  kAttr = 2,       // E_ATTR      attribute or operand form not supported
  kDtype = 3,      // E_DTYPE     element type not supported
  kDynShape = 4,   // E_DYNSHAPE  a dimension is not known
  kOverflow = 5,   // E_OVERFLOW  an identity could wrap; names node and bound
  kTableSize = 6,  // E_TABLESIZE a table would pass its limit
  kCalib = 7,      // E_CALIB     calibration data empty, malformed or not finite
  kModel = 8,      // E_MODEL     not a well-formed model file
  // inputs
  kInShape = 20,      // E_IN_SHAPE
  kInNonFinite = 21,  // E_IN_NONFINITE
  kInRange = 22,      // E_IN_RANGE
  kInFormat = 23,     // E_IN_FORMAT  not readable as an input file
  // witness
  kRange = 30,           // E_RANGE      a value left its proven range
  kIndex = 31,           // E_INDEX
  kDivZero = 32,         // E_DIVZERO
  kSelfCheck = 34,       // E_SELFCHECK  the witness does not satisfy the circuit
  kStatementFalse = 35,  // E_STATEMENT  the statement is not true of this input
  // verifier
  kVFormat = 50,     // V_FORMAT     truncated, trailing or non-canonical bytes
  kVKey = 51,        // V_KEY        key malformed, weak or wrapping
  kVPublic = 52,     // V_PUBLIC     public values malformed or of another shape
  kVStatement = 53,  // V_STATEMENT  the proof is of another statement
  kVPow = 54,        // V_POW        proof of work missing
  kVLookup = 55,     // V_LOOKUP     a lookup root denominator is zero
  kVMerkle = 56,     // V_MERKLE     an opened row is not under its root
  kVOpening = 57,    // V_OPENING    the opening does not hold: some hidden check fails
  kVAttest = 58,     // V_ATTEST     an attestation is not signed, not in time or not of these data
  // parameters and environment
  kParams = 70,  // E_PARAMS   the security level cannot be reached for this circuit
  kIo = 71,      // E_IO       a file could not be read or written
  kUsage = 72,   // E_USAGE    the command line or the call is wrong
  kMemory = 73,  // E_MEMORY   would pass the memory limit
  kKey = 74,     // E_KEY      a proving key or model file is malformed
};

struct Error {
  ErrorCode code;
  std::uint32_t where = 0;         // message index, round, node or byte offset; see the code
  std::string detail = {};         // what, where, why, what to do. Always empty in the verifier. Never a secret.
  std::vector<Error> others = {};  // further problems found in the same pass
};

// "E_OP", "V_FORMAT", ...
const char* error_name(ErrorCode code);
// One sentence for users.
const char* error_text(ErrorCode code);
// "E_OP (node 'conv1'): ..." with all others, one a line.
std::string to_string(const Error& error);

struct Unit {};

// A value or an Error. Access to the wrong one is a programmer error and aborts.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error e) : v_(std::in_place_index<1>, std::move(e)) {}      // NOLINT(google-explicit-constructor)
  bool ok() const { return v_.index() == 0; }
  const Error& error() const {
    NESCIO_CHECK(!ok());
    return *std::get_if<1>(&v_);
  }
  T& operator*() {
    NESCIO_CHECK(ok());
    return *std::get_if<0>(&v_);
  }
  const T& operator*() const {
    NESCIO_CHECK(ok());
    return *std::get_if<0>(&v_);
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }

 private:
  std::variant<T, Error> v_;
};
using Status = Result<Unit>;

}  // namespace nescio

#define NESCIO_CONCAT_(a, b) a##b
#define NESCIO_CONCAT(a, b) NESCIO_CONCAT_(a, b)
// NESCIO_TRY(auto x, f()): evaluate; on error return it from the enclosing function.
#define NESCIO_TRY(lhs, expr) NESCIO_TRY_(NESCIO_CONCAT(nescio_try_, __LINE__), lhs, expr)
#define NESCIO_TRY_(tmp, lhs, expr)  \
  auto tmp = (expr);                 \
  if (!tmp.ok()) return tmp.error(); \
  lhs = std::move(*tmp)
// As NESCIO_TRY for a Status.
#define NESCIO_TRY_STATUS(expr)                                                         \
  do {                                                                                  \
    if (auto nescio_status = (expr); !nescio_status.ok()) return nescio_status.error(); \
  } while (0)
// Reject unless cond. The only way verifier code says no.
#define NESCIO_VERIFY(cond, code, where)                                                    \
  do {                                                                                      \
    if (!(cond)) return ::nescio::Error{(code), static_cast<std::uint32_t>(where), {}, {}}; \
  } while (0)
