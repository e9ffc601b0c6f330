#include "nescio/base/error.h"

namespace nescio {
namespace {
struct Row {
  ErrorCode code;
  const char* name;
  const char* text;
};
constexpr Row kRows[] = {
    {ErrorCode::kOp, "E_OP", "the model uses an operator that is not supported"},
    {ErrorCode::kAttr, "E_ATTR", "an operator is used in a form that is not supported"},
    {ErrorCode::kDtype, "E_DTYPE", "an element type is not supported"},
    {ErrorCode::kDynShape, "E_DYNSHAPE", "a tensor dimension is not known"},
    {ErrorCode::kOverflow, "E_OVERFLOW", "an integer identity could wrap around the field"},
    {ErrorCode::kTableSize, "E_TABLESIZE", "a lookup table would be too large"},
    {ErrorCode::kCalib, "E_CALIB", "the calibration data cannot be used"},
    {ErrorCode::kModel, "E_MODEL", "the model file is malformed"},
    {ErrorCode::kInShape, "E_IN_SHAPE", "an input has the wrong name or shape"},
    {ErrorCode::kInNonFinite, "E_IN_NONFINITE", "an input value is NaN or infinite"},
    {ErrorCode::kInRange, "E_IN_RANGE", "an input value is outside the range that the model was compiled for"},
    {ErrorCode::kInFormat, "E_IN_FORMAT", "the input file cannot be read"},
    {ErrorCode::kRange, "E_RANGE", "an intermediate value leaves the range that can be proven"},
    {ErrorCode::kIndex, "E_INDEX", "an index is out of range"},
    {ErrorCode::kDivZero, "E_DIVZERO", "division by zero"},
    {ErrorCode::kSelfCheck, "E_SELFCHECK", "the witness does not satisfy the circuit"},
    {ErrorCode::kStatementFalse, "E_STATEMENT", "the statement is not true for this input"},
    {ErrorCode::kVFormat, "V_FORMAT", "the proof is not well formed"},
    {ErrorCode::kVKey, "V_KEY", "the verifying key is malformed, too weak, or not sound"},
    {ErrorCode::kVPublic, "V_PUBLIC", "the public values are malformed"},
    {ErrorCode::kVStatement, "V_STATEMENT", "the proof is of another statement"},
    {ErrorCode::kVPow, "V_POW", "a proof of work is missing"},
    {ErrorCode::kVLookup, "V_LOOKUP", "a lookup denominator is zero"},
    {ErrorCode::kVMerkle, "V_MERKLE", "an opened row is not part of the commitment"},
    {ErrorCode::kVOpening, "V_OPENING", "the proof does not hold"},
    {ErrorCode::kVAttest, "V_ATTEST",
     "an attestation or a model card does not hold, or one that is asked for is missing"},
    {ErrorCode::kParams, "E_PARAMS", "the requested security cannot be reached"},
    {ErrorCode::kIo, "E_IO", "a file could not be read or written"},
    {ErrorCode::kUsage, "E_USAGE", "wrong usage"},
    {ErrorCode::kMemory, "E_MEMORY", "more memory would be needed than is allowed"},
    {ErrorCode::kKey, "E_KEY", "a private key or model file is malformed"},
};
const Row& row(ErrorCode code) {
  for (const Row& r : kRows)
    if (r.code == code) return r;
  detail::check_failed("unknown error code", __FILE__, __LINE__);
}
void append(std::string& out, const Error& e) {
  out += error_name(e.code);
  out += ": ";
  out += e.detail.empty() ? error_text(e.code) : e.detail;
  for (const Error& o : e.others) {
    out += '\n';
    append(out, o);
  }
}
}  // namespace

const char* error_name(ErrorCode code) {
  return row(code).name;
}
const char* error_text(ErrorCode code) {
  return row(code).text;
}
std::string to_string(const Error& error) {
  std::string out;
  append(out, error);
  return out;
}

}  // namespace nescio
