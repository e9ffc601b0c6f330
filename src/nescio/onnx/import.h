// onnx/import.h -- reading ONNX models (opsets 6 to 25, ai.onnx.ml 1 to 5) into a Graph with static shapes.
#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>

#include "nescio/base/error.h"
#include "nescio/graph/graph.h"

namespace nescio {

struct ImportOptions {
  // Sizes of dimensions that the model leaves open: by symbol ("sequence"), or by input and axis ("tokens:1", which
  // also overrides a size that the model states). A first dimension that stays open becomes 1, with a note.
  std::map<std::string, std::int64_t> dimensions = {};
  // Inputs that become constants, such as a sampling rate, a mask or a target shape.
  std::map<std::string, Tensor> constants = {};
  // Folder of the model file, where its external data lies. Empty: external data is refused.
  std::string directory = {};
  // Files larger than this are refused (kMemory); protobuf itself stops at 2^31 - 1.
  std::size_t max_bytes = std::numeric_limits<std::int32_t>::max();
  // Elements that constant folding may create, beyond 8 for each element that the model brings.
  std::int64_t fold_budget = std::int64_t{1} << 24;
};

// The bytes are hostile: no read outside them or outside `directory`, memory in proportion to them and to the external
// data. All problems of the model are reported at once, the first with the rest in Error::others. Codes: kModel (not a
// well-formed model), kOp, kAttr, kDtype, kDynShape, kMemory, kIo (external data), kUsage (an option that names nothing
// in the model).
Result<Graph> import_onnx(std::span<const std::uint8_t> model, const ImportOptions& options = {});

// Reads the file and takes its folder as `directory` unless one is given. Also kIo.
Result<Graph> import_onnx_file(const std::string& path, ImportOptions options = {});

}  // namespace nescio
