// proof/opening_shape.h -- the tree of a layout, and the transcript that every proof begins with: shared by both sides.
#pragma once
#include <span>

#include "nescio/pcs/shape.h"
#include "nescio/proof/key.h"
#include "nescio/transcript/transcript.h"

namespace nescio {

// Positions 0, 1, .., columns - 1 in order, one group per segment.
pcs::MatrixShape matrix_shape(const pcs::Params& params, const Layout& layout);

// The initial state: protocol, version and the whole parameter set.
Transcript start_transcript(const pcs::Params& params);
// After the root: key, public values, statement, context, in this order.
void absorb_public(const VerifyingKey& key, const Digest& key_id, const PublicValues& publics,
                   std::span<const std::uint8_t> statement, std::span<const std::uint8_t> context, Transcript& tr);

}  // namespace nescio
