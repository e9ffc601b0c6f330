#include "nescio/quant/quant_graph.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "nescio/base/float_key_range.h"
#include "nescio/ops/top.h"

namespace nescio {
namespace {

using Op = QuantNode::Op;
using Kind = Activation::Kind;

constexpr std::size_t kMaxValues = std::size_t{1} << 20;
constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 28;
constexpr std::size_t kMaxRank = 16;
constexpr std::ptrdiff_t kMaxWide = 5;  // extents above 1: one less than a tensor of a circuit may have
constexpr std::int64_t kMaxAttribute = std::int64_t{1} << 40;
constexpr std::int64_t kMaxTreeDepth = 4096;

bool shape_ok(const QuantShape& s) {
  if (s.size() > kMaxRank || std::count_if(s.begin(), s.end(), [](std::uint32_t d) { return d > 1; }) > kMaxWide)
    return false;
  std::uint64_t n = 1;
  for (const std::uint32_t d : s) {
    n *= d;
    if (d == 0 || n > kMaxElements) return false;
  }
  return true;
}

bool weights_ok(const QuantWeights& w) {
  if (!shape_ok(w.shape) || w.bits < 1 || w.bits > 32 || w.values.size() != num_elements(w.shape)) return false;
  const std::int64_t half = std::int64_t{1} << (w.bits - 1);
  return std::all_of(w.values.begin(), w.values.end(), [&](std::int32_t x) { return -half <= x && x < half; });
}

// Of x's rank, each extent 1 or x's own.
bool spans(const QuantShape& w, const QuantShape& x) {
  if (w.size() != x.size()) return false;
  for (std::size_t d = 0; d < x.size(); ++d)
    if (w[d] != 1 && w[d] != x[d]) return false;
  return true;
}

// NumPy's broadcasting gives `y`.
bool broadcasts(const QuantShape& a, const QuantShape& b, const QuantShape& y) {
  if (y.size() != std::max(a.size(), b.size())) return false;
  for (std::size_t d = 0; d < y.size(); ++d) {
    const std::uint32_t m = d < a.size() ? a[a.size() - 1 - d] : 1, n = d < b.size() ? b[b.size() - 1 - d] : 1;
    if ((m != n && m != 1 && n != 1) || y[y.size() - 1 - d] != std::max(m, n)) return false;
  }
  return true;
}

bool function_ok(const Activation& f, unsigned bits) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  if ((f.kind == Kind::table) == f.values.empty()) return false;
  switch (f.kind) {
    case Kind::identity:
    case Kind::relu:
      return true;
    case Kind::clip:
      return -half <= f.lo && f.lo <= f.hi && f.hi < half;
    case Kind::leaky:
      return f.shift >= 1 && f.shift <= 24 && f.slope >= 0 && f.slope < std::int64_t{1} << f.shift;
    case Kind::table:
      return bits <= 16 && f.lo >= -half && f.lo < half && f.values.size() <= static_cast<std::size_t>(half - f.lo) &&
             std::all_of(
                 f.values.begin(), f.values.end(),
                 [](std::int64_t y) { return -kMaxAttribute < y && y < kMaxAttribute; });
  }
  return false;
}

class Check {
 public:
  explicit Check(const QuantGraph& g) : g_(g), made_(g.values.size()) {}

  Status run() {
    if (g_.values.size() > kMaxValues || g_.nodes.size() > kMaxValues || g_.inputs.empty() || g_.outputs.empty())
      return bad("it has no inputs, no outputs, or too many values");
    for (const QuantValue& v : g_.values) {
      if (!shape_ok(v.shape)) return bad("the value '" + v.name + "' has no valid shape");
      if (v.scales.size() != 1 && v.scales.size() != num_elements(v.shape))
        return bad("'" + v.name + "' has no valid scales");
      for (const double s : v.scales)
        if (!std::isnormal(s) || s < 0) return bad("'" + v.name + "' has no valid scales");
    }
    for (const QuantPort& p : g_.inputs) {
      if (p.value >= made_.size() || made_[p.value] || p.bits < 2 || p.bits > 32)
        return bad("the input '" + p.name + "' is not valid");
      if ((p.float_keys || p.labels.size() >> (p.bits - 1) != 0) && !p.labels.empty())
        return bad("the input '" + p.name + "' has categories that do not fit");
      if (p.float_keys && (p.bits != 32 || g_.values[p.value].scales != std::vector<double>{1.0}))
        return bad("the input '" + p.name + "' is not valid");
      made_[p.value] = true;
    }
    for (const QuantNode& n : g_.nodes) {
      for (const QuantId id : n.inputs)
        if (id >= made_.size() || !made_[id])
          return bad("node '" + n.name + "' reads a value that is not made before it");
      if (n.output >= made_.size() || made_[n.output] || n.inputs.empty() || !node_ok(n))
        return bad("node '" + n.name + "' is not valid");
      made_[n.output] = true;
    }
    for (const QuantPort& p : g_.outputs)
      if (p.value >= made_.size() || !made_[p.value] || g_.values[p.value].scales.size() != 1)
        return bad("the output '" + p.name + "' is not valid");
    return Unit{};
  }

 private:
  static Error bad(const std::string& what) {
    return Error{ErrorCode::kKey, 0, "the quantised model is malformed: " + what, {}};
  }
  const QuantShape& shape(QuantId id) const { return g_.values[id].shape; }

  bool node_ok(const QuantNode& n) const {
    if (n.requant.bits < 2 || n.requant.bits > 40 || n.requant.shift > 40 || !function_ok(n.activation, n.requant.bits))
      return false;
    const bool may_round = n.op <= Op::matmul, need_not = n.op == Op::combine || n.op == Op::total;
    if (n.rounded != may_round && !need_not) return false;
    if (!n.rounded && (n.activation.kind != Kind::identity)) return false;
    for (const std::int64_t a : n.integers)
      if (a <= -kMaxAttribute || a >= kMaxAttribute) return false;
    if (!std::all_of(n.weights.begin(), n.weights.end(), weights_ok) || n.bias_shift > 24) return false;
    const QuantShape &x = shape(n.inputs[0]), &y = shape(n.output);
    const bool two = n.inputs.size() == 2;
    switch (n.op) {
      case Op::linear:
        return n.inputs.size() == 1 && linear_ok(n, x, y);
      case Op::channel:
        return n.inputs.size() == 1 && x == y && (n.weights.size() == 1 || n.weights.size() == 2) &&
               std::all_of(n.weights.begin(), n.weights.end(),
                           [&](const QuantWeights& w) { return spans(w.shape, x); });
      case Op::combine:
        if (!n.weights.empty() || n.integers.size() != n.inputs.size() ||
            std::count(n.integers.begin(), n.integers.end(), 0) != 0)
          return false;
        return two ? broadcasts(x, shape(n.inputs[1]), y) : n.inputs.size() == 1 && x == y;
      case Op::multiply:
        return two && n.weights.empty() && broadcasts(x, shape(n.inputs[1]), y);
      case Op::matmul:
        return two && n.weights.empty() && matmul_ok(x, shape(n.inputs[1]), y);
      case Op::reshape:
        return n.inputs.size() == 1 && n.weights.empty() && num_elements(x) == num_elements(y);
      case Op::transpose:
        return n.inputs.size() == 1 && n.weights.empty() && transpose_ok(n, x, y);
      case Op::slice:
        return n.inputs.size() == 1 && n.weights.empty() && slice_ok(n, x, y);
      case Op::concat:
        return n.weights.empty() && concat_ok(n, y);
      case Op::choose:
        return n.inputs.size() == 1 && n.weights.empty() && choose_ok(n, x, y);
      case Op::total:
        return n.inputs.size() == 1 && n.weights.empty() && !x.empty() && reduced(x) == y;
      case Op::divide: {
        const std::vector<std::int64_t>& i = n.integers;
        if (!n.weights.empty() || i.size() != 2 || n.requant.bits > 32) return false;
        if (i[0] < 0 || i[0] > 60 || i[1] < 0 || i[1] > 60 || n.requant.shift != 0) return false;
        return two ? broadcasts(x, shape(n.inputs[1]), y) : n.inputs.size() == 1 && x == y;
      }
      case Op::pick:
        return n.inputs.size() == 1 && n.weights.empty() && n.integers.size() == num_elements(y) &&
               n.integers.size() <= kMaxPicked &&
               std::all_of(n.integers.begin(), n.integers.end(),
                           [&](std::int64_t i) { return i >= -1 && i < static_cast<std::int64_t>(num_elements(x)); });
      case Op::top:
        return n.inputs.size() == 1 && n.weights.empty() && top_ok(n.integers, x, y);
      case Op::select:
        return n.inputs.size() == 3 && n.weights.empty() && widest(n) == y;
      case Op::logic:
        return (two || n.inputs.size() == 1) && n.weights.empty() && widest(n) == y && logic_ok(n.integers);
      case Op::modulo:
        return n.inputs.size() == 1 && n.weights.size() == 1 && x == y && spans(n.weights[0].shape, x) &&
               n.weights[0].bits <= kMaxDivisorBits;
      case Op::missing:
        return n.inputs.size() == 1 && n.weights.empty() && x == y &&
               std::adjacent_find(n.integers.begin(), n.integers.end(), std::greater_equal<>()) == n.integers.end() &&
               is_number_input(n.inputs[0]) && std::all_of(n.integers.begin(), n.integers.end(), [&](std::int64_t i) {
                 return i >= 0 && i < static_cast<std::int64_t>(num_elements(x));
               });
      case Op::impute:
        return two && n.weights.size() == 1 && x == y && shape(n.inputs[1]) == x && spans(n.weights[0].shape, x) &&
               n.integers.size() == 2 && (n.integers[1] == 0 || n.integers[1] == 1) &&
               n.integers[0] >= -kInfinityKey - 1 && n.integers[0] <= kNanKey;
      case Op::compare:
        return n.inputs.size() == 1 && n.weights.size() == 1 && x == y && spans(n.weights[0].shape, x) &&
               n.comparison <= Comparison::equal;
      case Op::trees:
        return n.inputs.size() == 1 && trees_ok(n, x, y);
    }
    return false;
  }
  bool is_number_input(QuantId id) const {
    return std::any_of(g_.inputs.begin(), g_.inputs.end(),
                       [id](const QuantPort& p) { return p.value == id && p.labels.empty(); });
  }
  static QuantShape reduced(QuantShape x) {
    x.back() = 1;
    return x;
  }
  static bool choose_ok(const QuantNode& n, const QuantShape& x, const QuantShape& y) {
    if (n.integers.size() != 3 || x.empty() || x.back() < 2) return false;
    if (std::any_of(n.integers.begin(), n.integers.end(), [](std::int64_t i) { return i < 0; })) return false;
    if (n.integers[0] > 1 || n.integers[1] > 1 || n.integers[2] > 2) return false;
    return y == (n.integers[2] == 2 ? x : reduced(x));
  }
  static bool top_ok(const std::vector<std::int64_t>& i, QuantShape x, const QuantShape& y) {
    if (i.size() != 3 || x.empty() || x.back() < 2 || i[0] < 1 || i[0] > std::min<std::int64_t>(x.back(), kMaxTop))
      return false;
    x.back() = static_cast<std::uint32_t>(i[0]);
    return y == x && (i[1] == 0 || i[1] == 1) && (i[2] == 0 || i[2] == 1);
  }
  // 0 or 1 for all p and q.
  static bool logic_ok(const std::vector<std::int64_t>& c) {
    if (c.size() != 4) return false;
    const std::int64_t values[] = {c[0], c[0] + c[1], c[0] + c[2], c[0] + c[1] + c[2] + c[3]};
    return std::all_of(std::begin(values), std::end(values), [](std::int64_t v) { return v == 0 || v == 1; });
  }
  // What all inputs broadcast to; nothing if they do not.
  std::optional<QuantShape> widest(const QuantNode& n) const {
    QuantShape out;
    for (const QuantId id : n.inputs) {
      const QuantShape& s = shape(id);
      QuantShape wider(std::max(out.size(), s.size()), 1);
      for (std::size_t d = 0; d < wider.size(); ++d) {
        const std::uint32_t m = d < out.size() ? out[out.size() - 1 - d] : 1,
                            k = d < s.size() ? s[s.size() - 1 - d] : 1;
        if (m != k && m != 1 && k != 1) return std::nullopt;
        wider[wider.size() - 1 - d] = std::max(m, k);
      }
      out = std::move(wider);
    }
    return out;
  }
  bool linear_ok(const QuantNode& n, const QuantShape& x, const QuantShape& y) const {
    if ((n.weights.size() != 1 && n.weights.size() != 2) || x.empty() || x.size() != y.size()) return false;
    if (!std::equal(x.begin(), x.end() - 1, y.begin())) return false;
    return n.weights[0].shape == QuantShape{y.back(), x.back()} &&
           (n.weights.size() == 1 || n.weights[1].shape == QuantShape{y.back()});
  }
  static bool matmul_ok(const QuantShape& a, const QuantShape& b, const QuantShape& y) {
    const std::size_t r = a.size();
    if (r < 2 || b.size() != r || y.size() != r) return false;
    for (std::size_t d = 0; d + 2 < r; ++d)
      if (a[d] != b[d] || a[d] != y[d]) return false;
    return a[r - 1] == b[r - 2] && y[r - 2] == a[r - 2] && y[r - 1] == b[r - 1];
  }
  static bool transpose_ok(const QuantNode& n, const QuantShape& x, const QuantShape& y) {
    if (n.integers.size() != x.size() || y.size() != x.size()) return false;
    std::vector<bool> used(x.size());
    for (std::size_t d = 0; d < x.size(); ++d) {
      const auto from = static_cast<std::uint64_t>(n.integers[d]);
      if (from >= x.size() || used[from] || y[d] != x[from]) return false;
      used[from] = true;
    }
    return true;
  }
  static bool slice_ok(const QuantNode& n, const QuantShape& x, const QuantShape& y) {
    const std::size_t r = x.size();
    if (n.integers.size() != 3 * r || y.size() != r) return false;
    for (std::size_t d = 0; d < r; ++d) {
      const std::int64_t start = n.integers[d], step = n.integers[r + d], size = n.integers[2 * r + d];
      const std::int64_t extent = x[d];
      if (size != y[d] || start < 0 || start >= extent || step == 0 || std::abs(step) > extent + 1) return false;
      const std::int64_t last = start + step * (size - 1);
      if (last < 0 || last >= extent) return false;
    }
    return true;
  }
  // Each node leads to nodes or leaves behind it, and tests a feature that x has: paths stay inside of the tables.
  static bool trees_ok(const QuantNode& n, const QuantShape& x, const QuantShape& y) {
    if (n.weights.size() != 7 || n.integers.size() < 4 || x.size() != 2 || y.size() != 2 || x[0] != y[0]) return false;
    const QuantShape &nodes = n.weights[0].shape, &leaf = n.weights[5].shape;
    for (std::size_t f = 0; f < 5; ++f)
      if (n.weights[f].shape != nodes) return false;
    if (nodes.size() != 1 || leaf.size() != 2 || n.weights[6].shape != QuantShape{y[1]}) return false;
    const std::int64_t trees = n.integers[0], all = std::int64_t{nodes[0]} + leaf[0];
    if (trees < 1 || trees > nodes[0] || n.integers[1] < 1 || n.integers[1] > kMaxTreeDepth) return false;
    const std::vector<std::int64_t> targets(n.integers.begin() + 4, n.integers.end());
    const bool sum = n.integers[2] == 0, mirror = n.integers[3] == 1;
    if (n.integers[2] < 0 || n.integers[2] > 2 || n.integers[3] < 0 || n.integers[3] > 1) return false;
    if (!sum && std::uint64_t{y[0]} * y[1] > kMaxExtremes) return false;
    if (!targets.empty() && targets.size() != static_cast<std::size_t>(trees)) return false;
    for (const std::int64_t t : targets)
      if (t < 0 || t >= y[1]) return false;
    if (leaf[1] != (mirror || !targets.empty() ? 1 : y[1])) return false;
    if (mirror && (y[1] != 2 || !sum || !targets.empty())) return false;
    const auto field = [&](std::size_t f, std::size_t i) {
      return n.weights[f].values[i] + (std::int64_t{1} << (n.weights[f].bits - 1));
    };
    for (std::uint32_t i = 0; i < nodes[0]; ++i) {
      if (field(0, i) >= x[1] || n.weights[1].bits != 32 || n.weights[2].bits != 1) return false;
      for (const std::size_t f : {3, 4})
        if (field(f, i) < 1 || i + field(f, i) >= all) return false;
    }
    return true;
  }
  bool concat_ok(const QuantNode& n, const QuantShape& y) const {
    if (n.integers.size() != 1 || static_cast<std::uint64_t>(n.integers[0]) >= y.size()) return false;
    const auto axis = static_cast<std::size_t>(n.integers[0]);
    std::uint64_t total = 0;
    for (const QuantId id : n.inputs) {
      QuantShape s = shape(id);
      if (s.size() != y.size()) return false;
      total += s[axis];
      s[axis] = y[axis];
      if (s != y) return false;
    }
    return total == y[axis];
  }

  const QuantGraph& g_;
  std::vector<bool> made_;
};

}  // namespace

Status validate(const QuantGraph& graph) {
  return Check(graph).run();
}

bool tells_missing(const QuantGraph& graph, const QuantPort& port) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [&](const QuantNode& n) { return n.op == QuantNode::Op::missing && n.inputs[0] == port.value; });
}

}  // namespace nescio
