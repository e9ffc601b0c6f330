// api/prover_memory.h -- memory before it is taken: estimates from above, and a limit that they are held against.
#pragma once
#include "nescio/api/prover_model.h"

namespace nescio {

// What the process holds now, in bytes; 0 if the system does not tell.
std::uint64_t resident_memory();

// Of the whole process at its peak, from what it holds now on (memory that is kept for the next allocation counts as
// held: see release_kept_memory): reading an ONNX file of so many bytes, its external data among them; reading a file
// of example inputs (an archive counts as it is packed); running a quantised model (which is what compiling takes
// beside); committing to one; making a proof; making one of accuracy, with this key of the circuit that counts.
std::uint64_t estimate_read_memory(std::uint64_t onnx_bytes);
std::uint64_t estimate_data_memory(std::uint64_t file_bytes);
std::uint64_t estimate_run_memory(const Program& program);
std::uint64_t estimate_commit_memory(const Program& program, const Model& model);
std::uint64_t estimate_prove_memory(const ProvingKey& key);
std::uint64_t estimate_count_memory(const VerifyingKey& counting);

// "2G", "512M", "1.5G", "100000000": powers of 1024. kUsage. Errors speak of MiB.
Result<std::uint64_t> parse_size(std::string_view text);

// kMemory, naming both, if `needed` is more than a limit that is not 0.
Status check_memory(std::uint64_t needed, std::uint64_t limit, std::string_view what);

}  // namespace nescio
