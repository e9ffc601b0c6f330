// A model in rows: each row is a run of the model, no committed cell is free, a row reads its own table alone, and what
// the argument of accuracy/rows.h does not cover is refused.
#include "nescio/accuracy/rows.h"

#include <gtest/gtest.h>

#include <numeric>

#include "nescio/accuracy/count.h"
#include "nescio/accuracy/stranger.h"
#include "nescio/circuit/builder.h"
#include "nescio/circuit/sample_circuit.h"
#include "nescio/compile/lowering_fixture.h"
#include "nescio/ops/trees.h"
#include "nescio/prover/every_relation.h"
#include "nescio/witness/evaluate.h"

namespace nescio {
namespace {

constexpr std::uint32_t kRows = 3;

// A model, its circuit of some rows, an honest witness.
struct Counted {
  QuantGraph graph;
  Program program;
  Counting counting;
  Witness witness;
  PublicValues publics;
  std::uint64_t correct = 0;

  const Circuit& circuit() const { return counting.emitted.circuit; }
};

Counted counted(const Graph& graph, std::optional<std::int64_t> threshold,
                const std::vector<std::int64_t>& labels = {0, 1, 1}) {
  Counted out;
  const Calibration calibration = random_calibration(graph, kRows);
  out.graph = quantised(graph, calibration);
  const auto plan = choose_plan(out.graph);
  auto program = make_program(out.graph, *plan);
  EXPECT_TRUE(program.ok()) << (program.ok() ? "" : to_string(program.error()));
  out.program = std::move(*program);
  const Secret<DigestCells> salt({F(1), F(2), F(3), F(4)});
  const auto digest = weights_digest(out.program, out.graph, salt.value);
  const Circuit& model = out.program.emitted.circuit;
  const Prediction prediction{0, threshold};
  auto counting = count_correct(model, prediction, kRows);
  EXPECT_TRUE(counting.ok()) << (counting.ok() ? "" : to_string(counting.error()));
  out.counting = std::move(*counting);

  LabelledSet set;
  set.labels.assign(labels.begin(), labels.end());
  set.inputs.resize(model.inputs.size());
  CountedRows rows;
  rows.cells.resize(model.tensors.size());
  for (std::uint32_t r = 0; r < kRows; ++r) {
    const IntegerInputs inputs = integers_of(out.graph, calibration.rows[r]);
    const auto run = model_cells(out.program, out.graph, inputs, r == 0 ? &salt : nullptr, *digest);
    EXPECT_TRUE(run.ok()) << (run.ok() ? "" : to_string(run.error()));
    for (std::size_t i = 0; i < inputs.size(); ++i)
      set.inputs[i].insert(set.inputs[i].end(), inputs[i].begin(), inputs[i].end());
    for (TensorId id = 0; id < model.tensors.size(); ++id)
      if (r == 0 || out.counting.rows.per_row[id])
        rows.cells[id].insert(rows.cells[id].end(), run->values[id].begin(), run->values[id].end());
    const auto& y = run->outputs[0];
    rows.output.insert(rows.output.end(), y.begin(), y.end());
    const std::int64_t said =
        threshold ? (y[0] >= *threshold ? 1 : 0) : std::max_element(y.begin(), y.end()) - y.begin();
    out.correct += said == labels[r] ? 1 : 0;
  }
  const Circuit& circuit = out.circuit();
  out.publics.resize(circuit.tensors.size());
  const auto tell = [&](TensorId id, const SecretVector<std::int64_t>& values) {
    for (const std::int64_t x : values) out.publics[id].push_back(F::from_signed(x));
  };
  for (std::size_t i = 0; i < set.inputs.size(); ++i) tell(circuit.inputs[i].pub, set.inputs[i]);
  tell(circuit.inputs.back().pub, set.labels);
  const OutputPort& port = circuit.outputs[0];
  const auto n = static_cast<std::int64_t>(out.correct);
  tell(port.pub_lo, {n});
  tell(port.pub_hi, {n});
  tell(port.pub_outside, {0});
  for (const DigestPort& d : circuit.digests) out.publics[d.tensor].assign(digest->begin(), digest->end());
  auto witness = counted_witness(model, out.counting, set, std::move(rows), out.publics);
  EXPECT_TRUE(witness.ok()) << (witness.ok() ? "" : to_string(witness.error()));
  if (witness.ok()) out.witness = std::move(*witness);
  return out;
}

Graph network() {
  Sketch s({{1, 4}});
  return s.graph({s.linear(s.op("Relu", {s.linear(s.x(), 5)}), 2)});
}

// Two trees over three features: no power of two.
Graph forest() {
  TreeBuilder b;
  for (const std::int64_t f : {0, 2}) {
    const auto low = b.test(1, KeySet::at_most(-0.25), true, b.leaf({0.5}), b.leaf({-1.25}));
    b.root(b.test(f, KeySet::at_most(0.125), false, low, b.leaf({1.75})));
  }
  TreeScores scores;
  auto table = b.finish();
  EXPECT_TRUE(table.ok());
  scores.table = std::move(*table);
  scores.columns = 1;
  scores.aggregate = "sum";
  scores.base = {0.5};
  GraphBuilder builder(1 << 20);
  const ValueId x = builder.input("x", {DType::kFloat32, {1, 3}});
  builder.scope("trees");
  const auto y = add_trees(builder, x, scores);
  EXPECT_TRUE(y.ok());
  builder.output("y", *y);
  const auto g = canonicalise(builder.take());
  EXPECT_TRUE(g.ok());
  return *g;
}

void expect_tied(const Counted& c) {
  const Circuit& circuit = c.circuit();
  ASSERT_TRUE(check_witness(circuit, c.witness, c.publics, nullptr).ok());
  std::size_t changed = 0;
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const Committed* committed = circuit.committed(id);
    if (committed == nullptr || committed->role != Role::value) continue;
    if (c.counting.emitted.cells[id] == "correct/above") continue;  // of no effect while nothing is excluded
    const std::size_t n = c.witness.values[id].size();
    for (const std::size_t cell : {std::size_t{0}, n / 2, n - 1}) {
      Witness other = c.witness;
      other.values[id][cell] += F(1);
      count_rows(circuit, c.publics, other);
      EXPECT_FALSE(check_witness(circuit, other, c.publics, nullptr).ok()) << "tensor " << id << ", cell " << cell;
      ++changed;
    }
  }
  EXPECT_GT(changed, 20U);
  for (const std::int64_t count : {-1, 1}) {
    PublicValues other = c.publics;
    const F n = F::from_signed(static_cast<std::int64_t>(c.correct) + count);
    other[circuit.outputs[0].pub_lo] = other[circuit.outputs[0].pub_hi] = {n};
    EXPECT_FALSE(check_witness(circuit, c.witness, other, nullptr).ok());
  }
}

TEST(Rows, no_cell_of_a_network_is_free) {
  const Counted c = counted(network(), {});
  expect_tied(c);
}

TEST(Rows, no_cell_of_trees_is_free) {
  const Counted c = counted(forest(), 1);
  expect_tied(c);
  const Circuit& circuit = c.circuit();
  EXPECT_TRUE(std::any_of(circuit.tables.begin(), circuit.tables.end(),
                          [](const Table& t) { return t.rows == 4 * kRows && t.tensors.size() == 2; }));
}

// Fails by the relation of that name, and by no other.
void expect_caught(const Counted& c, const PublicValues& publics, const std::string& name) {
  const Emitted& e = c.counting.emitted;
  const Status s = check_witness(e.circuit, c.witness, publics, &e.names);
  ASSERT_FALSE(s.ok());
  EXPECT_EQ(s.error().detail.find(name + " does not hold"), 0U) << s.error().detail;
  Circuit without = e.circuit;
  const auto at = std::find(e.names.zeros.begin(), e.names.zeros.end(), name) - e.names.zeros.begin();
  ASSERT_LT(at, static_cast<std::ptrdiff_t>(without.zeros.size()));
  without.zeros.erase(without.zeros.begin() + at);
  EXPECT_TRUE(check_witness(without, c.witness, publics).ok());
}

TEST(Rows, the_rows_and_labels_that_are_told_are_those_that_are_counted) {
  const Counted honest = counted(network(), {});
  for (const std::vector<std::int64_t>& labels : {std::vector<std::int64_t>{1, 1, 1}, {0, 1, 0}, {1, 0, 0}}) {
    const Counted other = counted(network(), {}, labels);
    PublicValues told = other.publics;
    const InputPort& port = other.circuit().inputs.back();
    told[port.pub] = honest.publics[port.pub];
    expect_caught(other, told, "label/disclosed");
  }
  PublicValues told = honest.publics;
  told[honest.circuit().inputs[0].pub].back() += F(1);
  expect_caught(honest, told, "x0/disclosed");
}

// x [3] and a place in it, which a table of x tells: v = x[place].
struct Reader {
  Circuit circuit;
  TensorId x = 0, place = 0, v = 0;
};
Reader reader() {
  CircuitBuilder b;
  Reader r;
  r.x = b.committed({3}, 0);
  r.place = b.committed({2}, 0);
  r.v = b.committed({2}, 0);
  b.lookup(b.table(16, {progression(0, 1)}, 0), 0, {r.x});
  b.lookup(b.table(16, {progression(0, 1)}, 0), 0, {r.place});
  b.lookup(b.table(3, {progression(0, 1)}, 0, {r.x}), 0, {r.place, r.v});
  r.circuit = b.take();
  r.circuit.inputs = {{"x", {3}, r.x, {Scale{}}, 0, 15}, {"place", {2}, r.place, {Scale{}}, 0, 15}};
  OutputPort y;
  y.name = "v";
  y.dims = {2};
  y.tensor = r.v;
  r.circuit.outputs = {y};
  return r;
}

TEST(Rows, a_row_reads_its_own_table_alone) {
  const Reader r = reader();
  const auto rows = make_rows(r.circuit, 2);
  ASSERT_TRUE(rows.ok()) << to_string(rows.error());
  const Circuit& c = rows->circuit;
  const PublicValues none(c.tensors.size());
  // What of place and v of the first row holds, the second row having x = 4, 5, 6.
  const auto holds = [&](std::uint64_t place, std::uint64_t v, bool with_range) {
    Circuit circuit = c;
    if (!with_range) std::erase_if(circuit.lookups, [&](const Lookup& l) { return circuit.tables[l.table].rows == 3; });
    Witness w;
    w.values.resize(c.tensors.size());
    w.values[rows->tensor[r.x]] = {F(1), F(2), F(3), F(4), F(5), F(6)};
    w.values[rows->tensor[r.place]] = {F(place), F(0), F(0), F(2)};
    w.values[rows->tensor[r.v]] = {F(v), F(1), F(4), F(6)};
    for (const Table& table : c.tables) w.values[table.multiplicity].assign(table.rows, F(0));
    count_rows(circuit, none, w);
    return check_witness(circuit, w, none, nullptr).ok();
  };
  EXPECT_TRUE(holds(1, 2, true));
  EXPECT_FALSE(holds(1, 3, true));
  EXPECT_TRUE(holds(5, 5, false));  // the second row's, if nothing kept the place in the first
  EXPECT_FALSE(holds(5, 5, true));
  EXPECT_TRUE(holds(3, 0, false));  // between the two
  EXPECT_FALSE(holds(3, 0, true));
}

std::string refusal(const Circuit& circuit, std::uint32_t n = 2) {
  const auto rows = make_rows(circuit, n);
  if (rows.ok()) return "";
  EXPECT_EQ(rows.error().code, ErrorCode::kUsage) << to_string(rows.error());
  return rows.error().detail;
}

TEST(Rows, what_is_not_a_function_is_refused) {
  EXPECT_EQ(refusal(reader().circuit), "");
  Reader r = reader();
  r.circuit.lookups.pop_back();  // v is anything
  EXPECT_NE(refusal(r.circuit), "");
  r = reader();
  r.circuit.inputs.pop_back();  // so is the place
  EXPECT_NE(refusal(r.circuit), "");
  r = reader();
  r.circuit.outputs[0].tensor = r.x;
  EXPECT_EQ(refusal(r.circuit), "");
  r.circuit.inputs.clear();
  EXPECT_NE(refusal(r.circuit).find("does not depend on its inputs"), std::string::npos);
}

TEST(Rows, what_does_not_fit_is_refused) {
  EXPECT_NE(refusal(reader().circuit, 1 << 19).find("fit a table"), std::string::npos);
  CircuitBuilder b;
  const TensorId x = b.committed({2, 1, 1, 1, 1, 1}, 0);
  b.lookup(b.table(16, {progression(0, 1)}, 0), 0, {x});
  Circuit c = b.take();
  c.inputs = {{"x", {2}, x, {Scale{}}, 0, 15}};
  OutputPort y;
  y.tensor = x;
  c.outputs = {y};
  EXPECT_NE(refusal(c).find("six dimensions"), std::string::npos);
  Reader r = reader();
  r.circuit.tables.back().columns[0].start = 1;
  EXPECT_NE(refusal(r.circuit).find("a table of it"), std::string::npos);
}

TEST(Rows, what_no_compiler_makes_is_refused) {
  const auto counts = [](const Circuit& c) {
    const auto r = count_correct(c, {}, 2);
    EXPECT_TRUE(r.ok() || r.error().code == ErrorCode::kUsage) << to_string(r.error());
    return r.ok();
  };
  const auto times = [](std::int64_t coef) {
    return [coef](CircuitBuilder& b, TensorId x) { return b.affine({2}, {b.term(x, coef)}); };
  };
  EXPECT_TRUE(counts(strange_circuit(times(1), 15)));
  EXPECT_TRUE(counts(strange_circuit(times(std::int64_t{1} << 56), 15 * (std::int64_t{1} << 56))));
  EXPECT_FALSE(counts(strange_circuit(times(std::int64_t{1} << 57), 15 * (std::int64_t{1} << 57))));
  EXPECT_FALSE(counts(strange_circuit(times(1), 14)));
  const auto square = [](CircuitBuilder& b, TensorId x) { return b.product(x, x); };
  const auto cube = [&](CircuitBuilder& b, TensorId x) { return b.product(square(b, x), x); };
  EXPECT_TRUE(counts(strange_circuit(square, 225)));
  EXPECT_FALSE(counts(strange_circuit(cube, 3375)));  // another product would be too deep
}

TEST(Rows, digests_of_inputs_and_statements_are_left_out) {
  const Counted c = counted(network(), {});
  Disclosure disclosure;
  disclosure.inputs = {"x0"};
  disclosure.output_digest = true;
  const auto more = make_program(c.graph, c.program.plan, disclosure);
  ASSERT_TRUE(more.ok());
  const auto counting = count_correct(more->emitted.circuit, {0, {}}, kRows);
  ASSERT_TRUE(counting.ok());
  EXPECT_EQ(counting->emitted.circuit.inputs, c.circuit().inputs);
  std::size_t cells = 0, plain = 0;
  for (const TensorDef& t : counting->emitted.circuit.tensors)
    cells += std::holds_alternative<Committed>(t.def) ? num_cells(t.dims) : 0;
  for (const TensorDef& t : c.circuit().tensors)
    plain += std::holds_alternative<Committed>(t.def) ? num_cells(t.dims) : 0;
  EXPECT_EQ(cells, plain);
}

}  // namespace
}  // namespace nescio
