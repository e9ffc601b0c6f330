// Whole programs: digests, statements at the edges of rounding, refusals.
#include "nescio/compile/program.h"

#include <set>

#include "nescio/compile/lowering_fixture.h"
#include "nescio/statement/public_values.h"

namespace nescio {
namespace {

struct Fixture {
  QuantGraph q;
  Program program;
  Salts salts{Secret<DigestCells>({F(1), F(2), F(3), F(4)}),
              {{F(5), F(6), F(7), F(8)}, {F(13), F(14), F(15), F(16)}},
              Secret<DigestCells>({F(9), F(10), F(11), F(12)})};
  DigestCells digest{};
  IntegerInputs inputs;

  Fixture(const Graph& g, const Calibration& c, const Disclosure& disclosure = {}) : q(quantised(g, c)) {
    const auto plan = choose_plan(q);
    const auto made = make_program(q, *plan, disclosure);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : to_string(made.error()));
    program = *made;
    digest = *weights_digest(program, q, salts.weights.value);
    inputs = integers_of(q, c.rows[0]);
  }
  const Circuit& circuit() const { return program.emitted.circuit; }

  // All that the key makes public.
  Disclosed disclosed(const IntegerOutputs& outputs) const {
    Disclosed out;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (const InputPort& p = circuit().inputs[i]; p.disclosed)
        out.inputs.push_back({p.name, {inputs[i].begin(), inputs[i].end()}});
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (const OutputPort& p = circuit().outputs[i]; p.disclosed)
        out.outputs.push_back({p.name, {outputs[i].begin(), outputs[i].end()}});
    std::size_t k = 0;
    for (const DigestPort& port : circuit().digests) {
      if (port.group == Group::inputs)
        out.digests.push_back({port.group, *group_digest(circuit(), port, inputs, salts.inputs[k++])});
      if (port.group == Group::outputs)
        out.digests.push_back({port.group, *group_digest(circuit(), port, outputs, salts.outputs.value)});
    }
    return out;
  }
  Result<Run> run(const std::string& text) const {
    NESCIO_TRY(const Statement s, parse_statement(text));
    return run_program(program, q, inputs, salts, digest, [&](const IntegerOutputs& outputs) {
      return statement_values(circuit(), s, disclosed(outputs));
    });
  }
  PublicValues publics(const Run& r) const {
    PublicValues all = r.statement;
    all.resize(circuit().tensors.size());
    all[circuit().digests[0].tensor].assign(digest.begin(), digest.end());
    return all;
  }
  Status check(const Run& r) const { return check_witness(circuit(), r.witness, publics(r), &program.emitted.names); }
  // The relations that one run's witness breaks under another one's public values.
  std::set<std::string> broken(const Run& cells, const Run& told) const {
    std::set<std::string> out;
    const PublicValues all = publics(told);
    const auto values = evaluate_virtual(circuit(), cells.witness, all);
    EXPECT_TRUE(values.ok());
    for (std::size_t z = 0; z < circuit().zeros.size(); ++z)
      for (const F& x : (*values)[circuit().zeros[z].tensor])
        if (!(x == F())) out.insert(program.emitted.names.zeros[z]);
    Circuit lookups = circuit();
    lookups.zeros.clear();
    if (!check_relations(lookups, *values).ok()) out.insert("lookup");
    return out;
  }
};

// text of j * scale / 2, exactly: scale is a power of two.
std::string half_steps(std::int64_t j, double scale) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), "%.18f", static_cast<double>(j) * scale / 2);
  std::string text = buffer;
  text.resize(text.find_last_not_of('0') + 1);
  return text.back() == '.' ? text + "0" : text;
}

TEST(Program, StatementsAtTheEdgesOfRounding) {
  Sketch s({{1, 2}});
  const Graph g = s.graph({s.linear(s.x(), 1)});
  Calibration c;
  Random random(5);
  for (int r = 0; r < 4; ++r) c.rows.push_back({random.tensor({DType::kFloat32, {1, 2}}, 1000)});
  const Fixture f(g, c);
  const double scale = f.q.values[f.q.outputs[0].value].scales[0];
  ASSERT_GE(scale, std::ldexp(1.0, -16));  // thresholds are written exactly
  const auto outputs = run_model(f.program, f.q, f.inputs);
  ASSERT_TRUE(outputs.ok());
  const std::int64_t y = (*outputs)[0][0];
  std::size_t true_ones = 0, false_ones = 0;
  const auto expect = [&](const std::string& text, bool truth) {
    const auto run = f.run(text);
    EXPECT_EQ(run.ok(), truth) << text << ", output " << y << " * " << scale;
    if (run.ok()) {
      EXPECT_TRUE(f.check(*run).ok()) << text;
      ++true_ones;
    } else {
      EXPECT_EQ(run.error().code, ErrorCode::kStatementFalse) << text << ": " << to_string(run.error());
      ++false_ones;
    }
  };
  for (std::int64_t j = 2 * y - 3; j <= 2 * y + 3; ++j) {
    const std::string t = half_steps(j, scale);
    expect("y0 >= " + t, 2 * y >= j);
    expect("y0 > " + t, 2 * y > j);
    expect("y0 <= " + t, 2 * y <= j);
    expect("y0 < " + t, 2 * y < j);
    if (j % 2 == 0) {
      expect("y0 == " + t, 2 * y == j);
    } else {
      EXPECT_EQ(f.run("y0 == " + t).error().code, ErrorCode::kVStatement);
    }
    for (std::int64_t k = j; k <= 2 * y + 3; ++k) {
      // An interval between two steps holds no integer.
      const std::string interval = "[" + t + ", " + half_steps(k, scale) + "]";
      const bool inside = j <= 2 * y && 2 * y <= k, empty = j == k && j % 2 != 0;
      if (empty) {
        EXPECT_EQ(f.run("y0 in " + interval).error().code, ErrorCode::kVStatement);
      } else {
        expect("y0 in " + interval, inside);
      }
      expect("y0 not in " + interval, !inside);
    }
  }
  EXPECT_GT(true_ones, 30U);
  EXPECT_GT(false_ones, 30U);
}

TEST(Program, Classes) {
  Sketch s({{1, 3}});
  const Graph g = s.graph({s.linear(s.x(), 4)});
  const Fixture f(g, random_calibration(g, 3));
  const auto outputs = run_model(f.program, f.q, f.inputs);
  ASSERT_TRUE(outputs.ok());
  const auto k = std::max_element((*outputs)[0].begin(), (*outputs)[0].end()) - (*outputs)[0].begin();
  for (int i = 0; i < 4; ++i) {
    const auto run = f.run("argmax(y0) == " + std::to_string(i));
    EXPECT_EQ(run.ok(), i == k);
    EXPECT_TRUE(!run.ok() || f.check(*run).ok());
  }
  EXPECT_TRUE(f.run("y0[2] >= -1000000 and argmax(y0) == " + std::to_string(k)).ok());
}

TEST(Program, AnotherSaltOrDigestIsCaught) {
  Sketch s({{1, 2}});
  const Graph g = s.graph({s.linear(s.x(), 1)});
  Fixture f(g, random_calibration(g, 3));
  ASSERT_TRUE(f.check(*f.run("")).ok());
  Fixture other = f;
  other.salts.weights.value[0] += F(1);
  const auto refused = other.check(*other.run(""));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kSelfCheck);
  EXPECT_EQ(refused.error().detail.rfind("digest of weights/digest", 0), 0U) << refused.error().detail;
  other = f;
  ++other.q.nodes[0].weights[0].values[0];  // another model under the same digest
  EXPECT_EQ(other.check(*other.run("")).error().code, ErrorCode::kSelfCheck);
}

// Two inputs of different shapes, two outputs.
Graph two_by_two() {
  Sketch s({{1, 6}, {1, 3}});
  return s.graph({s.linear(s.op("Relu", {s.linear(s.x(0), 5)}), 2), s.linear(s.x(1), 1)});
}
const Disclosure kEverything{{"x0", "x1"}, {"y0", "y1"}, {{0, 1}}, true};

TEST(Program, EachKindOfDisclosureIsSoundAndComplete) {
  const Graph g = two_by_two();
  const Calibration c = random_calibration(g, 3);
  for (const Disclosure& d : {Disclosure{}, Disclosure{{"x1"}, {}, {}, false}, Disclosure{{}, {"y0"}, {}, false},
                              Disclosure{{}, {}, {{0, 1}}, false}, Disclosure{{}, {}, {{1}}, false},
                              Disclosure{{}, {}, {{0}, {1}}, true}, Disclosure{{}, {}, {}, true}, kEverything}) {
    const Fixture f(g, c, d);
    EXPECT_EQ(disclosure_of(f.circuit()), d);
    const Status checked = check_circuit(f.circuit(), false);
    EXPECT_TRUE(checked.ok()) << checked.error().where;
    const auto bounds = derive_bounds(f.circuit(), ErrorCode::kOverflow);
    EXPECT_TRUE(bounds.ok()) << to_string(bounds.error());
    const auto run = f.run("y1 >= -1000000");
    ASSERT_TRUE(run.ok()) << to_string(run.error());
    EXPECT_TRUE(f.check(*run).ok());
    EXPECT_TRUE(f.broken(*run, *run).empty());
  }
  const auto unknown = make_program(quantised(g, c), *choose_plan(quantised(g, c)), {{"y0"}, {}, {}, false});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::kUsage);
  for (const auto& digests :
       std::vector<std::vector<std::vector<std::size_t>>>{{{}}, {{2}}, {{0}, {0}}, {{1, 0}}, {{0, 0}}})
    EXPECT_EQ(make_program(quantised(g, c), *choose_plan(quantised(g, c)), {{}, {}, digests, false}).error().code,
              ErrorCode::kUsage);
}

// Each lie about what is told breaks the relation that binds it, and no other.
TEST(Program, EveryLieAboutWhatIsDisclosedIsCaught) {
  using Names = std::set<std::string>;
  const std::string inputs = "x0/digest of inputs/digest", outputs = "digest of outputs/digest";
  const Graph g = two_by_two();
  const Calibration c = random_calibration(g, 3);
  const Fixture f(g, c, kEverything);
  const auto honest = *f.run("");

  // Another value is told than the one that was used.
  for (std::size_t i = 0; i < 2; ++i) {
    auto told = honest;
    told.statement[f.circuit().inputs[i].pub][2] += F(1);
    EXPECT_EQ(f.broken(honest, told), Names{"x" + std::to_string(i) + "/disclosed"});
  }
  // Other salts, with the chains that belong to them.
  Fixture salted = f;
  salted.salts.inputs[0][3] += F(1);
  EXPECT_EQ(f.broken(*salted.run(""), honest), Names{inputs});
  salted.salts = f.salts;
  salted.salts.outputs.value[0] += F(1);
  EXPECT_EQ(f.broken(*salted.run(""), honest), Names{outputs});
  // Other digests.
  for (std::size_t d = 1; d < 3; ++d)
    for (std::size_t i = 0; i < 4; ++i) {
      auto told = honest;
      told.statement[f.circuit().digests[d].tensor][i] += F(1);
      EXPECT_EQ(f.broken(honest, told), Names{d == 1 ? inputs : outputs});
    }
  // Another input, honest in all else, under the digest of the first.
  const Fixture bound(g, c, {{}, {}, {{0, 1}}, false});
  Fixture other = bound;
  other.inputs[1][0] += other.inputs[1][0] > 0 ? -1 : 1;
  const auto first = *bound.run(""), second = *other.run("");
  EXPECT_NE(first.statement[bound.circuit().digests[1].tensor], second.statement[bound.circuit().digests[1].tensor]);
  EXPECT_EQ(bound.broken(second, first), Names{inputs});
  // Each digest is of its own inputs: two records, of which one is exchanged.
  const Fixture apart(g, c, Disclosure{{}, {}, {{0}, {1}}, false});
  for (std::size_t i = 0; i < 2; ++i) {
    other = apart;
    other.inputs[i][0] += other.inputs[i][0] > 0 ? -1 : 1;
    EXPECT_EQ(apart.broken(*other.run(""), *apart.run("")),
              Names{"x" + std::to_string(i) + "/digest of inputs/digest"});
  }
  // Another input than the one that is told.
  const Fixture shown(g, c, {{"x0"}, {}, {}, false});
  other = shown;
  other.inputs[0][5] += other.inputs[0][5] > 0 ? -1 : 1;
  EXPECT_EQ(shown.broken(*other.run(""), *shown.run("")), Names{"x0/disclosed"});
  // An output that is not the one that is told: its gadget.
  const Fixture open(g, c, {{}, {"y1"}, {}, false});
  other = open;
  other.inputs[1][1] += other.inputs[1][1] > 0 ? -40 : 40;
  const auto moved = *other.run("");
  EXPECT_NE(moved.statement[open.circuit().outputs[1].pub_lo],
            open.run("")->statement[open.circuit().outputs[1].pub_lo]);
  EXPECT_EQ(open.broken(moved, *open.run("")), Names{"lookup"});
}

TEST(Program, ADigestHidesBehindItsSaltAndSeparatesData) {
  const Graph g = two_by_two();
  const Fixture f(g, random_calibration(g, 3), {{}, {}, {{0, 1}}, true});
  const auto digest = [&](const IntegerInputs& x, const DigestCells& salt) {
    const auto d = group_digest(f.circuit(), f.circuit().digests[1], x, salt);
    EXPECT_TRUE(d.ok());
    return *d;
  };
  const DigestCells own = digest(f.inputs, f.salts.inputs[0]);
  EXPECT_EQ(own, digest(f.inputs, f.salts.inputs[0]));
  EXPECT_NE(own, digest(f.inputs, f.salts.outputs.value));
  IntegerInputs x = f.inputs;
  std::swap(x[0][0], x[0][1]);
  EXPECT_NE(own, digest(x, f.salts.inputs[0]));
  x = f.inputs;
  x[1][2] += x[1][2] > 0 ? -1 : 1;
  EXPECT_NE(own, digest(x, f.salts.inputs[0]));
  x[1][2] = std::int64_t{1} << 40;
  EXPECT_EQ(group_digest(f.circuit(), f.circuit().digests[1], x, f.salts.inputs[0]).error().code, ErrorCode::kRange);
}

TEST(Program, VerifiersAccept) {
  Sketch s({{1, 6}});
  const Graph g = s.graph({s.linear(s.op("Relu", {s.linear(s.x(), 8)}), 3)});
  const Fixture f(g, random_calibration(g, 3), {{"x0"}, {"y0"}, {{0}}, true});
  EXPECT_TRUE(check_circuit(f.circuit(), false).ok());
  EXPECT_TRUE(check_digests(f.circuit(), 0).ok());
  const auto bounds = derive_bounds(f.circuit(), ErrorCode::kOverflow);
  ASSERT_TRUE(bounds.ok()) << to_string(bounds.error());
  const auto determined = [&](const Circuit& c) -> bool { return determined_tensors(c, *bounds)[c.outputs[0].tensor]; };
  EXPECT_TRUE(determined(f.circuit()));
  // Weights that the digest does not list are the prover's choice; and so is a key without any.
  for (std::size_t i = 0; i < f.circuit().digests[0].bound.size(); ++i) {
    Circuit c = f.circuit();
    c.digests[0].bound.erase(c.digests[0].bound.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(determined(c)) << i;
  }
  Circuit c = f.circuit();
  c.digests.erase(c.digests.begin());
  EXPECT_FALSE(determined(c));
}

// A sum that could wrap is refused by name before there is a circuit.
TEST(Program, OverflowIsRefusedWithNodeAndBits) {
  QuantGraph q;
  q.values = {{"x", {1, 4}, {1.0}}, {"y", {1, 1}, {1.0}}};
  q.inputs = {{"x", 0, 32, {}}};
  q.outputs = {{"y", 1, 24, {}}};
  QuantNode n;
  n.name = "big";
  n.inputs = {0};
  n.output = 1;
  n.rounded = true;
  n.requant = {20, 24};
  n.weights.push_back({"big/w", {1, 4}, 32, {1, 2, 3, 4}});
  q.nodes = {n};
  ASSERT_TRUE(validate(q).ok());
  const auto p = make_program(q, GadgetPlan{});
  ASSERT_FALSE(p.ok());
  EXPECT_EQ(p.error().code, ErrorCode::kOverflow);
  EXPECT_EQ(p.error().detail.rfind("big/product", 0), 0U) << p.error().detail;
  EXPECT_NE(p.error().detail.find("65 bits"), std::string::npos) << p.error().detail;
}

// What a verifier would refuse is refused here, in words.
TEST(Program, TooLargeForAVerifier) {
  const auto make = [](std::int64_t outputs) {
    Sketch s({{outputs, 1}});
    const Graph g = s.graph({s.linear(s.x(), 1)});
    const QuantGraph q = quantised(g, random_calibration(g, 1));
    return make_program(q, *choose_plan(q));
  };
  EXPECT_TRUE(make(1 << 16).ok());
  for (const auto& [outputs, words] : {std::pair{1 << 18, "steps"}, std::pair{1 << 20, "more values"}}) {
    const auto p = make(outputs);
    ASSERT_FALSE(p.ok());
    EXPECT_EQ(p.error().code, ErrorCode::kMemory);
    EXPECT_NE(p.error().detail.find(words), std::string::npos) << p.error().detail;
  }
}

TEST(Program, AModelWithoutWeightsBindsNone) {
  QuantGraph q;
  q.values = {{"x", {2}, {1.0}}, {"y", {2}, {1.0}}};
  QuantNode n{QuantNode::Op::combine, "n", {0, 0}, 1};
  n.integers = {1, 1};
  q.nodes = {n};
  q.inputs = {{"x", 0, 8, {}}};
  q.outputs = {{"y", 1, 24, {}}};
  ASSERT_TRUE(validate(q).ok());
  const auto p = make_program(q, *choose_plan(q));
  ASSERT_TRUE(p.ok());
  EXPECT_TRUE(p->emitted.circuit.digests.empty());
  EXPECT_TRUE(weights_digest(*p, q, {}).ok());
}

TEST(QuantiseInput, RefusesWhatIsNotAFiniteNumberInRange) {
  Sketch s({{1, 2}});
  const Graph g = s.graph({s.linear(s.x(), 1)});
  const QuantGraph q = quantised(g, random_calibration(g, 3));
  const auto code = [&](std::vector<double> x) {
    const auto r = quantise_input(input_port(q, 0), x);
    return r.ok() ? 0 : static_cast<int>(r.error().code);
  };
  EXPECT_EQ(code({0, 0}), 0);
  EXPECT_EQ(code({0}), static_cast<int>(ErrorCode::kInShape));
  EXPECT_EQ(code({0, std::nan("")}), static_cast<int>(ErrorCode::kInNonFinite));
  EXPECT_EQ(code({1e9, 0}), static_cast<int>(ErrorCode::kInRange));
}

}  // namespace
}  // namespace nescio
