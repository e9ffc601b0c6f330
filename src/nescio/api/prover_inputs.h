// api/prover_inputs.h -- what a user gives as the integers of an input.
#pragma once
#include "nescio/arrays/array.h"
#include "nescio/compile/program.h"

namespace nescio {

// Numbers as quantise_input() (compile/program.h); words by the port's categories, the number of these for a word that
// is none. kInFormat too: a word where a number is to be.
Result<SecretVector<std::int64_t>> input_integers(const InputPort& port, const Array& array);

}  // namespace nescio
