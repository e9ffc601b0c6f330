// pcs/verifier.h -- checks the opening of one linear functional (pcs/opening.h). Serial; memory bounded by the
// parameters.
#pragma once
#include <functional>
#include <span>

#include "nescio/base/error.h"
#include "nescio/pcs/params.h"
#include "nescio/pcs/shape.h"
#include "nescio/transcript/reader.h"
#include "nescio/transcript/transcript.h"

namespace nescio::pcs {

// w_main as a multilinear polynomial, at a point of the column variables [kappa] and the row variables [log_rows].
template <class E>
using WeightAt = std::function<E(std::span<const E> columns, std::span<const E> rows)>;

// Accepts iff the bytes that follow in `proof` open <w_main, F> = sigma under the trees' roots.
// p well formed, its degree that of E, and check_shapes holds (CheckedKey). `tr` has absorbed the parameters, the roots
// and all that w_main and sigma depend on. Leaves `proof` behind the opening; the caller checks that it ends.
// Errors, where = offset in the proof:
//   kVFormat   short or non-canonical bytes      kVPow      a nonce without its work
//   kVMerkle   opened leaves are not under their root
//   kVOpening  the last message differs from what the last oracle folds to, or the final claim does not hold
template <class E>
Status verify_opening(const Params& p, std::span<const TreeRef> trees, const WeightAt<E>& w_main, const E& sigma,
                      Transcript& tr, ProofReader& proof);

}  // namespace nescio::pcs
