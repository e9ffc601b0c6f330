// quant/missing.cc -- cells are followed by number: all those of the inputs with a Missing from 1 on, 0 for any other.
#include "nescio/quant/missing.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nescio/ops/registry.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

class Followed {
 public:
  explicit Followed(const Graph& graph) : graph_(graph), numbers_(graph.values.size()) {
    std::vector<bool> told(graph.values.size());
    for (const Node& node : graph.nodes)
      if (node.op == "Missing") told[node.inputs[0]] = true;
    std::size_t next = 1;
    for (const Port& port : graph.inputs) {
      const Tensor cells(DType::kFloat64, graph.value(port.value).type.shape);
      firsts_.push_back(next);
      inputs.push_back(
          {told[port.value], std::vector<bool>(cells.size(), told[port.value]), std::vector<double>(cells.size())});
      if (!told[port.value]) continue;
      std::vector<double> of(cells.size());
      for (double& n : of) n = static_cast<double>(next++);
      numbers_[port.value] = Tensor::of(DType::kFloat64, cells.shape(), of);
    }
    for (const Node& node : graph.nodes) follow(node);
    for (const Port& port : graph.outputs) calculate(port.value);
  }

  bool moved(ValueId v) const { return numbers_[v].has_value(); }

  std::vector<MissingInput> inputs;

 private:
  void follow(const Node& node) {
    if (node.op == "Missing") return;
    if (node.op == "Impute") return impute(node);
    const auto followed = [this](ValueId v) { return v != kNoValue && numbers_[v].has_value(); };
    if (std::none_of(node.inputs.begin(), node.inputs.end(), followed)) return;
    if (!moves_cells(node.op)) {
      for (const ValueId v : node.inputs)
        if (followed(v)) calculate(v);
      return;
    }
    std::vector<Tensor> given;
    for (const ValueId v : node.inputs)
      given.push_back(followed(v) ? *numbers_[v] : Tensor(DType::kFloat64, graph_.value(v).type.shape));
    std::vector<const Tensor*> operands;
    for (const Tensor& t : given) operands.push_back(&t);
    std::vector<Tensor> to{Tensor(DType::kFloat64, graph_.value(node.outputs[0]).type.shape)};
    NESCIO_CHECK(find_graph_op(node.op)->evaluate(node, operands, to).ok());
    numbers_[node.outputs[0]] = std::move(to[0]);
  }

  void impute(const Node& node) {
    if (!numbers_[node.inputs[0]]) return;
    const Tensor &numbers = *numbers_[node.inputs[0]], &c = *graph_.constant(node.inputs[1]);
    Tensor wide(c.dtype(), numbers.shape());
    gather_strided(c, broadcast_strides(c.shape(), numbers.shape()), 0, wide);
    for_cells(numbers, [&](MissingInput& input, std::size_t cell, std::size_t i) {
      input.imputed[cell] = std::max(input.imputed[cell], std::abs(wide.real(i)));
    });
  }

  void calculate(ValueId v) {
    if (!numbers_[v]) return;
    for_cells(*numbers_[v],
              [](MissingInput& input, std::size_t cell, std::size_t) { input.may_be_missing[cell] = false; });
  }

  template <class Visit>
  void for_cells(const Tensor& numbers, const Visit& visit) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto n = static_cast<std::size_t>(numbers.real(i));
      if (n == 0) continue;
      const auto after = std::upper_bound(firsts_.begin(), firsts_.end(), n);  // inputs without numbers share a first
      const auto input = static_cast<std::size_t>(after - firsts_.begin()) - 1;
      visit(inputs[input], n - firsts_[input], i);
    }
  }

  const Graph& graph_;
  std::vector<std::size_t> firsts_;             // number of the first cell of each input
  std::vector<std::optional<Tensor>> numbers_;  // by value; none: no cell of it is followed
};

}  // namespace

std::vector<MissingInput> missing_inputs(const Graph& graph) {
  return Followed(graph).inputs;
}

std::vector<bool> may_be_missing(const Graph& graph) {
  const Followed followed(graph);
  std::vector<bool> out(graph.values.size());
  for (ValueId v = 0; v < out.size(); ++v) out[v] = followed.moved(v);
  return out;
}

}  // namespace nescio
