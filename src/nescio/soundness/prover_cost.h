// soundness/prover_cost.h -- what a parameter set costs: proof bytes and one core's time, in integers.
//
// Bytes are the expectation over the query positions, of the opening alone: the roots, every message of the column
// rounds and of WHIR, opened rows with salts and pruned multiproofs. They follow the wire format exactly; only the
// number of distinct positions and of siblings is random. Time is a model with the rates of CostModel; it ranks
// parameter sets, it does not predict a clock.
#pragma once
#include <cstdint>

#include "nescio/pcs/params.h"

namespace nescio::soundness {

// Picoseconds of one core.
struct CostModel {
  std::uint32_t ntt = 250;           // one base element through one level of an NTT
  std::uint32_t hash_byte = 330;     // BLAKE3
  std::uint32_t column_cell = 4000;  // one committed cell in the column rounds
  std::uint32_t ext_mul = 2500;      // one multiplication in E
  std::uint32_t claim_cell = 1200;   // one message element of one query claim added to the weight
  std::uint32_t nonce = 10000;       // one try
};

inline constexpr std::uint64_t kDigestBytes = 32;

// Expected bytes of `queries` draws with replacement from a tree of 2^log_leaves leaves: distinct leaves of leaf_bytes
// each and the siblings of their pruned multiproof. In units of 2^-16 byte. queries in [1, 1024], log_leaves <= 32,
// leaf_bytes < 2^20.
std::uint64_t expected_opening_q16(unsigned log_leaves, unsigned queries, std::uint64_t leaf_bytes);

// The parts of an opening, so that a search can add them up. Bytes in units of 2^-16, time in picoseconds.
struct Cost {
  std::uint64_t bytes_q16 = 0;
  std::uint64_t time = 0;
  Cost& operator+=(const Cost& c) {
    bytes_q16 += c.bytes_q16;
    time += c.time;
    return *this;
  }
};
// Root, column rounds, gamma and the rows of oracle 0. `last`: the folded column itself is the message in clear.
Cost matrix_cost(const pcs::Params& params, const CostModel& model);
// Oracle with message 2^log_message: its root, samples, fold rounds and its openings. `last`: the next message is in
// clear.
Cost round_cost(const pcs::Round& round, unsigned log_message, unsigned degree, bool last, const CostModel& model);
// The message in clear and the plain rounds.
Cost final_cost(unsigned final_log, unsigned degree, const CostModel& model);

Cost opening_cost(const pcs::Params& params, const CostModel& model);
// Rounded to the nearest byte.
std::uint64_t expected_proof_bytes(const pcs::Params& params);

}  // namespace nescio::soundness
