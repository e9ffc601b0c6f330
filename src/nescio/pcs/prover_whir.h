// pcs/prover_whir.h -- steps P7 to P9 of an opening: plain WHIR on one column. Nothing here needs a mask: the column is
// uniformly random.
#pragma once
#include <cstdint>
#include <functional>
#include <span>

#include "nescio/field/ext_vector.h"
#include "nescio/pcs/params.h"
#include "nescio/transcript/writer.h"

namespace nescio::pcs {

// Sends the opened rows of oracle 0.
using OpenRows = std::function<void(std::span<const std::uint32_t> rows)>;

// Proves <v, f> for f and v of params.rows() elements.
template <class E>
void prove_whir(const Params& p, ExtVector<E> f, ExtVector<E> v, const OpenRows& open_rows, Transcript& tr,
                ProofWriter& proof);

}  // namespace nescio::pcs
