// arrays/array.h -- numbers and words that users give: inputs of a model, calibration rows. Hostile files: kInFormat,
// with the place.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
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
  // Empty, or the text of each cell. A cell that is not a number is NaN among the values.
  struct Word {
    SecretString text;
    bool number = false;
  };
  SecretVector<Word> words = {};
};
using NamedArrays = std::vector<std::pair<std::string, Array>>;  // in file order

// The first cell of [begin, begin + n) that is not a number, if there is one.
std::optional<std::uint64_t> first_text(const Array& array, std::uint64_t begin, std::uint64_t n);

// Words in the order of their codes. The words outlive it.
class Dictionary {
 public:
  explicit Dictionary(std::span<const std::string> words);
  // The codes of cells [begin, begin + n); of a word that is not here, the number of words. kInFormat: the array has
  // only numbers, of which nobody knows how they were written.
  Result<SecretVector<double>> codes(const Array& array, std::uint64_t begin, std::uint64_t n) const;

 private:
  std::map<std::string_view, std::size_t> codes_;
};

inline constexpr std::uint64_t kMaxArrayValues = std::uint64_t{1} << 28;

// NumPy's format, versions 1 to 3: real, integer and bool dtypes, either byte order, C or Fortran order.
Result<Array> read_npy(std::span<const std::uint8_t> bytes);
// A ZIP archive of .npy files, stored or deflated; names without ".npy".
Result<NamedArrays> read_npz(std::span<const std::uint8_t> bytes);
// Fields separated by commas, semicolons or tabs, or in double quotes, one row a line, all of one length. A first line
// of words is a header, and is returned; where there are words there must be one, so that no row is taken for it. Empty
// fields and "nan" are NaN. Words are kept if a field is not a number, or in quotes. Shape [rows, columns].
struct Csv {
  std::vector<std::string> header;
  Array table;
};
Result<Csv> read_csv(std::string_view text);
// {"name": numbers, ..} with nested or flat lists (flat: shape [n]; a number: shape []), or EZKL's
// {"input_data": [list, ..]}, whose arrays have empty names, in graph order. Strings are words, never numbers. Ragged
// lists are an error, and null.
Result<NamedArrays> read_json(std::string_view text);

// By content: .npy and .npz by their magic, JSON by its first character, otherwise CSV (one array, name "").
Result<NamedArrays> read_arrays(const std::string& path);

}  // namespace nescio
