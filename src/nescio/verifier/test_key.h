// verifier/test_key.h -- for tests: keys with toy parameters, which verify_key refuses. Never part of a library.
#pragma once
#include "nescio/base/bits.h"
#include "nescio/circuit/builder.h"
#include "nescio/proof/opening_shape.h"
#include "nescio/verifier/checked_key.h"

namespace nescio {

struct UncheckedKeyForTests {
  static CheckedKey make(VerifyingKey key) {
    CheckedKey out;
    out.tensors_ = relation::segment_tensors(key.circuit);
    out.shape_ = matrix_shape(key.params, key.layout);
    out.id_ = key_id(key);
    out.model_ = model_id(key);
    out.key_ = std::move(key);
    return out;
  }
};

// A key without any security: few queries, little work, small columns.
template <class E>
VerifyingKey toy_key(Circuit circuit, unsigned log_rows) {
  for (std::uint32_t s = 0; s < circuit.segments; ++s) {
    const relation::Counts counts = relation::count_messages<E>(circuit, s);
    add_argument_tensors(circuit, s, counts.pads, counts.triples + 1, E::D);
  }
  VerifyingKey key;
  pcs::Params& p = key.params;
  p.degree = E::D;
  p.security_bits = 1;
  p.log_rows = static_cast<std::uint8_t>(log_rows);
  p.log_inv_rate = 1;
  p.queries = 3;
  p.query_pow = 2;
  p.fold_pow = 1;
  p.lookup_pow = 3;
  p.rounds = {{2, 2, 2, 1, 1, 1, 0}, {3, 2, 2, 1, 0, 0, 0}};
  p.final_log = static_cast<std::uint8_t>(log_rows - 4);
  key.layout = pack(circuit, log_rows, p.reserved_rows());
  p.columns = static_cast<std::uint16_t>(key.layout.columns());
  p.kappa = static_cast<std::uint8_t>(log2_ceil(p.columns));
  key.circuit = std::move(circuit);
  return key;
}

// The same key, for runs without nonces.
inline VerifyingKey without_work(VerifyingKey key) {
  key.params.query_pow = key.params.fold_pow = key.params.lookup_pow = 0;
  for (pcs::Round& r : key.params.rounds) r.query_pow = r.fold_pow = 0;
  return key;
}

}  // namespace nescio
