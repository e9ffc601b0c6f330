// verifier/checked_key.h -- a key that cannot weaken a verdict: the only kind that verify() takes.
//
// Recomputed from the key, never believed: the circuit is well formed; every integer identity is free of wrap-around,
// from enforced ranges alone; the switches of each output bind it as a verdict says; each digest is the sponge over the
// tensors that its port lists; the argument's tensors have the sizes that the replay asks for; the layout holds every
// cell once, above the reserved rows; the parameters reach their security level for this circuit; the mask columns hide
// the column rounds. Cost: once per key; a dry run of the replay.
#pragma once
#include "nescio/base/error.h"
#include "nescio/pcs/shape.h"
#include "nescio/proof/key.h"
#include "nescio/relation/verifier.h"
#include "nescio/soundness/terms.h"

namespace nescio {

class CheckedKey {
 public:
  const VerifyingKey& key() const { return key_; }
  const Digest& id() const { return id_; }
  const Digest& model() const { return model_; }
  // Every output is a function of the inputs and of the weights under the key's digest (circuit/determined.h).
  bool one_model() const { return one_model_; }
  // The least of all error terms, in 2^-32 bits; at least params.security_bits.
  soundness::Bits bits() const { return bits_; }
  const std::vector<relation::SegmentTensors>& segment_tensors() const { return tensors_; }
  const pcs::MatrixShape& shape() const { return shape_; }

 private:
  friend Result<CheckedKey> verify_key(VerifyingKey key);
  friend struct UncheckedKeyForTests;  // defined in tests only: toy parameters
  CheckedKey() = default;
  VerifyingKey key_;
  Digest id_{}, model_{};
  bool one_model_ = false;
  soundness::Bits bits_ = 0;
  std::vector<relation::SegmentTensors> tensors_;
  pcs::MatrixShape shape_;
};

// kVKey if any of the above fails.
Result<CheckedKey> verify_key(VerifyingKey key);

}  // namespace nescio
