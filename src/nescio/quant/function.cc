#include "nescio/quant/function.h"

#include <algorithm>
#include <limits>

#include "nescio/ops/curve.h"
#include "nescio/quant/fixed_point.h"

namespace nescio {
namespace {

using Kind = Activation::Kind;

constexpr int kSlopeBits = 16;
constexpr unsigned kWidestResult = 24;

double real_value(const Node& f, double x) {
  if (f.op == "Truncate") return std::trunc(x);
  if (find_curve(f.op) != nullptr) return curve_value(f, x);
  return x < 0 ? f.attributes.real("alpha") * x : x;
}

double scale_of_results(const Node& f, double scale, bool is_output, const Observed& observed) {
  if (f.op == "Truncate") return 1;
  if (is_squashing(f)) return std::ldexp(1.0, is_output ? -20 : -15);
  if (f.op == "LeakyRelu") return scale * std::max(1.0, std::abs(f.attributes.real("alpha")));
  return power_of_two_above((observed.result == 0 ? 1.0 : observed.result) / top_of(is_output ? 20 : 16));
}

Result<QuantFunction> tabulated(const Node& node, unsigned bits, double scale, bool is_output,
                                const Observed& observed) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  QuantFunction out;
  out.f.kind = Kind::table;
  if (node.op == "Truncate" && scale > 1)
    return Error{ErrorCode::kOp, 0, "reals beyond 32,767 cannot be truncated to integers", {}};
  out.scale = scale_of_results(node, scale, is_output, observed);
  const auto value = [&](std::int64_t t) { return real_value(node, static_cast<double>(t) * scale) / out.scale; };
  const auto defined = [&](std::int64_t t) {
    return t >= -half && t < half && std::abs(value(t)) <= top_of(kWidestResult);
  };
  // Outwards from the middle of what was seen.
  const std::int64_t seen_lo = rounded(observed.lowest / scale), seen_hi = rounded(observed.highest / scale);
  const std::int64_t middle = (seen_lo + seen_hi) / 2;
  std::int64_t lo = middle, hi = middle;
  while (defined(lo - 1)) --lo;
  while (defined(hi + 1)) ++hi;
  if (!defined(middle) || lo > seen_lo || hi < seen_hi)
    return Error{ErrorCode::kCalib,
                 0,
                 "calibration leads it to arguments where it is not defined, or has a pole between them, or rounds "
                 "them to such",
                 {}};
  out.f.lo = lo;
  for (std::int64_t t = lo; t <= hi; ++t) out.f.values.push_back(rounded(value(t)));
  const auto [least, most] = std::minmax_element(out.f.values.begin(), out.f.values.end());
  out.lo = *least;
  out.hi = *most;
  return out;
}

}  // namespace

bool is_function(const Node& node) {
  return node.op == "Relu" || node.op == "LeakyRelu" || node.op == "Clip" || node.op == "Truncate" ||
         find_curve(node.op) != nullptr;
}

bool is_squashing(const Node& f) {
  return f.op == "Sigmoid" || f.op == "Tanh";
}

bool needs_table(const Node& f) {
  if (f.op == "Truncate" || find_curve(f.op) != nullptr) return true;
  if (f.op != "LeakyRelu") return false;
  const double alpha = f.attributes.real("alpha");
  return !(alpha >= 0 && alpha < 1 - std::ldexp(1.0, -kSlopeBits));
}

Result<QuantFunction> quantised_function(const Node* function, unsigned bits, double scale, bool is_output,
                                         const Observed& observed) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  QuantFunction out;
  out.scale = scale;
  out.lo = -half;
  out.hi = half - 1;
  if (function == nullptr) return out;
  const Node& node = *function;
  if (needs_table(node)) return tabulated(node, bits, scale, is_output, observed);
  if (node.op == "LeakyRelu") {
    out.f.kind = Kind::leaky;
    out.f.shift = kSlopeBits;
    out.f.slope = rounded(std::ldexp(node.attributes.real("alpha"), kSlopeBits));
    return out;
  }
  const bool relu = node.op == "Relu";
  const auto on_grid = [&](double x) {
    return rounded(std::clamp(x / scale, -static_cast<double>(half), static_cast<double>(half - 1)));
  };
  out.hi = on_grid(relu ? std::numeric_limits<double>::infinity() : node.attributes.real("hi"));
  out.lo = std::min(out.hi, on_grid(relu ? 0 : node.attributes.real("lo")));
  out.f.kind = out.lo == 0 && out.hi == half - 1 ? Kind::relu : Kind::clip;
  if (out.f.kind == Kind::clip) {
    out.f.lo = out.lo;
    out.f.hi = out.hi;
  }
  return out;
}

}  // namespace nescio
