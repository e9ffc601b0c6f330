// circuit/builder.h -- makes circuits: appends tensors, tables, lookups, zeros and ports, with shapes checked.
//
// A wrong shape is a programmer error and aborts; whether the whole is a sound circuit is for circuit/check.h and
// circuit/bounds.h to say.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "nescio/circuit/circuit.h"

namespace nescio {

// Dimension of a source runs with dimension d of the result; or is fixed at index i.
inline DimRef runs_with(std::uint32_t d) {
  return {false, d};
}
inline DimRef fixed_at(std::uint32_t i) {
  return {true, i};
}

inline TableColumn progression(std::int64_t start, std::int64_t step) {
  return {false, start, step, {}};
}
inline TableColumn listed(std::vector<std::int64_t> values) {
  return {true, 0, 1, std::move(values)};
}

class CircuitBuilder {
 public:
  explicit CircuitBuilder(std::uint32_t segments = 1);
  explicit CircuitBuilder(Circuit circuit) : circuit_(std::move(circuit)) {}

  const Circuit& circuit() const { return circuit_; }
  const Dims& dims(TensorId id) const { return circuit_[id].dims; }
  Circuit take() { return std::move(circuit_); }

  TensorId committed(Dims dims, std::uint32_t segment);
  TensorId constant(Dims dims, std::vector<std::int64_t> values);  // logical order
  TensorId poseidon_constants(Dims dims);
  TensorId public_values(Dims dims, Public::Source source);

  // A term that reads `source` index by index: dimension d runs with dimension d of the result.
  AffineTerm term(TensorId source, std::int64_t coef = 1) const;
  // divisor * y = constant + sum of the terms.
  TensorId affine(Dims dims, std::vector<AffineTerm> terms, std::int64_t constant = 0, std::uint64_t divisor = 1);
  // The dimensions of the result follow from the labels.
  TensorId contract(TensorId a, std::vector<std::uint8_t> a_labels, TensorId b, std::vector<std::uint8_t> b_labels,
                    std::vector<std::uint8_t> y_labels);
  // Elementwise; equal dims.
  TensorId product(TensorId a, TensorId b);
  // a b c, elementwise; equal dims.
  TensorId cubic(TensorId a, TensorId b, TensorId c);
  // Dimension `dim` of the source becomes `extent` entries.
  TensorId map(TensorId source, std::uint32_t dim, std::uint32_t extent,
               std::variant<SparseMatrix, ShiftMatrix, PoseidonMatrix> matrix);

  // [8, blocks].
  TensorId packing(std::uint32_t blocks, std::vector<Packing::Part> parts);

  // The same table asked twice is one table; its leaves are in the segment of the first call. Columns of `rows` values
  // each; listed values that form a progression are stored as one.
  std::uint32_t table(std::uint32_t rows, std::vector<TableColumn> columns, std::uint32_t segment,
                      std::vector<TensorId> tensors = {});
  void lookup(std::uint32_t table, std::uint32_t segment, std::vector<TensorId> columns);
  void zero(TensorId tensor, std::uint32_t segment);

  void input(InputPort port);
  void output(OutputPort port);
  void digest(DigestPort port);

 private:
  TensorId append(TensorDef tensor);
  Circuit circuit_;
};

// Appends the extension-valued tensors of the argument in one segment: pad [pads, degree], triple_a, triple_b, triple_c
// [triples, degree], dummy [1, degree]. Their sizes follow from a dry run of the verifier's replay, so they come last.
void add_argument_tensors(Circuit& circuit, std::uint32_t segment, std::uint32_t pads, std::uint32_t triples,
                          std::uint32_t degree);

}  // namespace nescio
