// onnx/embed.h -- model files whose constants lie in other files: how much that is, and one file of it all.
#pragma once
#include <span>
#include <string>

#include "nescio/base/error.h"
#include "nescio/base/secret.h"

namespace nescio {

// Bytes of all constants that lie outside of the model file, by their types and shapes; no other file is opened. What
// is read twice counts twice. kModel, kDtype, kMemory.
Result<std::uint64_t> external_data_bytes(std::span<const std::uint8_t> model);

// The model with the bytes that lie in files below `directory` inside it, or as it is when there are none. Of a model
// that import_onnx() has taken: every constant has the size that it says. Codes: kModel, kIo; kMemory when the result
// passes protobuf's 2^31 - 1 bytes.
Result<SecretString> embed_external_data(std::span<const std::uint8_t> model, const std::string& directory);

}  // namespace nescio
