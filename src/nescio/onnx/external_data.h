// onnx/external_data.h -- reading tensor bytes that lie in files beside a model, and nothing else.
#pragma once
#include <cstdint>
#include <string>

#include "nescio/base/error.h"
#include "nescio/base/secret.h"

namespace nescio {

struct ExternalRange {
  std::string location;  // relative path inside the model's folder, "/" between parts
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// Reads exactly the range. Refuses (kModel) absolute paths, "..", empty parts, symbolic links anywhere below
// `directory`, and anything that is not a regular file; the size of the file is checked before memory is reserved. kIo
// when reading fails.
Result<SecretVector<std::uint8_t>> read_external(const std::string& directory, const ExternalRange& range);

}  // namespace nescio
