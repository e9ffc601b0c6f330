#include "nescio/quant/options.h"

#include <algorithm>
#include <cmath>

namespace nescio {
namespace {

Error refuse(std::string detail) {
  return Error{ErrorCode::kUsage, 0, std::move(detail), {}};
}

}  // namespace

Status check_options(const QuantOptions& o) {
  const auto in = [](unsigned x, unsigned lo, unsigned hi) { return lo <= x && x <= hi; };
  if (!(o.headroom >= 1 && o.headroom <= 1024)) return refuse("headroom must be in 1..1024");
  if (!in(o.activation_bits, 8, 16)) return refuse("activation_bits must be in 8..16");
  if (!in(o.input_bits, 8, 32)) return refuse("input_bits must be in 8..32");
  if (!in(o.output_bits, 16, 32)) return refuse("output_bits must be in 16..32");
  if (!in(o.weight_bits, 8, 24)) return refuse("weight_bits must be in 8..24");
  if (!in(o.bias_bits, 16, 32)) return refuse("bias_bits must be in 16..32");
  if (o.table_bits != 0 && !in(o.table_bits, 8, 16)) return refuse("table_bits must be 0 or in 8..16");
  return Unit{};
}

Status check_fixed_inputs(const QuantOptions& options, const Graph& graph, const std::vector<bool>& compared,
                          const std::vector<MissingInput>& missing) {
  if (options.inputs.empty()) return Unit{};
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const Port& port = graph.inputs[i];
    const auto it = options.inputs.find(port.name);
    const auto n = static_cast<std::size_t>(*element_count(graph.value(port.value).type.shape));
    if (it == options.inputs.end() || it->second.float_keys != compared[port.value])
      return refuse("the input '" + port.name + "' is not among those to be like");
    const FixedInput& f = it->second;
    if (f.float_keys) continue;
    if (f.missing != missing[i].tells)
      return refuse("values of the input '" + port.name + "' may be missing in one model and not in the other");
    // Those of the model come first, so that what it compares with has the same integers.
    if (f.categories.size() < port.labels.size() || port.labels.empty() != f.categories.empty() ||
        !std::equal(port.labels.begin(), port.labels.end(), f.categories.begin()))
      return refuse("the input '" + port.name + "' has other categories than the one to be like");
    const bool scales =
        (f.scales.size() == 1 || f.scales.size() == n) &&
        std::all_of(f.scales.begin(), f.scales.end(), [](double s) { return s > 0 && std::isfinite(s); });
    if (!scales || f.bits < 8 || f.bits > 32)
      return refuse("the input '" + port.name + "' is of another shape than the one to be like");
  }
  return Unit{};
}

}  // namespace nescio
