#include "nescio/circuit/builder.h"

#include <array>

#include "nescio/circuit/check.h"
#include "nescio/sponge/poseidon.h"

namespace nescio {
namespace {

TableColumn normalised(TableColumn column) {
  if (!column.explicit_values || column.values.empty()) return column;
  const std::vector<std::int64_t>& v = column.values;
  std::int64_t step = 0, next = 0;
  if (v.size() > 1 && __builtin_sub_overflow(v[1], v[0], &step)) return column;
  for (std::size_t i = 1; i < v.size(); ++i)
    if (__builtin_add_overflow(v[i - 1], step, &next) || next != v[i]) return column;
  return progression(v[0], step);
}

}  // namespace

CircuitBuilder::CircuitBuilder(std::uint32_t segments) {
  NESCIO_CHECK(segments >= 1 && segments <= kMaxSegments);
  circuit_.segments = segments;
}

TensorId CircuitBuilder::append(TensorDef tensor) {
  const auto id = static_cast<TensorId>(circuit_.tensors.size());
  circuit_.tensors.push_back(std::move(tensor));
  NESCIO_CHECK(check_tensor(circuit_, id).ok());
  return id;
}

TensorId CircuitBuilder::committed(Dims dims, std::uint32_t segment) {
  return append({std::move(dims), Committed{Role::value, segment}});
}
TensorId CircuitBuilder::constant(Dims dims, std::vector<std::int64_t> values) {
  return append({std::move(dims), Constant{false, std::move(values)}});
}
TensorId CircuitBuilder::poseidon_constants(Dims dims) {
  return append({std::move(dims), Constant{true, {}}});
}
TensorId CircuitBuilder::public_values(Dims dims, Public::Source source) {
  return append({std::move(dims), Public{source}});
}

AffineTerm CircuitBuilder::term(TensorId source, std::int64_t coef) const {
  AffineTerm t{coef, source, {}};
  for (std::uint32_t d = 0; d < dims(source).size(); ++d) t.dims.push_back(runs_with(d));
  return t;
}
TensorId CircuitBuilder::affine(Dims dims, std::vector<AffineTerm> terms, std::int64_t constant,
                                std::uint64_t divisor) {
  return append({std::move(dims), Affine{std::move(terms), constant, divisor}});
}
TensorId CircuitBuilder::contract(TensorId a, std::vector<std::uint8_t> a_labels, TensorId b,
                                  std::vector<std::uint8_t> b_labels, std::vector<std::uint8_t> y_labels) {
  std::array<std::uint32_t, 256> extent{};
  NESCIO_CHECK(a_labels.size() == dims(a).size() && b_labels.size() == dims(b).size());
  for (std::size_t d = 0; d < a_labels.size(); ++d) extent[a_labels[d]] = dims(a)[d];
  for (std::size_t d = 0; d < b_labels.size(); ++d) extent[b_labels[d]] = dims(b)[d];
  Dims out;
  for (const std::uint8_t label : y_labels) out.push_back(extent[label]);
  return append({std::move(out), Contract{a, b, std::move(a_labels), std::move(b_labels), std::move(y_labels)}});
}
TensorId CircuitBuilder::product(TensorId a, TensorId b) {
  std::vector<std::uint8_t> labels;
  for (std::size_t d = 0; d < dims(a).size(); ++d) labels.push_back(static_cast<std::uint8_t>(d));
  return contract(a, labels, b, labels, labels);
}
TensorId CircuitBuilder::map(TensorId source, std::uint32_t dim, std::uint32_t extent,
                             std::variant<SparseMatrix, ShiftMatrix, PoseidonMatrix> matrix) {
  Dims out = dims(source);
  NESCIO_CHECK(dim < out.size());
  out[dim] = extent;
  return append({std::move(out), Map{source, dim, std::move(matrix)}});
}

TensorId CircuitBuilder::cubic(TensorId a, TensorId b, TensorId c) {
  return append({dims(a), Cubic{a, b, c}});
}
TensorId CircuitBuilder::packing(std::uint32_t blocks, std::vector<Packing::Part> parts) {
  return append({{kPoseidonRate, blocks}, Packing{std::move(parts)}});
}

std::uint32_t CircuitBuilder::table(std::uint32_t rows, std::vector<TableColumn> columns, std::uint32_t segment,
                                    std::vector<TensorId> tensors) {
  for (TableColumn& column : columns) {
    NESCIO_CHECK(!column.explicit_values || column.values.size() == rows);
    column = normalised(std::move(column));
  }
  for (std::uint32_t i = 0; i < circuit_.tables.size(); ++i) {
    const Table& t = circuit_.tables[i];
    if (t.rows == rows && t.columns == columns && t.tensors == tensors) return i;
  }
  const TensorId multiplicity = append({Dims{rows}, Committed{Role::multiplicity, segment}});
  circuit_.tables.push_back({rows, std::move(columns), multiplicity, std::move(tensors)});
  NESCIO_CHECK(check_table(circuit_, circuit_.tables.back()).ok());
  return static_cast<std::uint32_t>(circuit_.tables.size() - 1);
}

void CircuitBuilder::lookup(std::uint32_t table, std::uint32_t segment, std::vector<TensorId> columns) {
  circuit_.lookups.push_back({table, segment, std::move(columns)});
  NESCIO_CHECK(check_lookup(circuit_, circuit_.lookups.back()).ok());
}

void CircuitBuilder::zero(TensorId tensor, std::uint32_t segment) {
  NESCIO_CHECK(tensor < circuit_.tensors.size() && segment < circuit_.segments);
  circuit_.zeros.push_back({tensor, segment});
}

void CircuitBuilder::input(InputPort port) {
  circuit_.inputs.push_back(std::move(port));
}
void CircuitBuilder::output(OutputPort port) {
  circuit_.outputs.push_back(std::move(port));
}
void CircuitBuilder::digest(DigestPort port) {
  circuit_.digests.push_back(std::move(port));
}

void add_argument_tensors(Circuit& circuit, std::uint32_t segment, std::uint32_t pads, std::uint32_t triples,
                          std::uint32_t degree) {
  NESCIO_CHECK(segment < circuit.segments && pads >= 1 && triples >= 1 && degree >= 1);
  const auto add = [&](std::uint32_t n, Role role) {
    circuit.tensors.push_back({Dims{n, degree}, Committed{role, segment}});
  };
  add(pads, Role::pad);
  for (const Role role : {Role::triple_a, Role::triple_b, Role::triple_c}) add(triples, role);
  add(1, Role::dummy);
}

}  // namespace nescio
