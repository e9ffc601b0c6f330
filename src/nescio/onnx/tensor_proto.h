// onnx/tensor_proto.h -- ONNX's serialised tensors.
#pragma once
#include <string>

#include "nescio/base/error.h"
#include "nescio/base/secret.h"
#include "nescio/graph/tensor.h"

namespace onnx {
class TensorProto;
}

namespace nescio {

// The tensor of `proto`, its bytes inside it or in a file below `directory`. The number of elements given must be the
// product of the extents. float16 and bfloat16 widen to float32; 8- and 16-bit integers to int32; uint32, and uint64
// that fits, to int64. Errors: kModel, kDtype, kMemory, kIo; the detail does not name the tensor.
Result<Tensor> read_tensor(const onnx::TensorProto& proto, const std::string& directory);

// How many bytes a tensor has, by its type and shape. Errors as above.
Result<std::uint64_t> tensor_bytes(const onnx::TensorProto& proto);

// The bytes of a tensor whose data lie below `directory`: as many as its type and shape say. Errors as above.
Result<SecretVector<std::uint8_t>> external_bytes(const onnx::TensorProto& proto, const std::string& directory);

}  // namespace nescio
