// Reductions, ratios, choices, truth values and picks, from the float graph to both interpreters; and that no committed
// cell of them can be another.
#include "nescio/compile/lowering_fixture.h"
#include "nescio/gadget/cost.h"
#include "nescio/ops/curve.h"

namespace nescio {
namespace {

constexpr double kFine = 2e-4;
const Attributes kMean{{"mean", std::int64_t{1}}}, kSum{{"mean", std::int64_t{0}}};

Attributes flag(const std::string& name, std::int64_t value) {
  return {{name, value}};
}

TEST(LowerChoices, Totals) {
  for (const Shape& shape : {Shape{5}, Shape{2, 3}, Shape{2, 3, 4}, Shape{1, 7}, Shape{3, 1, 2}})
    for (const Attributes& a : {kMean, kSum}) {
      Sketch s(std::vector<Shape>{shape});
      expect_close(s.graph({s.op("Total", {s.x()}, a)}), kFine);
    }
  Sketch wide(std::vector<Shape>{{2, 600}});  // more bits than an exact sum may have
  expect_close(wide.graph({wide.op("Relu", {wide.op("Total", {wide.op("Mul", {wide.x(), wide.x()})}, kSum)})}), 1e-3);
}

TEST(LowerChoices, TheLargestEntryOfEachRow) {
  for (const Shape& shape : {Shape{5}, Shape{2, 3}, Shape{2, 3, 4}, Shape{1, 7}, Shape{3, 1, 2}}) {
    for (const std::int64_t least : {0, 1}) {
      Sketch s(std::vector<Shape>{shape});
      expect_close(s.graph({s.op("Largest", {s.x()}, flag("least", least))}), kFine);
      for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(shape.size()); ++axis) {
        if (shape[static_cast<std::size_t>(axis)] == 1) continue;
        Sketch a(std::vector<Shape>{shape});
        expect_close(a.graph({a.op("ArgMax", {a.x()},
                                   {{"axis", axis},
                                    {"keepdims", axis % 2},
                                    {"select_last_index", least},
                                    {"least", std::int64_t{1} - least}})}),
                     kFine);
      }
    }
    Sketch h(std::vector<Shape>{shape});
    expect_close(h.graph({h.op("Hardmax", {h.x()})}), kFine);
  }
}

// Values and indices, of one row and several, along each axis; with equal entries, because few integers are there.
TEST(LowerChoices, TheLargestEntriesOfEachRow) {
  const auto top = [](std::int64_t k, std::int64_t least, std::int64_t index) {
    return Attributes{{"k", k}, {"least", least}, {"index", index}};
  };
  for (const Shape& shape : {Shape{5}, Shape{2, 3}, Shape{2, 3, 4}, Shape{1, 7}, Shape{3, 1, 2}})
    for (const std::int64_t least : {0, 1})
      for (std::int64_t k = 1; k <= shape.back(); ++k) {
        Sketch s(std::vector<Shape>{shape});
        const ValueId values = s.op("Top", {s.x()}, top(k, least, 0));
        expect_close(s.graph({values, s.op("Top", {s.x()}, top(k, least, 1)), s.linear(values, 2)}), 1e-3);
      }
  Sketch whole(std::vector<Shape>{{3, 8}});
  const ValueId x =
      whole.op("Cast", {whole.op("Mul", {whole.x(), whole.values({}, {4})})}, {{"to", std::string("int64")}});
  expect_close(whole.graph({whole.op("Top", {x}, top(6, 0, 0)), whole.op("Top", {x}, top(6, 0, 1)),
                            whole.op("Top", {x}, top(6, 1, 1))}),
               0);
}

// Both outputs of a TopK are of the same rounds.
TEST(LowerChoices, ValuesAndIndicesShareTheirRounds) {
  const auto cells = [](bool values, bool indices) {
    Sketch s(std::vector<Shape>{{50}});
    std::vector<ValueId> outputs;
    for (const std::int64_t index : {0, 1})
      if (index == 0 ? values : indices)
        outputs.push_back(s.op("Top", {s.x()}, {{"k", std::int64_t{7}}, {"least", std::int64_t{0}}, {"index", index}}));
    const Graph g = s.graph(outputs);
    const QuantGraph q = quantised(g, random_calibration(g, 4));
    CostBackend b;
    lower(b, q, {(1U << 8) | (1U << 7), 8, false}, {});
    return b.cost().cells;
  };
  EXPECT_LT(cells(true, true), cells(true, false) + 50);
  EXPECT_LT(cells(true, true), cells(false, true) + 50);
}

// Denominators of one sign, and of both.
TEST(LowerChoices, Ratios) {
  for (const double shift : {1.5, -1.5}) {
    Sketch s(std::vector<Shape>{{2, 3}, {3}});
    const ValueId below = s.op("Add", {s.x(1), s.values({}, {shift})});
    expect_close(s.graph({s.op("Div", {s.x(0), below}), s.op("Reciprocal", {below})}), 1e-3);
  }
  Sketch both(std::vector<Shape>{{4}, {1}});
  const ValueId far = both.op(
      "Concat", {both.op("Add", {both.x(1), both.values({}, {2})}), both.op("Add", {both.x(1), both.values({}, {-2})})},
      {{"axis", std::int64_t{0}}});
  const ValueId four = both.op("Concat", {far, far}, {{"axis", std::int64_t{0}}});
  expect_close(both.graph({both.op("Div", {both.x(0), four}), both.op("Reciprocal", {four})}), 2e-3);
}

TEST(LowerChoices, Softmax) {
  Sketch s(std::vector<Shape>{{3, 5}});
  const ValueId below = s.op("Sub", {s.x(), s.op("Largest", {s.x()}, flag("least", 0))});
  const ValueId powers = s.op("Exp", {below}, {{"a", 0.0}, {"b", 0.0}});
  expect_close(s.graph({s.op("Div", {powers, s.op("Total", {powers}, kSum)})}), 1e-3);
}

TEST(LowerChoices, Curves) {
  for (const Curve& curve : curves()) {
    SCOPED_TRACE(curve.op);
    const bool positive =
        curve.op == "Log" || curve.op == "Sqrt" || curve.op == "Power" || curve.op == "Acosh" || curve.op == "Probit";
    const bool steps = curve.op == "Sign" || curve.op == "Floor" || curve.op == "Ceil" || curve.op == "Round" ||
                       curve.op == "ThresholdedRelu" || curve.op == "Shrink";
    if (steps) continue;  // a rounded argument may stand on the other side: the official tests have exact ones
    const double a = curve.op == "Power" ? 1.7 : curve.a;
    Sketch s(std::vector<Shape>{{2, 4}});
    const ValueId x = positive ? s.op("Add", {s.x(), s.values({}, {3})}) : s.x();
    const ValueId y =
        s.op(std::string(curve.op), {s.op("Mul", {x, s.values({}, {curve.op == "Probit" ? 0.15f : 0.75f})})},
             {{"a", a}, {"b", curve.b}});
    expect_close(s.graph({y}), 1e-3);
  }
}

TEST(LowerChoices, TruthValues) {
  const auto logic = [](std::int64_t c, std::int64_t p, std::int64_t q, std::int64_t r) {
    return Attributes{{"constant", c}, {"first", p}, {"second", q}, {"both", r}};
  };
  for (const Attributes& a : {logic(0, 0, 0, 1), logic(0, 1, 1, -1), logic(0, 1, 1, -2), logic(1, -1, -1, 2)}) {
    Sketch s(std::vector<Shape>{{2, 3}, {3}});
    const auto bits = [&](std::size_t i) {
      return s.op("Compare", {s.x(i), s.values({}, {0})}, {{"mode", std::string("greater")}});
    };
    const ValueId y = s.op("Logic", {bits(0), bits(1)}, a);
    expect_close(s.graph({y, s.op("Logic", {y}, logic(1, -1, 0, 0)), s.op("Select", {y, s.x(0), s.x(1)}),
                          s.op("Select", {bits(1), s.linear(s.x(0), 3), s.x(0)})}),
                 2e-3);
  }
}

// Exactly, whatever the numbers: 32 bits of them.
TEST(LowerChoices, OneOfTwoWholeNumbers) {
  const std::pair<double, double> cases[] = {{5, 2}, {0, 1}, {-7, 0}, {2147483647, -2147483647}, {3, 3}};
  for (const auto& [on, off] : cases) {
    GraphBuilder b(1000);
    const ValueId x = b.input("x", {DType::kFloat32, {2, 3}});
    b.scope("select");
    const ValueId zero = b.constant("zero", Tensor::scalar(DType::kFloat32, 0)),
                  p = b.constant("p", Tensor::scalar(DType::kInt64, on)),
                  q = b.constant("q", Tensor::scalar(DType::kInt64, off));
    const ValueId bits = *b.add("Compare", {x, zero}, {{"mode", std::string("greater")}});
    b.output("y", *b.add("Select", {bits, p, q}));
    const auto g = canonicalise(b.take());
    ASSERT_TRUE(g.ok()) << to_string(g.error());
    expect_close(*g, 0);
  }
  GraphBuilder b(1000);
  const ValueId c = b.input("c", {DType::kBool, {2}});
  const ValueId large = b.constant("p", Tensor::scalar(DType::kInt64, 0x1p31)),
                one = b.constant("q", Tensor::scalar(DType::kInt64, 1));
  b.output("y", *b.add("Select", {c, large, one}));
  const Graph g = *canonicalise(b.take());
  const Calibration data{{{Tensor::of(DType::kBool, {2}, std::vector<double>{0, 1})}}};
  EXPECT_EQ(quantise(g, data).error().code, ErrorCode::kOverflow);
}

// Every sign of both; a divisor for all, and one for each.
TEST(LowerChoices, Remainders) {
  const std::vector<std::pair<Shape, std::vector<double>>> divisors = {
      {{}, {7}}, {{}, {1}}, {{3}, {2, 3, 5}}, {{3}, {-2, 3, -5}}, {{2, 1}, {-40, 40000}}, {{}, {-8388607}}};
  for (const auto& [shape, values] : divisors)
    for (const std::int64_t fmod : {0, 1}) {
      GraphBuilder b(1000);
      const ValueId x = b.input("x", {DType::kInt64, {2, 3}});
      b.scope("mod");
      b.output("y", *b.add("Mod", {x, b.constant("d", Tensor::of(DType::kInt64, shape, values))}, flag("fmod", fmod)));
      const auto g = canonicalise(b.take());
      ASSERT_TRUE(g.ok()) << to_string(g.error());
      expect_close(*g, 0, {}, 50);
      expect_close(*g, 0, {.input_bits = 32}, 1e9);
    }
  GraphBuilder b(1000);
  const ValueId x = b.input("x", {DType::kInt64, {2}});
  b.output("y", *b.add("Mod", {x, b.constant("d", Tensor::scalar(DType::kInt64, 0x1p23))}, flag("fmod", 0)));
  const Graph g = *canonicalise(b.take());
  EXPECT_EQ(quantise(g, random_calibration(g, 2)).error().code, ErrorCode::kOverflow);
}

TEST(LowerChoices, Picks) {
  Sketch s(std::vector<Shape>{{2, 3}});
  const ValueId y =
      s.op("Pick", {s.x()}, {{"shape", Shape{3, 4}}, {"indices", Shape{5, 4, -1, 0, 0, 0, 1, 2, -1, 3, 3, 5}}});
  expect_close(s.graph({y, s.linear(y, 2)}), 1e-3);
}

// An input of type bool is 0 or 1, and the circuit says so.
TEST(LowerChoices, ATruthValueThatIsNone) {
  GraphBuilder b(1000);
  const ValueId p = b.input("p", {DType::kBool, {2}});
  b.scope("and");
  b.output("y", *b.add("Logic", {p, p},
                       {{"constant", std::int64_t{0}},
                        {"first", std::int64_t{0}},
                        {"second", std::int64_t{0}},
                        {"both", std::int64_t{1}}}));
  const Graph g = b.take();
  const Calibration c{{{Tensor::of(DType::kBool, {2}, std::vector<double>{0, 1})}}};
  const QuantGraph q = quantised(g, c);
  const GadgetPlan plan;
  const Lowering l = emit_model(q, plan);
  const auto given = [](std::int64_t x, std::int64_t y) {
    IntegerInputs out(1);
    out[0].push_back(x);
    out[0].push_back(y);
    return out;
  };
  EXPECT_EQ(run_row(q, plan, l, given(0, 1))[0], (std::vector<std::int64_t>{0, 1}));
  EvalBackend eval(l.emitted, l.publics);
  const IntegerInputs bad = given(0, 2), good = given(0, 1);
  lower(eval, q, plan, bad);
  ASSERT_FALSE(eval.status().ok());
  EXPECT_EQ(eval.status().error().code, ErrorCode::kInRange);
  // Whoever does not ask: the relation that fails is named.
  EvalBackend honest(l.emitted, l.publics);
  Lowered lowered = lower(honest, q, plan, good);
  lower_outputs(honest, plan, lowered);
  Witness w = *honest.witness();
  bool changed = false;
  for (TensorId id = 0; id < l.emitted.circuit.tensors.size(); ++id)
    if (l.emitted.cells[id] == "p/cell") {
      w.values[id][1] = F(2);
      changed = true;
    }
  ASSERT_TRUE(changed);
  const auto values = evaluate_virtual(l.emitted.circuit, w, l.publics);
  EXPECT_FALSE(check_relations(l.emitted.circuit, *values, &l.emitted.names).ok());
}

TEST(LowerChoices, EveryChangedCellIsCaught) {
  Sketch s(std::vector<Shape>{{2, 3}});
  const ValueId most = s.op("Largest", {s.x()}, flag("least", 0));
  const ValueId bits = s.op("Compare", {s.x(), most}, {{"mode", std::string("less")}});
  const ValueId kept = s.op("Select", {bits, s.x(), s.op("Abs", {s.x()}, {{"a", 0.0}, {"b", 0.0}})});
  const ValueId ratio = s.op("Div", {kept, s.op("Exp", {s.x()}, {{"a", 0.0}, {"b", 0.0}})});
  const ValueId both = s.op("Logic", {bits, s.op("Compare", {ratio, s.x()}, {{"mode", std::string("greater")}})},
                            {{"constant", std::int64_t{0}},
                             {"first", std::int64_t{1}},
                             {"second", std::int64_t{1}},
                             {"both", std::int64_t{-2}}});
  EXPECT_GT(expect_changes_caught(s.graph({s.op("Total", {ratio}, kMean), both, s.op("Hardmax", {s.x()})})), 300U);
}

TEST(LowerChoices, EveryChangedCellOfATopIsCaught) {
  Sketch s(std::vector<Shape>{{2, 5}});
  std::vector<ValueId> outputs;
  for (const std::int64_t index : {0, 1})
    outputs.push_back(s.op("Top", {s.x()}, {{"k", std::int64_t{3}}, {"least", index}, {"index", index}}));
  outputs.push_back(
      s.op("Top", {s.x()}, {{"k", std::int64_t{3}}, {"least", std::int64_t{0}}, {"index", std::int64_t{1}}}));
  EXPECT_GT(expect_changes_caught(s.graph(outputs)), 300U);
}

TEST(LowerChoices, EveryChangedCellOfARemainderIsCaught) {
  for (const std::int64_t fmod : {0, 1}) {
    GraphBuilder b(1000);
    const ValueId x = b.input("x0", {DType::kInt64, {2, 3}});
    b.scope("mod");
    const ValueId d = b.constant("d", Tensor::of(DType::kInt64, {3}, std::vector<double>{7, 1, 300}));
    b.output("y", *b.add("Mod", {x, d}, flag("fmod", fmod)));
    const auto g = canonicalise(b.take());
    ASSERT_TRUE(g.ok()) << to_string(g.error());
    EXPECT_GT(expect_changes_caught(*g, 1000), 100U);
  }
}

// As ops/one_hot.cc has it: places from both ends, and two numbers.
TEST(LowerChoices, EveryChangedCellOfAOneHotIsCaught) {
  GraphBuilder b(1000);
  const ValueId x = b.input("x0", {DType::kFloat32, {2, 3}});
  b.scope("one hot");
  const auto whole = [&](const Shape& shape, const std::vector<double>& v) {
    return b.constant("c", Tensor::of(DType::kInt64, shape, v));
  };
  const Attributes equal{{"mode", std::string("equal")}};
  const ValueId index =
      *b.add("Top", {x}, {{"k", std::int64_t{2}}, {"least", std::int64_t{0}}, {"index", std::int64_t{1}}});
  const ValueId wide =
      *b.add("Pick", {index}, {{"shape", Shape{2, 2, 3}}, {"indices", Shape{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3}}});
  const ValueId here = *b.add("Compare", {wide, whole({3}, {0, 1, 2})}, equal),
                behind = *b.add("Compare", {wide, whole({3}, {-3, -2, -1})}, equal);
  const ValueId on = *b.add("Logic", {here, behind},
                            {{"constant", std::int64_t{0}},
                             {"first", std::int64_t{1}},
                             {"second", std::int64_t{1}},
                             {"both", std::int64_t{-1}}});
  b.output("y", *b.add("Select", {on, whole({}, {5}), whole({}, {-2})}));
  const auto g = canonicalise(b.take());
  ASSERT_TRUE(g.ok()) << to_string(g.error());
  EXPECT_GT(expect_changes_caught(*g), 300U);
}

}  // namespace
}  // namespace nescio
