// ops/curve.h -- functions of one real number, cell by cell: one list for the importer, the float reference and the
// tables of the quantiser.
#pragma once
#include <span>
#include <string_view>

#include "nescio/graph/graph.h"

namespace nescio {

struct Curve {
  std::string_view op;  // of ONNX, and of the graph
  double (*value)(double x, double a, double b);
  // ONNX's attributes that are a and b, and what they are if not given; the graph's nodes have both as "a" and "b".
  const char *a_name = nullptr, *b_name = nullptr;
  double a = 0, b = 0;
};

std::span<const Curve> curves();
const Curve* find_curve(std::string_view op);  // null if it is none
// The function of a node that is a curve. NaN or infinite outside of its domain.
double curve_value(const Node& node, double x);

}  // namespace nescio
