// api/verify.h -- the verifier as users meet it: a key, a proof file, a verdict.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nescio/api/proof_file.h"
#include "nescio/verifier/verifier.h"

namespace nescio {

struct Verdict {
  Statement statement;
  Disclosed disclosed;
  std::vector<std::uint8_t> context;
};

struct Expected {
  std::optional<std::string> statement;              // the proof must be of exactly this statement
  std::optional<std::vector<std::uint8_t>> context;  // and of this context
};

// kVStatement when the statement is another, not canonical, or one that the circuit cannot express; kVPublic when the
// proof does not tell exactly what the key makes public; otherwise as verify() (verifier/verifier.h). kUsage when
// `expected.statement` is malformed.
Result<Verdict> verify_proof(const CheckedKey& key, std::span<const std::uint8_t> proof_file,
                             const Expected& expected = {});

// integer * scale, rounded to ten digits, for people.
std::string real_value(std::int64_t integer, const Scale& scale);

}  // namespace nescio
