// ops/linear.cc -- MatMul (NumPy's, batched) and Linear; Gemm in terms of MatMul and Affine.
// Linear: y[..., n] = sum_k x[..., k] * w[n, k] + b[n], w and b constant, float64 or float32 beside x; y has x's type.
// Sums are taken in double (integers: wrapping int64) and rounded once.
#include "nescio/ops/families.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/walk.h"

namespace nescio {
namespace {

struct MatMulShape {
  Shape a, b;   // with a row or column dimension added to vectors
  Shape batch;  // broadcast of both
  Shape y;      // without the added dimensions
};

std::optional<MatMulShape> matmul_shape(Shape a, Shape b) {
  if (a.empty() || b.empty()) return std::nullopt;
  const bool row = a.size() == 1, column = b.size() == 1;
  if (row) a.insert(a.begin(), 1);
  if (column) b.push_back(1);
  if (a.back() != b[b.size() - 2]) return std::nullopt;
  const auto batch = broadcast_shape(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
  if (!batch) return std::nullopt;
  Shape y = *batch;
  if (!row) y.push_back(a[a.size() - 2]);
  if (!column) y.push_back(b.back());
  return MatMulShape{std::move(a), std::move(b), *batch, std::move(y)};
}

Result<std::vector<TensorType>> infer_matmul(const Node&, std::span<const Value* const> in) {
  const TensorType &a = in[0]->type, &b = in[1]->type;
  if (a.dtype != b.dtype || a.dtype == DType::kBool) {
    return dtype_error(std::string("operands are of types ") + dtype_name(a.dtype) + " and " + dtype_name(b.dtype));
  }
  const auto s = matmul_shape(a.shape, b.shape);
  if (!s) return attr_error("shapes " + to_string(a.shape) + " and " + to_string(b.shape) + " do not multiply");
  return std::vector<TensorType>{{a.dtype, s->y}};
}

template <class T>
using Sum = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

// y [m][n] = a [m][k] * b [k][n].
template <class T>
void multiply(const T* a, const T* b, T* y, std::int64_t m, std::int64_t k, std::int64_t n) {
  std::vector<Sum<T>> sums(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < m; ++i) {
    std::fill(sums.begin(), sums.end(), Sum<T>{});
    for (std::int64_t l = 0; l < k; ++l) {
      const auto factor = static_cast<Sum<T>>(a[i * k + l]);
      for (std::int64_t j = 0; j < n; ++j) sums[j] += factor * static_cast<Sum<T>>(b[l * n + j]);
    }
    for (std::int64_t j = 0; j < n; ++j) y[i * n + j] = static_cast<T>(sums[j]);
  }
}

// Strides over whole matrices of a tensor of shape `t`, read with the batch dimensions `batch`.
std::vector<std::int64_t> matrix_strides(const Shape& t, const Shape& batch) {
  auto strides = broadcast_strides(Shape(t.begin(), t.end() - 2), batch);
  for (auto& s : strides) s *= t[t.size() - 2] * t.back();
  return strides;
}

Status evaluate_matmul(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const MatMulShape s = *matmul_shape(in[0]->shape(), in[1]->shape());
  const std::int64_t m = s.a[s.a.size() - 2], k = s.a.back(), n = s.b.back();
  const bool narrow = out[0].dtype() == DType::kInt32;
  std::visit(
      [&](auto& y) {
        using T = typename std::decay_t<decltype(y)>::value_type;
        const std::span<const T> a = in[0]->as<T>(), b = in[1]->as<T>();
        if (y.empty()) return;
        walk_rows<2>(s.batch, {matrix_strides(s.a, s.batch), matrix_strides(s.b, s.batch)}, {0, 0},
                     [&](auto at, auto offset, auto step, auto length) {
                       for (std::int64_t i = 0; i < length; ++i) {
                         multiply<T>(a.data() + offset[0] + i * step[0], b.data() + offset[1] + i * step[1],
                                     y.data() + (at + i) * m * n, m, k, n);
                       }
                     });
        if constexpr (std::is_integral_v<T>) {
          for (auto& v : y) v = narrow ? static_cast<std::int32_t>(v) : v;
        }
      },
      out[0].data());
  return Unit{};
}

Result<Values> import_matmul(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, 2, 2));
  NESCIO_TRY_STATUS(AttributeReader(node).finish());
  NESCIO_TRY(const ValueId y, graph.add("MatMul", {node.inputs[0], node.inputs[1]}));
  return Values{y};
}

Result<ValueId> scaled(GraphBuilder& graph, ValueId x, double factor) {
  if (factor == 1.0) return x;
  const Shape ones(graph.shape(x).size(), 1);
  const ValueId scale = graph.constant("scale", Tensor::of(DType::kFloat64, ones, std::span(&factor, 1)));
  const ValueId zero = graph.constant("shift", Tensor(DType::kFloat64, ones));
  return graph.add("Affine", {x, scale, zero});
}

Result<Values> import_gemm(const OnnxNode& node, GraphBuilder& graph) {
  NESCIO_TRY_STATUS(expect_inputs(node, node.version < 11 ? 3 : 2, 3));
  AttributeReader attributes(node);
  const double alpha = attributes.real("alpha", 1.0), beta = attributes.real("beta", 1.0);
  const bool transpose[2] = {attributes.integer("transA", 0) != 0, attributes.integer("transB", 0) != 0};
  if (node.version < 7) attributes.ignore("broadcast");  // what it permits is what later opsets always do
  NESCIO_TRY_STATUS(attributes.finish());

  Values operands(node.inputs.begin(), node.inputs.begin() + 2);
  for (std::size_t i = 0; i < 2; ++i) {
    NESCIO_TRY_STATUS(expect_float(graph, operands[i], "an operand"));
    if (graph.shape(operands[i]).size() != 2) return attr_error("its operands must be matrices");
    if (!transpose[i]) continue;
    NESCIO_TRY(operands[i], graph.add("Transpose", {operands[i]}, {{"perm", std::vector<std::int64_t>{1, 0}}}));
  }
  NESCIO_TRY(ValueId y, graph.add("MatMul", operands));
  NESCIO_TRY(y, scaled(graph, y, alpha));
  if (node.has_input(2) && beta != 0.0) {
    ValueId c = node.inputs[2];
    const Shape& to = graph.shape(y);
    if (graph.dtype(c) != graph.dtype(y) || broadcast_shape(graph.shape(c), to) != to) {
      return attr_error("operand C of shape " + to_string(graph.shape(c)) + " does not fit " + to_string(to));
    }
    NESCIO_TRY(c, scaled(graph, c, beta));
    NESCIO_TRY(y, graph.add("Add", {y, c}));
  }
  return Values{y};
}

Result<std::vector<TensorType>> infer_linear(const Node&, std::span<const Value* const> in) {
  const TensorType &x = in[0]->type, &w = in[1]->type, &b = in[2]->type;
  NESCIO_CHECK(w.shape.size() == 2 && is_float(w.dtype) && w.dtype == b.dtype && b.shape == Shape{w.shape[0]});
  if (!is_float(x.dtype)) return dtype_error(std::string("its input is ") + dtype_name(x.dtype));
  if (x.shape.empty() || x.shape.back() != w.shape[1]) {
    return attr_error("wants " + std::to_string(w.shape[1]) + " features; its input has shape " + to_string(x.shape));
  }
  Shape y = x.shape;
  y.back() = w.shape[0];
  return std::vector<TensorType>{{x.dtype, y}};
}

template <class T, class C>
void linear(const Tensor& x, const Tensor& w, const Tensor& b, Tensor& y) {
  const std::int64_t n = w.shape()[0], k = w.shape()[1];
  const std::span<const T> from = x.as<T>();
  const std::span<const C> weights = w.as<C>(), bias = b.as<C>();
  const std::span<T> to = y.as<T>();
  const std::int64_t rows = n == 0 ? 0 : static_cast<std::int64_t>(to.size()) / n;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t j = 0; j < n; ++j) {
      double sum = static_cast<double>(bias[j]);
      const T* row = from.data() + r * k;
      const C* column = weights.data() + j * k;
      for (std::int64_t l = 0; l < k; ++l) sum += static_cast<double>(row[l]) * static_cast<double>(column[l]);
      to[r * n + j] = static_cast<T>(sum);
    }
  }
}

Status evaluate_linear(const Node&, std::span<const Tensor* const> in, std::span<Tensor> out) {
  const bool wide = in[0]->dtype() == DType::kFloat64, wide_weights = in[1]->dtype() == DType::kFloat64;
  const auto run = wide ? (wide_weights ? linear<double, double> : linear<double, float>)
                        : (wide_weights ? linear<float, double> : linear<float, float>);
  run(*in[0], *in[1], *in[2], out[0]);
  return Unit{};
}

constexpr OpRecord kRecords[] = {
    {.name = "MatMul", .since = 6, .import = import_matmul, .infer = infer_matmul, .evaluate = evaluate_matmul},
    {.name = "Gemm", .since = 6, .import = import_gemm},
    {.name = "Linear", .infer = infer_linear, .evaluate = evaluate_linear},
};

}  // namespace

std::span<const OpRecord> linear_ops() {
  return kRecords;
}

}  // namespace nescio
