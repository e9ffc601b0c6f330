// graph/graph.cc -- checks, queries and printing of graphs.
#include "nescio/graph/graph.h"

#include <cstdio>

namespace nescio {
namespace {

struct Printer {
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(double v) const {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.9g", v);
    return buffer;
  }
  std::string operator()(const std::string& v) const { return quote_name(v); }
  template <class T>
  std::string operator()(const std::vector<T>& v) const {
    std::string out = "[";
    for (std::size_t i = 0; i < v.size(); ++i) out.append(i ? ", " : "").append((*this)(v[i]));
    return out + "]";
  }
};

std::string describe(const Graph& graph, ValueId id) {
  if (id == kNoValue) return "-";
  const Value& v = graph.value(id);
  std::string out = "%";
  out.append(std::to_string(id)).append(v.constant ? "! " : " ");
  return out.append(dtype_name(v.type.dtype)).append(to_string(v.type.shape));
}

Error broken(std::size_t where, const std::string& what) {
  return Error{ErrorCode::kModel, static_cast<std::uint32_t>(where), what, {}};
}

}  // namespace

std::string quote_name(std::string_view name) {
  constexpr std::size_t kLongest = 60;
  std::string out = "'";
  for (const char c : name.substr(0, kLongest)) out += c >= 0x20 && c < 0x7f ? c : '?';
  return out + (name.size() > kLongest ? "...'" : "'");
}

Status validate(const Graph& graph) {
  std::vector<bool> known(graph.values.size(), false);
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    const Value& v = graph.values[i];
    if (!element_count(v.type.shape)) return broken(i, "value " + quote_name(v.name) + " has no valid shape");
    if (v.constant && v.constant->type() != v.type) {
      return broken(i, "constant " + quote_name(v.name) + " is not of its own type");
    }
    known[i] = v.constant != nullptr;
  }
  const auto define = [&](ValueId id) {
    if (id >= known.size() || known[id]) return false;
    return bool(known[id] = true);
  };
  for (const Port& p : graph.inputs) {
    if (!define(p.value)) return broken(p.value, "input " + quote_name(p.name) + " has two origins, or none");
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& n = graph.nodes[i];
    for (const ValueId id : n.inputs) {
      if (id != kNoValue && (id >= known.size() || !known[id])) {
        return broken(i, "node " + quote_name(n.name) + " reads a value before it is made");
      }
    }
    for (const ValueId id : n.outputs) {
      if (!define(id)) return broken(i, "node " + quote_name(n.name) + " makes a value that has another origin");
    }
  }
  for (const Port& p : graph.outputs) {
    if (p.value >= known.size() || !known[p.value]) {
      return broken(p.value, "output " + quote_name(p.name) + " has no origin");
    }
  }
  return Unit{};
}

std::vector<std::vector<std::uint32_t>> consumers(const Graph& graph) {
  std::vector<std::vector<std::uint32_t>> out(graph.values.size());
  for (std::uint32_t i = 0; i < graph.nodes.size(); ++i) {
    for (const ValueId id : graph.nodes[i].inputs) {
      if (id != kNoValue && (out[id].empty() || out[id].back() != i)) out[id].push_back(i);
    }
  }
  return out;
}

std::vector<std::int32_t> producers(const Graph& graph) {
  std::vector<std::int32_t> out(graph.values.size(), -1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const ValueId id : graph.nodes[i].outputs) out[id] = static_cast<std::int32_t>(i);
  }
  return out;
}

Graph without_dead_nodes(const Graph& graph) {
  std::vector<bool> live(graph.values.size(), false);
  for (const Port& p : graph.inputs) live[p.value] = true;
  for (const Port& p : graph.outputs) live[p.value] = true;
  std::vector<bool> keep(graph.nodes.size(), false);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& n = graph.nodes[i];
    for (const ValueId id : n.outputs) keep[i] = keep[i] || live[id];
    if (!keep[i]) continue;
    for (const ValueId id : n.outputs) live[id] = true;
    for (const ValueId id : n.inputs) {
      if (id != kNoValue) live[id] = true;
    }
  }

  Graph out;
  out.notes = graph.notes;
  std::vector<ValueId> renumbered(graph.values.size(), kNoValue);
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    if (!live[i]) continue;
    renumbered[i] = static_cast<ValueId>(out.values.size());
    out.values.push_back(graph.values[i]);
  }
  const auto renumber = [&](std::vector<ValueId>& ids) {
    for (ValueId& id : ids) {
      if (id != kNoValue) id = renumbered[id];
    }
  };
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!keep[i]) continue;
    out.nodes.push_back(graph.nodes[i]);
    renumber(out.nodes.back().inputs);
    renumber(out.nodes.back().outputs);
  }
  for (const auto& [from, to] : {std::pair(&graph.inputs, &out.inputs), std::pair(&graph.outputs, &out.outputs)}) {
    *to = *from;
    for (Port& p : *to) p.value = renumbered[p.value];
  }
  return out;
}

std::string to_string(const Graph& graph) {
  std::string out;
  for (const Port& p : graph.inputs) out += "input " + quote_name(p.name) + " = " + describe(graph, p.value) + "\n";
  for (const Node& n : graph.nodes) {
    std::string line;
    for (const ValueId id : n.outputs) line += (line.empty() ? "" : ", ") + describe(graph, id);
    line += " = " + n.op + "(";
    for (std::size_t i = 0; i < n.inputs.size(); ++i) line += (i ? ", " : "") + describe(graph, n.inputs[i]);
    line += ")";
    for (const auto& [name, value] : n.attributes.all()) line += " " + name + "=" + std::visit(Printer{}, value);
    out += line + "  # " + quote_name(n.name) + "\n";
  }
  for (const Port& p : graph.outputs) out += "output " + quote_name(p.name) + " = " + describe(graph, p.value) + "\n";
  return out;
}

}  // namespace nescio
