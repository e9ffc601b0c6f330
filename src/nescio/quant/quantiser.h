// quant/quantiser.h -- one run of quantise(): what it knows, and what each family of operators does (quantise_*.cc).
#pragma once
#include <string>
#include <vector>

#include "nescio/graph/graph.h"
#include "nescio/quant/calibration.h"
#include "nescio/quant/options.h"
#include "nescio/quant/quant_graph.h"

namespace nescio {

inline Error refusal(ErrorCode code, std::string detail) {
  return Error{code, 0, std::move(detail), {}};
}
inline QuantShape shape_of(const Shape& s) {
  return QuantShape(s.begin(), s.end());
}

class Quantiser {
 public:
  Quantiser(const Graph& graph, Statistics statistics, const QuantOptions& options);
  Result<QuantGraph> run();

 private:
  struct Range {
    std::int64_t lo = 0, hi = 0;
    double largest() const { return static_cast<double>(std::max(hi, -lo)); }
  };
  // Where the result of a rounding goes.
  struct Target {
    double scale = 1;  // of the rounded value
    Requant requant;
    const Node* function = nullptr;
    bool is_output = false;
  };

  // ---- values
  QuantId add_value(ValueId v, std::vector<double> scales, Range range) {
    return add_value(graph_.value(v).name, graph_.value(v).type.shape, std::move(scales), range);
  }
  QuantId add_value(const std::string& name, const Shape& shape, std::vector<double> scales, Range range);
  // Adds a node whose output is the value v, with one scale.
  void add_node(QuantNode node, ValueId v, double scale, Range range);
  const Shape& shape(ValueId v) const { return graph_.value(v).type.shape; }
  DType dtype(ValueId v) const { return graph_.value(v).type.dtype; }
  std::vector<double> cell_scales(QuantId id) const;  // of each cell, written out
  double scale_of(QuantId id) const { return out_.values[id].scales[0]; }
  void mark_outputs();
  void mark_layers();
  void choose_table_bits();
  void add_input(std::size_t i);

  // ---- rounding
  // The function that reads `v` alone, to be applied where v is rounded; null if there is none.
  const Node* fused_function(ValueId v);
  bool is_port(ValueId v) const;
  // For the value v before its function.
  Target target_of(ValueId v, const Node* function);
  // Adds a rounding node whose result, before its function, is the value v. kCalib: outside of the function's domain.
  Status finish(QuantNode node, ValueId v, const Target& t);
  // Weights and bias of a node whose real weights, times the scales of what they multiply, are `w`; sets the shift of
  // `t` and, for an inner value, widens its scale by up to 4.
  Status set_weights(QuantNode& node, Target& t, const QuantShape& w_shape, const SecretVector<double>& w,
                     const QuantShape& b_shape, const SecretVector<double>& b);
  // The value with one scale; rounds to `bits` bits if it has several.
  QuantId uniform(ValueId v, unsigned bits);

  // ---- operators
  Status translate(const Node& node);
  Status linear(const Node& node);
  Status affine(const Node& node);
  Status two_operands(const Node& node, QuantId (&ids)[2]);
  // sum of sign_i x_i: exact if all have one scale, else rounded with multipliers of up to 16 bits.
  Status sum(QuantNode out, ValueId to, const std::vector<std::int64_t>& signs, const Node* f);
  Status add(const Node& node);
  Status multiply(const Node& node);
  // A function of a value that others read too, or that no rounding makes.
  Status function(const Node& node);
  Status total(const Node& node);
  Status divide(const Node& node);
  Status modulo(const Node& node);
  Status move(const Node& node);
  // Operands of a Concat whose scales lie too far apart for one rounding later on, each brought to a scale of the
  // whole.
  std::vector<QuantId> joinable(const Node& node);
  // An inner value that no value of the graph is: x on another scale, rounded; -x; its sign and magnitude.
  QuantId at_scale(QuantId x, double scale, unsigned bits);
  QuantId negated(QuantId x);
  QuantId inner(QuantNode node, const QuantShape& shape, double scale, Range range);
  Status choose(const Node& node);
  Status top(const Node& node);
  Status select(const Node& node);
  Status select_number(const Node& node);
  Status logic(const Node& node);
  Status compare(const Node& node);
  Status trees(const Node& node);
  Status missing(const Node& node);
  Status impute(const Node& node);

  static unsigned bits_of(const Range& r);
  static QuantNode start(QuantNode::Op op, const Node& node, std::vector<QuantId> inputs);

  const Graph& graph_;
  const Statistics seen_;
  const QuantOptions options_;
  QuantGraph out_;
  std::vector<Range> ranges_;      // by QuantId
  std::vector<QuantId> ids_;       // by value of the graph
  std::vector<bool> is_output_;    // flows into an output of the model by moving cells only
  std::vector<bool> only_layers_;  // nothing but Linear and Affine reads it, as it is or moved: they take many scales
  std::vector<bool> as_given_;     // an Impute reads it, as it is or moved: its integers are those of inputs
  std::vector<bool> compared_;     // quantise_trees.h
  std::vector<MissingInput> missing_;
  std::vector<std::vector<std::uint32_t>> readers_;
  std::vector<bool> done_;  // functions that their producer has taken in
  unsigned table_bits_ = 14;
};

}  // namespace nescio
