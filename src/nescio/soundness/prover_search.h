// soundness/prover_search.h -- chooses a parameter set that reaches a security level at the least cost. Not for
// verifiers: they recompute the terms of whatever set the key holds (terms.h).
//
// cost = time of one core + byte_weight * expected bytes of the opening (prover_cost.h). The search is exhaustive over
// the rate and the height of the matrix, the work before its queries, and, for every later oracle, rate, fold, radius
// and work; later oracles by dynamic programming over (log of the message, rate). Integers only: the same answer
// everywhere. Work is part of the answer, within max_work; nothing grinds that the parameter set does not say.
#pragma once
#include <cstdint>
#include <functional>

#include "nescio/base/error.h"
#include "nescio/pcs/params.h"
#include "nescio/soundness/prover_cost.h"
#include "nescio/soundness/terms.h"

namespace nescio::soundness {

// Fresh columns that the committed cells need in a matrix of 2^log_rows rows of which the last `reserved` stay free; 0
// when they do not fit. At least liquid(cells); called only for matrices that liquid cells would make the best so far.
using Columns = std::function<std::uint64_t(unsigned log_rows, unsigned reserved)>;

// As if cells were liquid: ceil(cells / (2^log_rows - reserved)). A real packing needs a little more.
Columns liquid(std::uint64_t cells);

struct SearchOptions {
  std::uint8_t degree = 3;
  std::uint8_t security_bits = 128;
  bool udr_only = false;                                    // unique decoding everywhere: no term rests on a preprint
  std::uint8_t max_work = 20;                               // bits, for each nonce
  std::uint8_t min_log_inv_rate = 1, max_log_inv_rate = 4;  // of the matrix
  std::uint64_t byte_weight = 0;                            // picoseconds per proof byte; 0: default_byte_weight(cells)
  CostModel model = {};
};

// 50 ns (a link of 20 MB/s) plus 1.5 ps per cell: 100 KB weigh about three times as much as committing at rate 1/4.
std::uint64_t default_byte_weight(std::uint64_t cells);

// `cells`: fresh base-field cells, everything but reserved rows and mask columns; `columns` packs them. The result
// passes check(result, counts). kParams, with the obstacle in detail, when the level cannot be reached.
Result<pcs::Params> search(std::uint64_t cells, const Columns& columns, const CircuitCounts& counts,
                           const SearchOptions& options);

}  // namespace nescio::soundness
