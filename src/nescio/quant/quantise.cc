// quant/quantise.cc -- the run over a graph: all problems at once.
#include "nescio/quant/quantise.h"

#include "nescio/quant/quantise_trees.h"
#include "nescio/quant/quantiser.h"

namespace nescio {

Quantiser::Quantiser(const Graph& graph, Statistics statistics, const QuantOptions& options)
    : graph_(graph),
      seen_(std::move(statistics)),
      options_(options),
      ids_(graph.values.size()),
      is_output_(graph.values.size()),
      compared_(compared_values(graph)),
      missing_(missing_inputs(graph)),
      readers_(consumers(graph)),
      done_(graph.nodes.size()) {}

Result<QuantGraph> Quantiser::run() {
  NESCIO_TRY_STATUS(check_compared(graph_, compared_));
  mark_outputs();
  mark_layers();
  choose_table_bits();
  NESCIO_TRY_STATUS(check_fixed_inputs(options_, graph_, compared_, missing_));
  for (std::size_t i = 0; i < graph_.inputs.size(); ++i) add_input(i);
  std::vector<Error> errors;
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (done_[i]) continue;
    const Node& node = graph_.nodes[i];
    const Status s = translate(node);
    if (s.ok()) continue;
    Error e = s.error();
    e.detail = "node '" + node.name + "' (" + node.op + "): " + e.detail;
    errors.push_back(std::move(e));
    for (const ValueId v : node.outputs)  // something of the right shape, to find the next problem
      ids_[v] = add_value(v, {1.0}, {-1, 1});
  }
  for (const Port& p : graph_.outputs) {
    if (graph_.constant(p.value) != nullptr) {
      errors.push_back(refusal(ErrorCode::kOp, "the output '" + p.name + "' does not depend on the input"));
      continue;
    }
    const QuantId id = uniform(p.value, options_.output_bits);
    out_.outputs.push_back({p.name, id, options_.output_bits, p.labels});
  }
  if (!errors.empty()) {
    Error first = std::move(errors.front());
    first.others.assign(errors.begin() + 1, errors.end());
    return first;
  }
  out_.notes.insert(out_.notes.begin(), graph_.notes.begin(), graph_.notes.end());
  return std::move(out_);
}

Result<QuantGraph> quantise(const Graph& graph, const Calibration& calibration, const QuantOptions& options) {
  NESCIO_TRY_STATUS(check_options(options));
  NESCIO_TRY(Statistics statistics, observe(graph, calibration));
  NESCIO_TRY(QuantGraph out, Quantiser(graph, std::move(statistics), options).run());
  NESCIO_TRY_STATUS(validate(out));
  return out;
}

}  // namespace nescio
