#include "nescio/api/prover_memory.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "nescio/circuit/digests.h"
#include "nescio/prover/memory.h"

namespace nescio {
namespace {

constexpr std::uint64_t kSlack = std::uint64_t{4} << 20;
constexpr std::uint64_t kBytesOfAWeight = 40;  // for its digest, and in copies of the model on the way into a key
constexpr std::uint64_t kCopiesOfAFile = 8;    // as it is, parsed, as tensors, folded, embedded
constexpr std::uint64_t kCopiesOfData = 12;    // of text with two characters a number: as doubles and as tensors

std::string mebibytes(std::uint64_t bytes) {
  return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
}

}  // namespace

std::uint64_t resident_memory() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0, resident = 0;
  if (!(file >> all >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t estimate_read_memory(std::uint64_t onnx_bytes) {
  return resident_memory() + kCopiesOfAFile * onnx_bytes;
}

std::uint64_t estimate_data_memory(std::uint64_t file_bytes) {
  return resident_memory() + kCopiesOfData * file_bytes;
}

std::uint64_t estimate_run_memory(const Program& program) {
  return resident_memory() + kSlack + run_memory(program.emitted.circuit);
}

std::uint64_t estimate_commit_memory(const Program& program, const Model& model) {
  const Circuit& circuit = program.emitted.circuit;
  std::uint64_t values = 0, blocks = 0;
  for (const DigestPort& port : circuit.digests) {
    if (port.group != Group::weights) continue;
    for (const BoundRange& b : port.bound) values += num_cells(circuit[b.tensor].dims);
    blocks += num_cells(circuit[first_member(port) + 1].dims);  // not fewer than the cells of the blocks
  }
  std::uint64_t onnx = 0;
  for (const FloatModel& m : model.float_model) onnx += m.file.size();
  return resident_memory() + kSlack + kBytesOfAWeight * values + 3 * onnx + blocks;
}

std::uint64_t estimate_prove_memory(const ProvingKey& key) {
  return resident_memory() + std::max(run_memory(key.program.emitted.circuit), prove_memory(key.key->key()));
}

std::uint64_t estimate_count_memory(const VerifyingKey& counting) {
  std::uint64_t rows = 0;  // all cells of the model, before they are a witness
  for (TensorId id = 0; id < counting.circuit.tensors.size(); ++id)
    if (counting.circuit.committed(id) != nullptr) rows += F::kBytes * num_cells(counting.circuit[id].dims);
  return resident_memory() + kSlack + std::max(rows + run_memory(counting.circuit), prove_memory(counting));
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const std::string s(text);
  char* end = nullptr;
  const double n = std::strtod(s.c_str(), &end);
  const std::string unit = end;
  int shift = -1;
  if (unit.empty()) shift = 0;
  if (unit == "K" || unit == "k") shift = 10;
  if (unit == "M" || unit == "m") shift = 20;
  if (unit == "G" || unit == "g") shift = 30;
  if (end == s.c_str() || shift < 0 || !(n > 0 && n < 1e15))
    return Error{ErrorCode::kUsage, 0, "'" + s + "' is no size: write 2G, 512M or a number of bytes", {}};
  return static_cast<std::uint64_t>(std::ldexp(n, shift));
}

Status check_memory(std::uint64_t needed, std::uint64_t limit, std::string_view what) {
  if (limit == 0 || needed <= limit) return Unit{};
  return Error{ErrorCode::kMemory,
               0,
               std::string(what) + " may take " + mebibytes(needed) + ", the limit is " + mebibytes(limit) +
                   ". Nothing was started.",
               {}};
}

}  // namespace nescio
