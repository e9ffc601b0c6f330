// api/proof_file.h -- a proof as it travels: what it says and the bytes that show it.
//
// Bytes     "nescio proof" | u16 version | statement | outputs | inputs | digests | attestations | context | proof
//           Each part but the last is preceded by its length.
//           Everything but the proof itself is bound in the transcript: changing it makes the proof invalid.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nescio/api/attestation.h"
#include "nescio/base/error.h"

namespace nescio {

struct ProofFile {
  std::string statement;  // canonical text
  Disclosed disclosed;
  std::vector<Attestation> attestations;
  std::vector<std::uint8_t> context;
  std::vector<std::uint8_t> proof;
};

inline constexpr std::size_t kMaxContext = 1 << 16;
inline constexpr std::size_t kMaxProofFile = std::size_t{1} << 28;

std::vector<std::uint8_t> write_proof_file(const ProofFile& file);
// kVFormat unless canonical.
Result<ProofFile> read_proof_file(std::span<const std::uint8_t> bytes);

// kUsage above kMaxContext bytes.
Status check_context(std::span<const std::uint8_t> context);

// What the transcript binds: the statement and all that is disclosed.
std::vector<std::uint8_t> statement_bytes(const ProofFile& file);

}  // namespace nescio
