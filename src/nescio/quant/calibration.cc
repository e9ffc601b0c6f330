#include "nescio/quant/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "nescio/ops/evaluate.h"
#include "nescio/quant/missing.h"
#include "nescio/quant/quantise_trees.h"

namespace nescio {
namespace {

Error bad(std::string detail) {
  return Error{ErrorCode::kCalib, 0, std::move(detail), {}};
}

std::uint64_t cells_of(const Graph& graph, std::size_t input) {
  return static_cast<std::uint64_t>(*element_count(graph.value(graph.inputs[input].value).type.shape));
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  return to_string(Shape(shape.begin(), shape.end()));
}

// Examples in `array`, each of `cells` numbers.
Result<std::uint64_t> examples_in(const Array& array, std::uint64_t cells, const std::string& what) {
  const std::uint64_t n = array.values.size();
  if (n == 0) return bad(what + " holds no examples");
  const std::uint64_t rows = array.shape.empty() ? 1 : array.shape[0];
  if (rows != 0 && rows * cells == n) return rows;
  if (n == cells) return std::uint64_t{1};
  return bad(what + " has shape " + shape_text(array.shape) + "; an example of this model has " +
             std::to_string(cells) + " numbers");
}

// Rows for a model that takes several at once: `batch` of them are an example of `cells` numbers; the last one is
// filled up with the first rows. Nothing if that is not what the array holds.
std::optional<Array> batched(const Array& array, std::uint64_t batch, std::uint64_t cells) {
  const std::uint64_t n = array.values.size(), rows = array.shape.empty() ? 0 : array.shape[0];
  if (batch < 2 || rows == 0 || n == cells || rows * cells == n || n != rows * (cells / batch)) return std::nullopt;
  const std::uint64_t examples = (rows + batch - 1) / batch;
  Array out{{examples, cells}, {}};
  out.values.reserve(examples * cells);
  for (std::uint64_t i = 0; i < examples * cells; ++i) {
    out.values.push_back(array.values[i % n]);
    if (!array.words.empty()) out.words.push_back(array.words[i % n]);
  }
  return out;
}

// Cells [begin, begin + n), of example r: finite, or missing where they may be.
Status check_numbers(const Array& array, std::uint64_t begin, std::uint64_t n, std::uint64_t r, std::uint64_t stride,
                     const MissingInput& missing) {
  const auto place = [&](std::uint64_t i) {
    return "example " + std::to_string(r + 1) + ", number " + std::to_string(i - r * stride + 1);
  };
  if (const auto text = first_text(array, begin, n)) return bad(place(*text) + " is a word");
  for (std::uint64_t i = begin; i < begin + n; ++i)
    if (std::isnan(array.values[i]) && missing.tells && !missing.may_be_missing[i - begin])
      return bad(place(i) + " is missing, and the model has nothing to put in its place");
    else if (!std::isfinite(array.values[i]) && !(std::isnan(array.values[i]) && missing.tells))
      return bad(place(i) + " is not finite");
  return Unit{};
}

}  // namespace

Result<Calibration> make_calibration(const NamedArrays& arrays, const Graph& graph) {
  if (arrays.empty()) return bad("the calibration file holds no examples");
  const bool joint = arrays.size() == 1 && (arrays[0].first.empty() || graph.inputs.size() == 1);
  std::uint64_t all_cells = 0;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) all_cells += cells_of(graph, i);

  const std::vector<bool> compared = compared_values(graph);
  const std::vector<MissingInput> missing = missing_inputs(graph);
  Calibration out;
  std::uint64_t offset = 0;  // of the input within a joint row
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const Port& port = graph.inputs[i];
    const std::uint64_t cells = cells_of(graph, i), stride = joint ? all_cells : cells;
    const Array* array = &arrays[0].second;
    if (!joint) {
      const auto it = std::find_if(arrays.begin(), arrays.end(), [&](const auto& a) { return a.first == port.name; });
      if (it == arrays.end()) return bad("there are no examples of the input '" + port.name + "'");
      array = &it->second;
    }
    const Shape& shape = graph.value(port.value).type.shape;
    std::optional<Array> together;
    if (!shape.empty() && stride == cells) together = batched(*array, static_cast<std::uint64_t>(shape[0]), cells);
    if (together) array = &*together;
    NESCIO_TRY(const std::uint64_t rows,
               examples_in(*array, stride, joint ? "the calibration data" : "'" + port.name + "'"));
    if (i == 0) out.rows.resize(rows);
    if (rows != out.rows.size()) return bad("the inputs have different numbers of examples");
    const TensorType& type = graph.value(port.value).type;
    const Dictionary dictionary(port.labels);
    for (std::uint64_t r = 0; r < rows; ++r) {
      const std::uint64_t begin = r * stride + offset;
      if (!port.labels.empty()) {
        const auto codes = dictionary.codes(*array, begin, cells);
        if (!codes.ok()) return bad("the input '" + port.name + "': " + codes.error().detail);
        out.rows[r].push_back(Tensor::of(type.dtype, type.shape, *codes));
        continue;
      }
      if (!compared[port.value]) NESCIO_TRY_STATUS(check_numbers(*array, begin, cells, r, stride, missing[i]));
      const std::span<const double> row(array->values.data() + begin, cells);
      out.rows[r].push_back(Tensor::of(type.dtype, type.shape, row));
    }
    if (joint) offset += cells;
  }
  return out;
}

Result<Statistics> observe(const Graph& graph, const Calibration& calibration) {
  if (calibration.rows.empty()) return bad("there are no calibration examples");
  Statistics out;
  out.lowest.assign(graph.values.size(), std::numeric_limits<double>::infinity());
  out.highest.assign(graph.values.size(), -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) out.largest_input.emplace_back(cells_of(graph, i));
  const std::vector<bool> compared = compared_values(graph), missing = may_be_missing(graph);
  ValueId infinite = kNoValue;
  for (const std::vector<Tensor>& row : calibration.rows) {
    NESCIO_TRY_STATUS([&]() -> Status {
      NESCIO_TRY([[maybe_unused]] const auto outputs, evaluate(graph, row, [&](ValueId id, const Tensor& t) {
                   for (std::size_t i = 0; i < t.size() && !compared[id]; ++i) {
                     const double x = t.real(i);
                     if (std::isnan(x) && missing[id]) continue;
                     if (!std::isfinite(x)) infinite = id;
                     out.lowest[id] = std::min(out.lowest[id], x);
                     out.highest[id] = std::max(out.highest[id], x);
                   }
                 }));
      return Unit{};
    }());
    for (std::size_t i = 0; i < row.size(); ++i)
      for (std::size_t c = 0; c < row[i].size(); ++c)
        if (!compared[graph.inputs[i].value])
          if (const double x = std::abs(row[i].real(c)); x > out.largest_input[i][c]) out.largest_input[i][c] = x;
    if (infinite != kNoValue)
      return bad("the value '" + graph.value(infinite).name + "' becomes infinite on an example");
  }
  const std::vector<MissingInput> inputs = missing_inputs(graph);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (std::size_t c = 0; inputs[i].tells && c < inputs[i].imputed.size(); ++c) {
      double& highest = out.highest[graph.inputs[i].value];
      highest = std::max(highest, inputs[i].imputed[c]);
      out.largest_input[i][c] = std::max(out.largest_input[i][c], inputs[i].imputed[c]);
    }
  for (std::size_t v = 0; v < out.lowest.size(); ++v)
    if (out.lowest[v] > out.highest[v]) out.lowest[v] = out.highest[v] = 0;  // not observed
  return out;
}

}  // namespace nescio
