// api/accuracy_file.h -- a proof of accuracy as it travels (docs/spec/accuracy.md).
//
// Bytes     "nescio accuracy" | u16 version | prediction | key | proof file; each part but the last is preceded by its
//           length.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nescio/base/error.h"

namespace nescio {

struct AccuracyFile {
  std::string prediction;           // what the model is taken to say of a row
  std::vector<std::uint8_t> key;    // the verifying key of the circuit that counts (proof/key.h)
  std::vector<std::uint8_t> proof;  // api/proof_file.h, under that key
};

inline constexpr std::size_t kMaxAccuracyFile = std::size_t{1} << 30;

std::vector<std::uint8_t> write_accuracy_file(const AccuracyFile& file);
// kVFormat. Does not look into its parts.
Result<AccuracyFile> read_accuracy_file(std::span<const std::uint8_t> bytes);

}  // namespace nescio
