#include "nescio/verifier/checked_key.h"

#include <algorithm>

#include "nescio/base/bits.h"
#include "nescio/circuit/bounds.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/determined.h"
#include "nescio/circuit/digests.h"
#include "nescio/pcs/mask_rank.h"
#include "nescio/proof/opening_shape.h"
#include "nescio/statement/switches.h"

namespace nescio {
namespace {

// Error::where of this file's own rules.
enum KeyRule : std::uint32_t {
  kBindings = 200,
  kArgumentSizes = 201,
  kLayoutParams = 202,
  kMaskRank = 203,
  kDigests = 300,
  kSwitches = 1000
};

Status check_argument(const Circuit& circuit, const std::vector<relation::SegmentTensors>& tensors,
                      const std::vector<relation::Counts>& messages, std::uint32_t degree) {
  for (std::uint32_t s = 0; s < circuit.segments; ++s) {
    const relation::Counts& counts = messages[s];
    const auto has = [&](TensorId id, std::uint32_t n) {
      const Committed* c = circuit.committed(id);
      return c != nullptr && c->role >= Role::pad && circuit[id].dims == Dims{n, degree};
    };
    const relation::SegmentTensors& t = tensors[s];
    const std::uint32_t triples = counts.triples + 1;
    NESCIO_VERIFY(has(t.pad, counts.pads) && has(t.triple_a, triples) && has(t.triple_b, triples) &&
                      has(t.triple_c, triples) && has(t.dummy, 1),
                  ErrorCode::kVKey, kArgumentSizes);
  }
  return Unit{};
}

template <class E>
bool masks_hide(const pcs::Params& params, const pcs::MatrixShape& shape) {
  return pcs::generic_mask_rank<E>(params.kappa, shape.positions) == pcs::full_mask_rank(params.degree, params.kappa);
}

}  // namespace

Result<CheckedKey> verify_key(VerifyingKey key) {
  const Circuit& circuit = key.circuit;
  NESCIO_TRY_STATUS(pcs::well_formed(key.params));
  NESCIO_TRY_STATUS(check_circuit(circuit));
  NESCIO_TRY(const std::vector<Interval> bounds, derive_bounds(circuit));
  NESCIO_TRY_STATUS(check_switches(circuit, bounds, kSwitches));
  NESCIO_TRY_STATUS(check_digests(circuit, kDigests));

  NESCIO_VERIFY(key.bindings.size() == num_bindings(circuit), ErrorCode::kVKey, kBindings);
  for (std::size_t i = 0; i < key.bindings.size(); ++i)
    NESCIO_VERIFY(key.bindings[i].size() == num_cells(circuit[circuit.digests[i].tensor].dims), ErrorCode::kVKey,
                  kBindings);

  CheckedKey out;
  const std::vector<bool> determined = determined_tensors(circuit, bounds);
  out.one_model_ =
      !circuit.outputs.empty() && std::all_of(circuit.outputs.begin(), circuit.outputs.end(),
                                              [&](const OutputPort& port) { return determined[port.tensor]; });
  out.tensors_ = relation::segment_tensors(circuit);
  const bool quadratic = key.params.degree == 2;
  const std::vector<relation::Counts> messages =
      quadratic ? relation::count_messages<Ext2>(circuit) : relation::count_messages<Ext3>(circuit);
  NESCIO_TRY_STATUS(check_argument(circuit, out.tensors_, messages, key.params.degree));

  NESCIO_TRY_STATUS(check_layout(circuit, key.layout));
  NESCIO_VERIFY(key.layout.log_rows == key.params.log_rows && key.layout.reserved_rows == key.params.reserved_rows() &&
                    key.layout.columns() == key.params.columns && log2_ceil(key.params.columns) == key.params.kappa &&
                    std::is_sorted(key.layout.column_segment.begin(), key.layout.column_segment.end()),
                ErrorCode::kVKey, kLayoutParams);
  out.shape_ = matrix_shape(key.params, key.layout);
  const pcs::MatrixShape* shapes[] = {&out.shape_};
  NESCIO_TRY_STATUS(pcs::check_shapes(key.params, shapes));
  NESCIO_VERIFY(quadratic ? masks_hide<Ext2>(key.params, out.shape_) : masks_hide<Ext3>(key.params, out.shape_),
                ErrorCode::kVKey, kMaskRank);

  NESCIO_TRY(out.bits_, soundness::check(key.params, circuit_counts(circuit, messages)));
  out.id_ = key_id(key);
  out.model_ = model_id(key);
  out.key_ = std::move(key);
  return out;
}

}  // namespace nescio
