// circuit/work.h -- how much a verifier has to do for a circuit, counted before it does it.
//
// A verifier follows each lookup column and each zero down to committed cells and public values, once for each way to
// get there (relation/claims.h). A key of a hundred bytes may name a vector of millions of entries or a tensor that is
// reached in a million ways; so the steps are counted first, and a circuit with too many is refused. Counts are upper
// bounds: claims that meet under equal weights are one.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "nescio/circuit/circuit.h"

namespace nescio {

// A step is 10 to 20 nanoseconds, so these are a third of a second. A network of 518k weights (bench/modulus.py) takes
// an eighth of them, an output of 65,536 values two thirds.
inline constexpr std::uint64_t kMaxWork = std::uint64_t{1} << 24;
inline constexpr std::uint64_t kRelationSteps = 256;  // a block of leaves, a zero, a product at one point
inline constexpr std::uint64_t kClaimSteps = 16;      // a claim on a tensor
inline constexpr std::uint64_t kBlockSteps = 64;      // a claim on a block of its cells in the matrix
inline constexpr std::uint64_t kEntrySteps = 4;       // an entry of a vector of weights, made or evaluated
inline constexpr std::uint64_t kValueSteps = 2;       // a value that the verifier knows

// The claims on one tensor.
struct ClaimCounts {
  std::uint64_t all = 0;
  // By dimension: those whose weights are in pieces (relation/leaves.h), which a shift makes a vector; and the entries
  // of all weights that are vectors. All other weights have a succinct extension.
  std::array<std::uint64_t, kMaxDims> pieces{}, vectors{};
};
// [tensors], for a circuit that has passed check_circuit but for its work. Saturates.
std::vector<ClaimCounts> claim_counts(const Circuit& circuit);

// What kMaxWork limits: the steps for all claims. A layout in more blocks than need be adds to them, and is held to the
// same limit (circuit/layout.h). Saturates.
std::uint64_t verifier_work(const Circuit& circuit);

// Sums and products of counts, at most 2^62; of operands at most 2^62.
std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b);
std::uint64_t saturating_mul(std::uint64_t a, std::uint64_t b);

}  // namespace nescio
