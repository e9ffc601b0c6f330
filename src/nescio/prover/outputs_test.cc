// Proofs about an output that is never committed, with the gadget of every compiled model: each kind of statement.
#include <gtest/gtest.h>

#include "nescio/gadget/eval.h"
#include "nescio/gadget/output.h"
#include "nescio/prover/prove.h"
#include "nescio/prover/setup.h"
#include "nescio/statement/public_values.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

constexpr std::uint32_t kIn = 4, kOut = 3;

// y = W x with private W and x: y = (10, 14, 5).
OutputSwitches lower(Backend& b, Var& y) {
  const auto fill = [](std::vector<std::int64_t> v) {
    return [v](const HintView&, std::span<std::int64_t> out) { std::copy(v.begin(), v.end(), out.begin()); };
  };
  const Var w = b.commit("w", {kIn, kOut}, fill({1, 2, 0, 1, 7, 0, 7, 0, 0, 1, 1, 0}));
  const Var x = b.commit("x", {kIn}, fill({1, 4, 1, 1}));
  b.lookup("w", b.interval_table(0, 8), {w});
  b.lookup("x", b.interval_table(0, 8), {x});
  y = b.contract("y", w, {0, 1}, x, {0}, {1});
  return output_gadget(b, GadgetPlan(), "out", y);
}

struct Model {
  Emitted emitted;
  Result<VerifyingKey> key = Error{ErrorCode::kParams, 0, {}, {}};
  Model() {
    EmitBackend b;
    Var y;
    const OutputSwitches s = lower(b, y);
    OutputPort p{"y",
                 {kOut},
                 b.tensor(y),
                 {},
                 b.bound(y).lo,
                 b.bound(y).hi,
                 b.tensor(s.lo),
                 b.tensor(s.hi),
                 b.tensor(s.outside),
                 true,
                 b.tensor(s.onehot),
                 b.tensor(s.on),
                 b.tensor(s.tie)};
    b.builder().output(p);
    auto out = b.finish();
    NESCIO_CHECK(out.ok());
    emitted = std::move(*out);
    soundness::SearchOptions options;
    options.degree = 2;
    options.security_bits = 100;
    key = make_key(emitted.circuit, {}, options);
  }
};

TEST(Outputs, each_kind_of_statement) {
  const Model m;
  ASSERT_TRUE(m.key.ok());
  const auto checked = verify_key(*m.key);
  ASSERT_TRUE(checked.ok()) << checked.error().where;
  struct Case {
    const char* statement;
    bool truth;
  };
  std::vector<std::uint8_t> earlier;
  for (const Case& c :
       {Case{"y[0] >= 10 and y[2] < 6", true}, Case{"y[0] >= 11", false}, Case{"argmax(y) == 1", true},
        Case{"argmax(y) == 0", false}, Case{"y[1] not in [0, 13]", true},
        Case{"y[1] not in [14, 30] and argmax(y) == 1", false}, Case{"y[0] not in [11, 12]", true}, Case{"", true}}) {
    const auto statement = parse_statement(c.statement);
    ASSERT_TRUE(statement.ok());
    auto publics = statement_values(m.emitted.circuit, *statement, {});
    ASSERT_TRUE(publics.ok()) << c.statement;
    EvalBackend eval(m.emitted, *publics);
    Var y;
    (void)lower(eval, y);
    auto witness = eval.witness();
    EXPECT_EQ(witness.ok(), c.truth) << c.statement;
    publics->resize(m.key->circuit.tensors.size());
    if (!witness.ok()) {  // nor does an earlier proof, or any bytes, make it true
      EXPECT_FALSE(verify(*checked, *publics, {}, {}, earlier).ok()) << c.statement;
      continue;
    }
    witness->values.resize(m.key->circuit.tensors.size());
    const auto proof = prove({*m.key, *witness, *publics, {}, {}}, SecretDigest(Digest{}));
    ASSERT_TRUE(proof.ok()) << c.statement << " " << to_string(proof.error());
    EXPECT_TRUE(verify(*checked, *publics, {}, {}, *proof).ok()) << c.statement;
    EXPECT_FALSE(verify(*checked, *publics, {}, {}, earlier).ok()) << c.statement;
    earlier = *proof;
  }
}

// A key whose owner left the gadget out.
TEST(Outputs, a_key_without_the_gadget_is_refused) {
  CircuitBuilder b;
  const TensorId y = b.committed({1}, 0);
  b.lookup(b.table(256, {progression(0, 1)}, 0), 0, {y});
  const TensorId lo = b.public_values({1}, Public::Source::statement),
                 hi = b.public_values({1}, Public::Source::statement);
  const TensorId outside = b.public_values({1}, Public::Source::statement);
  b.output({"y", {1}, y, {}, 0, 255, lo, hi, outside, false, 0, 0, 0});
  const auto key = make_key(b.take(), {}, {});
  ASSERT_TRUE(key.ok());
  const auto checked = verify_key(*key);
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().where, 1000U);
}

}  // namespace
}  // namespace nescio
