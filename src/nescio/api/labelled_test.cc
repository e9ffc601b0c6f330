// Proofs of accuracy: they count what plain runs count, of this model, these rows and these labels, and of no others.
#include <gtest/gtest.h>

#include <random>

#include "nescio/api/prover_labelled.h"
#include "nescio/api/sample_model.h"
#include "nescio/base/byte_reader.h"
#include "nescio/witness/evaluate.h"

namespace nescio {
namespace {

ProvingKey committed(Model model, const CommitOptions& options = {}) {
  auto key = commit_model(std::move(model), options);
  NESCIO_CHECK(key.ok());
  return std::move(*key);
}

// One score: the first row of the small model.
Model score_model() {
  Model m = small_model();
  m.graph.values[1].shape = {1, 1};
  m.graph.nodes[0].weights = {{"w", {1, 3}, 8, ramp(3)}};
  m.graph.outputs[0].name = "score";
  m.plan = *choose_plan(m.graph);
  return m;
}

// Rows of an input of n cells in its range, and labels below `classes`.
AccuracyRequest request_of(const ProvingKey& key, std::string prediction, std::uint64_t rows, std::int64_t classes) {
  std::mt19937_64 rng(5);
  const InputPort& port = key.key->key().circuit.inputs[0];
  const double scale = std::ldexp(static_cast<double>(port.scales[0].mantissa), port.scales[0].exponent);
  AccuracyRequest out;
  Array data{{rows, num_cells(port.dims)}, {}};
  for (std::uint64_t i = 0; i < rows * num_cells(port.dims); ++i)
    data.values.push_back(scale * static_cast<double>(static_cast<std::int64_t>(rng() % 9) - 4));
  out.data = {{"x", std::move(data)}};
  for (std::uint64_t r = 0; r < rows; ++r)
    out.labels.push_back(static_cast<double>(rng() % static_cast<std::uint64_t>(classes)));
  out.prediction = std::move(prediction);
  return out;
}

LabelledSet set_of(const ProvingKey& key, const AccuracyRequest& request) {
  auto set = labelled_set(key.key->key().circuit, request.data, request.labels);
  NESCIO_CHECK(set.ok());
  return std::move(*set);
}

std::uint64_t plain_count(const ProvingKey& key, const AccuracyRequest& request,
                          const std::function<double(const SecretVector<double>&)>& said) {
  const Array& data = request.data[0].second;
  const std::size_t cells = data.values.size() / request.labels.size();
  std::uint64_t correct = 0;
  for (std::size_t r = 0; r < request.labels.size(); ++r) {
    const auto first = data.values.begin() + static_cast<std::ptrdiff_t>(r * cells);
    const Array row{{cells}, {first, first + static_cast<std::ptrdiff_t>(cells)}};
    const auto run = mock_run(key.program, key.model.graph, {{"x", row}}, Statement{});
    NESCIO_CHECK(run.ok());
    correct += said(run->outputs[0].second.values) == request.labels[r] ? 1 : 0;
  }
  return correct;
}

double first_largest(const SecretVector<double>& y) {
  return static_cast<double>(std::max_element(y.begin(), y.end()) - y.begin());
}

void counts(const ProvingKey& key, const AccuracyRequest& request,
            const std::function<double(const SecretVector<double>&)>& said) {
  const auto proven = prove_accuracy(key, request);
  ASSERT_TRUE(proven.ok()) << to_string(proven.error());
  EXPECT_EQ(proven->correct, plain_count(key, request, said));
  EXPECT_GT(proven->correct, 0U);
  EXPECT_LT(proven->correct, proven->rows);
  const auto verdict = verify_accuracy(*key.key, proven->file, set_of(key, request));
  ASSERT_TRUE(verdict.ok()) << to_string(verdict.error());
  EXPECT_EQ(verdict->correct, proven->correct);
  EXPECT_EQ(verdict->rows, request.labels.size());
  EXPECT_EQ(verdict->prediction, request.prediction);

  AccuracyRequest other = request;
  other.at_least = proven->correct + 1;
  EXPECT_EQ(prove_accuracy(key, other).error().code, ErrorCode::kStatementFalse);
  other.at_least = proven->correct - 1;
  const auto fewer = prove_accuracy(key, other);
  ASSERT_TRUE(fewer.ok());
  EXPECT_EQ(verify_accuracy(*key.key, fewer->file, set_of(key, request))->correct, proven->correct - 1);
}

TEST(Labelled, counts_the_first_largest_of_several_cells) {
  const ProvingKey key = committed(small_model());
  counts(key, request_of(key, "y", 21, 2), first_largest);
}

TEST(Labelled, counts_scores_that_reach_a_threshold) {
  const ProvingKey key = committed(score_model());
  for (const char* prediction : {"score >= 0.5", "score > 0.25", "score >= 0.3"})
    counts(key, request_of(key, prediction, 16, 2),
           [](const SecretVector<double>& y) { return y[0] >= 0.5 ? 1.0 : 0.0; });
}

TEST(Labelled, counts_for_every_operator_and_what_a_key_tells_otherwise) {
  for (const CommitOptions& options : {CommitOptions{}, CommitOptions{.disclose = {"x", "y"}},
                                       CommitOptions{.bind_inputs = {{}}, .output_digest = true}}) {
    const ProvingKey key = committed(whole_model(), options);
    counts(key, request_of(key, "y", 5, 3), first_largest);
  }
}

TEST(Labelled, is_of_these_rows_labels_weights_and_this_context) {
  const ProvingKey key = committed(small_model());
  AccuracyRequest request = request_of(key, "y", 6, 2);
  request.context = {7};
  const auto proven = prove_accuracy(key, request);
  ASSERT_TRUE(proven.ok());
  const LabelledSet set = set_of(key, request);
  const auto code = [&](const ProvingKey& by, const LabelledSet& of,
                        const std::optional<std::string>& prediction = std::nullopt, std::uint8_t context = 7) {
    const auto r = verify_accuracy(*by.key, proven->file, of, prediction, std::vector<std::uint8_t>{context});
    return r.ok() ? ErrorCode{} : r.error().code;
  };
  EXPECT_EQ(code(key, set), ErrorCode{});
  EXPECT_EQ(code(key, set, "y"), ErrorCode{});
  EXPECT_EQ(code(key, set, "z"), ErrorCode::kUsage);
  EXPECT_EQ(code(key, set, "y", 8), ErrorCode::kVStatement);
  EXPECT_EQ(code(committed(small_model()), set), ErrorCode::kVKey);  // the same weights under another salt
  Model other = small_model();
  other.graph.nodes[0].weights[0].values[0] += 1;
  EXPECT_EQ(code(committed(other), set), ErrorCode::kVKey);
  EXPECT_EQ(code(committed(whole_model()), set), ErrorCode::kVKey);
  LabelledSet changed = set;
  changed.inputs[0].back() += 1;
  EXPECT_EQ(code(key, changed), ErrorCode::kVPublic);
  changed = set;
  changed.labels[2] ^= 1;
  EXPECT_EQ(code(key, changed), ErrorCode::kVPublic);
  changed = set;
  changed.labels.pop_back();
  changed.inputs[0].resize(changed.inputs[0].size() - 3);
  EXPECT_EQ(code(key, changed), ErrorCode::kVKey);
  changed = set;
  changed.labels[0] = 2;
  EXPECT_EQ(code(key, changed), ErrorCode::kInRange);
}

TEST(Labelled, another_threshold_is_another_prediction) {
  const ProvingKey key = committed(score_model());
  const AccuracyRequest request = request_of(key, "score >= 0.5", 4, 2);
  const auto proven = prove_accuracy(key, request);
  ASSERT_TRUE(proven.ok());
  const LabelledSet set = set_of(key, request);
  EXPECT_TRUE(verify_accuracy(*key.key, proven->file, set, "score > 0.25").ok());  // the same integers
  EXPECT_EQ(verify_accuracy(*key.key, proven->file, set, "score >= 0.75").error().code, ErrorCode::kVStatement);
  std::vector<std::uint8_t> changed = proven->file;
  const std::string name = "score >= 0.5";
  const auto at = std::search(changed.begin(), changed.end(), name.begin(), name.end());
  ASSERT_NE(at, changed.end());
  *(at + 11) = '7';
  EXPECT_EQ(verify_accuracy(*key.key, changed, set).error().code, ErrorCode::kVKey);
}

TEST(Labelled, no_byte_of_the_file_can_change) {
  const ProvingKey key = committed(small_model());
  const AccuracyRequest request = request_of(key, "y", 3, 2);
  const auto proven = prove_accuracy(key, request);
  ASSERT_TRUE(proven.ok());
  const LabelledSet set = set_of(key, request);
  std::mt19937_64 rng(11);
  for (std::size_t i = 0; i < 300; ++i) {
    std::vector<std::uint8_t> changed = proven->file;
    changed[i < 60 ? i : rng() % changed.size()] ^= static_cast<std::uint8_t>(1U << (rng() % 8));
    EXPECT_FALSE(verify_accuracy(*key.key, changed, set).ok());
    changed.resize(rng() % proven->file.size());
    EXPECT_FALSE(verify_accuracy(*key.key, changed, set).ok());
  }
}

// A key's maker chooses the names of outputs.
TEST(Labelled, a_name_that_reads_like_a_comparison_is_none) {
  Circuit c;
  OutputPort score, trap, classes, grid;
  score.name = "score";
  score.dims = {1};
  score.scale = {1, -2};
  score.lo = -100;
  score.hi = 100;
  trap = score;
  trap.scale = Scale{};
  for (const char* name : {"score >= 5", "score>=5", " score >= 5", "a=b", "x<"}) {
    trap.name = name;
    c.outputs = {score, trap};
    const auto p = parse_prediction(c, name);
    EXPECT_TRUE(!p.ok() || *p == (Prediction{0, 20})) << name;
  }
  EXPECT_EQ(*parse_prediction(c, "score > 5"), (Prediction{0, 21}));
  EXPECT_EQ(*parse_prediction(c, " score  >= 5.00"), (Prediction{0, 20}));
  classes.name = "classes";
  classes.dims = {1, 3};
  grid.name = "grid";
  grid.dims = {4, 3};
  c.outputs = {score, classes, grid};
  EXPECT_EQ(*parse_prediction(c, "classes"), (Prediction{1, {}}));
  for (const char* bad : {"grid", "score", "classes >= 1", "classes[0] >= 1", "score >= 5 and score >= 6", "score == 5",
                          "score >= 25.25", "score >= -25", "", "Score >= 5"})
    EXPECT_EQ(parse_prediction(c, bad).error().code, ErrorCode::kUsage) << bad;
}

TEST(Labelled, sets_have_the_shape_of_rows) {
  const ProvingKey key = committed(small_model());
  const Circuit& c = key.key->key().circuit;
  const std::vector<double> labels = {0, 1};
  const auto code = [&](const NamedArrays& data) {
    const auto r = labelled_set(c, data, labels);
    return r.ok() ? ErrorCode{} : r.error().code;
  };
  const SecretVector<double> six = {1, 2, 3, 1, 2, 3};
  EXPECT_EQ(code({{"", {{2, 3}, six}}}), ErrorCode{});
  EXPECT_EQ(code({{"x", {{2, 1, 3}, six}}}), ErrorCode{});
  EXPECT_EQ(code({{"x", {{3, 2}, six}}}), ErrorCode::kInShape);
  EXPECT_EQ(code({{"x", {{6}, six}}}), ErrorCode::kInShape);
  EXPECT_EQ(code({{"y", {{2, 3}, six}}}), ErrorCode::kInShape);
  EXPECT_EQ(code({{"x", {{2, 3}, six}}, {"z", {{1}, {1}}}}), ErrorCode::kInShape);
}

TEST(Labelled, keeps_to_a_limit_of_memory) {
  const ProvingKey key = committed(small_model());
  AccuracyRequest request = request_of(key, "y", 64, 2);
  const auto proven = prove_accuracy(key, request);
  ASSERT_TRUE(proven.ok());
  EXPECT_GT(proven->estimated_memory_bytes, std::uint64_t{1} << 20);
  request.memory_limit = 1000;
  EXPECT_EQ(prove_accuracy(key, request).error().code, ErrorCode::kMemory);
  request.memory_limit = std::uint64_t{1} << 40;
  EXPECT_TRUE(prove_accuracy(key, request).ok());
}

TEST(Labelled, says_which_row_or_name_is_wrong) {
  const ProvingKey key = committed(score_model());
  const auto fails = [&](const std::function<void(AccuracyRequest&)>& change, ErrorCode code, const std::string& part) {
    AccuracyRequest request = request_of(key, "score >= 0.5", 4, 2);
    change(request);
    const auto r = prove_accuracy(key, request);
    ASSERT_FALSE(r.ok());
    EXPECT_EQ(r.error().code, code) << to_string(r.error());
    EXPECT_NE(to_string(r.error()).find(part), std::string::npos) << to_string(r.error());
  };
  fails([](auto& r) { r.labels[2] = 0.5; }, ErrorCode::kInFormat, "row 3");
  fails([](auto& r) { r.labels[1] = 2; }, ErrorCode::kInRange, "row 2");
  fails([](auto& r) { r.labels.pop_back(); }, ErrorCode::kInShape, "3 labels");
  fails([](auto& r) { r.labels.clear(); }, ErrorCode::kInShape, "labels are needed");
  fails([](auto& r) { r.data[0].second.values[3] = 1e9; }, ErrorCode::kInRange, "row 2");
  fails([](auto& r) { r.data[0].second.values[11] = std::nan(""); }, ErrorCode::kInNonFinite, "row 4");
  fails([](auto& r) { r.context.resize(kMaxContext + 1); }, ErrorCode::kUsage, "the context has more than");
  fails([](auto& r) { r.prediction = "score"; }, ErrorCode::kUsage, "no whole number");
  fails([](auto& r) { r.prediction = "score >= 1e9"; }, ErrorCode::kUsage, "");
  fails([](auto& r) { r.prediction = "score <= 1"; }, ErrorCode::kUsage, "it has: score");
  fails([](auto& r) { r.prediction = "other >= 1"; }, ErrorCode::kUsage, "it has: score");
}

}  // namespace
}  // namespace nescio
