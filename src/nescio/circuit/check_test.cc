// The sample passes; one change each violates one rule.
#include "nescio/circuit/check.h"

#include <gtest/gtest.h>

#include "nescio/circuit/sample_circuit.h"
#include "nescio/circuit/work.h"

namespace nescio {
namespace {

using Rule = CircuitRule;

class CheckCircuit : public testing::Test {
 protected:
  template <class Def>
  Def& def(TensorId id) {
    return std::get<Def>(c.tensors[id].def);
  }
  TensorId add(Dims dims, decltype(TensorDef::def) d) {
    c.tensors.push_back({std::move(dims), std::move(d)});
    return static_cast<TensorId>(c.tensors.size() - 1);
  }
  template <class Def>
  TensorId first() const {
    TensorId id = 0;
    while (!std::holds_alternative<Def>(c[id].def)) ++id;
    return id;
  }
  void refused(Rule rule) const {
    const Status status = check_circuit(c);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kVKey);
    EXPECT_EQ(status.error().where, static_cast<std::uint32_t>(rule));
    EXPECT_TRUE(status.error().detail.empty());
  }
  void accepted() const {
    const Status status = check_circuit(c);
    EXPECT_TRUE(status.ok()) << status.error().where;
  }
  Sample s = make_sample(true);
  Circuit& c = s.circuit;
};

TEST_F(CheckCircuit, AcceptsTheSample) {
  accepted();
  EXPECT_TRUE(check_circuit(make_sample(false).circuit, false).ok());
}

TEST_F(CheckCircuit, Counts) {
  for (const std::uint32_t n : {0U, kMaxSegments + 1}) {
    c.segments = n;
    refused(Rule::kCount);
  }
  c = make_sample(true).circuit;
  c.tables.resize(kMaxTables + 1, c.tables[0]);
  refused(Rule::kCount);
  c = make_sample(true).circuit;
  c.digests.resize(kMaxPorts + 1, c.digests[0]);
  refused(Rule::kCount);
  c = make_sample(true).circuit;
  c.zeros.resize(kMaxLookups + 1, c.zeros[0]);
  refused(Rule::kCount);
}

TEST_F(CheckCircuit, Dims) {
  const Dims kWrong[] = {
      {4, 0}, {1, 1, 1, 1, 1, 1, 1}, {1U << 20, 1U << 20}, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, {kMaxExtent + 1}};
  for (const Dims& dims : kWrong) {
    c.tensors[s.x].dims = dims;
    refused(Rule::kDims);
  }
}

TEST_F(CheckCircuit, Totals) {
  TensorId big[2];
  for (TensorId& id : big) id = add({1U << 20, (1U << 19)}, Committed{});
  for (const TensorId id : big) c.zeros.push_back({id, 0});
  refused(Rule::kTotal);
  c = make_sample(true).circuit;
  const TensorId wide = add({1U << 20, 1U << 10}, Affine{{}, 0, 1});
  for (int i = 0; i < 1024; ++i) c.lookups.push_back({s.int8, 0, {wide}});
  refused(Rule::kTotal);
  c = make_sample(true).circuit;
  add({1U << 24}, Public{});
  refused(Rule::kTotal);
  c = make_sample(true).circuit;
  const TensorId source = add({1U << 12}, Committed{});
  c.zeros.push_back({source, 0});
  SparseMatrix full;
  for (std::uint32_t i = 0; i <= kMaxListed / 3; ++i) full.entries.push_back({i >> 12, i % (1U << 12), 1});
  add({1U << 12}, Map{source, 0, std::move(full)});
  refused(Rule::kTotal);
}

TEST_F(CheckCircuit, CommittedTensors) {
  def<Committed>(s.x).segment = 2;
  refused(Rule::kCommitted);
  c = make_sample(true).circuit;
  def<Committed>(s.x).role = static_cast<Role>(7);
  refused(Rule::kCommitted);
  c = make_sample(true).circuit;
  c.tensors.back().dims = {2, 3};  // the dummy
  refused(Rule::kCommitted);
  c.tensors.back().dims = {1};
  refused(Rule::kCommitted);
  c.tensors.back().dims = {1, 4};
  refused(Rule::kCommitted);
}

TEST_F(CheckCircuit, SourcesAreEarlierValues) {
  auto& a = def<Contract>(s.accumulator).a;
  for (const TensorId id : {s.accumulator, s.y, TensorId{0xFFFFFFFF}}) {
    a = id;
    refused(Rule::kSource);
  }
  c = make_sample(true).circuit;
  def<Affine>(s.quotient).terms[1].source = c.tables[0].multiplicity;
  refused(Rule::kSource);
  c = make_sample(true).circuit;
  def<Map>(first<Map>()).source = first<Map>();
  refused(Rule::kSource);
}

TEST_F(CheckCircuit, Scalars) {
  auto& a = def<Affine>(s.quotient);
  for (const std::int64_t x : {kMaxInteger + 1, -kMaxInteger - 1, INT64_MIN, std::int64_t{0}}) {
    a.terms[0].coef = x;
    refused(Rule::kScalar);
  }
  a.terms[0].coef = 1;
  for (const std::uint64_t q : {std::uint64_t{0}, std::uint64_t{1} << 62, F::kModulus, ~std::uint64_t{0}}) {
    a.divisor = q;
    refused(Rule::kScalar);
  }
  a.divisor = 16;
  a.constant = INT64_MIN;
  refused(Rule::kScalar);
}

TEST_F(CheckCircuit, Indices) {
  auto& dims = def<Affine>(s.packed).terms[0].dims;  // {fixed 0, runs with 0} of w[4, 3]
  const std::vector<DimRef> kWrong[] = {{},
                                        {fixed_at(0)},
                                        {fixed_at(0), runs_with(0), fixed_at(0)},
                                        {fixed_at(4), runs_with(0)},
                                        {fixed_at(0xFFFFFFFF), runs_with(0)},
                                        {fixed_at(0), runs_with(1)},
                                        {fixed_at(0), runs_with(0xFFFFFFFF)},
                                        {runs_with(0), fixed_at(0)}};  // extent 4 is not 3
  for (const auto& refs : kWrong) {
    dims = refs;
    refused(Rule::kIndex);
  }
}

TEST_F(CheckCircuit, NoDiagonals) {
  const TensorId square = add({3, 3}, Affine{{}, 1, 1});
  AffineTerm term{1, square, {runs_with(0), runs_with(0)}};
  add({3}, Affine{{term}, 0, 1});
  refused(Rule::kIndex);
}

TEST_F(CheckCircuit, Labels) {
  struct Labels {
    std::vector<std::uint8_t> a, b, y;
  };
  const Labels kWrong[] = {{{0}, {0}, {1}},                            // too few
                           {{0, 1, 2}, {0}, {1}}, {{0, 0}, {0}, {1}},  // twice in one operand
                           {{0, 1}, {1}, {0}},                         // extents differ
                           {{0, 1}, {0}, {0}},                         // y has another extent
                           {{0, 1}, {2}, {1}},                         // in one operand alone
                           {{0, 1}, {0}, {3}},                         // y's label is nowhere
                           {{0, 1}, {0}, {}},     {{0, 1}, {0}, {1, 1}}};
  for (const Labels& l : kWrong) {
    auto& contract = def<Contract>(s.accumulator);
    contract.a_labels = l.a;
    contract.b_labels = l.b;
    contract.y_labels = l.y;
    refused(Rule::kLabels);
  }
}

TEST_F(CheckCircuit, Matrices) {
  const TensorId id = first<Map>();  // a block [8] -> [130]
  auto& map = def<Map>(id);
  map.dim = 1;
  refused(Rule::kMatrix);
  map.dim = 0;
  for (const std::int64_t offset : {std::int64_t{130}, std::int64_t{-8}, INT64_MIN, INT64_MAX}) {
    map.matrix = ShiftMatrix{offset};
    refused(Rule::kMatrix);
  }
  map.matrix = PoseidonMatrix{};
  refused(Rule::kMatrix);
  using Entries = std::vector<SparseMatrix::Entry>;
  const Entries kWrong[] = {
      {{130, 0, 1}},          {{0, 8, 1}},           {{0, 0, 0}}, {{0, 0, INT64_MIN}}, {{1, 0, 1}, {0, 0, 1}},
      {{0, 1, 1}, {0, 0, 1}}, {{0, 0, 1}, {0, 0, 1}}};
  for (const Entries& entries : kWrong) {
    map.matrix = SparseMatrix{entries};
    refused(Rule::kMatrix);
  }
  map.matrix = SparseMatrix{{{0, 0, 1}, {0, 2, 1}, {129, 0, -5}}};
  accepted();
  c.tensors[id].dims = {130, 1};
  refused(Rule::kMatrix);
}

TEST_F(CheckCircuit, MapsKeepTheOtherDimensions) {
  add({3, 3}, Map{s.w, 0, ShiftMatrix{0}});
  accepted();
  c.tensors.back().dims = {3, 2};
  refused(Rule::kMatrix);
}

TEST_F(CheckCircuit, Constants) {
  auto& constant = def<Constant>(first<Constant>());
  constant.values.pop_back();
  refused(Rule::kConstant);
  constant.values.push_back(kMaxInteger + 1);
  refused(Rule::kConstant);
  constant = {true, {1, 0, 1}};
  refused(Rule::kConstant);
  constant = {true, {}};
  refused(Rule::kConstant);  // [3]
}

TEST_F(CheckCircuit, PublicOperandsAreWeights) {
  const TensorId k33 = add({3, 3}, Constant{false, std::vector<std::int64_t>(9, 1)});
  const TensorId k3 = add({3}, Constant{false, {1, 2, 3}}), k13 = add({1, 3}, Constant{false, {1, 2, 3}});
  const TensorId affine = add({3}, Affine{{{1, k3, {runs_with(0)}}}, 0, 1});
  const TensorId y33 = add({3, 3}, Contract{s.y, s.remainder, {0}, {1}, {0, 1}});
  accepted();
  struct Case {
    bool ok;
    Dims dims;
    Contract contract;
  };
  const Case kCases[] = {{true, {3}, {y33, k3, {0, 1}, {1}, {0}}},
                         {true, {3, 3}, {k3, y33, {1}, {0, 1}, {0, 1}}},
                         {true, {3, 1}, {s.y, k13, {0}, {1, 0}, {0, 1}}},
                         {false, {3}, {y33, k33, {0, 1}, {0, 1}, {0}}},  // a matrix
                         {false, {3, 3}, {s.y, k3, {0}, {1}, {0, 1}}},   // a vector along its own label
                         {false, {3, 3}, {s.y, k33, {0}, {0, 1}, {0, 1}}},
                         {false, {3}, {s.y, affine, {0}, {0}, {0}}},  // affine in public values
                         {false, {3}, {k3, k3, {0}, {0}, {0}}}};      // no private operand
  const std::size_t size = c.tensors.size();
  for (const Case& k : kCases) {
    c.tensors.resize(size);
    add(k.dims, k.contract);
    k.ok ? accepted() : refused(Rule::kPublicOperand);
  }
  c.tensors.resize(size);
  add({3}, Map{k3, 0, ShiftMatrix{0}});
  refused(Rule::kPublicOperand);
  for (const Cubic& cubic : {Cubic{k3, s.y, s.y}, Cubic{s.y, k3, s.y}, Cubic{s.y, s.y, k3}}) {
    c.tensors.resize(size);
    add({3}, cubic);
    refused(Rule::kPublicOperand);
  }
  c.tensors.resize(size);
  add({3}, Cubic{s.y, s.y, s.x});
  refused(Rule::kLabels);
}

TEST(CheckTable, PrivateColumnsHaveTheRowsOfTheTable) {
  const auto allowed = [](const Dims& dims, std::uint32_t rows) {
    Circuit c;
    c.segments = 1;
    c.tensors = {{dims, Committed{Role::value, 0}}, {{rows}, Committed{Role::multiplicity, 0}}};
    return check_table(c, {rows, {TableColumn{}}, 1, {0}}).ok();
  };
  EXPECT_TRUE(allowed({12}, 12) && allowed({4, 3}, 12) && allowed({1, 12}, 12) && allowed({8, 1}, 8));
  EXPECT_TRUE(allowed({16, 1U << 16}, kMaxPrivateRows) && !allowed({16, (1U << 16) + 1}, kMaxPrivateRows + 16));
  EXPECT_FALSE(allowed({3, 4}, 12) || allowed({8, 2}, 12) || allowed({2, 2, 3}, 12) || allowed({}, 1));
  EXPECT_FALSE(allowed({1U << 17, 1U << 16}, 0) || allowed({1U << 16, 1U << 16}, 0));  // 2^32 rows are not 0
}

TEST_F(CheckCircuit, Tables) {
  Table& t = c.tables[s.activation];
  const Table good = t;
  const auto with = [&](const auto& change) {
    t = good;
    change(t);
    refused(Rule::kTable);
  };
  with([](Table& x) { x.rows = 0; });
  with([](Table& x) { x.rows = kMaxTableRows + 1; });
  with([](Table& x) { x.tensors = {0}; });  // of another extent
  with([&](Table& x) { x.tensors = {static_cast<TensorId>(s.circuit.tensors.size())}; });
  with([](Table& x) { x.tensors = {x.multiplicity}; });
  with([](Table& x) { x.tensors.assign(kMaxLookupWidth, x.multiplicity); });
  with([](Table& x) { x.columns.clear(); });
  with([](Table& x) { x.columns.resize(kMaxLookupWidth + 1); });
  with([](Table& x) { x.columns[1].values.pop_back(); });
  with([](Table& x) { x.columns[1].values[5] = kMaxInteger + 1; });
  with([](Table& x) { x.columns[1].step = 2; });
  with([](Table& x) { x.columns[0].values.push_back(0); });
  with([](Table& x) { x.columns[0].start = INT64_MIN; });
  with([](Table& x) { x.columns[0].start = kMaxInteger; });
  with([](Table& x) { x.columns[0].step = INT64_MAX; });
  with([](Table& x) { x.columns[0].step = INT64_MIN; });
  t = good;
  t.columns[0] = progression(kMaxInteger - 1023, 1);
  accepted();
}

TEST_F(CheckCircuit, Multiplicities) {
  c.tables[0].multiplicity = c.tables[1].multiplicity;
  refused(Rule::kMultiplicity);  // [32], not [256]
  c.tables[0].multiplicity = 0xFFFFFFFF;
  refused(Rule::kMultiplicity);
  c = make_sample(true).circuit;
  c.tables.push_back(c.tables[0]);
  refused(Rule::kMultiplicity);
  c = make_sample(true).circuit;
  c.tables[0].multiplicity = add({256}, Committed{Role::value, 0});
  c.zeros.push_back({c.tables[0].multiplicity, 0});
  refused(Rule::kMultiplicity);
  c = make_sample(true).circuit;
  add({7}, Committed{Role::multiplicity, 0});
  refused(Rule::kMultiplicity);
}

TEST_F(CheckCircuit, Lookups) {
  Lookup& l = c.lookups[3];  // quotient, y
  const Lookup good = l;
  const auto with = [&](const auto& change) {
    l = good;
    change(l);
    refused(Rule::kLookup);
  };
  with([&](Lookup& x) { x.table = static_cast<std::uint32_t>(c.tables.size()); });
  with([](Lookup& x) { x.segment = 2; });
  with([](Lookup& x) { x.columns.pop_back(); });
  with([](Lookup& x) { x.columns.push_back(x.columns[0]); });
  with([&](Lookup& x) { x.columns[1] = s.x; });
  with([](Lookup& x) { x.columns[1] = 0xFFFFFFFF; });
  with([&](Lookup& x) { x = {s.int8, 0, {c.tables[0].multiplicity}}; });
  with([&](Lookup& x) { x = {s.int8, 0, {static_cast<TensorId>(c.tensors.size() - 1)}}; });  // a dummy
}

TEST_F(CheckCircuit, Zeros) {
  c.zeros[0].segment = 2;
  refused(Rule::kZero);
  c.zeros[0] = {static_cast<TensorId>(c.tensors.size()), 0};
  refused(Rule::kZero);
  c.zeros[0] = {c.tables[0].multiplicity, 0};
  refused(Rule::kZero);
}

TEST_F(CheckCircuit, Depth) {
  TensorId id = s.y;
  for (unsigned i = 1; i <= kMaxDepth + 1; ++i) {
    accepted();
    id = add({3}, Contract{id, s.y, {0}, {0}, {0}});
    EXPECT_EQ(depths(c)[id], i);
  }
  refused(Rule::kDepth);
}

TEST_F(CheckCircuit, Nesting) {
  TensorId id = s.y;
  for (unsigned i = 1; i <= kMaxNesting; ++i) id = add({3}, Affine{{{1, id, {runs_with(0)}}}, 0, 1});
  accepted();
  add({3}, Affine{{{1, id, {runs_with(0)}}}, 0, 1});
  refused(Rule::kNesting);
}

// Each level reads the one below twice.
TEST_F(CheckCircuit, Work) {
  TensorId id = s.y;
  for (unsigned i = 0; i < 16; ++i) id = add({3}, Affine{{{1, id, {runs_with(0)}}, {1, id, {runs_with(0)}}}, 0, 1});
  c.zeros.push_back({id, 0});
  accepted();
  EXPECT_GE(claim_counts(c)[s.y].all, 1U << 16);
  for (unsigned i = 0; i < 10; ++i) id = add({3}, Affine{{{1, id, {runs_with(0)}}, {1, id, {runs_with(0)}}}, 0, 1});
  c.zeros.push_back({id, 0});
  refused(Rule::kWork);
  c = make_sample(true).circuit;
  const TensorId wide = add({1U << 30}, Map{s.y, 0, ShiftMatrix{0}});
  c.zeros.push_back({wide, 0});  // a point stays a point
  accepted();
  c.lookups.push_back({s.int8, 0, {wide}});  // a verifier would write its weights down
  refused(Rule::kWork);
}

TEST_F(CheckCircuit, CommittedValuesAreConstrained) {
  const TensorId free = add({5}, Committed{});
  const TensorId sum = add({5}, Affine{{{1, free, {runs_with(0)}}}, 1, 1});
  refused(Rule::kUnconstrained);
  c.zeros.push_back({sum, 0});
  accepted();
}

TEST_F(CheckCircuit, ArgumentTensors) {
  const Circuit good = c;
  EXPECT_FALSE(check_circuit(good, false).ok());
  c = make_sample(false).circuit;
  refused(Rule::kArgument);
  c = good;
  c.tensors.pop_back();
  refused(Rule::kArgument);
  c = good;
  c.tensors.push_back(c.tensors.back());
  refused(Rule::kArgument);
  c = good;
  def<Committed>(static_cast<TensorId>(c.tensors.size() - 1)).segment = 0;  // its dummy twice
  refused(Rule::kArgument);
  c = good;
  c.tensors.back().dims = {1, 2};  // of another degree
  refused(Rule::kArgument);
  c = good;
  c.tensors[c.tensors.size() - 2].dims[0] += 1;  // triple_c
  refused(Rule::kArgument);
}

TEST_F(CheckCircuit, Ports) {
  const Circuit good = c;
  const auto with = [&](const auto& change) {
    c = good;
    change(c);
    refused(Rule::kPort);
  };
  for (const char* name : {"", "\n", "\x7f", "\x1b[31m", "\xc3\xa9"}) {
    with([&](Circuit& k) { k.inputs[0].name = name; });
    with([&](Circuit& k) { k.outputs[0].name = name; });
  }
  with([](Circuit& k) { k.inputs[0].name = std::string(kMaxName + 1, 'a'); });
  with([](Circuit& k) { k.inputs.push_back(k.inputs[0]); });
  with([](Circuit& k) {  // another name, but the same cells
    k.inputs.push_back(k.inputs[0]);
    k.inputs[1].name = "z";
  });
  with([](Circuit& k) { k.inputs[0].dims = {5}; });
  with([](Circuit& k) { k.inputs[0].dims = Dims(7, 1); });
  with([&](Circuit& k) { k.inputs[0].tensor = s.quotient; });
  with([&](Circuit& k) {
    k.inputs[0].tensor = s.w;
    k.inputs[0].dims = {12};
  });
  with([](Circuit& k) { k.inputs[0].tensor = 0xFFFFFFFF; });
  with([](Circuit& k) { k.inputs[0].scales.clear(); });
  with([](Circuit& k) { k.inputs[0].scales.resize(3); });
  with([](Circuit& k) { k.inputs[0].scales[0].mantissa = 0; });
  with([](Circuit& k) { k.inputs[0].scales[0].exponent = kMaxScaleExponent + 1; });
  with([](Circuit& k) { k.inputs[0].lo = k.inputs[0].hi + 1; });
  with([](Circuit& k) { k.inputs[0].hi = INT64_MAX; });
  const auto with_words = [&](std::vector<std::string> words, const auto& change) {
    with([&](Circuit& k) {
      InputPort& p = k.inputs[0];
      p.scales = {Scale{}};
      p.categories = std::move(words);
      change(p);
    });
  };
  const auto plain = [](InputPort&) {};
  for (const char* word : {"\n", "\x7f", "\xc2\x85", "\xe2\x80\xae", "\xff", "\xc3"}) with_words({"a", word}, plain);
  with_words({"a", "b", "a"}, plain);
  with_words({std::string(kMaxName + 1, 'a')}, plain);
  with_words({"a", "b"}, [](InputPort& p) { p.scales[0].exponent = 1; });
  with_words({"a", "b"}, [](InputPort& p) { p.lo = 1; });
  with_words({"a", "b"}, [](InputPort& p) { p.hi = 1; });
  with_words({"a", "b"}, [](InputPort& p) { p.float_keys = true; });
  with_words({"a", "b"}, [](InputPort& p) { p.missing = true; });
  with_words({}, [](InputPort& p) { p.missing = p.float_keys = true; });
  c = good;
  c.inputs[0].scales = {Scale{}};
  c.inputs[0].categories = {"RENT", "", "\xc3\xa9t\xc3\xa9"};
  EXPECT_TRUE(check_circuit(c).ok());
  with([](Circuit& k) { k.outputs[0].scale.exponent = INT32_MIN; });
  with([](Circuit& k) { k.outputs[0].tensor = k.tables[0].multiplicity; });
  with([&](Circuit& k) { k.outputs[0].pub_hi = s.pub_lo; });  // named twice
  with([&](Circuit& k) { k.outputs[0].pub_hi = s.y; });
  with([&](Circuit& k) { k.outputs[0].pub_hi = s.key; });
  with([](Circuit& k) { k.outputs[0].has_argmax = false; });
  with([](Circuit& k) {  // its public tensors are nobody's then
    OutputPort& p = k.outputs[0];
    p.has_argmax = false;
    p.pub_onehot = p.pub_on = p.pub_tie = 0;
  });
  with([](Circuit& k) { std::swap(k.outputs[0].pub_on, k.outputs[0].pub_tie); });
  with([](Circuit& k) { k.outputs.clear(); });
  with([](Circuit& k) { k.digests.clear(); });
  with([](Circuit& k) { k.digests.push_back(k.digests[0]); });
  with([](Circuit& k) { k.digests[1].group = static_cast<Group>(3); });
  with([&](Circuit& k) { k.digests[0].tensor = s.pub_lo; });
  with([&](Circuit& k) { k.tensors[s.pub_lo].def = Public{static_cast<Public::Source>(2)}; });
  // One digest of a group, in order; the weights' is the key's, the others the statement's; of known tensors.
  with([](Circuit& k) { std::swap(k.digests[0], k.digests[1]); });
  with([](Circuit& k) { k.digests[1].group = Group::weights; });
  with([](Circuit& k) { k.digests[0].group = Group::inputs; });
  with([](Circuit& k) { std::swap(k.digests[0].tensor, k.digests[1].tensor); });
  with([](Circuit& k) { k.digests[0].bound.clear(); });
  with([](Circuit& k) { k.digests[0].bound[0].tensor = 0xFFFFFFFF; });
  with([](Circuit& k) { k.digests[0].bound[0].tensor = k.tables[0].multiplicity; });
  with([](Circuit& k) { k.digests[0].bound[0].lo = k.digests[0].bound[0].hi + 1; });
  with([](Circuit& k) { k.digests[0].bound[0].hi = INT64_MAX; });
}

TEST_F(CheckCircuit, Disclosure) {
  const Circuit good = c;
  const auto with = [&](Rule rule, const auto& change) {
    c = good;
    change(c);
    refused(rule);
  };
  with(Rule::kPort, [](Circuit& k) { k.inputs[0].disclosed = false; });  // its public tensor is nobody's then
  with(Rule::kPort, [](Circuit& k) { k.inputs[0].pub = 0; });
  with(Rule::kPort, [&](Circuit& k) { k.inputs[0].pub = s.pub_lo; });
  with(Rule::kPort, [&](Circuit& k) { std::swap(k.inputs[0].pub, k.digests[0].tensor); });
  // Values that the circuit does not tie to the input.
  std::size_t tie = 0;
  while (c.zeros[tie].segment != 0) ++tie;
  Affine& difference = def<Affine>(c.zeros[tie].tensor);
  ASSERT_EQ(difference.terms[1].source, s.pub_x);
  with(Rule::kDisclosure, [&](Circuit& k) { k.zeros.erase(k.zeros.begin() + static_cast<std::ptrdiff_t>(tie)); });
  const auto tied = [&](const auto& change) {
    with(Rule::kDisclosure, [&](Circuit& k) { change(std::get<Affine>(k.tensors[k.zeros[tie].tensor].def)); });
  };
  tied([](Affine& a) { a.constant = 1; });
  tied([](Affine& a) { a.terms[1].coef = 1; });
  tied([](Affine& a) { a.terms[1].coef = -2; });
  tied([](Affine& a) { a.terms[1].dims[0] = fixed_at(0); });
  tied([](Affine& a) { a.terms.pop_back(); });
  tied([&](Affine& a) { a.terms[1].source = s.key; });
  tied([&](Affine& a) { a.terms.push_back({1, s.key, {runs_with(0)}}); });
  // The digest of the inputs is of all ports, as they are declared.
  with(Rule::kDisclosure, [&](Circuit& k) { k.digests[1].bound[0].tensor = s.remainder; });
  with(Rule::kDisclosure, [](Circuit& k) { k.digests[1].bound[0].lo = -127; });
  with(Rule::kDisclosure, [](Circuit& k) { k.digests[1].bound[0].hi = 128; });
  with(Rule::kDisclosure, [](Circuit& k) { k.digests[1].bound.push_back(k.digests[1].bound[0]); });
  with(Rule::kDisclosure, [](Circuit& k) { k.digests[1].group = Group::outputs; });
}

}  // namespace
}  // namespace nescio
