// CSV and JSON readers.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "nescio/arrays/array.h"
#include "nescio/base/file.h"

namespace nescio {
namespace {

Error bad(const std::string& what) {
  return Error{ErrorCode::kInFormat, 0, what, {}};
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\r')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\r')) s.remove_suffix(1);
  return s;
}

// A field of a line as it stands there, without its quotes.
struct Field {
  std::string_view raw;
  bool quoted = false;
};

// Within double quotes separators are text (RFC 4180). False: a quote is not closed, or something follows it.
bool split(std::string_view line, std::vector<Field>& out) {
  out.clear();
  for (std::size_t at = 0; at <= line.size();) {
    at = std::min(line.find_first_not_of(' ', at), line.size());
    Field field{{}, at < line.size() && line[at] == '"'};
    if (field.quoted) {
      std::size_t end = ++at;
      while (end < line.size() && (line[end] != '"' || line.substr(end, 2) == "\"\"")) end += line[end] == '"' ? 2 : 1;
      if (end >= line.size()) return false;
      field.raw = line.substr(at, end - at);
      at = end + 1;
    }
    const std::size_t stop = std::min(line.find_first_of(",;\t", at), line.size());
    if (field.quoted && !trimmed(line.substr(at, stop - at)).empty()) return false;
    if (!field.quoted) field.raw = trimmed(line.substr(at, stop - at));
    out.push_back(field);
    at = stop + 1;
  }
  return true;
}

SecretString text_of(const Field& field) {
  SecretString out;
  for (std::size_t i = 0; i < field.raw.size(); ++i) {
    out += field.raw[i];
    if (field.quoted && field.raw[i] == '"') ++i;  // the first of two
  }
  return out;
}

bool parse_number(std::string_view s, double& x) {
  s = trimmed(s);
  if (s.empty() || s == "nan" || s == "NaN" || s == "NA") {
    x = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (s.front() == '+') s.remove_prefix(1);
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), x);
  return error == std::errc() && end == s.data() + s.size();
}

using Json = nlohmann::json;

// Appends the cells below `node`; the shape is that of its first elements and must fit all.
Status flatten(const Json& node, std::size_t depth, Array& out) {
  if (node.is_number() || node.is_string()) {
    if (depth != out.shape.size()) return bad("a list mixes numbers and lists");
    if (out.values.size() == kMaxArrayValues) return bad("too many values");
    const bool number = node.is_number();
    if (out.words.size() != (number ? 0 : out.values.size())) return bad("a list mixes numbers and words");
    out.values.push_back(number ? node.get<double>() : std::numeric_limits<double>::quiet_NaN());
    if (!number) out.words.push_back({SecretString(node.get_ref<const std::string&>()), false});
    return Unit{};
  }
  if (!node.is_array()) return bad("expected a number, a word or a list, found " + std::string(node.type_name()));
  if (depth == out.shape.size()) {
    if (!out.values.empty() || depth == 8) return bad("lists of different depth, or more than 8 levels deep");
    out.shape.push_back(node.size());
  }
  if (out.shape[depth] != node.size()) return bad("lists of different lengths");
  for (const Json& child : node) NESCIO_TRY_STATUS(flatten(child, depth + 1, out));
  return Unit{};
}

}  // namespace

std::optional<std::uint64_t> first_text(const Array& array, std::uint64_t begin, std::uint64_t n) {
  for (std::uint64_t i = begin; i < begin + n && !array.words.empty(); ++i)
    if (!array.words[i].number) return i;
  return std::nullopt;
}

Dictionary::Dictionary(std::span<const std::string> words) {
  for (std::size_t i = 0; i < words.size(); ++i) codes_.emplace(words[i], i);
}

Result<SecretVector<double>> Dictionary::codes(const Array& array, std::uint64_t begin, std::uint64_t n) const {
  if (array.words.empty()) return bad("numbers where words are expected; put them in quotes");
  SecretVector<double> out;
  for (std::uint64_t i = begin; i < begin + n; ++i) {
    const auto found = codes_.find(std::string_view(array.words[i].text));
    out.push_back(static_cast<double>(found == codes_.end() ? codes_.size() : found->second));
  }
  return out;
}

namespace {

// Whether a first line has the names of columns. kInFormat: words and numbers.
Result<bool> is_header(const std::vector<Field>& fields) {
  bool word = false, number = false;
  for (const Field& f : fields) {
    double x = 0;
    const bool parsed = parse_number(f.raw, x);
    word = word || !parsed;
    number = number || (parsed && !f.quoted && !f.raw.empty());
  }
  if (word && number)
    return bad(
        "the first line has words and numbers; a table with words begins with the names of its columns, of which "
        "those that are numbers stand in quotes");
  return word;
}

// The next line that is not empty, and its number.
bool next_line(std::string_view& text, std::string_view& line, std::size_t& number) {
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty()) return true;
  }
  return false;
}

// False: a field is no number, or in quotes, and words are not kept.
Result<bool> append_row(const std::vector<Field>& fields, bool keep_words, Array& table) {
  if (table.values.size() + fields.size() > kMaxArrayValues) return bad("too many values");
  for (const Field& field : fields) {
    double x = std::numeric_limits<double>::quiet_NaN();
    const bool number = parse_number(field.raw, x);
    if ((!number || field.quoted) && !keep_words) return false;
    table.values.push_back(x);
    if (keep_words) table.words.push_back({text_of(field), number});
  }
  return true;
}

// Into an empty `out`. False: words are needed, and not kept.
Result<bool> read_table(std::string_view text, bool keep_words, Csv& out) {
  std::uint64_t rows = 0;
  std::size_t columns = 0, number = 0;
  std::string_view line;
  std::vector<Field> fields;
  while (next_line(text, line, number)) {
    const std::string where = "line " + std::to_string(number);
    if (!split(line, fields)) return bad(where + " has a quote that is not closed, or something behind it");
    if (columns == 0) {
      columns = fields.size();
      NESCIO_TRY(const bool names, is_header(fields));
      for (const Field& f : fields)
        if (names) out.header.emplace_back(text_of(f));
      if (names) continue;
    }
    if (fields.size() != columns)
      return bad(where + " has " + std::to_string(fields.size()) + " fields, the first has " + std::to_string(columns));
    NESCIO_TRY(const bool taken, append_row(fields, keep_words, out.table));
    if (!taken) return false;
    if (out.header.empty() && first_text(out.table, out.table.values.size() - columns, columns))
      return bad(where + " has a word; a table with words begins with the names of its columns");
    ++rows;
  }
  out.table.shape = {rows, columns};
  return true;
}

}  // namespace

Result<Csv> read_csv(std::string_view text) {
  Csv numbers;
  NESCIO_TRY(const bool enough, read_table(text, false, numbers));
  if (enough) return numbers;
  Csv all;
  NESCIO_TRY([[maybe_unused]] const bool whole, read_table(text, true, all));
  return all;
}

Result<NamedArrays> read_json(std::string_view text) {
  const Json root = Json::parse(text, nullptr, false);
  if (root.is_discarded()) return bad("not JSON");
  if (!root.is_object()) return bad("expected a JSON object of named inputs");
  NamedArrays out;
  const auto add = [&](const std::string& name, const Json& node) -> Status {
    Array a;
    const Status status = flatten(node, 0, a);
    if (!status.ok()) return bad((name.empty() ? "input_data" : "'" + name + "'") + ": " + status.error().detail);
    out.emplace_back(name, std::move(a));
    return Unit{};
  };
  if (root.size() == 1 && root.contains("input_data")) {
    if (!root["input_data"].is_array()) return bad("input_data: expected a list of lists");
    for (const Json& node : root["input_data"]) NESCIO_TRY_STATUS(add("", node));
    return out;
  }
  for (const auto& [name, node] : root.items()) NESCIO_TRY_STATUS(add(name, node));
  return out;
}

Result<NamedArrays> read_arrays(const std::string& path) {
  NESCIO_TRY(const auto bytes, read_private_file(path, std::size_t{1} << 32));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto located = [&](Error e) {
    e.detail = path + ": " + e.detail;
    return e;
  };
  if (text.starts_with("PK\3\4")) {
    auto arrays = read_npz(bytes);
    if (!arrays.ok()) return located(arrays.error());
    return std::move(*arrays);
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && (text[first] == '{' || text[first] == '[')) {
    auto arrays = read_json(text);
    if (!arrays.ok()) return located(arrays.error());
    return std::move(*arrays);
  }
  NamedArrays out(1);
  if (text.starts_with("\x93NUMPY")) {
    auto array = read_npy(bytes);
    if (!array.ok()) return located(array.error());
    out[0].second = std::move(*array);
    return out;
  }
  auto csv = read_csv(text);
  if (!csv.ok()) return located(csv.error());
  out[0].second = std::move(csv->table);
  return out;
}

}  // namespace nescio
