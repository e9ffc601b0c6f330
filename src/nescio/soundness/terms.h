// soundness/terms.h -- every error term of a proof, recomputed by the verifier from the parameters and the circuit's
// counts.
//
// Statement  round-by-round soundness: the error of each verifier message, as -log2 rounded down. A proof system with
//            minimum b makes a cheating prover that asks Q times the random oracle succeed with probability about Q
//            2^-b.
// Papers     WHIR, ePrint 2024/1586, Thm 5.2; BCIKS, ePrint 2020/654, Thm 4.1; BCHKS, ePrint 2025/2055, Thm 1.5
// and 4.6;
//            LogUp-GKR, ePrint 2023/1284. docs/spec/soundness.md has each formula, its proof obligations and its
//            source.
// Arithmetic integers only (log2.h): the same verdict on every platform and in every verifier.
// Trust      oracle 0 is decoded uniquely: list size 1 for everything above the opening. Oracles i >= 1 by `johnson` of
//            their round. Terms that only preprints support are marked.
#pragma once
#include <cstdint>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/pcs/params.h"
#include "nescio/soundness/log2.h"

namespace nescio::soundness {

// Fractions with denominators alpha - fp(row): looked-up rows and table rows of one bus in all segments. Padding leaves
// 0/1 and the dummy leaf 0/r do not depend on alpha and do not count.
struct Bus {
  std::uint64_t leaves = 0;
  std::uint8_t width = 1;  // columns of a row without the table id, 1..16
};

// What the terms need to know of a circuit. Each number is an upper bound, over all segments where it belongs to one;
// 0 means that the step does not occur.
struct CircuitCounts {
  std::vector<Bus> buses;
  std::uint64_t constraints = 1;  // K: constraints and claims combined by powers of one challenge for the opening
  std::uint32_t equations = 0;    // equations, or claims of one wave, combined by powers of one challenge in a segment
  std::uint32_t triples = 0;      // triples of one segment, with the blinding triple
  std::uint16_t segments = 1;
  std::uint8_t point_variables = 0;  // coordinates of a point drawn afresh for public and vanishing tensors
  std::uint8_t product_degree = 0;   // degree of the round polynomials of the product sumchecks
};

struct Term {
  const char* name;
  std::uint8_t oracle;  // for the terms of the opening that belong to one; else 0
  Bits bits;            // -log2 of the error, with the work
  std::uint8_t work;    // bits of proof of work in it
  bool preprint;        // rests on results that were preprints when this was written
  const char* source;
};

inline constexpr unsigned kMinSecurityBits = 100;
inline constexpr unsigned kMaxSecurityBits = 128;  // 256-bit digests
inline constexpr unsigned kMinJohnson = 3;         // the multiplicity in BCHKS Thm 1.5
inline constexpr unsigned kMaxWidth = 16;
inline constexpr unsigned kMaxLogLeaves = 56;  // sum of leaves * (width + 2); far below p, so counts cannot wrap

// Error::where of check(); 1..13 are the rules of pcs::well_formed, kTerm + i is a term below security_bits.
enum class Rule : std::uint32_t {
  kSecurityBits = 20,  // not in [100, 128]
  kRows = 21,          // fewer than 2 R_a rows. So a code word of oracle 0 is longer than 4 t_0, at any rate
  kJohnson = 22,       // multiplicity 1 or 2: not covered by the theorem
  kFinal = 23,         // last message of one element: the proximity theorems need dimension 2
  kCounts = 24,        // counts out of range
  kTerm = 100,
};

// log2(|E| - 2), rounded down: challenges are never 0 or 1.
constexpr Bits field_bits(unsigned degree) {
  return degree * (whole_bits(64) - 2);
}

// Bits of security of one query, rounded down. log_inv_rate in [1, 16].
Bits unique_query_bits(unsigned log_inv_rate);
Bits johnson_query_bits(unsigned log_inv_rate, unsigned m);  // m >= 1
inline Bits query_bits(unsigned log_inv_rate, unsigned johnson) {
  return johnson == 0 ? unique_query_bits(log_inv_rate) : johnson_query_bits(log_inv_rate, johnson);
}
// log2 of the size of the list of code words within the radius, rounded up.
Bits list_bits(unsigned log_inv_rate, unsigned johnson);
// log2 of the number of bad challenges of a fold from a code word of 2^log_code elements, rounded up.
Bits fold_bits(unsigned log_code, unsigned log_inv_rate, unsigned johnson);
// The same for the column rounds of oracle 0 and for gamma, whichever is worse.
Bits column_fold_bits(unsigned log_code, unsigned kappa);

bool counts_in_range(const CircuitCounts& counts);

// All terms: those of the circuit, which depend on degree and lookup_pow only, then those of the opening, in the order
// of the proof. `params` well formed, `counts` in range.
std::vector<Term> circuit_terms(const pcs::Params& params, const CircuitCounts& counts);
std::vector<Term> opening_terms(const pcs::Params& params);
std::vector<Term> terms(const pcs::Params& params, const CircuitCounts& counts);

// Statistical distances of the zero-knowledge argument, same form. Computational assumptions (PRF, programmable random
// oracle) are not terms.
std::vector<Term> zk_terms(const pcs::Params& params, const CircuitCounts& counts);

// The least number of bits over all terms; kVKey with a Rule when the set is malformed or any term is too weak.
Result<Bits> check(const pcs::Params& params, const CircuitCounts& counts);

}  // namespace nescio::soundness
