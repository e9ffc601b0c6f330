// api/prover_units.h -- unit costs of the prover, for the command line.
#pragma once
#include "nescio/prover/unit_costs.h"
