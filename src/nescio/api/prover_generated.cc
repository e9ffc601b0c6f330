#include <cmath>
#include <random>

#include "nescio/api/prover_model.h"
#include "nescio/compile/canonical.h"
#include "nescio/ops/builder.h"

namespace nescio {
namespace {

constexpr std::uint64_t kSeed = 20260101;
constexpr int kExamples = 64;

// Uniform in [-size, size).
Tensor uniform(std::mt19937_64& rng, Shape shape, double size) {
  std::vector<double> v(static_cast<std::size_t>(*element_count(shape)));
  for (double& x : v) x = size * (std::ldexp(static_cast<double>(rng() >> 11), -52) - 1);
  return Tensor::of(DType::kFloat32, std::move(shape), v);
}

}  // namespace

ModelSource generated_source(std::span<const std::uint32_t> widths) {
  NESCIO_CHECK(widths.size() >= 2);
  std::mt19937_64 rng(kSeed);
  std::int64_t elements = 0;
  for (std::size_t k = 1; k < widths.size(); ++k) elements += std::int64_t{widths[k - 1] + 1} * widths[k];
  GraphBuilder builder(4 * elements);
  const auto add = [&](std::string_view op, std::vector<ValueId> inputs) {
    const auto id = builder.add(op, std::move(inputs));
    NESCIO_CHECK(id.ok());
    return *id;
  };
  ValueId x = builder.input("x", {DType::kFloat32, {1, widths[0]}});
  for (std::size_t k = 1; k < widths.size(); ++k) {
    builder.scope("layer" + std::to_string(k));
    const double size = std::sqrt(6.0 / widths[k - 1]);  // keeps the size of what passes through Relu
    const ValueId w = builder.constant("w", uniform(rng, {widths[k], widths[k - 1]}, size));
    const ValueId b = builder.constant("b", uniform(rng, {widths[k]}, 0.1));
    x = add("Linear", {x, w, b});
    if (k + 1 < widths.size()) x = add("Relu", {x});
  }
  builder.output("y", x);
  auto graph = canonicalise(builder.take());
  NESCIO_CHECK(graph.ok());
  ModelSource source{std::move(*graph), {}, {}};
  for (int r = 0; r < kExamples; ++r) source.calibration.rows.push_back({uniform(rng, {1, widths[0]}, 1)});
  return source;
}

}  // namespace nescio
