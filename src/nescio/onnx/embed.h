// onnx/embed.h -- a model file on its own: external data moved into it.
#pragma once
#include <span>
#include <string>

#include "nescio/base/error.h"
#include "nescio/base/secret.h"

namespace nescio {

// The model with the bytes that lie in files below `directory` inside it, or as it is when there are none. Of a model
// that import_onnx() has taken: every constant has the size that it says. Codes: kModel, kIo; kMemory when the result
// passes protobuf's 2^31 - 1 bytes.
Result<SecretString> embed_external_data(std::span<const std::uint8_t> model, const std::string& directory);

}  // namespace nescio
