// A whole proof that some weights have a digest: complete; of no use for another digest; refused for other weights.
#include <gtest/gtest.h>

#include "nescio/gadget/digest.h"
#include "nescio/gadget/emit.h"
#include "nescio/gadget/eval.h"
#include "nescio/gadget/range.h"
#include "nescio/prover/prove.h"
#include "nescio/verifier/test_key.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

constexpr Bound kRange{-128, 127};

struct Weights {
  std::vector<std::int64_t> w, b;
  DigestCells salt{F(11), F(12), F(13), F(14)};
  Weights() {
    for (std::int64_t i = 0; i < 70 * 9; ++i) w.push_back((i * i * 31 + 7) % 256 - 128);
    for (std::int64_t i = 0; i < 70; ++i) b.push_back((i * 57) % 256 - 128);
  }
  std::vector<BoundTensor> lower(Backend& be, DigestGadget* gadget) const {
    const auto tensor = [&](const char* name, const Dims& dims, const std::vector<std::int64_t>& values) {
      const Var v = be.commit(name, dims, [&values](const HintView&, std::span<std::int64_t> out) {
        std::copy(values.begin(), values.end(), out.begin());
      });
      range_between(be, {}, name, v, kRange);
      return v;
    };
    const std::vector<BoundTensor> all = {{tensor("w", {70, 9}, w), kRange}, {tensor("b", {70}, b), kRange}};
    *gadget = bind_digest(
        be, Group::weights, [this](const HintView&, std::span<F> s) { std::copy(salt.begin(), salt.end(), s.begin()); },
        all);
    return all;
  }
  DigestCells digest() const {
    EmitBackend be;
    DigestGadget d;
    const DigestSpec spec = digest_spec(be, Group::weights, lower(be, &d));
    const std::vector<std::span<const std::int64_t>> views = {w, b};
    const auto out = sponge_digest(spec, salt, views);
    EXPECT_TRUE(out.ok());
    return *out;
  }
  Emitted emit() const {
    EmitBackend be;
    DigestGadget d;
    lower(be, &d);
    be.builder().digest(digest_port(be, Group::weights, d));
    auto out = be.finish();
    EXPECT_TRUE(out.ok());
    return std::move(*out);
  }
  Witness witness(const Emitted& e) const {
    PublicValues publics(e.circuit.tensors.size());
    const DigestCells d = digest();
    publics[e.circuit.digests[0].tensor].assign(d.begin(), d.end());
    EvalBackend be(e, publics);
    DigestGadget out;
    lower(be, &out);
    auto w_out = be.witness();
    EXPECT_TRUE(w_out.ok());
    return std::move(*w_out);
  }
};

template <class E>
void check() {
  const Weights weights;
  const Emitted e = weights.emit();
  VerifyingKey key = toy_key<E>(e.circuit, 12);
  const DigestCells digest = weights.digest();
  key.bindings = {{digest.begin(), digest.end()}};
  Digest seed{};
  seed.bytes[0] = 5;
  const PublicValues none(e.circuit.tensors.size());
  const Witness witness = weights.witness(e);
  const auto proof = prove({key, witness, none, {}, {}}, SecretDigest(seed));
  ASSERT_TRUE(proof.ok()) << to_string(proof.error());
  EXPECT_TRUE(verify(UncheckedKeyForTests::make(key), none, {}, {}, *proof).ok());

  VerifyingKey other_key = key;
  other_key.bindings[0][0] += F(1);
  EXPECT_FALSE(verify(UncheckedKeyForTests::make(other_key), none, {}, {}, *proof).ok());
  Weights other;
  other.w[5] += other.w[5] < 127 ? 1 : -1;
  const auto refused = prove({key, other.witness(e), none, {}, {}}, SecretDigest(seed));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kSelfCheck);
}

TEST(DigestProof, OfSomeWeights) {
  check<Ext2>();
  check<Ext3>();
}

}  // namespace
}  // namespace nescio
