// prover/every_relation.h -- for tests of whole proofs: one small network with every kind of relation that a circuit
// can state, a digest of its weights and public switches on its output, cut into any number of segments.
//
//   8 t = W x + b - r, (t, y) in a ReLU table, 0 <= r < 8       contraction, divisor, lookups
//   squares = y y, cubes = y y y                                products, two waves
//   moved[o] = y[o + 1], pairs[o] = y[2o] + y[2o + 1]           a shift, a sparse map
//   scores[i] = sum_o k_o y[o, i], k constant                   a known operand; its switches have public ones
//   (k_s, b_k) in the rows (i, b_i) for each input s            a lookup in a table with a private column
//   digest(W, b), both in [-4, 4)                               packing, Poseidon, cubics, a public tensor of the key
#pragma once
#include <map>
#include <string>
#include <vector>

#include "nescio/gadget/digest.h"
#include "nescio/gadget/eval.h"
#include "nescio/gadget/output.h"
#include "nescio/prover/setup.h"
#include "nescio/statement/public_values.h"
#include "nescio/verifier/test_key.h"

namespace nescio {

// Deals everything that has a segment out to `segments` of them, so that no two neighbours share one.
inline void spread(Circuit& circuit, std::uint32_t segments) {
  circuit.segments = segments;
  std::uint32_t next = 0;
  for (TensorDef& tensor : circuit.tensors)
    if (auto* committed = std::get_if<Committed>(&tensor.def)) committed->segment = next++ % segments;
  for (Lookup& lookup : circuit.lookups) lookup.segment = next++ % segments;
  for (Zero& zero : circuit.zeros) zero.segment = next++ % segments;
}

// Recounts all multiplicities; rows in no table are counted nowhere, as a cheating prover would.
inline void count_rows(const Circuit& circuit, const PublicValues& publics, Witness& witness) {
  for (const Table& t : circuit.tables) witness.values[t.multiplicity].assign(t.rows, F());
  const auto all = evaluate_virtual(circuit, witness, publics);
  NESCIO_CHECK(all.ok());
  std::vector<std::map<std::vector<std::int64_t>, std::uint32_t>> rows(circuit.tables.size());
  for (std::size_t t = 0; t < rows.size(); ++t)
    for (std::uint32_t i = 0; i < circuit.tables[t].rows; ++i) {
      std::vector<std::int64_t> row;
      for (const TableColumn& c : circuit.tables[t].columns) row.push_back(c.at(i));
      for (const TensorId c : circuit.tables[t].tensors) row.push_back((*all)[c][i].to_signed());
      rows[t].emplace(std::move(row), i);
    }
  for (const Lookup& l : circuit.lookups)
    for (std::size_t i = 0; i < num_cells(circuit[l.columns[0]].dims); ++i) {
      std::vector<std::int64_t> row;
      for (const TensorId c : l.columns) row.push_back((*all)[c][i].to_signed());
      if (const auto at = rows[l.table].find(row); at != rows[l.table].end())
        witness.values[circuit.tables[l.table].multiplicity][at->second] += F(1);
    }
}

struct EveryRelation {
  static constexpr std::uint32_t kIn = 5, kHidden = 6;
  static constexpr std::int64_t kLo = -4, kHi = 3;  // of weights

  Emitted emitted;  // without the argument's tensors
  Witness witness;
  PublicValues statement;  // values of statement tensors, by tensor id
  std::vector<std::vector<F>> bindings;
  TensorId w = 0, b = 0, x = 0, r = 0, y = 0, lo = 0;

  // Models 0 and 1 differ in one weight; the inputs of a batch have period 3.
  explicit EveryRelation(std::uint32_t segments = 1, int model = 0, std::uint32_t batch = 3)
      : model_(model), batch_(batch) {
    EmitBackend emit;
    const Vars v = lower(emit);
    emit.builder().digest(digest_port(emit, Group::weights, v.digest));
    emit.builder().output({"scores",
                           {batch_},
                           emit.tensor(v.scores),
                           {},
                           emit.bound(v.scores).lo,
                           emit.bound(v.scores).hi,
                           emit.tensor(v.switches.lo),
                           emit.tensor(v.switches.hi),
                           emit.tensor(v.switches.outside),
                           true,
                           emit.tensor(v.switches.onehot),
                           emit.tensor(v.switches.on),
                           emit.tensor(v.switches.tie)});
    auto finished = emit.finish();
    NESCIO_CHECK(finished.ok());
    emitted = std::move(*finished);
    spread(emitted.circuit, segments);
    const std::vector<std::int64_t> weights = weight_values(), biases = bias_values();
    const std::vector<std::span<const std::int64_t>> views = {weights, biases};
    const auto digest = sponge_digest(digest_spec(emit, Group::weights, v.bound), kSalt, views);
    NESCIO_CHECK(digest.ok());
    bindings = {{digest->begin(), digest->end()}};
    const auto parsed = parse_statement("scores[0] >= 4 and argmax(scores) == 2");
    NESCIO_CHECK(parsed.ok());
    auto values = statement_values(emitted.circuit, *parsed, {});
    NESCIO_CHECK(values.ok());
    statement = std::move(*values);
    statement.resize(emitted.circuit.tensors.size());
    const PublicValues all = publics();
    EvalBackend eval(emitted, all);
    lower(eval);
    auto run = eval.witness();
    NESCIO_CHECK(run.ok());
    witness = std::move(*run);
    const auto tensor = [&](Var var) { return emitted.tensor[var.index]; };
    w = tensor(v.w), b = tensor(v.b), x = tensor(v.x), r = tensor(v.r), y = tensor(v.y), lo = tensor(v.switches.lo);
  }

  const Circuit& circuit() const { return emitted.circuit; }
  // Statement and bindings.
  PublicValues publics() const {
    PublicValues all = statement;
    all.resize(emitted.circuit.tensors.size());
    for (std::size_t i = 0; i < bindings.size(); ++i) all[emitted.circuit.digests[i].tensor] = bindings[i];
    return all;
  }
  // A committed tensor by its name in the lowering.
  TensorId named(std::string_view name) const {
    for (TensorId id = 0; id < emitted.cells.size(); ++id)
      if (emitted.cells[id] == name) return id;
    detail::check_failed("no such tensor", __FILE__, __LINE__);
  }
  // With the argument's tensors of a key.
  void fit(const VerifyingKey& key) {
    witness.values.resize(key.circuit.tensors.size());
    statement.resize(key.circuit.tensors.size());
  }

 private:
  struct Vars {
    Var w, b, x, r, y, scores;
    DigestGadget digest;
    std::vector<BoundTensor> bound;
    OutputSwitches switches;
  };
  static constexpr DigestCells kSalt{F(21), F(22), F(23), F(24)};

  std::vector<std::int64_t> weight_values() const {
    std::vector<std::int64_t> v;
    for (std::int64_t i = 0; i < kIn * kHidden; ++i) v.push_back(kHi - (i * i * 6 + i * 5) % 31 % 7);
    v[kIn + 1] -= model_;
    return v;
  }
  static std::vector<std::int64_t> bias_values() {
    std::vector<std::int64_t> v;
    for (std::int64_t i = 0; i < kHidden; ++i) v.push_back((i * 3 + 1) % 8 + kLo);
    return v;
  }
  // Input 0 is zero: no relation but the digest says anything about the weights of it.
  std::vector<std::int64_t> input_values() const {
    std::vector<std::int64_t> v;
    for (std::uint32_t s = 0; s < batch_; ++s)
      for (std::int64_t i = s % 3 * kIn; i < (s % 3 + 1) * kIn; ++i)
        v.push_back(i % kIn == 0 ? 0 : 7 - (i * 11 + 5) % 17 % 6);
    return v;
  }
  static WholeHint these(std::vector<std::int64_t> v) {
    return [v = std::move(v)](const HintView&, std::span<std::int64_t> out) {
      std::copy(v.begin(), v.end(), out.begin());
    };
  }

  Vars lower(Backend& be) const {
    Vars v;
    const TableVar small = be.interval_table(kLo, 8), byte = be.interval_table(0, 8);
    v.w = be.commit("w", {kIn, kHidden}, these(weight_values()));
    v.b = be.commit("b", {kHidden}, these(bias_values()));
    v.x = be.commit("x", {kIn, batch_}, these(input_values()));
    be.lookup("w", small, {v.w});
    be.lookup("b", small, {v.b});
    be.lookup("x", byte, {v.x});
    const Var product = be.contract("product", v.w, {0, 1}, v.x, {0, 2}, {1, 2});
    const Var acc = be.affine("acc", {kHidden, batch_}, {{1, product}, {1, v.b, {runs_with(0)}}});
    const auto quotient = [](std::int64_t a) { return a >= 0 ? a / 8 : -((7 - a) / 8); };
    v.r = be.commit("r", {kHidden, batch_}, [acc, quotient](const HintView& view, std::span<std::int64_t> out) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = view[acc][i] - 8 * quotient(view[acc][i]);
    });
    be.lookup("r", byte, {v.r});
    v.y = be.commit("y", {kHidden, batch_}, [acc, quotient](const HintView& view, std::span<std::int64_t> out) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::max<std::int64_t>(0, quotient(view[acc][i]));
    });
    std::vector<std::int64_t> relu;
    for (std::int64_t t = -32; t < 32; ++t) relu.push_back(std::max<std::int64_t>(0, t));
    const TableVar relu_table = be.table("relu", 64, {progression(-32, 1), listed(relu)});
    be.lookup("relu", relu_table, {be.affine("t", {kHidden, batch_}, {{1, acc}, {-1, v.r}}, 0, 8), v.y});

    const Var squares = be.product("squares", v.y, v.y);
    be.materialise("squares", squares);
    be.materialise("cubes", be.product("cubes", squares, v.y));
    be.materialise("moved", be.map("moved", v.y, 0, kHidden, ShiftMatrix{-1}));
    SparseMatrix pairs;
    for (std::uint32_t o = 0; 2 * o + 1 < kHidden; ++o) {
      pairs.entries.push_back({o, 2 * o, 1});
      pairs.entries.push_back({o, 2 * o + 1, 1});
    }
    be.materialise("pairs", be.map("pairs", v.y, 0, kHidden / 2, pairs));
    const Var k = be.constant("k", {kHidden}, {1, -2, 3, -1, 2, 1});
    v.scores = be.contract("scores", k, {0}, v.y, {0, 1}, {1});
    be.materialise("sums", be.contract("sums", be.constant("ones", {kHidden}, std::vector<std::int64_t>(kHidden, 1)),
                                       {0}, v.y, {0, 1}, {1}));
    const Var chosen = be.commit("chosen", {batch_}, [](const HintView&, std::span<std::int64_t> out) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::int64_t>((i * 4 + 1) % kHidden);
    });
    const Var found =
        be.commit("found", {batch_}, [chosen, b = v.b](const HintView& view, std::span<std::int64_t> out) {
          for (std::size_t i = 0; i < out.size(); ++i) out[i] = view[b][static_cast<std::size_t>(view[chosen][i])];
        });
    be.lookup("found", be.private_table("b", {v.b}), {chosen, found});
    v.switches = output_gadget(be, GadgetPlan(), "scores", v.scores);
    v.bound = {{v.w, {kLo, kHi}}, {v.b, {kLo, kHi}}};
    v.digest = bind_digest(
        be, Group::weights,
        [](const HintView&, std::span<F> salt) { std::copy(kSalt.begin(), kSalt.end(), salt.begin()); }, v.bound);
    return v;
  }

  int model_;
  std::uint32_t batch_;
};

}  // namespace nescio
