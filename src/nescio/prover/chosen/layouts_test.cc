// What hides the column rounds and the opened rows, for every layout that the planner makes: fresh columns at positions
// 0 and 2^i, each ending in its reserved rows, filled with random cells; nothing that is claimed about them; mask map
// of full rank, both the generic one and that of a real prover. And broken layouts, which must be seen by this test and
// be refused as keys. (Leaks of broken layouts: pcs/frozen/frozen_test.cc.)
#include <set>

#include "nescio/base/bits.h"
#include "nescio/pcs/mask_rank.h"
#include "nescio/poly/mle.h"
#include "nescio/prover/chosen/runs.h"
#include "nescio/prover/setup.h"
#include "nescio/relation/random_circuit.h"
#include "nescio/relation/test_network.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

using Faults = std::set<std::string>;

void set_columns(VerifyingKey& key, std::size_t columns) {
  key.params.columns = static_cast<std::uint16_t>(columns);
  key.params.kappa = static_cast<std::uint8_t>(log2_ceil(columns));
}
// A toy key of this shape, packed as keys are.
template <class E>
VerifyingKey shaped_key(Circuit circuit, unsigned log_rows, unsigned queries) {
  VerifyingKey key = without_work(toy_key<E>(std::move(circuit), log_rows));
  key.params.queries = static_cast<std::uint16_t>(queries);
  key.layout = pack(key.circuit, log_rows, key.params.reserved_rows());
  set_columns(key, key.layout.columns());
  return key;
}
// Puts an empty column of the same segment before column `at`.
void insert_empty_column(VerifyingKey& key, std::size_t at) {
  auto& segments = key.layout.column_segment;
  segments.insert(segments.begin() + static_cast<std::ptrdiff_t>(at), segments[at]);
  for (Block& b : key.layout.blocks)
    if (b.column >= at) ++b.column;
  set_columns(key, segments.size());
}

// --- The rules, from the parameters alone.

std::size_t first_reserved(const VerifyingKey& key) {
  return key.params.rows() - key.params.queries - 2 * std::size_t{key.params.degree};
}

template <class E>
void check_positions(const pcs::Params& p, const pcs::MatrixShape& shape, Faults& faults) {
  const std::set<std::uint32_t> at(shape.positions.begin(), shape.positions.end());
  if (!shape.fresh || at.size() != p.columns || *at.rbegin() >> p.kappa != 0) {
    faults.insert("columns");
    return;
  }
  for (unsigned i = 0; i <= p.kappa; ++i)
    if (!at.contains(i == 0 ? 0 : 1U << (i - 1))) faults.insert("position");
  if (pcs::generic_mask_rank<E>(p.kappa, shape.positions) != E::D * (1 + 2 * p.kappa)) faults.insert("rank");
}

void check_blocks(const VerifyingKey& key, Faults& faults) {
  for (const Block& b : key.layout.blocks)
    if (b.row + (std::size_t{1} << b.size_log()) > first_reserved(key)) faults.insert("block");
}

// The functional of some proof, whose messages are random.
template <class E>
void check_functional(const VerifyingKey& key, const PublicValues& publics, Faults& faults) {
  const CheckedKey checked = UncheckedKeyForTests::make(key);
  relation::Functional<E> functional;
  Transcript tr = start_transcript(key.params);
  ProofWriter proof;
  simulate_segments<E>(checked, publics, Digest{}, tr, proof, functional);
  const auto dense = relation::dense(functional, key.circuit, key.layout);
  bool any = false;
  std::vector<E> column, row;
  for (unsigned i = 0; i < key.params.kappa; ++i) column.push_back(tr.challenge<E>("column"));
  for (unsigned i = 0; i < key.params.log_rows; ++i) row.push_back(tr.challenge<E>("row"));
  E extension;
  for (std::size_t j = 0; j < dense.size(); ++j) {
    std::vector<E> values;
    for (std::size_t i = 0; i < dense[j].size(); ++i) {
      values.push_back(dense[j].get(i));
      any = any || !values[i].is_zero();
      if (i >= first_reserved(key) && !values[i].is_zero()) faults.insert("functional");
    }
    if (!values.empty())
      extension += eq_index<E>(column, j) * mle_eval<E>(std::span<const E>(values), std::span<const E>(row));
  }
  if (!any) faults.insert("no functional");
  // The verifier's is the same one.
  if (!(relation::evaluate<E>(functional, key.circuit, key.layout, column, row) == extension))
    faults.insert("verifier");
}

// Ones where the prover lays data, zeros elsewhere.
SecretVector<F> data_cells(const VerifyingKey& key, const pcs::MatrixShape& shape) {
  TensorValues ones(key.circuit.tensors.size());
  std::vector<std::span<const F>> cells(ones.size());
  for (TensorId t = 0; t < ones.size(); ++t)
    if (key.circuit.committed(t) != nullptr) {
      ones[t].assign(num_cells(key.circuit[t].dims), F(1));
      cells[t] = ones[t];
    }
  return lay_out(key, shape, cells);
}
// `message` is a matrix as the prover commits to it, whose data are zero or one.
void check_random_cells(const VerifyingKey& key, const pcs::MatrixShape& shape, const SecretVector<F>& message,
                        Faults& faults) {
  const std::size_t stride = pcs::row_stride(key.params, shape), columns = shape.positions.size();
  std::set<std::uint64_t> seen;
  for (std::size_t i = 0; i < key.params.rows(); ++i)
    for (std::size_t j = 0; j < stride; ++j) {
      const std::uint64_t x = message[i * stride + j].canonical();
      const bool mask = j >= columns && j < columns + key.params.degree;
      const bool random = mask || (j < columns && i >= first_reserved(key));
      if (random && (x <= 1 || !seen.insert(x).second)) faults.insert(mask ? "mask column" : "reserved row");
      if (!random && x > 1) faults.insert("data");
    }
}

template <class E>
Faults faults_of(const VerifyingKey& key, const PublicValues& publics) {
  Faults faults;
  const pcs::MatrixShape shape = matrix_shape(key.params, key.layout);
  check_positions<E>(key.params, shape, faults);
  check_blocks(key, faults);
  check_functional<E>(key, publics, faults);
  SecretVector<F> message = data_cells(key, shape);
  const std::size_t stride = pcs::row_stride(key.params, shape);
  for (std::size_t i = first_reserved(key); i < key.params.rows(); ++i)
    for (std::size_t j = 0; j < shape.positions.size(); ++j)
      if (!(message[i * stride + j] == F())) faults.insert("data in reserved rows");
  pcs::fill_random(key.params, shape, key.params.reserved_rows(), Digest{}, message);
  check_random_cells(key, shape, message, faults);
  return faults;
}
Faults faults_of(const VerifyingKey& key, const PublicValues& publics) {
  return key.params.degree == 2 ? faults_of<Ext2>(key, publics) : faults_of<Ext3>(key, publics);
}

// What the column rounds of a real prover depend on: the rank of (sigma_res, c0, c2) in its mask cells.
template <class E>
std::size_t proven_mask_rank(const VerifyingKey& key, const PublicValues& statement, const Witness& witness) {
  const Runs<E> runs(key, statement, witness);
  std::map<StreamName, Drawn> drawn;
  const auto columns_of = [&](const std::vector<F>& words) {
    std::vector<F> out;
    for (std::size_t w = 0; w < words.size(); ++w)
      if (runs.words.label[w] == "open.sigma_res" || runs.words.label[w].starts_with("open.col.c"))
        out.push_back(words[w]);
    return out;
  };
  const std::vector<F> base = columns_of(runs.words.of(runs.bytes(witness, {}, &drawn)));
  EXPECT_EQ(base.size(), E::D * (1 + 2 * key.params.kappa));
  Span span(base.size());
  for (const auto& [stream, d] : drawn) {
    if (stream.first != "pcs.reserved") continue;
    const std::size_t width = d.cells.size() / key.params.reserved_rows();
    for (std::size_t i = 0; i < 2 * E::D * width; ++i)  // the mask rows come first
      span.add(difference(columns_of(runs.real(witness, {{stream, {{i, d.cells[i] + F(1)}}}})), base));
  }
  return span.rank();
}

struct Shapes {
  std::set<std::size_t> columns, kappa, queries;
};
template <class E>
void expect_hidden(const VerifyingKey& key, Witness witness, PublicValues statement, bool prover_rank, Shapes& seen) {
  witness.values.resize(key.circuit.tensors.size());
  statement.resize(key.circuit.tensors.size());
  ASSERT_TRUE(check_layout(key.circuit, key.layout).ok());
  EXPECT_EQ(faults_of<E>(key, *public_values(key, statement)), Faults());
  const auto proof = prove({key, witness, statement, {}, {}}, SecretDigest(Digest{}));
  ASSERT_TRUE(proof.ok());
  EXPECT_TRUE(verify(UncheckedKeyForTests::make(key), statement, {}, {}, *proof).ok());
  if (prover_rank) {
    EXPECT_EQ(proven_mask_rank<E>(key, statement, witness), pcs::full_mask_rank(E::D, key.params.kappa));
  }
  seen.columns.insert(key.params.columns);
  seen.kappa.insert(key.params.kappa);
  seen.queries.insert(key.params.queries);
}

// Random circuits of 1, 2 and 7 segments under random parameters, some with empty columns.
void expect_random_shapes_hide(std::uint64_t first, std::uint64_t last, Shapes& seen) {
  std::mt19937_64 rng(first);
  const std::uint32_t segments[] = {1, 2, 7};
  for (std::uint64_t n = first; n < last; ++n) {
    const RandomCircuit r(n, segments[n % 3]);
    const auto log_rows = static_cast<unsigned>(5 + rng() % 5);
    const auto queries = static_cast<unsigned>(1 + rng() % (log_rows == 5 ? 8 : 20));
    const bool two = rng() % 2 == 0;
    VerifyingKey key =
        two ? shaped_key<Ext2>(r.circuit, log_rows, queries) : shaped_key<Ext3>(r.circuit, log_rows, queries);
    for (std::size_t empty = rng() % 4; empty > 0; --empty) insert_empty_column(key, rng() % key.params.columns);
    const bool prover_rank = key.params.columns <= 6;
    if (two) {
      expect_hidden<Ext2>(key, r.witness, r.statement, prover_rank, seen);
    } else {
      expect_hidden<Ext3>(key, r.witness, r.statement, prover_rank, seen);
    }
  }
}

TEST(Layouts, of_random_circuits_and_shapes_hide) {
  Shapes seen;
  expect_random_shapes_hide(0, 60, seen);
  const TestNetwork net(3, 2);  // many columns
  expect_hidden<Ext3>(shaped_key<Ext3>(net.circuit, 5, 3), net.witness, net.statement, false, seen);
  expect_hidden<Ext2>(shaped_key<Ext2>(net.circuit, 6, 8), net.witness, net.statement, false, seen);
  EXPECT_TRUE(seen.columns.contains(1) && seen.columns.contains(3) && seen.columns.contains(4));
  for (const std::size_t kappa : {0U, 1U, 2U, 3U, 4U, 5U, 7U}) EXPECT_TRUE(seen.kappa.contains(kappa)) << kappa;
  EXPECT_GT(seen.queries.size(), 12U);
}
TEST(SlowLayouts, of_more_random_circuits_and_shapes_hide) {
  Shapes seen;
  expect_random_shapes_hide(1000, 1600, seen);
}

// Parameters found by the search, at both levels; nothing is proven here.
TEST(Layouts, of_real_keys_hide) {
  const std::uint32_t segments[] = {1, 2, 7};
  std::size_t made = 0;
  for (std::uint64_t n = 0; n < 24; ++n) {
    soundness::SearchOptions options;
    options.degree = n % 2 == 0 ? 2 : 3;
    options.security_bits = n % 2 == 0 ? 100 : 128;
    RandomCircuit r(100 + n, segments[n % 3]);
    const TestNetwork net(n, segments[n % 2]);
    for (const bool random : {true, false}) {
      const auto key = make_key(random ? r.circuit : net.circuit, {}, options);
      if (!key.ok()) continue;
      ++made;
      PublicValues statement = random ? r.statement : net.statement;
      statement.resize(key->circuit.tensors.size());
      const auto publics = public_values(*key, statement);
      VerifyingKey quick = *key;  // the simulated segments need no work
      quick.params.lookup_pow = 0;
      ASSERT_TRUE(publics.ok());
      EXPECT_EQ(faults_of(quick, *publics), Faults());
    }
  }
  EXPECT_GT(made, 24U);
}

// --- What must be seen.

struct Mutant {
  const char* name;
  void (*change)(VerifyingKey&);
  const char* fault;
};
const Mutant kMutants[] = {
    {"a cell in the first mask row",
     [](VerifyingKey& key) {
       for (Block& b : key.layout.blocks)
         if (b.size_log() == 0) {
           b.row = static_cast<std::uint32_t>(key.params.rows() - key.params.reserved_rows());
           return;
         }
       NESCIO_CHECK(false);
     },
     "block"},
    {"a cell in the last hiding row",
     [](VerifyingKey& key) {
       for (Block& b : key.layout.blocks)
         if (b.size_log() == 0) b.row = static_cast<std::uint32_t>(key.params.rows() - 1);
     },
     "functional"},
    {"one more query than the layout was made for", [](VerifyingKey& key) { ++key.params.queries; }, "block"},
    {"a column variable without a column", [](VerifyingKey& key) { ++key.params.kappa; }, "position"},
    {"a column variable without a column: its rounds", [](VerifyingKey& key) { ++key.params.kappa; }, "rank"},
};

TEST(Layouts, broken_ones_are_seen_and_refused) {
  const TestNetwork net(3, 2);
  for (const unsigned degree : {2U, 3U}) {
    soundness::SearchOptions options;
    options.degree = static_cast<std::uint8_t>(degree);
    options.security_bits = degree == 2 ? 100 : 128;
    const auto key = make_key(net.circuit, {}, options);
    ASSERT_TRUE(key.ok() && verify_key(*key).ok());
    PublicValues statement = net.statement;
    statement.resize(key->circuit.tensors.size());
    const PublicValues publics = *public_values(*key, statement);
    const VerifyingKey toy = degree == 2 ? shaped_key<Ext2>(net.circuit, 7, 5) : shaped_key<Ext3>(net.circuit, 7, 5);
    for (const Mutant& m : kMutants) {
      SCOPED_TRACE(m.name);
      VerifyingKey bad = *key;
      m.change(bad);
      EXPECT_FALSE(verify_key(bad).ok());
      bad = toy;
      ASSERT_EQ(faults_of(bad, publics), Faults());
      m.change(bad);
      EXPECT_TRUE(faults_of(bad, publics).contains(m.fault));
    }
  }
}

TEST(Layouts, packed_for_one_reserved_row_less_is_seen) {
  std::size_t seen = 0;
  for (std::uint64_t n = 0; n < 40; ++n) {
    RandomCircuit r(n);
    VerifyingKey key = shaped_key<Ext2>(r.circuit, 6, 4);
    r.statement.resize(key.circuit.tensors.size());
    const PublicValues publics = *public_values(key, r.statement);
    key.layout = pack(key.circuit, 6, key.params.reserved_rows() - 1);
    set_columns(key, key.layout.columns());
    const Faults faults = faults_of(key, publics);
    EXPECT_EQ(faults.contains("block"), faults.contains("data in reserved rows"));
    EXPECT_EQ(faults.contains("block"), faults.contains("functional"));
    seen += faults.contains("block");
  }
  EXPECT_GT(seen, 5U);  // others have rows to spare
}

TEST(Layouts, random_cells_that_are_missing_are_seen) {
  const TestNetwork net(3, 2);
  const VerifyingKey key = shaped_key<Ext3>(net.circuit, 7, 5);
  const pcs::MatrixShape shape = matrix_shape(key.params, key.layout);
  const std::size_t stride = pcs::row_stride(key.params, shape);
  const auto faults = [&](unsigned reserved, const std::function<void(SecretVector<F>&)>& change) {
    SecretVector<F> message = data_cells(key, shape);
    pcs::fill_random(key.params, shape, reserved, Digest{}, message);
    change(message);
    Faults found;
    check_random_cells(key, shape, message, found);
    return found;
  };
  const unsigned all = key.params.reserved_rows();
  EXPECT_EQ(faults(all, [](auto&) {}), Faults());
  EXPECT_EQ(faults(all - 1, [](auto&) {}), Faults({"reserved row"}));
  EXPECT_EQ(faults(all + 1, [](auto&) {}), Faults({"data"}));
  EXPECT_EQ(faults(all, [&](auto& m) { m[stride - 1 - (stride - shape.positions.size() - 3)] = F(); }),
            Faults({"mask column"}));
  EXPECT_EQ(faults(all, [&](auto& m) { m[(key.params.rows() - 1) * stride] = m[(key.params.rows() - 2) * stride]; }),
            Faults({"reserved row"}));
}

TEST(Layouts, positions_that_leave_a_bit_uncovered_are_seen_and_refused) {
  const RandomCircuit r(1);
  VerifyingKey key = shaped_key<Ext3>(r.circuit, 6, 3);
  while (key.params.columns < 7) insert_empty_column(key, 0);
  key.params.columns = 7;
  key.params.kappa = 4;
  const auto faults = [&](std::vector<std::uint32_t> positions) {
    const pcs::MatrixShape shape = pcs::fresh_shape(key.params, std::move(positions), std::vector<std::uint32_t>(7));
    const pcs::MatrixShape* shapes[] = {&shape};
    Faults found;
    check_positions<Ext3>(key.params, shape, found);
    EXPECT_EQ(pcs::check_shapes(key.params, shapes).ok(), found.empty());
    return found;
  };
  EXPECT_EQ(faults({0, 1, 2, 4, 8, 3, 5}), Faults());
  EXPECT_EQ(faults({15, 8, 7, 4, 2, 1, 0}), Faults());
  EXPECT_EQ(faults({0, 1, 2, 3, 4, 5, 6}), (Faults{"position", "rank"}));
  EXPECT_EQ(faults({8, 9, 10, 11, 12, 13, 14}), (Faults{"position", "rank"}));
  EXPECT_EQ(faults({0, 2, 4, 6, 8, 10, 12}), (Faults{"position", "rank"}));
  EXPECT_EQ(faults({0, 1, 2, 4, 8, 3, 16}), Faults{"columns"});
  EXPECT_EQ(faults({0, 1, 2, 4, 8, 3, 3}), Faults{"columns"});
}

}  // namespace
}  // namespace nescio
