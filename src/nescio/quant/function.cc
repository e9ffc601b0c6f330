#include "nescio/quant/function.h"

#include <algorithm>
#include <limits>

#include "nescio/quant/fixed_point.h"

namespace nescio {
namespace {

using Kind = Activation::Kind;

constexpr int kSlopeBits = 16;

bool is_curve(const Node& f) {
  return f.op == "Sigmoid" || f.op == "Tanh";
}

double real_value(const Node& f, double x) {
  if (f.op == "Tanh") return std::tanh(x);
  if (f.op == "Sigmoid") return 1 / (1 + std::exp(-x));
  return x < 0 ? f.attributes.real("alpha") * x : x;
}

}  // namespace

bool needs_table(const Node& f) {
  if (is_curve(f)) return true;
  if (f.op != "LeakyRelu") return false;
  const double alpha = f.attributes.real("alpha");
  return !(alpha >= 0 && alpha < 1 - std::ldexp(1.0, -kSlopeBits));
}

QuantFunction quantised_function(const Node* function, unsigned bits, double scale, bool is_output) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  QuantFunction out;
  out.scale = scale;
  out.lo = -half;
  out.hi = half - 1;
  if (function == nullptr) return out;
  const Node& node = *function;
  if (needs_table(node)) {
    out.f.kind = Kind::table;
    out.scale = is_curve(node) ? std::ldexp(1.0, is_output ? -20 : -15)
                               : scale * std::max(1.0, std::abs(node.attributes.real("alpha")));
    for (std::int64_t x = -half; x < half; ++x)
      out.f.values.push_back(rounded(real_value(node, static_cast<double>(x) * scale) / out.scale));
    const auto [lo, hi] = std::minmax_element(out.f.values.begin(), out.f.values.end());
    out.lo = *lo;
    out.hi = *hi;
  } else if (node.op == "LeakyRelu") {
    out.f.kind = Kind::leaky;
    out.f.shift = kSlopeBits;
    out.f.slope = rounded(std::ldexp(node.attributes.real("alpha"), kSlopeBits));
  } else {
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
  }
  return out;
}

}  // namespace nescio
