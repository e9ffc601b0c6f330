// Zero knowledge of whole proofs, exactly, for given challenges (docs/spec/zero-knowledge.md, H3 to H8).
//
// Two steps. (1) The factors minus entries of triples, the root denominator and the two values of the blinding triple
// are a one-to-one function of the triples' entries and the dummy, for every witness: so they are uniform. (2) Given
// them, every other word is an affine function of pads, reserved rows and mask columns. Its matrix is found by running
// the prover with one cell changed at a time; the simulator's in the same way. The distributions are uniform on two
// affine spaces, and these are equal: for each witness and the simulator. What is left are digests and salts.
//
// Each mutant takes some randomness away, as a prover would that forgets or repeats it, and must be seen.
#include <functional>

#include "nescio/prover/chosen/runs.h"
#include "nescio/prover/frozen/small_model.h"
#include "nescio/prover/frozen/small_table.h"
#include "nescio/relation/random_circuit.h"

namespace nescio {
namespace {

const SmallModel::Values kWeights = {1, 2, 3}, kInputs = {1, 2, 3}, kOtherWeights = {2, 1, 0}, kOtherInputs = {3, 0, 2};

F get(const std::map<StreamName, Drawn>& drawn, const Cell& c) {
  return drawn.at(c.stream).cells.at(c.index);
}

template <class E>
class Exact {
 public:
  Exact(const VerifyingKey& key, const PublicValues& statement, const Witness& first) : runs(key, statement, first) {
    runs.bytes(first, {}, &drawn_);
    target_ = runs.real(first, {});
    for (const auto& [stream, d] : drawn_)
      for (std::size_t i = 0; i < d.cells.size(); ++i)
        if (stream.first == "zk.pad" || stream.first == "pcs.reserved" || stream.first == "pcs.masks")
          free_.push_back({stream, i});
  }
  bool is_upstream(std::size_t w) const { return is_product(runs.words.label[w]) || is_clear(runs.words.label[w]); }
  E element(const std::vector<F>& words, std::size_t w) const {
    E x;
    for (unsigned d = 0; d < E::D; ++d) x[d] = words[w + d];
    return x;
  }

  // Triples and dummy for which this witness sends the same factors and clear values as the first one.
  Cells matching(const Witness& witness) const {
    Cells cells;
    const auto put = [&](const char* label, std::size_t s, std::size_t i, const E& x) {
      for (unsigned d = 0; d < E::D; ++d) cells[{label, s}][i * E::D + d] = x[d];
    };
    const auto now = [&](const char* label, std::size_t s, std::size_t i) {
      E x;
      for (unsigned d = 0; d < E::D; ++d) x[d] = drawn_.at({label, s}).cells.at(i * E::D + d);
      return x;
    };
    const auto blinding = [&](std::size_t s) { return drawn_.at({"zk.triple.a", s}).cells.size() / E::D - 1; };
    // The dummy is a factor of Q.
    std::vector<F> sent = runs.real(witness, cells);
    for_each(sent, [&](std::size_t w, std::size_t s, std::size_t) {
      if (runs.words.label[w] == "root.q")
        put("zk.dummy", s, 0, now("zk.dummy", s, 0) * element(target_, w) * element(sent, w).inverse());
    });
    // Factor number n of a segment is sent minus TA or TB of triple n / 2.
    sent = runs.real(witness, cells);
    for_each(sent, [&](std::size_t w, std::size_t s, std::size_t n) {
      const char* label = n % 2 == 0 ? "zk.triple.a" : "zk.triple.b";
      if (is_product(runs.words.label[w]))
        put(label, s, n / 2, now(label, s, n / 2) + element(sent, w) - element(target_, w));
    });
    // triple.a and triple.b are E-linear in the blinding triple's a and b.
    sent = runs.real(witness, cells);
    Cells moved = cells;
    std::swap(cells, moved);
    for (std::uint32_t s = 0; s < runs.key.circuit.segments; ++s)
      for (const char* label : {"zk.triple.a", "zk.triple.b"})
        put(label, s, blinding(s), now(label, s, blinding(s)) + E::one());
    std::swap(cells, moved);
    const std::vector<F> after = runs.real(witness, moved);
    for_each(sent, [&](std::size_t w, std::size_t s, std::size_t) {
      for (const char* letter : {"a", "b"})
        if (runs.words.label[w] == std::string("triple.") + letter) {
          const std::string label = std::string("zk.triple.") + letter;
          const E slope = element(after, w) - element(sent, w);
          put(label.c_str(), s, blinding(s),
              now(label.c_str(), s, blinding(s)) + (element(target_, w) - element(sent, w)) * slope.inverse());
        }
    });
    sent = runs.real(witness, cells);
    for (std::size_t w = 0; w < sent.size(); ++w)
      if (is_upstream(w)) {
        EXPECT_EQ(sent[w], target_[w]) << runs.words.label[w];
      }
    return cells;
  }

  AffineWords real(const Witness& witness) const {
    std::vector<F> values;
    for (const Cell& c : free_) values.push_back(get(drawn_, c));
    return affine([&](const Cells& cells) { return runs.real(witness, cells); }, matching(witness), free_, values);
  }

  // With the factors and clear values of the first witness's proof.
  AffineWords simulated() const {
    std::map<StreamName, Drawn> drawn;
    runs.simulated({}, &drawn);
    Cells fixed;
    std::vector<Cell> free;
    std::map<std::size_t, std::size_t> next;  // word of a segment
    for (std::size_t w = 0; w < target_.size() && runs.words.label[w] != "open.sigma_res"; ++w) {
      const std::size_t s = runs.words.segment[w];
      const Cell cell{{"sim.segment", s}, next[s]++};
      if (is_upstream(w)) {
        fixed[cell.stream][cell.index] = target_[w];
      } else {
        free.push_back(cell);
      }
    }
    for (const auto& [stream, d] : drawn)
      for (std::size_t i = 0; i < d.cells.size(); ++i)
        if (stream.first != "sim.segment") free.push_back({stream, i});
    std::vector<F> values;
    for (const Cell& c : free) values.push_back(get(drawn, c));
    return affine([&](const Cells& cells) { return runs.simulated(cells); }, fixed, free, values);
  }

  // The words whose label passes, as columns of the rows.
  std::vector<std::vector<F>> columns(const std::vector<std::vector<F>>& rows,
                                      const std::function<bool(std::size_t)>& pass) const {
    std::vector<std::vector<F>> out;
    for (const auto& row : rows) {
      auto& picked = out.emplace_back();
      for (std::size_t w = 0; w < row.size(); ++w)
        if (pass(w)) picked.push_back(row[w]);
    }
    return out;
  }

  Runs<E> runs;
  std::map<StreamName, Drawn> drawn_;
  std::vector<F> target_;
  std::vector<Cell> free_;

 private:
  // visit(word, segment, number of the product message in its segment), for the first word of each message that is
  // not hidden by a pad.
  template <class Visit>
  void for_each(const std::vector<F>& sent, const Visit& visit) const {
    std::map<std::size_t, std::size_t> factors;
    for (std::size_t w = 0; w < sent.size() && runs.words.label[w] != "open.sigma_res"; w += E::D) {
      const std::size_t s = runs.words.segment[w];
      if (is_upstream(w)) visit(w, s, factors[s]);
      if (is_product(runs.words.label[w])) ++factors[s];
    }
  }
};

std::size_t rank_of(const std::vector<std::vector<F>>& rows) {
  Span span(rows.at(0).size());
  for (const auto& row : rows) span.add(row);
  return span.rank();
}

template <class E>
class AffineProof : public ::testing::Test {};
using Degrees = ::testing::Types<Ext2, Ext3>;
TYPED_TEST_SUITE(AffineProof, Degrees);

// Step (1).
TYPED_TEST(AffineProof, factors_and_clear_values_are_uniform_for_every_witness) {
  using E = TypeParam;
  const SmallModel small = SmallModel::make<E>(2);
  const Exact<E> exact(small.key, small.statement, small.witness(kWeights, kInputs));
  std::vector<Cell> entries;
  std::vector<F> values;
  for (const auto& [stream, d] : exact.drawn_)
    for (std::size_t i = 0; i < d.cells.size(); ++i)
      if (stream.first == "zk.triple.a" || stream.first == "zk.triple.b") {
        entries.push_back({stream, i});
        values.push_back(d.cells[i]);
      }
  const auto& labels = exact.runs.words.label;
  const auto one_to_one = [&](std::size_t w) { return exact.is_upstream(w) && labels[w] != "root.q"; };
  for (const Witness& witness : {small.witness(kWeights, kInputs), small.witness(kOtherWeights, kOtherInputs)}) {
    // Only the words of this step are affine in the triples; the others are left out.
    const auto run = [&](const Cells& cells) {
      return exact.columns({exact.runs.real(witness, cells)}, one_to_one)[0];
    };
    const AffineWords map = affine(run, {}, entries, values);
    EXPECT_EQ(map.rows.size(), map.base.size());
    EXPECT_EQ(map.span().rank(), map.base.size());
    // Two products with one triple, or no blinding triple, would not be.
    AffineWords mutant = map;
    mutant.rows.erase(mutant.rows.begin());
    for (std::size_t w = 0; w < mutant.base.size(); ++w) mutant.rows[E::D - 1][w] += map.rows[0][w];
    EXPECT_LT(mutant.span().rank(), map.base.size());
    mutant = map;
    mutant.rows.pop_back();
    EXPECT_LT(mutant.span().rank(), map.base.size());
    // Q is the dummy times something that is not 0.
    Cells twice;
    for (std::uint32_t s = 0; s < 2; ++s)
      for (unsigned d = 0; d < E::D; ++d) twice[{"zk.dummy", s}][d] = exact.drawn_.at({"zk.dummy", s}).cells[d] * F(2);
    const std::vector<F> once = exact.runs.real(witness, {}), doubled = exact.runs.real(witness, twice);
    for (std::size_t w = 0; w < once.size(); w += E::D)
      if (labels[w] == "root.q") {
        EXPECT_FALSE(exact.element(once, w).is_zero());
        EXPECT_EQ(exact.element(doubled, w), exact.element(once, w) * F(2));
      }
  }
}

// Step (2).
TYPED_TEST(AffineProof, given_those_all_words_are_distributed_alike_for_every_witness_and_the_simulator) {
  using E = TypeParam;
  for (const std::uint32_t segments : {1U, 2U}) {
    const SmallModel small = SmallModel::make<E>(segments);
    const Exact<E> exact(small.key, small.statement, small.witness(kWeights, kInputs));
    const AffineWords a = exact.real(small.witness(kWeights, kInputs)),
                      b = exact.real(small.witness(kOtherWeights, kOtherInputs)),
                      c = exact.real(small.witness(kWeights, {3, 3, 0})), sim = exact.simulated();
    EXPECT_TRUE(same_distribution(a, sim));
    EXPECT_TRUE(same_distribution(b, sim));
    EXPECT_TRUE(same_distribution(c, sim));
    EXPECT_NE(a.base, b.base);

    // All that is sent before gamma, and the opened cells of the matrix, is uniform and independent: no equation holds
    // between these words.
    const pcs::Params& p = small.key.params;
    std::size_t cell = 0;  // of its row
    std::vector<bool> independent;
    for (std::size_t w = 0; w < a.base.size(); ++w) {
      const std::string& label = exact.runs.words.label[w];
      cell = label == "row.cells" ? cell % (p.columns + E::D) + 1 : 0;
      independent.push_back(label == "row.cells"
                                ? cell <= p.columns
                                : !exact.is_upstream(w) && !label.starts_with("whir.") && label != "open.mu_g");
    }
    const auto rows = exact.columns(a.rows, [&](std::size_t w) { return independent[w]; });
    EXPECT_EQ(rank_of(rows), rows[0].size());
    EXPECT_GT(rows[0].size(), E::D * (1 + 2 * p.kappa) + std::size_t{p.columns});
  }
}

template <class E>
void expect_as_simulated(std::uint64_t seed) {
  RandomCircuit r(seed, static_cast<std::uint32_t>(1 + seed % 3));
  const VerifyingKey key = without_work(toy_key<E>(r.circuit, 7));
  r.witness.values.resize(key.circuit.tensors.size());
  r.statement.resize(key.circuit.tensors.size());
  const Exact<E> exact(key, r.statement, r.witness);
  EXPECT_TRUE(same_distribution(exact.real(r.witness), exact.simulated())) << seed;
}

// Every kind of definition; the simulator knows nothing of the witness.
TYPED_TEST(AffineProof, random_circuits_are_distributed_as_simulated) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) expect_as_simulated<TypeParam>(seed);
}
TEST(SlowAffineProof, more_random_circuits_are_distributed_as_simulated) {
  for (std::uint64_t seed = 2; seed < 10; ++seed) {
    expect_as_simulated<Ext2>(seed);
    expect_as_simulated<Ext3>(seed);
  }
}

// What is left of an affine map when cells are constant, or copies of others.
AffineWords without(AffineWords a, const std::function<bool(const Cell&)>& constant) {
  for (std::size_t i = a.rows.size(); i-- > 0;)
    if (constant(a.cells[i])) {
      a.rows.erase(a.rows.begin() + static_cast<std::ptrdiff_t>(i));
      a.cells.erase(a.cells.begin() + static_cast<std::ptrdiff_t>(i));
    }
  return a;
}
std::size_t find(const AffineWords& a, const StreamName& stream, std::size_t index) {
  for (std::size_t i = 0; i < a.cells.size(); ++i)
    if (a.cells[i].stream == stream && a.cells[i].index == index) return i;
  NESCIO_CHECK(false);
  return 0;
}

// Private columns: other tables, other rows found in the same table, nothing of either shows; and a cell that is left
// out does.
TYPED_TEST(AffineProof, private_tables_and_the_rows_found_in_them_are_distributed_as_simulated) {
  using E = TypeParam;
  for (const std::uint32_t segments : {1U, 2U}) {
    const SmallTable small = SmallTable::make<E>(segments);
    const Witness first = small.witness({1, 2, 3, 0}, {0, 1, 2, 3}, {1, 2, 3});
    const Exact<E> exact(small.key, small.statement, first);
    const AffineWords a = exact.real(first), sim = exact.simulated();
    EXPECT_TRUE(same_distribution(a, sim));
    EXPECT_TRUE(same_distribution(exact.real(small.witness({1, 2, 3, 0}, {0, 1, 2, 3}, {2, 1, 0})), sim));
    EXPECT_TRUE(same_distribution(exact.real(small.witness({3, 0, 2, 2}, {3, 3, 3, 3}, {2, 2, 0})), sim));
    std::size_t pads = 0;
    for (const Cell& c : a.cells)
      if (c.stream.first == "zk.pad" && ++pads % 29 == 0) {
        EXPECT_FALSE(same_distribution(
            without(a, [&](const Cell& x) { return x.stream == c.stream && x.index == c.index; }), sim));
      }
    EXPECT_GT(pads, 29U);
  }
}

// Three columns: no more mask cells to spare than the layout rule promises, D.
TYPED_TEST(AffineProof, randomness_that_is_left_out_or_used_twice_is_seen) {
  using E = TypeParam;
  const SmallModel small = SmallModel::make<E>(E::D == 2 ? 2 : 1, 7);
  const Exact<E> exact(small.key, small.statement, small.witness(kWeights, kInputs));
  const pcs::Params& p = small.key.params;
  ASSERT_EQ(p.columns, 3);
  ASSERT_EQ(p.kappa, 2);
  const AffineWords a = exact.real(small.witness(kWeights, kInputs)),
                    b = exact.real(small.witness(kOtherWeights, kOtherInputs)), sim = exact.simulated();
  ASSERT_TRUE(same_distribution(a, b) && same_distribution(a, sim));
  const std::size_t rank = sim.span().rank();
  const auto leaks = [&](const char* what, const std::function<AffineWords(AffineWords)>& mutate, bool always = true) {
    const AffineWords mutant = mutate(a);
    EXPECT_LT(mutant.span().rank(), rank) << what;
    const bool told_apart = !same_distribution(mutant, mutate(b));
    EXPECT_TRUE(told_apart || !always) << what;
    return told_apart;
  };
  const auto drop = [&](const char* what, const std::function<bool(const Cell&)>& constant, bool always = true) {
    return leaks(what, [&](AffineWords m) { return without(std::move(m), constant); }, always);
  };
  const StreamName pads{"zk.pad", 0}, masks{"pcs.masks", 0};
  const std::size_t count = exact.drawn_.at(pads).cells.size() / E::D;
  // Some hidden values are the same for all witnesses: in the first round of the triple check h0 = 0.
  std::size_t tried = 0, told_apart = 0;
  for (std::size_t i = 0; i + 7 < count; i += 7) {
    tried += 2;
    told_apart +=
        drop("one coefficient of a pad", [&](const Cell& c) { return c.stream == pads && c.index == E::D * i; }, false);
    told_apart += leaks(
        "a pad used twice",
        [&](AffineWords m) {
          const std::size_t from = find(m, pads, E::D * i), to = find(m, pads, E::D * (i + 7));
          for (std::size_t w = 0; w < m.base.size(); ++w) m.rows[to][w] += m.rows[from][w];
          const Cell gone = m.cells[from];
          return without(std::move(m), [&](const Cell& c) { return c.stream == gone.stream && c.index == gone.index; });
        },
        false);
  }
  EXPECT_GE(told_apart + 2, tried);
  // Reserved cells are drawn row by row for each segment: 2D mask rows, then hiding rows.
  const auto& segments = small.key.layout.column_segment;
  const auto is_reserved = [&](const Cell& c, unsigned y) {
    return c.stream.first == "pcs.reserved" &&
           c.index / static_cast<std::size_t>(std::count(segments.begin(), segments.end(), c.stream.second)) == y;
  };
  // A row that is asked for twice needs one reserved row less.
  const auto& labels = exact.runs.words.label;
  const auto cells = static_cast<unsigned>(std::count(labels.begin(), labels.end(), "row.cells"));
  const unsigned opened = cells / (p.columns + E::D);
  ASSERT_TRUE(0 < opened && opened <= p.queries);
  const unsigned spare = p.queries - opened + (E::D == 3 ? 1 : 0);
  for (unsigned y = 0; y < p.reserved_rows(); ++y)
    drop("reserved rows", [&](const Cell& c) {
      bool gone = false;
      for (unsigned k = 0; k <= spare; ++k) gone = gone || is_reserved(c, (y + k) % p.reserved_rows());
      return gone;
    });
  drop("the mask columns", [&](const Cell& c) { return c.stream == masks; });
  drop("one of the mask columns", [&](const Cell& c) { return c.stream == masks && c.index % E::D == 0; });
  drop("the mask columns below their last rows",
       [&](const Cell& c) { return c.stream == masks && c.index / E::D < p.rows() - p.reserved_rows(); });
}

}  // namespace
}  // namespace nescio
