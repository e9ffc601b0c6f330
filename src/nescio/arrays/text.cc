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
  while (!s.empty() && (s.front() == ' ' || s.front() == '"' || s.front() == '\r')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '"' || s.back() == '\r')) s.remove_suffix(1);
  return s;
}

bool parse_number(std::string_view s, double& x) {
  if (s.empty() || s == "nan" || s == "NaN" || s == "NA") {
    x = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (s.front() == '+') s.remove_prefix(1);
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), x);
  return error == std::errc() && end == s.data() + s.size();
}

using Json = nlohmann::json;

// Appends the numbers below `node`; the shape is that of its first elements and must fit all.
Status flatten(const Json& node, std::size_t depth, Array& out) {
  if (node.is_number()) {
    if (depth != out.shape.size()) return bad("a list mixes numbers and lists");
    if (out.values.size() == kMaxArrayValues) return bad("too many values");
    out.values.push_back(node.get<double>());
    return Unit{};
  }
  if (!node.is_array()) return bad("expected a number or a list, found " + std::string(node.type_name()));
  if (depth == out.shape.size()) {
    if (!out.values.empty() || depth == 8) return bad("lists of different depth, or more than 8 levels deep");
    out.shape.push_back(node.size());
  }
  if (out.shape[depth] != node.size()) return bad("lists of different lengths");
  for (const Json& child : node) NESCIO_TRY_STATUS(flatten(child, depth + 1, out));
  return Unit{};
}

}  // namespace

Result<Csv> read_csv(std::string_view text) {
  Csv out;
  std::uint64_t rows = 0;
  std::size_t columns = 0, number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    std::vector<std::string> names;
    std::vector<double> values;
    bool numeric = true;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t stop = std::min(line.find_first_of(",;\t", at), line.size());
      const std::string_view field = trimmed(line.substr(at, stop - at));
      double x = 0;
      numeric = parse_number(field, x) && numeric;
      values.push_back(x);
      names.emplace_back(field);
      at = stop + 1;
    }
    if (columns == 0) columns = names.size();
    if (!numeric && rows == 0 && out.header.empty()) {
      out.header = std::move(names);
      continue;
    }
    if (!numeric) return bad("line " + std::to_string(number) + " has a field that is not a number");
    if (values.size() != columns)
      return bad("line " + std::to_string(number) + " has " + std::to_string(values.size()) +
                 " fields, the first has " + std::to_string(columns));
    if (out.table.values.size() + columns > kMaxArrayValues) return bad("too many values");
    out.table.values.insert(out.table.values.end(), values.begin(), values.end());
    ++rows;
  }
  out.table.shape = {rows, columns};
  return out;
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
