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
  std::vector<Attested> attested;  // signed, and of this proof's inputs; whether to trust their issuers is not said
};

struct Expected {
  std::optional<std::string> statement;              // the proof must be of exactly this statement
  std::optional<std::vector<std::uint8_t>> context;  // and of this context
  std::vector<TrustedIssuer> issuers = {};           // and about records that they attested (demand_issuers),
  std::uint64_t time = 0;                            // as of then: seconds since 1970
};

// kVStatement when the statement is another, not canonical, or one that the circuit cannot express; kVPublic when the
// proof does not tell exactly what the key makes public; otherwise as verify() (verifier/verifier.h). kUsage when
// `expected.statement` is malformed or an issuer is trusted with an unknown input; kVAttest as check_attestations and
// demand_issuers.
Result<Verdict> verify_proof(const CheckedKey& key, std::span<const std::uint8_t> proof_file,
                             const Expected& expected = {});

// integer * scale, rounded to ten digits, for people.
std::string real_value(std::int64_t integer, const Scale& scale);
// What an integer of an input with categories stands for; null: none of them.
const std::string* category(const std::vector<std::string>& categories, std::int64_t integer);
// The float32 of a key, "nan", "inf" or "-inf"; key in the range of its port.
std::string float_value(std::int64_t key);

}  // namespace nescio
