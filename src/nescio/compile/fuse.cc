// compile/fuse.cc -- rewrites in place until nothing changes.
#include "nescio/compile/fuse.h"

#include <algorithm>
#include <cmath>

#include "nescio/compile/affine_constants.h"

namespace nescio {
namespace {

using NodeId = std::uint32_t;

bool is_view(const Node& node) {
  return node.op == "Reshape" || node.op == "Transpose";
}

class Fuser {
 public:
  explicit Fuser(Graph graph)
      : g_(std::move(graph)), producer_(producers(g_)), readers_(consumers(g_)), is_output_(g_.values.size()) {
    for (const Port& p : g_.outputs) is_output_[p.value] = true;
  }

  Graph run() {
    bool changed = true;
    while (changed) {
      changed = false;
      for (NodeId i = 0; i < g_.nodes.size(); ++i) changed = visit(i) || changed;
    }
    return without_dead_nodes(g_);
  }

 private:
  bool visit(NodeId i) {
    if (dead(i)) return false;
    const Node& node = g_.nodes[i];
    if (node.op == "Reshape") return visit_reshape(i);
    if (node.op == "Transpose") return visit_transpose(i);
    if (node.op == "Affine") return absorb_into_linear_before(i) || sink(i);
    return false;
  }

  const Shape& shape(ValueId v) const { return g_.value(v).type.shape; }
  bool dead(NodeId i) const {
    const ValueId y = g_.nodes[i].outputs[0];
    return readers_[y].empty() && !is_output_[y];
  }
  const Node* made_by(ValueId v) const {
    return producer_[v] < 0 ? nullptr : &g_.nodes[static_cast<NodeId>(producer_[v])];
  }
  // The only node that reads v, when v is nothing else's business.
  bool read_once(ValueId v) const { return readers_[v].size() == 1 && !is_output_[v]; }

  // Node i no longer reads v; a node that nobody reads any more stops reading as well.
  void drop_reader(ValueId value, NodeId reader) {
    std::vector<std::pair<ValueId, NodeId>> todo{{value, reader}};
    while (!todo.empty()) {
      const auto [v, i] = todo.back();
      todo.pop_back();
      if (std::erase(readers_[v], i) == 0 || producer_[v] < 0) continue;
      const auto maker = static_cast<NodeId>(producer_[v]);
      if (!dead(maker)) continue;
      for (const ValueId x : g_.nodes[maker].inputs) todo.emplace_back(x, maker);
    }
  }
  void set_inputs(NodeId i, std::vector<ValueId> inputs) {
    const std::vector<ValueId> old = std::move(g_.nodes[i].inputs);
    g_.nodes[i].inputs = inputs;
    for (const ValueId v : inputs) {
      if (std::ranges::find(readers_[v], i) == readers_[v].end()) readers_[v].push_back(i);
    }
    for (const ValueId v : old) {
      if (std::ranges::find(inputs, v) == inputs.end()) drop_reader(v, i);
    }
  }
  // Everything that reads `from` reads `to` instead.
  void replace(ValueId from, ValueId to) {
    if (is_output_[from]) {
      for (Port& p : g_.outputs) p.value = p.value == from ? to : p.value;
      is_output_[from] = false;
      is_output_[to] = true;
    }
    for (const NodeId i : std::vector<NodeId>(readers_[from])) {
      std::vector<ValueId> inputs = g_.nodes[i].inputs;
      std::ranges::replace(inputs, from, to);
      set_inputs(i, std::move(inputs));
    }
    // Without readers its maker is dead, also when there were none but the outputs.
    const auto maker = static_cast<NodeId>(producer_[from]);
    for (const ValueId v : g_.nodes[maker].inputs) drop_reader(v, maker);
  }
  ValueId constant(const std::string& name, Tensor tensor) {
    const auto id = static_cast<ValueId>(g_.values.size());
    const TensorType type = tensor.type();
    g_.values.push_back({name, type, std::make_shared<const Tensor>(std::move(tensor))});
    producer_.push_back(-1);
    readers_.emplace_back();
    is_output_.push_back(false);
    return id;
  }

  bool visit_reshape(NodeId i) {
    const ValueId x = g_.nodes[i].inputs[0], y = g_.nodes[i].outputs[0];
    if (shape(x) == shape(y)) {
      replace(y, x);
      return true;
    }
    const Node* before = made_by(x);
    if (before == nullptr || before->op != "Reshape") return false;
    set_inputs(i, {before->inputs[0]});
    return true;
  }

  bool visit_transpose(NodeId i) {
    const ValueId x = g_.nodes[i].inputs[0], y = g_.nodes[i].outputs[0];
    std::vector<std::int64_t> perm = g_.nodes[i].attributes.integers("perm");
    if (const Node* before = made_by(x); before != nullptr && before->op == "Transpose") {
      const auto& first = before->attributes.integers("perm");
      for (std::int64_t& d : perm) d = first[static_cast<std::size_t>(d)];
      g_.nodes[i].attributes.set("perm", perm);
      set_inputs(i, {before->inputs[0]});
      return true;
    }
    // Moving only dimensions of one entry keeps the order of the elements.
    std::vector<std::int64_t> moved;
    for (const std::int64_t d : perm) {
      if (shape(x)[static_cast<std::size_t>(d)] != 1) moved.push_back(d);
    }
    if (!std::ranges::is_sorted(moved)) return false;
    g_.nodes[i].op = "Reshape";
    g_.nodes[i].attributes = {{"shape", shape(y)}};
    return true;
  }

  AffineConstants constants_of(const Node& affine) const {
    return {g_.constant(affine.inputs[1])->cast(DType::kFloat64), g_.constant(affine.inputs[2])->cast(DType::kFloat64)};
  }

  // w'[n][k] = row[n] w[n][k] column[k]; b' = row * (b + w * before) + behind, given per row or column; empty: 1 and 0.
  bool rewrite_linear(NodeId i, const AffineConstants* before, const AffineConstants* behind, ValueId x) {
    const Tensor &w = *g_.constant(g_.nodes[i].inputs[1]), &b = *g_.constant(g_.nodes[i].inputs[2]);
    const auto rows = static_cast<std::size_t>(w.shape()[0]), columns = static_cast<std::size_t>(w.shape()[1]);
    const auto at = [](const Tensor& t, std::size_t k) { return t.as<double>()[t.size() == 1 ? 0 : k]; };
    std::vector<double> weights(rows * columns), bias(rows);
    bool finite = true;
    for (std::size_t n = 0; n < rows; ++n) {
      double sum = b.real(n);
      const double scale = behind ? at(behind->scale, n) : 1.0;
      for (std::size_t k = 0; k < columns; ++k) {
        const double v = w.real(n * columns + k);
        if (before) sum += v * at(before->shift, k);
        weights[n * columns + k] = v * scale * (before ? at(before->scale, k) : 1.0);
        finite = finite && std::isfinite(weights[n * columns + k]);
      }
      bias[n] = sum * scale + (behind ? at(behind->shift, n) : 0.0);
      finite = finite && std::isfinite(bias[n]);
    }
    if (!finite) return false;
    const ValueId w_id = constant("weights", Tensor::of(DType::kFloat64, w.shape(), weights));
    const ValueId b_id = constant("bias", Tensor::of(DType::kFloat64, b.shape(), bias));
    set_inputs(i, {x, w_id, b_id});
    return true;
  }

  // Linear, views, Affine i: the Linear takes the Affine in, when nothing else reads what lies between.
  bool absorb_into_linear_before(NodeId i) {
    AffineConstants c = constants_of(g_.nodes[i]);
    ValueId v = g_.nodes[i].inputs[0];
    const Node* maker = made_by(v);
    for (; maker != nullptr && read_once(v) && is_view(*maker); maker = made_by(v)) {
      const auto moved = moved_before(c, *maker, shape(maker->inputs[0]));
      if (!moved) return false;
      c = *moved;
      v = maker->inputs[0];
    }
    if (maker == nullptr || maker->op != "Linear" || !read_once(v) || !c.is_per_column()) return false;
    if (!rewrite_linear(static_cast<NodeId>(producer_[v]), nullptr, &c, maker->inputs[0])) return false;
    replace(g_.nodes[i].outputs[0], g_.nodes[i].inputs[0]);
    return true;
  }

  // Affine i, views, and a Linear or Affine that takes it in; separately for each node that reads i.
  bool sink(NodeId i) {
    bool changed = false;
    for (const NodeId first : std::vector<NodeId>(readers_[g_.nodes[i].outputs[0]]))
      changed = sink_towards(i, first) || changed;
    return changed;
  }

  bool sink_towards(NodeId i, NodeId first) {
    const ValueId x = g_.nodes[i].inputs[0];
    AffineConstants c = constants_of(g_.nodes[i]);
    NodeId at = first;
    while (is_view(g_.nodes[at])) {
      const Node& view = g_.nodes[at];
      const auto moved = moved_behind(c, view, shape(view.inputs[0]));
      if (!moved || !read_once(view.outputs[0])) return false;
      c = *moved;
      at = readers_[view.outputs[0]][0];
    }
    const Node& last = g_.nodes[at];
    // What the last node reads once the Affine is gone; the views between read x.
    const ValueId from = at == first ? x : last.inputs[0];
    if (last.op == "Linear" && c.is_per_column()) {
      if (!rewrite_linear(at, &c, nullptr, from)) return false;
    } else if (last.op == "Affine") {
      const auto both = composed(c, constants_of(last));
      if (!both || !both->is_finite()) return false;
      const ValueId scale = constant("scale", both->scale), shift = constant("shift", both->shift);
      set_inputs(at, {from, scale, shift});
    } else {
      return false;
    }
    if (at != first) set_inputs(first, {x});
    return true;
  }

  Graph g_;
  std::vector<std::int32_t> producer_;
  std::vector<std::vector<NodeId>> readers_;
  std::vector<bool> is_output_;
};

}  // namespace

Graph fuse(Graph graph) {
  return Fuser(std::move(graph)).run();
}

}  // namespace nescio
