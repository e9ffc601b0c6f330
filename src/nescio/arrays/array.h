// arrays/array.h -- numbers that users give: inputs of a model, calibration rows. Hostile files: kInFormat, with the
// place.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/base/secret.h"

namespace nescio {

// Row-major, outermost dimension first. May hold NaN and infinities; who uses it decides.
struct Array {
  std::vector<std::uint64_t> shape;
  SecretVector<double> values;
};
using NamedArrays = std::vector<std::pair<std::string, Array>>;  // in file order

inline constexpr std::uint64_t kMaxArrayValues = std::uint64_t{1} << 28;

// NumPy's format, versions 1 to 3: real, integer and bool dtypes, either byte order, C or Fortran order.
Result<Array> read_npy(std::span<const std::uint8_t> bytes);
// A ZIP archive of .npy files, stored or deflated; names without ".npy".
Result<NamedArrays> read_npz(std::span<const std::uint8_t> bytes);
// Numbers separated by commas, semicolons or tabs, one row a line, all of one length; a first line that is not numeric
// is a header and is returned. Empty fields and "nan" are NaN. Shape [rows, columns].
struct Csv {
  std::vector<std::string> header;
  Array table;
};
Result<Csv> read_csv(std::string_view text);
// {"name": numbers, ..} with nested or flat lists (flat: shape [n]; a number: shape []), or EZKL's {"input_data":
// [list,
// ..]}, whose arrays have empty names, in graph order. Ragged lists are an error. null and strings "nan" are refused.
Result<NamedArrays> read_json(std::string_view text);

// By content: .npy and .npz by their magic, JSON by its first character, otherwise CSV (one array, name "").
Result<NamedArrays> read_arrays(const std::string& path);

}  // namespace nescio
