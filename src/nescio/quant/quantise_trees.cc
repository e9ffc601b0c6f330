#include "nescio/quant/quantise_trees.h"

#include <algorithm>
#include <bit>

#include "nescio/ops/registry.h"
#include "nescio/ops/trees.h"
#include "nescio/quant/fixed_point.h"

namespace nescio {
namespace {

constexpr unsigned kLeafBits = 24, kBaseBits = 32;

// Of an unsigned field: whole bytes, with room for the table to grow a little before its width tells.
unsigned field_bits(std::int64_t largest) {
  return (static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(largest))) + 7) / 8 * 8;
}

QuantWeights field(const std::string& name, unsigned bits, std::size_t n) {
  return {name, {static_cast<std::uint32_t>(n)}, bits, SecretVector<std::int32_t>(n)};
}

// Tables are filled up to whole blocks of a sponge (compile/lower_trees.cc).
std::size_t whole_lanes(std::size_t n) {
  return (n + 15) / 16 * 16;
}

// What comes out of it is compared as exactly as what it reads.
bool passes_on(const std::string& op) {
  return moves_cells(op) || op == "Impute";
}

}  // namespace

std::vector<bool> compared_values(const Graph& graph) {
  std::vector<bool> compared(graph.values.size());
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    if (node.op == "Trees" || (node.op == "Impute" && compared[node.outputs[0]])) compared[node.inputs[0]] = true;
    if (!moves_cells(node.op) || !compared[node.outputs[0]]) continue;
    for (const ValueId v : node.inputs) compared[v] = true;
  }
  return compared;
}

Status check_compared(const Graph& graph, const std::vector<bool>& compared) {
  std::vector<Error> errors;
  const auto refuse = [&](const std::string& what) { errors.push_back({ErrorCode::kOp, 0, what, {}}); };
  const auto named = [](const Node& n) { return "node " + quote_name(n.name) + " (" + n.op + "): "; };
  const std::vector<std::int32_t> made_by = producers(graph);
  for (const Node& node : graph.nodes) {
    const bool passes = passes_on(node.op) && compared[node.outputs[0]];
    if (node.op == "Missing") continue;
    if (node.op == "Trees" || passes) {
      for (const ValueId v : node.inputs) {
        if (!compared[v]) continue;
        const std::int32_t source = made_by[v];
        if (graph.constant(v) != nullptr ||
            (source >= 0 && !passes_on(graph.nodes[static_cast<std::size_t>(source)].op)))
          refuse(named(node) +
                 "compares values that the model calculates; only inputs of the model can be compared with the "
                 "thresholds of a tree");
      }
      continue;
    }
    for (const ValueId v : node.inputs)
      if (v != kNoValue && compared[v])
        refuse(named(node) + "calculates with an input that a tree compares exactly; export them as two models");
  }
  for (const Port& p : graph.outputs)
    if (compared[p.value]) refuse("the output " + quote_name(p.name) + " is an input that a tree compares");
  if (errors.empty()) return Unit{};
  Error first = std::move(errors.front());
  first.others.assign(errors.begin() + 1, errors.end());
  return first;
}

Result<QuantisedTrees> quantise_trees(const Graph& graph, const Node& node) {
  const Tensor &nodes = *graph.constant(node.inputs[1]), &leaves = *graph.constant(node.inputs[2]),
               &base = *graph.constant(node.inputs[3]);
  const auto given = static_cast<std::size_t>(nodes.shape()[0]), n = whole_lanes(given),
             rows = whole_lanes(static_cast<std::size_t>(leaves.shape()[0])),
             columns = static_cast<std::size_t>(leaves.shape()[1]);
  const std::string& aggregate = node.attributes.text("aggregate");
  const std::int64_t trees = node.attributes.integer("trees");
  const auto& targets = node.attributes.integers("targets");
  const auto overflow = [](const char* what) { return Error{ErrorCode::kOverflow, 0, what, {}}; };
  const Shape& out_shape = graph.value(node.outputs[0]).type.shape;
  if (aggregate != "sum" && static_cast<std::uint64_t>(out_shape[0] * out_shape[1]) > kMaxExtremes)
    return overflow("takes the least or greatest for more than 64 outputs: use fewer rows in one model");

  QuantisedTrees out;
  out.node.op = QuantNode::Op::trees;
  out.node.name = node.name;
  out.node.integers = {trees, node.attributes.integer("depth"),
                       aggregate == "sum"   ? 0
                       : aggregate == "min" ? 1
                                            : 2,
                       node.attributes.integer("mirror")};
  out.node.integers.insert(out.node.integers.end(), targets.begin(), targets.end());

  const std::span<const std::int64_t> cells = nodes.as<std::int64_t>();
  // Of node i of n. One that was not given leads to the first leaf, and nothing leads to it.
  const auto cell = [&](std::size_t i, std::size_t f) -> std::int64_t {
    if (i >= given) return f >= 3 ? static_cast<std::int64_t>(n) : 0;
    const std::int64_t x = cells[i * kNodeFields + f];
    return f >= 3 && x >= static_cast<std::int64_t>(given) ? x + static_cast<std::int64_t>(n - given) : x;
  };
  std::int64_t farthest = 1, last_feature = graph.value(node.inputs[0]).type.shape[1] - 1;
  for (std::size_t i = 0; i < n; ++i)
    for (const std::size_t f : {3, 4}) farthest = std::max(farthest, cell(i, f) - static_cast<std::int64_t>(i));
  const unsigned bits[] = {std::max(8U, field_bits(last_feature)), 32, 1, field_bits(farthest), field_bits(farthest)};
  constexpr const char* kNames[] = {"feature", "key", "missing", "yes", "no"};
  for (std::size_t f = 0; f < kNodeFields; ++f) {
    if (bits[f] > 32) return overflow("has too many nodes or features");
    QuantWeights w = field(node.name + "/" + kNames[f], bits[f], n);
    const std::int64_t half = std::int64_t{1} << (bits[f] - 1);
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t x = cell(i, f);
      w.values[i] = static_cast<std::int32_t>(f == 1 ? x : x - (f >= 3 ? static_cast<std::int64_t>(i) : 0) - half);
    }
    out.node.weights.push_back(std::move(w));
  }

  double most = 0, most_base = 0;
  for (std::size_t i = 0; i < leaves.size(); ++i) most = std::max(most, std::abs(leaves.real(i)));
  for (std::size_t i = 0; i < base.size(); ++i) most_base = std::max(most_base, std::abs(base.real(i)));
  double wanted = std::max(most / top_of(kLeafBits), most_base / top_of(kBaseBits));
  if (wanted == 0) wanted = 1;
  if (!std::isfinite(wanted) || wanted < 0x1p-900) return overflow("its leaves are too large or too small");
  out.scale = power_of_two_above(wanted);
  const auto integers = [&](const char* name, const Tensor& from, QuantShape shape, unsigned width) {
    QuantWeights w{node.name + "/" + name, std::move(shape), width, {}};
    for (std::size_t i = 0; i < from.size(); ++i)
      w.values.push_back(static_cast<std::int32_t>(rounded(from.real(i) / out.scale)));
    w.values.resize(num_elements(w.shape));
    out.node.weights.push_back(std::move(w));
  };
  integers("leaf", leaves, {static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(columns)}, kLeafBits);
  integers("base", base, {static_cast<std::uint32_t>(base.size())}, kBaseBits);
  const std::int64_t terms = aggregate == "sum" ? trees : 1;
  out.reach = terms * (std::int64_t{1} << (kLeafBits - 1)) + (std::int64_t{1} << (kBaseBits - 1));
  return out;
}

}  // namespace nescio
