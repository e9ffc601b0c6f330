// api/prover_parts.h -- where the time of a proof went: measured phases, shared out by counted work.
#pragma once
#include "nescio/api/prover_model.h"

namespace nescio {

// Milliseconds. They add up to the phases of the proof.
struct PartTimes {
  double digest = 0;       // binding weights, inputs and outputs to their digests
  double weights = 0;      // committing to the weights, and that each is in its declared range
  double activations = 0;  // the model's run: inputs, products, activations, outputs, the statement
  double tables = 0;       // rows of lookup tables, whoever looks them up
  double hiding = 0;       // what is there for zero knowledge alone (prover/prove.h)
  double verifying = 0;
};

// Phases that handle cells (the witness, the commitment and its opening) go by committed cells, the argument for
// lookups by rows, sumchecks by terms of products. A sumcheck of weights and activations counts as activations.
PartTimes time_by_part(const ProvingKey& key, const Proven& proven);

}  // namespace nescio
