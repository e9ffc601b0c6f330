// What a proof is expected to weigh, against proofs.
#include <gtest/gtest.h>

#include "nescio/api/prover_parts.h"
#include "nescio/api/prover_size.h"
#include "nescio/api/sample_model.h"

namespace nescio {
namespace {

TEST(Size, a_proof_is_as_large_as_expected) {
  const auto key = commit_model(small_model(), {});
  ASSERT_TRUE(key.ok());
  ProveRequest request;
  request.inputs = {{"x", Array{{3}, {1, 2, 3}}}};
  const auto expected = static_cast<double>(expected_file_bytes(key->key->key()));
  constexpr int kProofs = 16;  // one varies with its positions, by some 2 % of so small a proof
  double sum = 0;
  for (int i = 0; i < kProofs; ++i) {
    const auto proven = prove_statement(*key, request);
    ASSERT_TRUE(proven.ok()) << to_string(proven.error());
    sum += static_cast<double>(proven->file.size());
  }
  EXPECT_NEAR(sum / kProofs, expected, 0.04 * expected);
}

TEST(Size, the_parts_of_a_proof_make_up_its_time) {
  const auto key = commit_model(small_model(), {});
  ASSERT_TRUE(key.ok());
  ProveRequest request;
  request.inputs = {{"x", Array{{3}, {1, 2, 3}}}};
  const auto proven = prove_statement(*key, request);
  ASSERT_TRUE(proven.ok());
  const PartTimes parts = time_by_part(*key, *proven);
  double sum = 0;
  for (const double ms :
       {parts.digest, parts.weights, parts.activations, parts.tables, parts.hiding, parts.verifying}) {
    EXPECT_GT(ms, 0);
    sum += ms;
  }
  const Timings& t = proven->timings;
  const double phases = proven->witness_ms + t.evaluate + t.random + t.commit + t.segment.fractions +
                        t.segment.products + t.segment.triples + t.functional + t.opening + proven->verify_ms;
  EXPECT_NEAR(sum, phases, 1e-6 * phases);
  EXPECT_LE(t.segment.fractions + t.segment.products + t.segment.triples, t.segments);
}

// Against the circuit itself: 118 cells for each permutation of the digest and 4 of its salt.
TEST(Size, the_parts_of_a_circuit_make_up_its_cells_and_lookups) {
  const auto key = commit_model(small_model(), {});
  ASSERT_TRUE(key.ok());
  const Circuit& circuit = key->program.emitted.circuit;
  std::uint64_t cells = 0, lookups = 0, rows = 0, digest = 4;
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const Committed* c = circuit.committed(id);
    if (c != nullptr && c->role == Role::value) cells += num_cells(circuit[id].dims);
    if (std::holds_alternative<Packing>(circuit[id].def)) digest += 118 * std::uint64_t{circuit[id].dims[1]};
  }
  for (const Lookup& l : circuit.lookups) lookups += num_cells(circuit[l.columns[0]].dims);
  for (const Table& t : circuit.tables) rows += t.rows;
  const auto parts = count_parts(key->program, key->model.graph);
  Cost all;
  for (const Cost& c : parts) all += c;
  EXPECT_EQ(all.cells, cells);
  EXPECT_EQ(all.lookups, lookups);
  EXPECT_EQ(all.table_rows, rows);
  EXPECT_EQ(parts[static_cast<std::size_t>(Part::digest)].cells, digest);
  EXPECT_EQ(parts[static_cast<std::size_t>(Part::digest)].lookups, 0U);
  EXPECT_GE(parts[static_cast<std::size_t>(Part::weights)].cells, 6U);  // those of small_model()
}

}  // namespace
}  // namespace nescio
