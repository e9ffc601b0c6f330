// compile/canonical.cc -- node by node into canonical operators; compile/fuse.cc then fuses them.
#include "nescio/compile/canonical.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "nescio/compile/affine_constants.h"
#include "nescio/compile/fuse.h"
#include "nescio/ops/builder.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/pick.h"
#include "nescio/ops/registry.h"
#include "nescio/ops/rows.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

class Canonicaliser {
 public:
  explicit Canonicaliser(const Graph& graph)
      : in_(graph), out_(std::numeric_limits<std::int64_t>::max()), map_(graph.values.size(), kNoValue) {}

  Result<Graph> run() {
    for (const Port& p : in_.inputs) map_[p.value] = out_.input(p.name, in_.value(p.value).type, p.labels);
    for (std::size_t i = 0; i < in_.values.size(); ++i) {
      if (in_.values[i].constant) map_[i] = out_.constant(in_.values[i].name, in_.values[i].constant);
    }
    std::vector<Error> errors;
    for (const Node& node : in_.nodes) {
      const Result<ValueId> y = translate(node);
      NESCIO_CHECK(node.outputs.size() == 1);
      if (!y.ok()) {
        Error e = y.error();
        e.detail = "node " + quote_name(node.name) + " (" + node.op + "): " + e.detail;
        errors.push_back(std::move(e));
      }
      // After an error any value of the right type serves to find the next one.
      map_[node.outputs[0]] = y.ok() ? *y : out_.input("", in_.value(node.outputs[0]).type);
      NESCIO_CHECK(out_.type(map_[node.outputs[0]]) == in_.value(node.outputs[0]).type);
    }
    if (!errors.empty()) {
      Error first = std::move(errors.front());
      first.others.assign(errors.begin() + 1, errors.end());
      return first;
    }
    for (const Port& p : in_.outputs) out_.output(p.name, map_[p.value]);
    Graph graph = out_.take();
    for (std::size_t i = 0; i < graph.outputs.size(); ++i) graph.outputs[i].labels = in_.outputs[i].labels;
    graph.notes.insert(graph.notes.begin(), in_.notes.begin(), in_.notes.end());
    return graph;
  }

 private:
  const Tensor* known(ValueId id) const { return out_.constant_of(id); }

  Result<ValueId> translate(const Node& node) {
    out_.scope(node.name);
    std::vector<ValueId> x;
    for (const ValueId id : node.inputs) x.push_back(id == kNoValue ? kNoValue : map_[id]);
    const Shape to = in_.value(node.outputs[0]).type.shape;
    const std::string& op = node.op;

    const DType result = in_.value(node.outputs[0]).type.dtype;
    if (op == "Cast" && is_float(out_.dtype(x[0])) && (result == DType::kInt32 || result == DType::kInt64))
      return out_.add("Truncate", x, node.attributes);
    if (moves_cells(op) || op == "Trees" || op == "Logic") return out_.add(op, x, node.attributes);
    if (op == "ArgMax") return argmax(x[0], node.attributes, to);
    if (op == "Top") return top(x[0], node.attributes);
    if (op == "Mod") {
      NESCIO_TRY(const ValueId wide, expanded(out_, x[0], to));
      const ValueId divisor = out_.constant("divisor", padded(*known(x[1]), to.size()));
      return out_.add("Mod", {wide, divisor}, node.attributes);
    }
    if (op == "Select") return select(x[0], x[1], x[2], to);
    if (op == "Impute") return impute(node.name, x[0], x[1]);
    if (op == "Total" && in_.value(node.inputs[0]).type.shape.back() == 1) return x[0];
    if (op == "Largest" && in_.value(node.inputs[0]).type.shape.back() == 1) return x[0];
    if (op == "Compare") return compare(x[0], x[1], node.attributes.text("mode"), to);
    for (const ValueId id : x) {
      if (!is_float(out_.dtype(id))) {
        return dtype_error(
            "arithmetic on integers that depend on the input is not supported; cast them to float32 first");
      }
    }
    if (op == "Neg") return affine(x[0], filled(-1.0), filled(0.0), to);
    if (op == "Add" || op == "Sub" || op == "Mul" || op == "Div") return arithmetic(op[0], op, x[0], x[1], to);
    if (op == "MatMul") return matmul(x[0], x[1], to);
    if (op == "Affine") return affine(x[0], *known(x[1]), *known(x[2]), to);
    if (op == "Clip") return clip(x[0], node.attributes.real("lo"), node.attributes.real("hi"));
    if (op == "LeakyRelu") return leaky_relu(x[0], node.attributes.real("alpha"));
    if (op == "Linear") {
      for (const ValueId id : {x[1], x[2]}) {
        if (!all_finite(*known(id))) return not_finite();
      }
    }
    return out_.add(op, x, node.attributes);
  }

  static Attributes equality() {
    return {{"constant", std::int64_t{1}},
            {"first", std::int64_t{-1}},
            {"second", std::int64_t{-1}},
            {"both", std::int64_t{2}}};
  }
  static Tensor filled(double v) { return Tensor::scalar(DType::kFloat64, v); }
  static Error not_finite() {
    return attr_error("a constant is infinite or not a number, or becomes so by a division by 0");
  }
  static bool all_finite(const Tensor& t) {
    for (std::size_t i = 0; i < t.size(); ++i) {
      if (!std::isfinite(t.real(i))) return false;
    }
    return true;
  }
  static Tensor map(const Tensor& t, double (*f)(double)) {
    std::vector<double> v = t.reals();
    for (double& e : v) e = f(e);
    return Tensor::of(DType::kFloat64, t.shape(), v);
  }
  static Tensor padded(const Tensor& t, std::size_t rank) {
    Shape shape(rank - t.shape().size(), 1);
    shape.insert(shape.end(), t.shape().begin(), t.shape().end());
    return t.reshaped(shape);
  }

  Result<ValueId> reshape(ValueId x, const Shape& to) {
    if (out_.shape(x) == to) return x;
    return out_.add("Reshape", {x}, {{"shape", to}});
  }

  // x * scale + shift of shape `to`, where x has as many elements as `to` and one of the constants may be a scalar.
  Result<ValueId> affine(ValueId x, const Tensor& scale, const Tensor& shift, const Shape& to) {
    NESCIO_TRY(x, reshape(x, to));
    Tensor a = padded(scale, to.size()).cast(DType::kFloat64), b = padded(shift, to.size()).cast(DType::kFloat64);
    const Shape common = *broadcast_shape(a.shape(), b.shape());
    AffineConstants c{Tensor(DType::kFloat64, common), Tensor(DType::kFloat64, common)};
    gather_strided(a, broadcast_strides(a.shape(), common), 0, c.scale);
    gather_strided(b, broadcast_strides(b.shape(), common), 0, c.shift);
    if (!c.is_finite()) return not_finite();
    if (c.is_identity()) return x;
    c = compressed(c);
    return out_.add("Affine", {x, out_.constant("scale", c.scale), out_.constant("shift", c.shift)});
  }

  // One vector after the other: the axis last.
  Result<ValueId> argmax(ValueId x, const Attributes& attributes, const Shape& to) {
    NESCIO_TRY(const Rows rows, as_rows(out_, x, {static_cast<std::size_t>(attributes.integer("axis"))}));
    if (rows.n < 2) return attr_error("there is only one entry to choose from");
    Attributes a = attributes;
    a.set("axis", static_cast<std::int64_t>(out_.shape(rows.value).size()) - 1);
    a.set("keepdims", std::int64_t{1});
    NESCIO_TRY(const ValueId y, out_.add("ArgMax", {rows.value}, a));
    return reshape(y, to);
  }

  // One entry: the operators that are for it.
  Result<ValueId> top(ValueId x, const Attributes& attributes) {
    if (attributes.integer("k") > 1) return out_.add("Top", {x}, attributes);
    const Shape shape = out_.shape(x);
    if (shape.back() == 1 && attributes.integer("index") == 0) return x;
    const Attributes least{{"least", attributes.integer("least")}};
    if (attributes.integer("index") == 0) return out_.add("Largest", {x}, least);
    Attributes a = least;
    a.set("axis", static_cast<std::int64_t>(shape.size()) - 1);
    a.set("keepdims", std::int64_t{1});
    a.set("select_last_index", std::int64_t{0});
    Shape to = shape;
    to.back() = 1;
    return argmax(x, a, to);
  }

  // With a constant among its operands: y + c (x - y). Of two whole numbers it stays as it is.
  Result<ValueId> select(ValueId c, ValueId x, ValueId y, const Shape& to) {
    const bool numbers = known(x) && known(y) && known(x)->size() == 1 && known(y)->size() == 1 && out_.shape(c) == to;
    const bool whole = out_.dtype(x) == DType::kInt32 || out_.dtype(x) == DType::kInt64;
    if (!known(c) && ((!known(x) && !known(y)) || (numbers && whole))) return out_.add("Select", {c, x, y});
    if (!is_float(out_.dtype(x))) return dtype_error("a constant beside integers that depend on the input");
    for (const ValueId v : {x, y})
      if (known(v) && !all_finite(*known(v))) return not_finite();
    NESCIO_TRY(const ValueId one, out_.add("Cast", {c}, {{"to", std::string(dtype_name(out_.dtype(x)))}}));
    const auto wider = [&](ValueId a, ValueId b) { return *broadcast_shape(out_.shape(a), out_.shape(b)); };
    NESCIO_TRY(const ValueId lead,
               known(x) && known(y) ? out_.add("Sub", {x, y}) : arithmetic('S', "Sub", x, y, wider(x, y)));
    NESCIO_TRY(const ValueId kept, arithmetic('M', "Mul", lead, one, wider(lead, one)));
    return known(kept) && known(y) ? out_.add("Add", {y, kept}) : arithmetic('A', "Add", y, kept, to);
  }

  // Which cells of x, moved from inputs, are missing: what is moved in the same way from the Missing of these inputs.
  // kNoValue if x is anything else.
  Result<ValueId> missing(ValueId x) {
    const auto made = missing_.find(x);
    if (made != missing_.end()) return made->second;
    const std::vector<Node>& nodes = out_.graph().nodes;
    const auto from = std::find_if(nodes.begin(), nodes.end(), [x](const Node& n) { return n.outputs[0] == x; });
    ValueId y = kNoValue;
    if (from == nodes.end()) {
      const auto is_x = [x](const Port& p) { return p.value == x; };
      const std::vector<Port>& inputs = out_.graph().inputs;
      if (is_float(out_.dtype(x)) && std::any_of(inputs.begin(), inputs.end(), is_x)) {
        NESCIO_TRY(y, out_.add("Missing", {x}));
      }
    } else if (moves_cells(from->op)) {
      Node move;
      move = *from;  // a copy: what is added moves the nodes
      std::vector<ValueId> parts;
      for (const ValueId id : move.inputs) {
        NESCIO_TRY(const ValueId part, missing(id));
        if (part == kNoValue) return kNoValue;
        parts.push_back(part);
      }
      if (move.op == "Cast") {
        y = parts[0];
      } else {
        NESCIO_TRY(y, out_.add(move.op, parts, move.attributes));
      }
    }
    return missing_[x] = y;
  }

  // What the model calculates is never missing.
  Result<ValueId> impute(const std::string& name, ValueId x, ValueId c) {
    NESCIO_TRY(const ValueId which, missing(x));
    if (which != kNoValue)
      return out_.add("Impute", {x, out_.constant("filled", padded(*known(c), out_.shape(x).size())), which});
    out_.note("node " + quote_name(name) +
              " (Imputer) has nothing to do: what it reads is calculated from inputs that must not be missing; put it "
              "before the other steps");
    return x;
  }

  Result<ValueId> arithmetic(char sign, const std::string& op, ValueId a, ValueId b, const Shape& to) {
    if (!known(a) && !known(b)) {
      return out_.add(op, {a, b});
    }
    const bool reversed = known(a) != nullptr;  // constant first
    ValueId x = reversed ? b : a;
    const Tensor& c = *known(reversed ? a : b);
    if (*element_count(out_.shape(x)) != *element_count(to)) {
      NESCIO_TRY(x, expanded(out_, x, to));
    }
    const auto negated = [](double v) { return -v; };
    const auto inverse = [](double v) { return 1.0 / v; };
    switch (sign) {
      case 'A':
        return affine(x, filled(1.0), c, to);
      case 'M':
        return affine(x, c, filled(0.0), to);
      case 'S':
        return affine(x, filled(reversed ? -1.0 : 1.0), reversed ? c : map(c, negated), to);
      default:
        if (reversed) {
          NESCIO_TRY(const ValueId inverted, out_.add("Reciprocal", {x}));
          return arithmetic('M', "Mul", a, inverted, to);
        }
        return affine(x, map(c, inverse), filled(0.0), to);
    }
  }

  // Linear with weights w [N, K] and no bias, on the last dimension of x, brought to shape `to`.
  Result<ValueId> linear(ValueId x, Tensor w, const Shape& to) {
    if (!all_finite(w)) return not_finite();
    const Tensor b(w.dtype(), {w.shape()[0]});
    NESCIO_TRY(const ValueId y,
               out_.add("Linear", {x, out_.constant("weights", std::move(w)), out_.constant("bias", b)}));
    return reshape(y, to);
  }

  Result<ValueId> swap_last_two(ValueId x) {
    const std::size_t rank = out_.shape(x).size();
    std::vector<std::int64_t> perm(rank);
    for (std::size_t d = 0; d < rank; ++d) perm[d] = static_cast<std::int64_t>(d);
    std::swap(perm[rank - 1], perm[rank - 2]);
    return out_.add("Transpose", {x}, {{"perm", perm}});
  }

  // A constant operand of MatMul as a matrix; nothing when it has batch dimensions. A vector becomes one row.
  static std::optional<Tensor> as_matrix(const Tensor& t) {
    const Shape& s = t.shape();
    if (s.size() == 1) return t.reshaped({1, s[0]});
    for (std::size_t d = 0; d + 2 < s.size(); ++d) {
      if (s[d] != 1) return std::nullopt;
    }
    return t.reshaped({s[s.size() - 2], s[s.size() - 1]});
  }

  Result<ValueId> matmul(ValueId a, ValueId b, const Shape& to) {
    if (const Tensor* w = known(b); w != nullptr) {
      if (const auto matrix = as_matrix(*w)) {
        if (w->rank() == 1) return linear(a, *matrix, to);
        Tensor transposed(matrix->dtype(), {matrix->shape()[1], matrix->shape()[0]});
        gather_strided(*matrix, {1, matrix->shape()[1]}, 0, transposed);
        return linear(a, std::move(transposed), to);
      }
    } else if (const Tensor* v = known(a); v != nullptr) {
      // A B = (B' A')': the features of each row of B' are the rows of B.
      if (const auto matrix = as_matrix(*v)) {
        if (out_.shape(b).size() == 1) return linear(b, *matrix, to);
        NESCIO_TRY(const ValueId turned, swap_last_two(b));
        Shape shape = out_.shape(turned);
        shape.back() = matrix->shape()[0];
        NESCIO_TRY(const ValueId y, linear(turned, *matrix, shape));
        NESCIO_TRY(const ValueId back, swap_last_two(y));
        return reshape(back, to);
      }
    }
    for (const ValueId id : {a, b}) {
      if (known(id) && !all_finite(*known(id))) return not_finite();
    }
    return out_.add("MatMul", {a, b});
  }

  Result<ValueId> clip(ValueId x, double lo, double hi) {
    if (lo == -kInf && hi == kInf) return x;
    if (lo == 0.0 && hi == kInf) return out_.add("Relu", {x});
    if (lo == kInf || hi == -kInf) return not_finite();
    return out_.add("Clip", {x}, {{"lo", lo}, {"hi", hi}});
  }

  Result<ValueId> leaky_relu(ValueId x, double alpha) {
    if (alpha == 1.0) return x;
    if (alpha == 0.0) return out_.add("Relu", {x});
    return out_.add("LeakyRelu", {x}, {{"alpha", alpha}});
  }

  Result<ValueId> compare(ValueId a, ValueId b, std::string mode, const Shape& to) {
    if (known(a)) {
      std::swap(a, b);
      if (mode.starts_with("greater")) {
        mode.replace(0, 7, "less");
      } else if (mode.starts_with("less")) {
        mode.replace(0, 4, "greater");
      }
    }
    const Tensor* c = known(b);
    const bool enlarges = *element_count(out_.shape(a)) != *element_count(to);
    if (c != nullptr && !enlarges) {
      for (std::size_t i = 0; i < c->size(); ++i) {
        if (!std::isfinite(c->real(i))) return not_finite();
      }
      NESCIO_TRY(const ValueId x, reshape(a, to));
      return out_.add("Compare", {x, out_.constant("threshold", padded(*c, to.size()))}, {{"mode", mode}});
    }
    if (out_.dtype(a) == DType::kBool) {
      if (known(b)) return attr_error("comparing truth values with constants is not supported");
      NESCIO_TRY(const ValueId other, out_.add("Logic", {a, b}, equality()));
      return other;
    }
    if (!is_float(out_.dtype(a)) && known(b)) {
      NESCIO_TRY(const ValueId wide, expanded(out_, a, to));
      return out_.add("Compare", {wide, out_.constant("threshold", padded(*known(b), to.size()))}, {{"mode", mode}});
    }
    // The sign of a difference of floats is exact, and so are differences of integers.
    NESCIO_TRY(const ValueId difference,
               is_float(out_.dtype(a)) ? arithmetic('S', "Sub", a, b, to) : out_.add("Sub", {a, b}));
    const ValueId zero = out_.constant("threshold", Tensor(out_.dtype(a), Shape(to.size(), 1)));
    return out_.add("Compare", {difference, zero}, {{"mode", mode}});
  }

  const Graph& in_;
  GraphBuilder out_;
  std::vector<ValueId> map_;
  std::map<ValueId, ValueId> missing_;  // by value of out_
};

}  // namespace

Result<Graph> canonicalise(const Graph& graph) {
  NESCIO_TRY(Graph canonical, Canonicaliser(graph).run());
  canonical = fuse(std::move(canonical));
  NESCIO_CHECK(validate(canonical).ok());
  return canonical;
}

}  // namespace nescio
