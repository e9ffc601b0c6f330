// cli/labels.h -- labels of examples, from a file.
#pragma once
#include "nescio/api/prover_model.h"

namespace nescio::cli {

// The labels of a file with one number a row. kIo, kInFormat.
inline Result<SecretVector<double>> read_labels(const std::string& path) {
  NESCIO_TRY(const NamedArrays arrays, read_arrays(path));
  if (arrays.size() != 1) return Error{ErrorCode::kInFormat, 0, path + ": one column of labels is needed", {}};
  const auto& shape = arrays[0].second.shape;
  if (shape.size() > 2 || (shape.size() == 2 && shape[1] != 1))
    return Error{ErrorCode::kInShape, 0, path + ": one label a row is needed", {}};
  if (first_text(arrays[0].second, 0, arrays[0].second.values.size()))
    return Error{ErrorCode::kInFormat, 0, path + ": labels must be numbers", {}};
  return arrays[0].second.values;
}

}  // namespace nescio::cli
