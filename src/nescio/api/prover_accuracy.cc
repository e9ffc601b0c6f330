#include <algorithm>
#include <cmath>

#include "nescio/api/auc.h"
#include "nescio/api/prover_model.h"

namespace nescio {

void count_agreement(Accuracy& accuracy) {
  std::size_t at = 0;
  for (OutputError& e : accuracy.outputs) {
    const auto largest = [&](const std::vector<double>& row) {
      const auto begin = row.begin() + static_cast<std::ptrdiff_t>(at);
      return std::max_element(begin, begin + static_cast<std::ptrdiff_t>(e.cells)) - begin;
    };
    e.agreeing = 0;
    for (std::size_t r = 0; r < accuracy.float_values.size() && e.cells > 1; ++r)
      if (const auto& got = accuracy.quantised_values[r]; !std::isnan(got[at]))
        e.agreeing += largest(accuracy.float_values[r]) == largest(got) ? 1 : 0;
    at += e.cells;
  }
}

Result<std::vector<OutputCurve>> areas_under_curves(const Accuracy& accuracy, std::span<const double> labels) {
  if (labels.size() != accuracy.float_values.size())
    return Error{ErrorCode::kInShape,
                 0,
                 std::to_string(labels.size()) + " labels for " + std::to_string(accuracy.float_values.size()) +
                     " rows: one for each is needed",
                 {}};
  std::vector<OutputCurve> out;
  std::size_t at = 0;
  for (const OutputError& e : accuracy.outputs) {
    std::vector<double> floats, quantised, of;
    for (std::size_t r = 0; r < labels.size() && e.cells == 1; ++r) {
      if (labels[r] != 0 && labels[r] != 1)
        return Error{ErrorCode::kInFormat,
                     static_cast<std::uint32_t>(r),
                     "label " + std::to_string(r + 1) + " is neither 0 nor 1",
                     {}};
      if (std::isnan(accuracy.quantised_values[r][at])) continue;
      floats.push_back(accuracy.float_values[r][at]);
      quantised.push_back(accuracy.quantised_values[r][at]);
      of.push_back(labels[r]);
    }
    at += e.cells;
    if (e.cells != 1) continue;
    for (const double wanted : {0.0, 1.0})
      if (std::find(of.begin(), of.end(), wanted) == of.end())
        return Error{ErrorCode::kInFormat, 0, "labels of both kinds, 0 and 1, are needed", {}};
    out.push_back({e.output, area_under_curve(floats, of), area_under_curve(quantised, of)});
  }
  return out;
}

}  // namespace nescio
